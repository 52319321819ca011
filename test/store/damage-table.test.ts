import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PersistError } from '../../src/errors.ts'
import { openFunctions, verify } from '../../src/store/index.ts'
import { limits } from '../../src/store/limits.ts'
import { flushUses } from '../../src/store/uses.ts'
import type { FunctionStore } from '../../src/store/types.ts'
import { context, entryOf, functionOf, keyOf, openAsAnother, temporaryDirectory, valueOf } from './helpers.ts'

/*
 * Each kind of file of a store, with each kind of damage: what is read is right, what stands elsewhere is there, new results are kept,
 * `verify` names it, and with `repair` all is well again, and nothing that was whole is lost.
 */

const long = 'l'.repeat(300)
/** Key, groups and how they are stored. */
const entries: [key: string, groups: string[], how: Parameters<typeof entryOf>[1]][] = [
  ['a', [], {}], ['b', [], {}], ['c', [], {}],
  ['d', [], { extension: '.json' }], ['e', [], { extension: '.json' }],
  ['f', [], { payload: { saveTo: (directory) => { writeFileSync(join(directory, 'value'), 'value f'); writeFileSync(join(directory, 'more'), '') } } }],
  ['g', ['group'], {}], ['h', [long], {}],
  ...Array.from({ length: 8 }, (_, at): [string, string[], object] => [`grown ${at}`, ['grown'], {}]),
]

/** A store with a file of each kind. */
function build(): string {
  const root = temporaryDirectory()
  const growth = limits.growth
  limits.growth = 400
  try {
    const store = open(root)
    store.noteVersion({ fingerprint: 'f'.repeat(32), dependencies: ['src/b.ts#x 1a2b'] })
    for (const [key, groups, how] of entries) void store.put(keyOf(key), groups, entryOf(`value ${key}`, how))
    for (const [key, groups] of entries) store.get(keyOf(key), groups)
    flushUses()
    const answer = store.lease(keyOf('z'), [])
    if ('lease' in answer) answer.lease.release()
  } finally {
    limits.growth = growth
  }
  return root
}

function open(root: string): FunctionStore {
  return functionOf(openAsAnother(root, { hashSize: 3 }))
}

/** Which entries are there. What is there must be right, and what fails must say what. */
function alive(root: string, store: FunctionStore = open(root)): string[] {
  return entries.filter(([key, groups]) => {
    try {
      const entry = store.get(keyOf(key), groups)
      // As codecs of directories are given them.
      if (entry?.directory) entry.check()
      const text = valueOf(entry)
      if (text === undefined) return false
      expect(text).toBe(`value ${key}`)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(PersistError)
      return false
    }
  }).map(([key]) => key)
}

const all = entries.map(([key]) => key)

interface Kind {
  find(names: readonly string[]): string | undefined
  /** What may be lost with it. */
  holds: readonly string[]
  /** Damage of its content is of no matter to anybody. */
  quiet?: true
}

const kinds: Record<string, Kind> = {
  'the registry': { find: (names) => names.find((name) => name.endsWith('@projects.jsonl')), holds: [] },
  'the list of fingerprints': { find: (names) => names.find((name) => name.endsWith('@fingerprints.jsonl')), holds: [] },
  'a manifest': { find: (names) => names.find((name) => name.endsWith('@manifest.jsonl')), holds: [] },
  'the uses': { find: (names) => names.find((name) => name.endsWith('@uses.jsonl')), holds: [] },
  'the groups of a shortened name': { find: (names) => names.find((name) => name.endsWith('@group.json')), holds: [] },
  'claims': { find: (names) => names.find((name) => name.includes('@claims.')), holds: [], quiet: true },
  'a bucket': { find: (names) => names.find((name) => name.endsWith('train/@1-0.1.v1')), holds: ['a', 'b', 'c', 'd', 'e', 'f'] },
  'a bucket of many': { find: (names) => names.find((name) => /grown\/@3-\d\.\d+\.v1$/.test(name)), holds: all.filter((key) => key.startsWith('grown')) },
  'a value\'s own file': { find: (names) => names.find((name) => name.endsWith('.json') && name.includes('@values')), holds: ['d', 'e'] },
  'a file of a value\'s directory': { find: (names) => names.find((name) => name.endsWith('/value')), holds: ['f'] },
}

const whole = 'x'.repeat(400)
/** What it does; where it leaves a link, what that leads to. */
type Damage = (path: string, bytes: Buffer) => string | void
const damages: [name: string, damage: Damage][] = [
  ...[0.02, 0.3, 0.5, 0.8, 0.99].map((at): [string, Damage] => [
    `with a flipped bit at ${at}`, (path, bytes) => { bytes[Math.floor(bytes.length * at)]! ^= 8; writeFileSync(path, bytes) },
  ]),
  ...[0.1, 0.6, 0.97].map((at): [string, Damage] => [`cut at ${at}`, (path, bytes) => writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * at)))]),
  ['emptied', (path) => writeFileSync(path, '')],
  ['replaced by a directory', (path) => { rmSync(path); mkdirSync(path) }],
  ['replaced by a full directory', (path) => { rmSync(path); mkdirSync(join(path, 'inner'), { recursive: true }); writeFileSync(join(path, 'file'), whole) }],
  ['with foreign content', (path) => writeFileSync(path, whole)],
  ['replaced by a link to its own content elsewhere', (path, bytes) => {
    const outside = join(temporaryDirectory(), 'outside')
    writeFileSync(outside, bytes)
    rmSync(path)
    symlinkSync(outside, path)
    return outside
  }],
  ['replaced by a link to nowhere', (path) => { rmSync(path); symlinkSync('/nonexistent/elsewhere', path) }],
]

describe.each(Object.entries(kinds))('%s', (_, { find, holds, quiet }) => {
  it.each(damages)('%s', (name, damage) => {
    const root = build()
    const path = join(root, find(listAll(root))!)
    const bytes = readFileSync(path)
    const outside = damage(path, Buffer.from(bytes))
    // What has just been made may be in the writing: this has not.
    if (lstatSync(path).isFile()) utimesSync(path, 1_700_000_000, 1_700_000_000)

    // What is named. What is cut away between two records, or two lines, can't be missed.
    openAsAnother(root)
    const { problems } = verify(root)
    const silent = (quiet && lstatSync(path).isFile()) || (name.startsWith('cut') && problems.length === 0)
    if (!silent) expect(problems.filter((problem) => path.startsWith(problem.path)), JSON.stringify(problems)).not.toEqual([])

    // Right, and the neighbours are there.
    const found = alive(root)
    expect(all.filter((key) => !found.includes(key) && !holds.includes(key)), 'lost').toEqual([])
    openAsAnother(root)
    expect([...openFunctions(root, { hashSize: 3, context })].flatMap(({ store }) => [...store.entries()]).length).toBeGreaterThanOrEqual(found.length)

    // What is mended.
    openAsAnother(root)
    verify(root, { repair: true })
    openAsAnother(root)
    expect(verify(root).problems.filter(({ kind }) => kind === 'damaged'), 'after repair').toEqual([])
    expect(alive(root), 'after repair').toEqual(expect.arrayContaining(found))

    // New results are kept.
    const store = open(root)
    store.put(keyOf('new'), [], entryOf('value new'))
    expect(valueOf(open(root).get(keyOf('new'), []))).toBe('value new')
    if (typeof outside === 'string') expect(readFileSync(outside), 'what a link led to').toEqual(bytes)
  })
})

it('a header that is overwritten costs no entry once it is repaired', () => {
  const root = build()
  const path = join(root, kinds['a bucket']!.find(listAll(root))!)
  const bytes = readFileSync(path)
  bytes.fill(0, 0, 64)
  writeFileSync(path, bytes)
  openAsAnother(root)
  expect(verify(root, { repair: true }).problems).toEqual([{ path, kind: 'damaged', what: 'its header is damaged', repaired: true }])
  expect(alive(root)).toEqual(all)
})

function listAll(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort()
}
