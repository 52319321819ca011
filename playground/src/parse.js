import { loadArchive } from './archive.js'
import { tokenize } from './words.js'

/**
 * @typedef {{ title: string, author: string, date: Date, sentences: { text: string, words: string[] }[] }} Article
 */

// @persist
export function parseArchive(edition) {
  return loadArchive(edition).split('\n---\n').map(parseArticle)
}

/** @returns {Article} */
function parseArticle(text) {
  const [heading, byline, , ...lines] = text.split('\n')
  const [, author, date] = /^by (.+), (.+)$/.exec(byline)
  return { title: heading.slice(2), author, date: new Date(date), sentences: lines.map((line) => ({ text: line, words: tokenize(line) })) }
}
