/**
 * Holds fingerprints against esbuild's tree-shaken, minified bundles over random edits of real packages' sources.
 *
 *   node --import tsx bench/judge.ts [edits per kind] [seed] [roots…]
 */
import { judge, table } from '../test/judge/judge.ts'

const [perKind = '400', seed = '1', ...roots] = process.argv.slice(2)
const judgement = await judge({ seed: Number(seed), perKind: Number(perKind), ...(roots.length > 0 ? { roots } : {}) })
for (const { verdict, root, kind, file, before, after } of judgement.findings) {
  console.log(`${verdict}: ${kind} in ${file.replace(/^.*packages/, '')} (${root})\n--- before\n${before}\n--- after\n${after}\n`)
}
console.log(table(judgement))
