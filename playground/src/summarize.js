import { parseArchive } from './parse.js'
import { scoreArticles } from './score.js'

/**
 * The best sentences of each article, in the order of the text.
 */
// @persist
export function summarizeArticles(edition, sentences = 2) {
  const scored = scoreArticles(edition)
  return parseArchive(edition).map((article, at) => ({
    title: article.title,
    author: article.author,
    date: article.date,
    text: bestOf(article.sentences, scored[at].scores, sentences).join(' '),
    worth: Math.max(...scored[at].scores),
  }))
}

function bestOf(sentences, scores, count) {
  const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count)
  return best.sort((a, b) => a - b).map((at) => sentences[at].text)
}
