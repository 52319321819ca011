import { persist } from 'unplugin-persist'
import { relateArticles } from './relate.js'
import { summarizeArticles } from './summarize.js'

/** The articles that are worth most, with what else to read. */
export const writeDigest = persist(async (edition, length = 3) => {
  const summaries = summarizeArticles(edition)
  const related = relateArticles(edition)
  const best = [...summaries.keys()].sort((a, b) => summaries[b].worth - summaries[a].worth || a - b).slice(0, length)
  return best.map((at) => ({ ...summaries[at], related: related[at].map((other) => summaries[other].title) }))
}, { tags: ['digest'] })
