/**
 * What a call adds: a repeated hit, a first hit of a key, a miss; beside memoize-fs, and beside what a hit can't do without:
 * SHA-256 of a small key and decoding the bytes. Run with `node --import tsx bench/call.ts`.
 */
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import memoizeFs from 'memoize-fs'
import { configure, handle } from '../src/index.ts'
import { call, define } from '../src/runtime/index.ts'
import { expectWithin, measure, report } from './measure.ts'

const directory = mkdtempSync(join(tmpdir(), 'persist-bench-'))
configure({ persistPath: join(directory, 'store') })
const project = { name: 'unplugin-persist', at: '' }

/** About a hundred bytes. */
const result = (id: number) => ({ id, name: 'a name of some length', tags: ['one', 'two'], ok: true, score: 0.125 })
const m = define({ v: 1, module: 'bench/call.ts', name: 'small', fingerprint: 'bench', project, params: ['id', 'kind'] }, () => small)
function small(id: number, kind: string): ReturnType<typeof result> {
  return call(m, undefined, [id, kind], 0, () => result(id))
}
const n = define({ v: 1, module: 'bench/call.ts', name: 'late', fingerprint: 'bench late', project, params: ['id', 'kind'], async: true }, () => late)
async function late(id: number, kind: string): Promise<ReturnType<typeof result>> {
  return call(n, undefined, [id, kind], 0, async () => result(id))
}

function hits(): void {
  const bytes = serialize(result(1))
  small(1, 'x')
  const results = measure([
    { name: 'SHA-256 + v8.deserialize', run: () => (hash('sha256', 'persist-key-1;0123456789abcdef;0=d1;1=s1:x', 'hex'), deserialize(bytes)) },
    { name: 'repeated hit', run: () => small(1, 'x') },
    { name: 'handle().has', run: () => control.has(1, 'x') },
  ])
  report('A repeated hit, sync, 100 bytes', results)
  expectWithin(results, 'repeated hit', 1)
}
const control = handle(small)

function misses(): void {
  let id = 1000
  const file = join(directory, 'file')
  const bytes = serialize(result(1))
  writeFileSync(file, bytes)
  const results = measure([
    { name: 'readFileSync of as many bytes', run: () => readFileSync(file) },
    { name: 'miss of a sync function', run: () => small(id++, 'x') },
  ])
  report('A miss: all that the cache adds', results)
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
  report(`Awaited calls (${times} a round)`, [...samples].map(([name, list]) => ({ name, median: list.sort((a, b) => a - b)[list.length >> 1]! })))
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
