/**
 * Runs benchmarks against the built package and says which bounds hold.
 *
 *   npm run build
 *   npm run bench                     # those with bounds, a few minutes
 *   npm run bench call store          # some of them
 *   npm run bench load 10 4           # many processes at once on one store, for ten seconds, four of them; numbers go to the benchmark
 *   npm run bench install             # gets what is compared with: better-sqlite3, peers
 *   npm run bench -- --update         # and writes the tables into docs/benchmarks.md
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { Outcome, Table } from './measure.ts'

/** File and arguments. What stands first runs when nothing is named. */
const BENCHES: Record<string, readonly string[]> = {
  call: ['call'],
  store: ['store'],
  million: ['store', '1000000'],
  peers: ['peers'],
  key: ['key'],
  codec: ['codec'],
  compiler: ['compiler'],
  'dev-server': ['dev-server'],
  register: ['register'],
  load: ['load'],
  install: ['peers/install'],
}
const USUAL = ['call', 'store', 'million', 'peers', 'key', 'codec', 'compiler', 'dev-server', 'register']

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '..')
const built = join(root, '.bench')
const document = join(root, 'docs/benchmarks.md')

const args = process.argv.slice(2)
const names = args.filter((arg) => !/^[-\d]/.test(arg))
const numbers = args.filter((arg) => /^\d/.test(arg))
const unknown = names.find((name) => !(name in BENCHES))
if (unknown !== undefined) {
  console.error(`there is no benchmark ${unknown}: ${Object.keys(BENCHES).join(', ')}`)
  process.exit(2)
}
if (!existsSync(join(root, 'dist/runtime.js'))) {
  console.error('build first: npm run build')
  process.exit(2)
}

mkdirSync(built, { recursive: true })
const missed: string[] = []
try {
  for (const name of names.length > 0 ? names : USUAL) run(name)
} finally {
  rmSync(built, { recursive: true, force: true })
}
console.log(missed.length === 0 ? '\nall bounds hold' : `\nmissed:\n${missed.map((line) => `  ${line}`).join('\n')}`)
process.exitCode = missed.length === 0 ? 0 : 1

/** Bundled, for Node runs no TypeScript in all its versions; the package itself stays outside, as its users have it. One that only starts other processes is loaded as it is. */
function run(name: string): void {
  const [file, ...rest] = BENCHES[name]!
  const script = join(built, `${name}.mjs`)
  const outcome = join(built, `${name}.json`)
  // Source maps and names that a loader keeps would count as ours: what is measured in this process is bundled.
  const isDriver = name === 'register'
  if (!isDriver) buildSync({ entryPoints: [join(here, `${file}.ts`)], outfile: script, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' })
  console.log(`\n== ${name}`)
  const what = isDriver ? ['--import', 'tsx', join(here, `${file}.ts`)] : [script]
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...what, ...rest, ...numbers], { stdio: 'inherit', env: { ...process.env, PERSIST_BENCH_OUTCOME: outcome, PERSIST_BENCH_HOME: here } })
  if (!existsSync(outcome)) {
    if (status !== 0) missed.push(`${name}: it failed`)
    return
  }
  const found = JSON.parse(readFileSync(outcome, 'utf8')) as Outcome
  if (status !== 0 && found.bounds.every(({ holds }) => holds)) missed.push(`${name}: it failed`)
  for (const { what, found: value, bound, holds } of found.bounds) if (!holds) missed.push(`${name}: ${what}: ${value.toFixed(2)}, the bound is ${bound}`)
  if (args.includes('--update')) update(name, found)
}

/** Puts what was found between the marks of a benchmark's part of the document. */
function update(name: string, { tables, bounds }: Outcome): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const text = readFileSync(document, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < 0) return
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform}, ${new Date().toISOString().slice(0, 10)}.`
  const parts = [machine, ...tables.map(markdown)]
  if (bounds.length > 0) {
    parts.push(markdown({ title: 'Bounds', heads: ['', 'found', 'bound', ''], rows: bounds.map(({ what, found, bound, holds }) => [what, found.toFixed(2), String(bound), holds ? 'holds' : '**missed**']) }))
  }
  writeFileSync(document, `${text.slice(0, from + begin.length)}\n${parts.join('\n\n')}\n${text.slice(to)}`)
}

function markdown({ title, heads, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [`**${title}**`, '', line(heads), line(heads.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
