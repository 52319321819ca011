import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDrivers, build, HOSTS, runApp } from './hosts.ts'
import type { Host } from './hosts.ts'
import { createWorkspace, runWell } from './workspace.ts'
import type { Output, Workspace } from './workspace.ts'

/** Every option of a function that has a say in keys, values or places, in comments and in `persist()`. */
const FILES = {
  'package.json': JSON.stringify({ name: 'options', type: 'module' }),
  'table.txt': 'one',
  'src/marked.ts': `
import { writeFileSync } from 'node:fs'

const say = (name: string): void => console.error('computed ' + name)

// @persist { skip: ['device'], groupBy: ['set', ['depth', 'opts.unit']], tags: ['nightly'], maxAge: '7d' }
export function train(set: string, depth: number, opts: { unit: string }, device = 'cpu'): string {
  say('train')
  return [set, depth, opts.unit].join()
}

// @persist { version: 2, env: ['RATE'] }
export const rate = (n: number): string => {
  say('rate')
  return n + ' at ' + process.env.RATE
}

// @persist { name: 'pinned', files: ['table.txt'] }
export function read(n: number): number {
  say('read')
  return n * 3
}

/** @persist { batch: ['ids'] } */
export async function load(ids: number[], scale = 1): Promise<number[]> {
  say('load ' + ids)
  return ids.map((id) => id * scale)
}

// @persist { outFile: 'path', impure: true }
export function write(path: string, text: string): number {
  say('write')
  writeFileSync(path, text)
  return text.length
}

// @persist { lazy: true }
export async function big(n: number): Promise<number[]> {
  say('big')
  return Array.from({ length: n }, (_, index) => index)
}

export class Shelf {
  books: number
  constructor(books: number) {
    this.books = books
  }

  // @persist { skip: ['loud'] }
  count(loud: boolean): number {
    say('count')
    return this.books
  }
}
`,
  'src/wrapped.ts': `
import { bytes, defineCodec, dropIf, dropIfEqual, ignore, json, persist, persistKey, registerClass, stableHash, structured } from 'unplugin-persist'

const say = (name: string): void => console.error('computed ' + name)

export class Point {
  x: number
  constructor(x: number) {
    this.x = x
  }
}
registerClass(Point, { encode: ({ x }: Point) => x, decode: (x: number) => new Point(x) })

export class Model {
  name: string
  loaded = Math.random()
  constructor(name: string) {
    this.name = name
  }
  [persistKey](): unknown {
    return this.name
  }
}

const hex = defineCodec({
  name: 'hex',
  version: 2,
  extension: '.hex',
  encode: (value: number) => Buffer.from(value.toString(16)),
  decode: (data) => Number.parseInt(Buffer.from(data).toString(), 16),
})

export const fit = persist(async (rows: number[], seed = 0, log = '') => {
  say('fit')
  return { rows, seed }
}, { codec: json({ pretty: true }), key: { seed: dropIfEqual(0), log: ignore } })

export const all = persist((a: { id: number; noise: number }, b: unknown[]) => {
  say('all')
  return new Point(a.id)
}, { key: (a) => a.id, groupBy: ['a.id'] })

export const rule = persist(function rule(a: string, b: { x: number }) {
  say('rule')
  return new Map([[a, b.x]])
}, { key: { a: (text: string) => text.toLowerCase(), b: stableHash }, untracked: ['hash'], validate: ({ value }) => value.size === 1, cacheIf: (value) => value.size === 1 })

export const own = persist((n: number, more?: number[]) => {
  say('own')
  return n * 16
}, { codec: hex, key: { more: dropIf((list) => list === undefined || list.length === 0) }, hashSize: 3, durability: 'disk' })

export const parts = persist((model: Model) => {
  say('parts')
  return { head: new Uint8Array([1, 2]), rest: model.name, point: new Point(3) }
}, { codec: { head: bytes(), rest: json(), point: structured() }, name: 'parts', version: 'b' })

export const items = persist(async (xs: string[], upper: boolean) => {
  say('items ' + xs)
  return xs.map((x) => (upper ? x.toUpperCase() : x))
}, { batch: ['xs'], codec: json(), tags: ['items'] })
`,
  'src/main.ts': `
import { handle } from 'unplugin-persist'
import { big, load, rate, read, Shelf, train, write } from './marked.ts'
import { all, fit, items, Model, own, parts, Point, rule } from './wrapped.ts'

async function main(): Promise<void> {
  const results = [
    train('mnist', 2, { unit: 'kg' }), train('mnist', 2, { unit: 'kg' }, 'gpu'), rate(2), read(2),
    await load([1, 2, 3]), await load([2, 3, 4]), write('out.txt', 'hello'),
    await (await big(3) as unknown as { load(): Promise<number[]> }).load(), new Shelf(3).count(true), new Shelf(3).count(false),
    await fit([1], 0, 'a'), await fit([1], undefined, 'b'), await fit([1], 2),
    all({ id: 1, noise: 1 }, []).x, all({ id: 1, noise: 2 }, [3]) instanceof Point, [...rule('A', { x: 1 })], [...rule('a', { x: 1 })],
    own(2), own(2, []), parts(new Model('m')).rest, parts(new Model('m')).point.x, [...parts(new Model('m')).head],
    await items(['a', 'b'], true), await items(['b', 'c'], true),
  ]
  const functions = [train, rate, read, load, write, big, fit, all, rule, own, parts, items] as ((...args: any[]) => unknown)[]
  const places = functions.map((fn) => {
    const { module, name, fingerprint } = handle(fn).info
    return [module, name, fingerprint]
  })
  const keys = [handle(train).lazy('mnist', 2, { unit: 'kg' }).key, handle(rule).lazy('A', { x: 1 }).key, (await handle(fit).lazy([1])).key, handle(own).lazy(2).key]
  console.log(JSON.stringify({ results, places, keys }))
}

export const done: Promise<void> = main()
`,
}

const COMPUTED = ['all', 'big', 'count', 'fit', 'fit', 'items a,b', 'items c', 'load 1,2,3', 'load 4', 'own', 'parts', 'rate', 'read', 'rule', 'train', 'write']

/** Scripts under the hooks, and hosts of each kind. */
const STARTS: readonly (Host | { name: string; args: readonly string[] })[] = [
  { name: 'register, then tsx', args: ['--import', 'unplugin-persist/register', '--import', 'tsx'] },
  { name: 'tsx, then register', args: ['--import', 'tsx', '--import', 'unplugin-persist/register'] },
  ...HOSTS.filter(({ driver }) => driver !== 'vite-runner' && driver !== 'loader'),
]

let workspace: Workspace
let app: string

beforeAll(() => {
  workspace = createWorkspace()
  app = workspace.write('app', FILES)
  addDrivers(app)
})

afterAll(() => workspace.remove())

async function start(host: (typeof STARTS)[number], env: Record<string, string> = {}): Promise<Output> {
  const store = join(workspace.directory, 'store')
  rmSync(join(app, 'out.txt'), { force: true })
  if ('args' in host) return runWell(process.execPath, [...host.args, 'src/main.ts'], { cwd: app, env: { PERSIST_PATH: store, RATE: '1', ...env } })
  await build(host, app)
  return runApp(host, app, store, { RATE: '1', ...env })
}

// One after the other, on one store: each start finds what the first has left.
describe.sequential('options mean the same at each start and under each host', () => {
  let first: Output

  test('the first computes each distinct call once', async () => {
    first = await start(STARTS[0]!)
    expect(first.computed).toEqual(COMPUTED)
    expect(first.stderr).not.toContain('[unplugin-persist]')
    const again = await start(STARTS[0]!)
    expect(again).toMatchObject({ computed: [], result: first.result })
  })

  test.each(STARTS.slice(1))('$name finds all, under the same names, fingerprints and keys', async (host) => {
    const found = await start(host)
    expect(found.computed).toEqual([])
    expect(JSON.parse(found.result)).toEqual(JSON.parse(first.result))
    expect(existsSync(join(app, 'out.txt'))).toBe(true)
  })

  test('what an input outside changes is computed once, and found by the others', async () => {
    writeFileSync(join(app, 'table.txt'), 'two')
    const [here, ...others] = STARTS.filter(({ name }) => /^(?:tsx|Vite SSR|esbuild \(C|webpack$)/.test(name))
    expect((await start(here!, { RATE: '2' })).computed).toEqual(['rate', 'read'])
    for (const other of others) expect((await start(other, { RATE: '2' })).computed).toEqual([])
  })

  test('an edit of a rule or a codec is none of the function; an edit of the function is one under each host', async () => {
    writeFileSync(join(app, 'src/wrapped.ts'), FILES['src/wrapped.ts'].replace('n * 16', 'n * 32'))
    const [here, ...others] = STARTS.filter(({ name }) => /^(?:Rolldown|tsx|Vite SSR|esbuild \(C)/.test(name))
    expect((await start(here!, { RATE: '2' })).computed).toEqual(['own'])
    for (const other of others) expect((await start(other, { RATE: '2' })).computed).toEqual([])
    writeFileSync(join(app, 'src/wrapped.ts'), FILES['src/wrapped.ts'])
    for (const other of others) expect((await start(other, { RATE: '2' })).computed).toEqual([])
  })
})
