import { createRandom } from './random.js'
import { authors, common, topics } from './vocabulary.js'

/**
 * @typedef {{ seed: number, megabytes: number }} Edition Which archive is meant.
 */

/**
 * Stands in for a download: some megabytes of articles as one text, the same for the same edition.
 *
 * @param {Edition} edition
 * @returns {string}
 * @persist
 */
export function loadArchive({ seed, megabytes }) {
  const random = createRandom(seed)
  const articles = []
  for (let length = 0, number = 1; length < megabytes * 1e6; number++) {
    const article = writeArticle(random, number)
    length += article.length
    articles.push(article)
  }
  return articles.join('\n---\n')
}

function writeArticle(random, number) {
  const pick = (list) => list[Math.floor(random() * list.length)]
  const some = (list, count) => {
    const start = Math.floor(random() * list.length)
    return [...list.slice(start), ...list.slice(0, start)].slice(0, count)
  }
  const all = Object.values(topics)
  // Of its topic an article is about some things only, and another topic comes into it.
  const words = [...some(pick(all), 7), ...some(pick(all), 3)]
  const date = new Date(Date.UTC(1990, 0, 1 + number))
  const sentences = Array.from({ length: 20 + Math.floor(random() * 60) }, () => writeSentence(random, words))
  return [`# ${capital(words[0])}, ${words[1]} and ${words[7]}`, `by ${pick(authors)}, ${date.toISOString().slice(0, 10)}`, '', ...sentences].join('\n')
}

function writeSentence(random, words) {
  const length = 6 + Math.floor(random() * 14)
  // Few words make up most of a text: the square favours those at the head of the list.
  const text = Array.from({ length }, () => (random() < 0.25 ? words[Math.floor(random() ** 2 * words.length)] : common[Math.floor(random() ** 2 * common.length)])).join(' ')
  return `${capital(text)}.`
}

function capital(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}`
}
