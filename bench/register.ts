/**
 * What the hooks cost at the start of a script, against an empty hook registered the same way:
 *   a script without a mark: at most 1.2 times; a marked one, warm: at most 1.3 times.
 *
 *   npm run bench register          # PERSIST_BENCH_NODES: further binaries of Node, separated as in PATH
 */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { createWorkspace } from '../test/hosts/workspace.ts'
import { expectAtMost, medianOf as median, reportTable } from './measure.ts'

const ROUNDS = 40
const nodes = [process.execPath, ...(process.env.PERSIST_BENCH_NODES?.split(delimiter) ?? [])]
const rows: string[][] = []
const ends: (() => void)[] = []
const workspace = createWorkspace()

/** Thirty modules, as a small script with its own helpers has. */
const modules = Array.from({ length: 30 }, (_, index) => index)
const helpers = Object.fromEntries(modules.map((index) => [`src/m${index}.js`, `export const v${index} = (n) => n + ${index}\n`]))
const imports = modules.map((index) => `import { v${index} } from './m${index}.js'`).join('\n')
const sum = modules.map((index) => `v${index}(n)`).join(' + ')

const app = workspace.write('app', {
  'package.json': JSON.stringify({ name: 'benchmark', type: 'module' }),
  ...helpers,
  'src/plain.js': `${imports}\nexport function total(n) { return ${sum} }\nconsole.log(total(1))\n`,
  'src/marked.js': `${imports}\n// @persist\nexport function total(n) { return ${sum} }\nconsole.log(total(1))\n`,
})
workspace.write('node_modules/empty-hook', {
  'package.json': JSON.stringify({ name: 'empty-hook', type: 'module', exports: { './register': './register.js' } }),
  'register.js': 'import Module from \'node:module\'\nif (Module.registerHooks) Module.registerHooks({ load: (url, context, next) => next(url, context) })\nelse Module.register(\'./hooks.js\', import.meta.url)\n',
  'hooks.js': 'export const load = (url, context, next) => next(url, context)\n',
})

function start(node: string, hook: string, entry: string): number {
  const before = performance.now()
  const { status, stderr } = spawnSync(node, ['--import', hook, entry], { cwd: app, env: { ...process.env, PERSIST_PATH: join(workspace.directory, 'store') }, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - before
}

try {
  for (const node of nodes) {
    const version = spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout.trim()
    for (const [entry, bound] of [['src/plain.js', 1.2], ['src/marked.js', 1.3]] as const) {
      start(node, 'unplugin-persist/register', entry)
      const empty: number[] = []
      const ours: number[] = []
      // In turns, so that whatever else the machine does falls on both.
      for (let round = 0; round < ROUNDS; round++) {
        empty.push(start(node, 'empty-hook/register', entry))
        ours.push(start(node, 'unplugin-persist/register', entry))
      }
      const ratio = median(ours) / median(empty)
      rows.push([`${version}, ${entry.slice(4, -3)}`, median(empty).toFixed(1), median(ours).toFixed(1), ratio.toFixed(2)])
      ends.push(() => expectAtMost(`${version}, a script that is ${entry.slice(4, -3)}: times an empty hook`, ratio, bound))
    }
  }
  reportTable({ title: 'Start of a script of 31 modules, nothing changed since the last one', heads: ['', 'empty hook, ms', 'register, ms', 'ratio'], rows })
  for (const end of ends) end()
} finally {
  workspace.remove()
}
