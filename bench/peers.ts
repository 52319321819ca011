/**
 * Other ways of keeping results on disk, side by side: the same function and the same measures for each, every measure in processes of
 * their own, in turn. `npm run bench install` installs them; those that are not there are left out.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expectAtMost, formatMicroseconds, medianOf, reportTable } from './measure.ts'
import { peers } from './peers/adapters.ts'
import { findPython } from './peers/directory.ts'

const ROUNDS = 5
const PROCESSES = 8
const python = findPython()
const PYTHON = python === undefined ? [] : ['joblib.Memory', 'diskcache']
/** Where this file's sources are, also when it has been bundled. */
const here = process.env.PERSIST_BENCH_HOME ?? fileURLToPath(new URL('.', import.meta.url))
const child = join(fileURLToPath(new URL('.', import.meta.url)), 'peers-child.mjs')

const directory = mkdtempSync(join(tmpdir(), 'persist-peers-'))
buildSync({ entryPoints: [join(here, 'peers/child.ts')], outfile: child, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' })

function commandOf(name: string, what: string, root: string, rest: readonly string[]): [command: string, args: string[]] {
  return PYTHON.includes(name)
    ? [python!, [join(here, 'peers/peers.py'), what, name, root, ...rest]]
    : [process.execPath, [child, what, name, root, ...rest]]
}

interface Times {
  first: number
  hit: number
  miss: number
}

function measureOnce(name: string, round: number): Times | undefined {
  const [command, args] = commandOf(name, 'measure', join(directory, `${name}-times`), [String(round)])
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Times
  console.log(`(${name} is left out: ${stderr.trim().split('\n').find((line) => /error/i.test(line)) ?? `exit ${status}`})`)
  return undefined
}

/** Starts so many processes, lets them begin together and gives what each of them printed; `undefined` for one that failed. */
async function together<T>(name: string, what: string, rest: (start: string, at: number) => string[]): Promise<(T | undefined)[]> {
  const root = join(directory, `${name}-${what}`)
  mkdirSync(root, { recursive: true })
  const start = join(directory, `${name}-${what}.start`)
  const running = Array.from({ length: PROCESSES }, (_, at) => {
    const one = spawn(...commandOf(name, what, root, rest(start, at)), { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    one.stdout!.on('data', (data: Buffer) => (output += data.toString()))
    const ended = new Promise<T | undefined>((resolve) => {
      one.once('close', (code) => resolve(code === 0 ? (JSON.parse(output.trim().split('\n').at(-1)!) as T) : undefined))
    })
    const ready = new Promise<void>((resolve) => {
      one.stderr!.on('data', (data: Buffer) => data.toString().includes('ready') && resolve())
      void ended.then(() => resolve())
    })
    return { ready, ended }
  })
  await Promise.all(running.map(({ ready }) => ready))
  writeFileSync(start, '')
  return Promise.all(running.map(({ ended }) => ended))
}

interface Written {
  wrong: number
  thrown: number
  error?: string
}

try {
  const times = new Map<string, Times[]>()
  const wanted = new Set([...peers.map(({ name }) => name), ...PYTHON])
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of [...wanted]) {
      const found = measureOnce(name, round)
      if (!found) wanted.delete(name)
      // The first round fills.
      else if (round > 0) times.set(name, [...(times.get(name) ?? []), found])
    }
  }
  const rows: string[][] = []
  const medians = new Map<string, Times>()
  for (const name of wanted) {
    const median = (of: keyof Times): number => medianOf(times.get(name)!.map((run) => run[of]))
    const own: Times = { hit: median('hit'), first: median('first'), miss: median('miss') }
    medians.set(name, own)
    const log = join(directory, `${name}.log`)
    await together(name, 'once', (start) => [log, start])
    const computed = readFileSync(log, 'utf8').trim().split('\n').length
    const written = await together<Written>(name, 'write', (start, at) => [start, String(at)])
    const sum = (of: 'wrong' | 'thrown'): number => written.reduce((total, one) => total + (one?.[of] ?? 400), 0)
    const verdict = sum('wrong') + sum('thrown') === 0 ? 'right' : [sum('wrong') > 0 ? `${sum('wrong')} wrong` : '', sum('thrown') > 0 ? `${sum('thrown')} thrown` : ''].filter(Boolean).join(', ')
    const reason = written.find((one) => one?.error)?.error
    if (reason !== undefined) console.log(`(${name}: ${reason})`)
    rows.push([name, ...(['hit', 'first', 'miss'] as const).map((of) => formatMicroseconds(own[of])), String(computed), verdict])
    if (name === 'unplugin-persist') {
      expectAtMost(`unplugin-persist: computations of ${PROCESSES} processes that call at the same time`, computed, 1)
      expectAtMost(`unplugin-persist: wrong or failed calls of ${PROCESSES} writers`, sum('wrong') + sum('thrown'), 0)
    }
  }
  reportTable({
    title: `Peers: µs for a call with a result of 100 bytes, medians of ${ROUNDS} processes each; ${PROCESSES} processes that make one call of 300 ms at the same time; 3,200 calls of ${PROCESSES} writers`,
    heads: ['', 'hit', 'first hit in a new process', 'miss', 'computed', 'calls of 8 writers'],
    rows,
  })
  const own = medians.get('unplugin-persist')!
  const hitOf = (name: string): number | undefined => medians.get(name)?.hit
  const memoizeFs = hitOf('memoize-fs')
  const sqlite = hitOf('better-sqlite3')
  if (memoizeFs !== undefined) expectAtMost('hit: of a fiftieth of memoize-fs', (own.hit / memoizeFs) * 50, 1)
  if (sqlite !== undefined) expectAtMost('hit: times better-sqlite3', own.hit / sqlite, 1)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
