/**
 * First hits of keys in new processes, over stores of a thousand entries up to the number that is given (100,000 if none is); what an
 * entry takes in memory and on disk; a value of 8 MB. Measures the built package, through calls of a persisted function.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { configure, handle, structured } from 'unplugin-persist'
import { call, define } from 'unplugin-persist/runtime'
import { expectAtMost, expectWithin, measureLarge, medianOf, report, reportTable, type Result } from './measure.ts'

const project = { name: 'unplugin-persist', at: '' }
const KEYS = 1000
/** So many calls of another function come before those that are measured in a process that has run for a while. */
const WARMING = 5000
/** How often each new process is started: the median counts. */
const ROUNDS = 7

/** About a hundred bytes. */
const result = (id: number) => ({ id, name: 'a name of some length', tags: ['one', 'two'], ok: true, score: 0.125 })
const m = define({ v: 1, module: 'bench/store.ts', name: 'small', fingerprint: 'bench', project, params: ['id', 'kind'] }, () => small)
function small(id: number, kind: string): ReturnType<typeof result> {
  return call(m, undefined, [id, kind], 0, () => result(id))
}
const w = define({ v: 1, module: 'bench/store.ts', name: 'warming', fingerprint: 'bench', project, params: ['id', 'kind'] }, () => warming)
function warming(id: number, kind: string): ReturnType<typeof result> {
  return call(w, undefined, [id, kind], 0, () => result(id))
}
const l = define({ v: 1, module: 'bench/store.ts', name: 'large', fingerprint: 'bench', project, params: ['id'] }, () => large)
function large(id: number): Float64Array {
  return call(l, undefined, [id], 0, () => new Float64Array(1024 * 1024).fill(id))
}

const [mode, ...rest] = process.argv.slice(2)
if (mode === 'first') firstHits(...(rest as [string, string]))
else if (mode === 'opened') openedHits(...(rest as [string, string]))
else if (mode === 'memory') memory(...(rest as [string, string]))
else if (mode === 'fill') fill(...(rest as [string, string]))
else all(Number(mode ?? 100_000))

function all(most: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'persist-bench-'))
  try {
    largeValue(join(directory, 'large'))
    scale(directory, most)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function largeValue(root: string): void {
  configure({ persistPath: root })
  large(1)
  const file = handle(large).lazy(1)!.path!
  const read = (): number => {
    const descriptor = openSync(file, 'r')
    const target = Buffer.allocUnsafeSlow(statSync(file).size)
    readSync(descriptor, target, 0, target.length, 0)
    closeSync(descriptor)
    return crc32(target)
  }
  const results = measureLarge([{ name: 'read into a buffer + crc32', run: read }, { name: 'hit of 8 MB', run: () => large(1) }])
  report('A Float64Array of 8 MB', results)
  expectWithin(results, 'hit of 8 MB', 1.2)
}

function scale(directory: string, most: number): void {
  writeFileSync(join(directory, 'file'), Buffer.alloc(200))
  const counts: number[] = []
  for (let count = 1000; count <= most; count *= count === 1000 ? 100 : 10) counts.push(count)
  const runs = new Map<number, First[]>()
  for (const count of counts) {
    mkdirSync(join(directory, String(count)))
    child('fill', join(directory, String(count)), count)
    runs.set(count, [])
  }
  // In turn, so that a slow moment of the machine hits each of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const count of counts) {
      const run = (what: string): First => child(what, join(directory, String(count)), count) as First
      runs.get(count)!.push({ ...run('first'), ...run('opened') })
    }
  }
  const opened: Result[] = []
  const space: string[][] = []
  for (const count of counts) {
    const median = (of: keyof First): number => medianOf(runs.get(count)!.map((run) => run[of]))
    // Against what was measured beside it: each process has its own moment.
    const file = median('file')
    const against = (of: 'first' | 'others'): number => file * medianOf(runs.get(count)!.map((run) => run[of] / run.file))
    const results = [
      { name: 'readFileSync of 200 bytes', median: file }, { name: 'first hit in a new process', median: against('first') },
      { name: 'without the first, which opens the store', median: against('others') },
      { name: 'in one that has run for a while, buckets open', median: median('opened') },
    ]
    report(`${count.toLocaleString('en-US')} entries: ${KEYS.toLocaleString('en-US')} keys that a new process meets`, results)
    if (count === 1000) expectWithin(results, 'first hit in a new process', 2)
    opened.push({ name: `${count} entries`, median: median('opened') })
    const { kept } = child('memory', join(directory, String(count)), count) as { kept: number }
    const { files, more } = onDisk(join(directory, String(count)), count)
    space.push([count.toLocaleString('en-US'), (kept / count).toFixed(0), more.toFixed(1), String(files)])
    if (count === 100_000) {
      expectAtMost('100,000 entries: bytes on disk each, beside the value and the preview', more, 160)
      expectAtMost('100,000 entries: files', files, 510)
    }
    if (count === 1_000_000) expectAtMost('1,000,000 entries: bytes of memory each, kept bytes of files (64 MB) included', kept / count, 100)
  }
  report('First hit of a key, once the buckets are open', opened)
  for (const { name } of opened.slice(1)) expectWithin(opened, name, 1.5)
  reportTable({ title: 'What an entry takes', heads: ['entries', 'bytes of memory', 'bytes on disk beside value and preview', 'files'], rows: space })
}

interface First {
  file: number
  first: number
  /** Without the first of them, which opens project, store and bucket. */
  others: number
  opened: number
}

function child(what: string, root: string, count: number): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), what, root, String(count)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${what}: ${stderr}`)
  return JSON.parse(stdout || 'null')
}

/** In a process of its own: so many misses. */
function fill(root: string, count: string): void {
  configure({ persistPath: root })
  for (let id = 0; id < Number(count); id++) small(id, 'x')
  for (let id = 0; id < WARMING; id++) warming(id, 'x')
}

/** In a process of its own: hits of keys that it has not met. */
function firstHits(root: string, count: string): void {
  configure({ persistPath: root })
  const path = join(root, '..', 'file')
  for (let i = 0; i < 200; i++) readFileSync(path)
  const started = performance.now()
  for (let i = 0; i < KEYS; i++) readFileSync(path)
  const file = (performance.now() - started) * 1000
  const began = performance.now()
  small(0, 'x')
  const opening = (performance.now() - began) * 1000
  const others = timeOfHits(Number(count), 0)
  console.log(JSON.stringify({ file: file / KEYS, first: (opening + others) / KEYS, others: others / (KEYS - 1) }))
}

/** In a process of its own that has run for a while and has opened all buckets: hits of keys that it has not met. */
function openedHits(root: string, count: string): void {
  configure({ persistPath: root })
  for (let id = 0; id < WARMING; id++) warming(id, 'x')
  // A thousand entries stand in one bucket.
  if (Number(count) === KEYS) small(0, 'x')
  else for (let i = 0; i < 5000; i++) small((i * 7919) % Number(count), 'x')
  console.log(JSON.stringify({ opened: timeOfHits(Number(count), 1) / KEYS }))
}

/** Microseconds that a thousand hits take, of keys that stand evenly in the store. */
function timeOfHits(count: number, from: number): number {
  const every = Math.floor(count / KEYS)
  const began = performance.now()
  for (let i = 1 - from; i < KEYS; i++) small((i * every + from) % count, 'x')
  return (performance.now() - began) * 1000
}

/** In a process of its own: what the process keeps once it has opened all buckets. */
function memory(root: string, count: string): void {
  configure({ persistPath: root })
  const used = (): number => {
    globalThis.gc!()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  // Of a store without entries: what is loaded once doesn't count.
  configure({ persistPath: `${root}.none` })
  small(0, 'x')
  configure({ persistPath: root })
  const before = used()
  for (let i = 0; i < 20_000; i++) small((i * 7919) % Number(count), 'x')
  console.log(JSON.stringify({ kept: used() - before }))
}

function onDisk(root: string, count: number): { files: number; more: number } {
  configure({ persistPath: root })
  const { directory } = handle(small).info
  const names = readdirSync(directory!)
  let bytes = 0
  for (const name of names) bytes += statSync(join(directory!, name)).size
  const payload = (structured().encode(result(123_456)) as Uint8Array).byteLength
  const notes = (id: number): number => Buffer.byteLength(JSON.stringify({ p: handle(small).peek(id, 'x')!.meta.preview }))
  let previews = 0
  for (let id = 0; id < KEYS; id++) previews += notes(id * Math.floor(count / KEYS))
  return { files: names.length, more: bytes / count - payload - previews / KEYS }
}
