/**
 * What a call adds, in one process: a repeated hit and a miss. Beside what a hit can't do without (SHA-256 of a small key and decoding
 * the bytes), better-sqlite3 as a key-value store with the same hashing and decoding, and memoize-fs. Measures the built package.
 */
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import memoizeFs from 'memoize-fs'
import { configure, handle } from 'unplugin-persist'
import { call, define } from 'unplugin-persist/runtime'
import { expectAhead, expectAtMost, expectWithin, measure, medianOf, report } from './measure.ts'
import { openSqlite } from './sqlite.ts'

const directory = mkdtempSync(join(tmpdir(), 'persist-bench-'))
configure({ persistPath: join(directory, 'store') })
const project = { name: 'unplugin-persist', at: '' }

/** About a hundred bytes. */
const result = (id: number) => ({ id, name: 'a name of some length', tags: ['one', 'two'], ok: true, score: 0.125 })
const bytes = serialize(result(1))
const keyOf = (id: number): string => hash('sha256', `persist-key-1;0123456789abcdef;0=d${id};1=s1:x`, 'hex')

const m = define({ v: 1, module: 'bench/call.ts', name: 'small', fingerprint: 'bench', project, params: ['id', 'kind'] }, () => small)
function small(id: number, kind: string): ReturnType<typeof result> {
  return call(m, undefined, [id, kind], 0, () => result(id))
}
const n = define({ v: 1, module: 'bench/call.ts', name: 'late', fingerprint: 'bench late', project, params: ['id', 'kind'], async: true }, () => late)
async function late(id: number, kind: string): Promise<ReturnType<typeof result>> {
  return call(n, undefined, [id, kind], 0, async () => result(id))
}

const database = openSqlite(join(directory, 'sqlite'))
const select = database?.prepare('SELECT value FROM entries WHERE key = ?')
const insert = database?.prepare('INSERT INTO entries VALUES (?, ?)')

function hits(): void {
  small(1, 'x')
  const control = handle(small)
  insert?.run(Buffer.from(keyOf(1), 'hex'), bytes)
  const results = measure([
    { name: 'SHA-256 + v8.deserialize', run: () => (keyOf(1), deserialize(bytes)) },
    { name: 'repeated hit', run: () => small(1, 'x') },
    { name: 'handle().has', run: () => control.has(1, 'x') },
    ...(select ? [{ name: 'better-sqlite3', run: () => deserialize(select.get(Buffer.from(keyOf(1), 'hex'))!.value) }] : []),
  ])
  report('A repeated hit, sync, 100 bytes', results)
  expectWithin(results, 'repeated hit', 1)
  if (select) expectAhead(results, 'repeated hit', ['better-sqlite3'])
}

function misses(): void {
  let mine = 1000
  let theirs = 1000
  const results = measure([
    ...(insert ? [{ name: 'better-sqlite3: insert', run: () => insert.run(Buffer.from(keyOf(theirs++), 'hex'), bytes) }] : []),
    { name: 'miss of a sync function', run: () => small(mine++, 'x') },
  ])
  report('A miss: all that the cache adds', results)
  if (insert) expectWithin(results, 'miss of a sync function', 1.5)
}

/** For what gives promises: rounds in turn, medians, microseconds for one call. */
async function medians(candidates: readonly { name: string; run(): Promise<unknown> }[], times: number): Promise<void> {
  const samples = new Map(candidates.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < 15; round++) {
    for (const { name, run } of candidates) {
      const start = performance.now()
      for (let index = 0; index < times; index++) await run()
      samples.get(name)!.push(((performance.now() - start) * 1000) / times)
    }
  }
  const results = [...samples].map(([name, list]) => ({ name, median: medianOf(list) }))
  report(`Awaited calls (${times} a round)`, results)
  expectAtMost('hit: times a hit of memoize-fs, in fiftieths', (results[0]!.median / results[1]!.median) * 50, 1)
}

hits()
misses()
const peer = await memoizeFs({ cachePath: join(directory, 'peer') }).fn(async (id: number, _kind: string) => result(id))
await Promise.all([late(1, 'x'), peer(1, 'x')])
let next = 1_000_000
await medians([
  { name: 'hit', run: () => late(1, 'x') },
  { name: 'hit, memoize-fs', run: () => peer(1, 'x') },
  { name: 'miss', run: () => late(next++, 'x') },
  { name: 'miss, memoize-fs', run: () => peer(next++, 'x') },
], 50)
rmSync(directory, { recursive: true, force: true })
