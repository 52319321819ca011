/**
 * The store's own bounds. Run: node --import tsx bench/store.ts [largest number of entries, default 100000]
 *
 * better-sqlite3 is compared with when it can be resolved, from here or from the directory in PERSIST_BENCH_PEERS: it is compiled
 * when it is installed, so it is no dependency.
 */
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { openStore } from '../src/store/index.ts'
import type { FunctionStore } from '../src/store/types.ts'
import { expectWithin, measure, report, type Result } from './measure.ts'

const context = { node: process.version, package: '0.1.0' }
const options = {
  hashSize: 500, lockGranularity: 'call', durability: 'process', maxSize: '10GB', keepVersions: '30d', context, onDamage: console.error,
} as const
const payload = serialize({ id: 1, name: 'a name of some length', tags: ['one', 'two'], ok: true, score: 0.125 })
const keyOf = (id: number): string => hash('sha256', `persist-key-1;0123456789abcdef;${id}`, 'hex')
const open = (root: string): FunctionStore => openStore(root, options).project({ name: 'bench', id: 'x' }).function('src/a.ts', 'f')
const put = (store: FunctionStore, id: number): void =>
  void store.put(keyOf(id), [], { codec: 'structured@1', meta: { created: Date.now(), duration: 0.5, fingerprint: 'f'.repeat(32) }, payload })

const [mode, ...rest] = process.argv.slice(2)
if (mode === 'first') firstHits(...(rest as [string, string]))
else all(Number(mode ?? 100_000))

function all(most: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'persist-bench-'))
  try {
    lookUps(join(directory, 'hits'))
    misses(directory)
    leases(join(directory, 'leases'))
    large(directory)
    scale(directory, most)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Database {
  pragma(text: string): void
  exec(text: string): void
  prepare(text: string): { run(...values: unknown[]): void; get(...values: unknown[]): { value: Buffer } | undefined }
}

function openSqlite(path: string): Database | undefined {
  try {
    const from = process.env.PERSIST_BENCH_PEERS ? join(process.env.PERSIST_BENCH_PEERS, 'package.json') : import.meta.url
    const Sqlite = createRequire(from)('better-sqlite3') as new (path: string) => Database
    const database = new Sqlite(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.exec('CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID')
    return database
  } catch {
    console.log('(better-sqlite3 is not there: nothing to compare with)')
    return undefined
  }
}

function lookUps(root: string): void {
  const store = open(root)
  for (let id = 0; id < 1000; id++) put(store, id)
  const database = openSqlite(`${root}.sqlite`)
  const select = database?.prepare('SELECT value FROM entries WHERE key = ?')
  database?.prepare('INSERT INTO entries VALUES (?, ?)').run(Buffer.from(keyOf(1), 'hex'), payload)
  const key = keyOf(1)
  let at = 0
  const results = measure([
    { name: 'SHA-256 + v8.deserialize', run: () => (keyOf(1), deserialize(payload)) },
    { name: 'look-up of one key', run: () => store.get(key, [])!.bytes() },
    { name: 'look-up of a thousand keys in turn', run: () => store.get(keyOf(++at % 1000), [])!.bytes() },
    { name: 'key + look-up + v8.deserialize', run: () => deserialize(store.get(keyOf(1), [])!.bytes()) },
    ...(select ? [{ name: 'better-sqlite3, the same', run: () => deserialize(select.get(Buffer.from(keyOf(1), 'hex'))!.value) }] : []),
  ])
  report('A repeated hit of 100 bytes', results)
}

function misses(directory: string): void {
  const store = open(join(directory, 'misses'))
  const database = openSqlite(join(directory, 'misses.sqlite'))
  const insert = database?.prepare('INSERT INTO entries VALUES (?, ?)')
  for (let id = 0; id < 6000; id++) put(store, id)
  let mine = 1_000_000
  let alone = 50_000_000
  let theirs = 1_000_000
  const results = measure([
    ...(insert ? [{ name: 'better-sqlite3: insert', run: () => insert.run(Buffer.from(keyOf(theirs++), 'hex'), payload) }] : []),
    {
      name: 'look up, lease, put, release',
      run() {
        const key = keyOf(mine)
        store.get(key, [])
        const answer = store.lease(key, [])
        put(store, mine++)
        if ('lease' in answer) answer.lease.release()
      },
    },
    { name: 'look up, put', run: () => (store.get(keyOf(alone), []), put(store, alone++)) },
  ])
  report('A miss', results)
  if (insert) expectWithin(results, 'look up, lease, put, release', 1.5)
}

/** A claim in an append-only file against a file that is made and removed for each. */
function leases(root: string): void {
  const store = open(root)
  put(store, 0)
  const files = join(root, 'linked')
  mkdirSync(files)
  let claim = 0
  let file = 0
  report('Taking and releasing a lease', measure([
    {
      name: 'claim records',
      run() {
        const answer = store.lease(keyOf(++claim), [])
        if ('lease' in answer) answer.lease.release()
      },
    },
    {
      name: 'a file created and removed',
      run() {
        const path = join(files, String(++file))
        closeSync(openSync(path, 'wx'))
        rmSync(path)
      },
    },
  ]))
}

function large(directory: string): void {
  const store = open(join(directory, 'large'))
  const bytes = Buffer.alloc(8 * 1024 * 1024, 5)
  store.put(keyOf(1), [], { codec: 'structured@1', meta: { created: 1, duration: 1, fingerprint: 'f' }, payload: bytes })
  const { file } = store.get(keyOf(1), [])!
  const read = (): number => {
    const descriptor = openSync(file!, 'r')
    const target = Buffer.allocUnsafeSlow(bytes.length)
    readSync(descriptor, target, 0, target.length, 0)
    closeSync(descriptor)
    return crc32(target)
  }
  const results = measure([{ name: 'read into a buffer + crc32', run: read }, { name: 'hit of 8 MB', run: () => store.get(keyOf(1), [])!.bytes() }], 60)
  report('8 MB', results)
  expectWithin(results, 'hit of 8 MB', 1.2)
}

/** In a process of its own: hits of keys that it has not met, and the memory that the index takes. */
function firstHits(root: string, count: string): void {
  const store = open(root)
  const path = join(root, '..', 'file')
  for (let i = 0; i < 200; i++) readFileSync(path)
  const started = performance.now()
  for (let i = 0; i < 1000; i++) readFileSync(path)
  const file = (performance.now() - started) * 1000
  const every = Math.floor(Number(count) / 1000)
  const keys = Array.from({ length: 1000 }, (_, i) => keyOf(i * every))
  const hit = (): number => {
    const began = performance.now()
    for (const key of keys) if (!store.get(key, [])?.bytes()) throw new Error('missing')
    return (performance.now() - began) * 1000
  }
  const first = hit()
  // So many others that each bucket is opened; then keys that were not met yet.
  for (let i = 0; i < 5000; i++) store.get(keyOf((i * 7919) % Number(count)), [])
  keys.splice(0, 1000, ...Array.from({ length: 1000 }, (_, i) => keyOf(i * every + (every > 1 ? 1 : 0))))
  const opened = hit()
  console.log(JSON.stringify({ file: file / 1000, first: first / 1000, opened: opened / 1000 }))
}

function scale(directory: string, most: number): void {
  writeFileSync(join(directory, 'file'), Buffer.alloc(200))
  const opened: Result[] = []
  for (let count = 1000; count <= most; count *= count === 1000 ? 100 : 10) {
    const root = join(directory, String(count))
    const store = open(root)
    for (let id = 0; id < count; id++) put(store, id)
    const runs = Array.from({ length: 5 }, () => {
      const child = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), 'first', root, String(count)], { encoding: 'utf8' })
      return JSON.parse(child.stdout) as { file: number; first: number; opened: number }
    })
    const median = (of: 'file' | 'first' | 'opened'): number => runs.map((run) => run[of]).sort((a, b) => a - b)[2]!
    const results = [
      { name: 'readFileSync of 200 bytes', median: median('file') }, { name: 'first hit in a new process', median: median('first') },
      { name: 'further keys, buckets open', median: median('opened') },
    ]
    report(`${count} entries, 1,000 keys`, results)
    if (count === 1000) expectWithin(results, 'first hit in a new process', 2)
    opened.push({ name: `${count} entries`, median: median('opened') })
    onDisk(store.directory, count)
  }
  report('Once the buckets are open', opened)
  for (const { name } of opened.slice(1)) expectWithin(opened, name, 1.5)
}

function onDisk(directory: string, count: number): void {
  const names = readdirSync(directory)
  let bytes = 0
  for (const name of names) bytes += statSync(join(directory, name)).size
  const more = bytes / count - payload.length
  console.log(`  on disk: ${names.length} files, ${more.toFixed(1)} bytes an entry beside the payload's ${payload.length}`)
  if (names.length > 510 || more > 160) {
    console.log('  FAILED: at most 510 files and 160 bytes')
    process.exitCode = 1
  }
}
