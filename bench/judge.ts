/**
 * Holds fingerprints against esbuild's tree-shaken, minified bundles over random edits of real packages' sources.
 *
 *   node --import tsx bench/judge.ts [edits per kind] [seed] [roots…]
 *   node --import tsx bench/judge.ts [edits per kind] [seed] --from <node_modules> [--roots n] [--kinds a,b] [--commonjs] <package, or package/folder>…
 *
 * Of CommonJS modules a bundler leaves nothing out: with `--commonjs` an edit that changes the bundle has to change the
 * fingerprint where it was made in a function that runs when the judged one is called, or where that gives something else.
 */
import { parseArgs } from 'node:util'
import { drawWorkspace } from '../test/judge/drawn.ts'
import { ALL_KINDS, KINDS, type Kind } from '../test/judge/edits.ts'
import { judge, table } from '../test/judge/judge.ts'
import { Random } from '../test/judge/random.ts'
import { makeWorkspace } from '../test/judge/workspace.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' }, roots: { type: 'string', default: '12' }, kinds: { type: 'string' }, commonjs: { type: 'boolean', default: false } } })
const [perKind = '400', seed = '1', ...names] = positionals
const kinds = values.kinds === undefined ? KINDS : values.kinds === 'all' ? ALL_KINDS : (values.kinds.split(',') as Kind[])
const workspace = values.from === undefined ? makeWorkspace(names.length > 0 ? names : undefined) : await drawWorkspace(values.from, names, Number(values.roots), new Random(Number(seed)), values.commonjs)
const judgement = await judge({
  seed: Number(seed),
  perKind: Number(perKind),
  workspace,
  kinds,
  tell({ verdict, root, kind, file, before, after }) {
    console.log(`${verdict}: ${kind} in ${file.replace(/^.*packages/, '')} (${root})\n--- before\n${before}\n--- after\n${after}\n`)
  },
})
console.log(table(judgement))
