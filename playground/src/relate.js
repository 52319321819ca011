import { parseArchive } from './parse.js'

/**
 * For each article the ones that share most of its words, as far as that is rarer than chance: every article with every other.
 */
// @persist { groupBy: ['edition.seed'] }
export function relateArticles(edition, limit = 3) {
  const sets = parseArchive(edition).map(({ sentences }) => new Set(sentences.flatMap(({ words }) => words)))
  return sets.map((own, at) => {
    const others = sets.map((other, number) => ({ number, overlap: number === at ? 0 : overlapOf(own, other) }))
    return others.sort((a, b) => b.overlap - a.overlap || a.number - b.number).slice(0, limit).map(({ number }) => number)
  })
}

function overlapOf(a, b) {
  let shared = 0
  for (const word of a) if (b.has(word)) shared++
  return shared / Math.sqrt(a.size * b.size)
}
