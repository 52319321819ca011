/**
 * Many processes at once on one store: calls of sync, async, nested and recursive functions, threads, rewriting, forgetting, clearing and
 * collection, and processes that are killed in the middle of it. In the end each call must have been computed once, but for those whose
 * owner was killed, and every result must have been right.
 *
 *   npm run bench load                 # 16 processes for 60 seconds
 *   npm run bench load 10 4            # seconds, processes
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expectAtMost, reportTable } from './measure.ts'

const [seconds = 60, processes = 16] = process.argv.slice(2).map(Number)
/** Milliseconds between two kills. */
const KILL_EVERY = 1500
const COLLECT_EVERY = 4000

const built = dirname(fileURLToPath(import.meta.url))
const child = join(built, 'load-child.mjs')
buildSync({
  entryPoints: [join(process.env.PERSIST_BENCH_HOME ?? built, 'load-child.ts')], outfile: child, bundle: true, platform: 'node', format: 'esm', target: 'node20',
  packages: 'external', logLevel: 'error',
})

const directory = mkdtempSync(join(tmpdir(), 'persist-load-'))
const store = join(directory, 'store')
const log = join(directory, 'log')
const running = new Set<ChildProcess>()
const failures: string[] = []
let killed = 0
let collections = 0
let over = false
const until = Date.now() + seconds * 1000

function start(seed: number): void {
  const one = spawn(process.execPath, [child, store, log, String(seed), String(until)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  one.stderr!.on('data', (data: Buffer) => (errors += data.toString()))
  one.once('close', (code, signal) => {
    running.delete(one)
    // Advice about slow caches is no failure.
    if (signal !== 'SIGKILL' && (code !== 0 || errors.includes('can\'t'))) failures.push(`exit ${code ?? signal}: ${errors.slice(0, 500)}`)
  })
  running.add(one)
}

function collect(): void {
  if (over) return
  const gc = spawn(process.execPath, [join(built, '../dist/cli.js'), 'gc', '--store', store, '--json'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  gc.stderr!.on('data', (data: Buffer) => (errors += data.toString()))
  gc.once('close', (code) => {
    collections++
    if (code !== 0) failures.push(`gc: ${errors.slice(0, 500)}`)
    setTimeout(collect, COLLECT_EVERY)
  })
}

for (let at = 0; at < processes; at++) start(at)
setTimeout(collect, COLLECT_EVERY)
let seed = processes
const killer = setInterval(() => {
  const victim = [...running][Math.floor(Math.random() * running.size)]
  if (!victim) return
  victim.kill('SIGKILL')
  killed++
  start(seed++)
}, KILL_EVERY)
await new Promise((resolve) => setTimeout(resolve, until - Date.now()))
clearInterval(killer)
over = true
const patience = Date.now() + 60_000
while (running.size > 0 && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 50))
const hanging = running.size
for (const one of running) one.kill('SIGKILL')

/** `> id` a computation begins, `< id` its caller has got what it gave, `! …` something is wrong. */
const computations = new Map<string, { begun: number; ended: number }>()
let calls = 0
const wrong: string[] = []
for (const line of readFileSync(log, 'utf8').split('\n')) {
  const [mark, id] = [line[0], line.slice(2)]
  if (mark === '!') wrong.push(id)
  else if (mark === '#') calls += Number(id)
  else if (mark === '>' || mark === '<') {
    const known = computations.get(id) ?? { begun: 0, ended: 0 }
    computations.set(id, known)
    if (mark === '>') known.begun++
    else known.ended++
  }
}
const twice = [...computations].filter(([, { begun, ended }]) => begun > 1 + (begun - ended))
const lost = [...computations.values()].filter(({ begun, ended }) => begun !== ended).length
reportTable({
  title: `${processes} processes, ${seconds} s`,
  heads: ['', 'number'],
  rows: [
    ['distinct calls', String(computations.size)], ['computations', String([...computations.values()].reduce((sum, { begun }) => sum + begun, 0))],
    ['of them by processes that were killed', String(lost)], ['calls', String(calls)], ['processes killed', String(killed)], ['collections', String(collections)],
  ],
})
for (const line of [...wrong.slice(0, 5), ...failures.slice(0, 5), ...twice.slice(0, 5).map(([id, { begun, ended }]) => `${id}: computed ${begun} times, ${ended} of them to the end`)]) console.log(`  ${line}`)
expectAtMost('calls that were computed more than once', twice.length, 0)
expectAtMost('wrong results', wrong.length, 0)
expectAtMost('processes that failed', failures.length, 0)
expectAtMost('processes that did not end', hanging, 0)
rmSync(directory, { recursive: true, force: true })
