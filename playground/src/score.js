import { parseArchive } from './parse.js'
import { weigh } from './weigh.js'

/**
 * For each article the weights of its words, and the score of each of its sentences.
 */
// @persist
export function scoreArticles(edition) {
  const articles = parseArchive(edition)
  const documents = countDocuments(articles)
  return articles.map(({ sentences }) => {
    const weights = new Map()
    for (const [word, times] of countWords(sentences)) weights.set(word, weigh(times, documents.get(word), articles.length))
    return { weights, scores: sentences.map(({ words }) => scoreSentence(words, weights)) }
  })
}

function countDocuments(articles) {
  const documents = new Map()
  for (const { sentences } of articles) {
    for (const word of countWords(sentences).keys()) documents.set(word, (documents.get(word) ?? 0) + 1)
  }
  return documents
}

function countWords(sentences) {
  const counts = new Map()
  for (const { words } of sentences) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function scoreSentence(words, weights) {
  return words.reduce((sum, word) => sum + weights.get(word), 0) / Math.sqrt(words.length || 1)
}
