import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import {
  collect, exportArchive, importArchive, isCollectionDue, linkProject, listProjects, openFunctions, removeProject, statistics, verify,
} from '../../src/store/index.ts'
import { files } from '../../src/store/fs.ts'
import { flushUses } from '../../src/store/uses.ts'
import {
  archiveBlock, bucketFiles, context, entryOf, functionOf, keyOf, listFiles, openAsAnother, openFunction, temporaryDirectory, textOf,
} from './helpers.ts'

const DAY = 24 * 60 * 60 * 1000
const old = 'a'.repeat(32)
const current = 'b'.repeat(32)

/** A function with ten results of older code and ten of today's. */
function twoVersions(root: string, oldDaysAgo: number): void {
  vi.useFakeTimers({ now: Date.now() - oldDaysAgo * DAY, toFake: ['Date'] })
  const store = openFunction(root)
  store.noteVersion({ fingerprint: old, dependencies: [] })
  const then = Date.now()
  for (let i = 0; i < 10; i++) store.put(keyOf(`old ${i}`), [], entryOf('x'.repeat(1000), { meta: { fingerprint: old, created: then + i } }))
  vi.useRealTimers()
  store.noteVersion({ fingerprint: current, dependencies: [] })
  const now = Date.now()
  for (let i = 0; i < 10; i++) store.put(keyOf(i), ['g'], entryOf('x'.repeat(1000), { meta: { fingerprint: current, created: now + 600_000 + i * 1000 } }))
}

function alive(root: string): { old: number; current: number } {
  const store = openFunction(root)
  const count = (key: (i: number) => string, groups: string[]): number =>
    Array.from({ length: 10 }, (_, i) => store.get(keyOf(key(i)), groups)).filter(Boolean).length
  return { old: count((i) => `old ${i}`, []), current: count(String, ['g']) }
}

describe('uses', () => {
  it('are noted without reading what earlier processes have noted', () => {
    const root = temporaryDirectory()
    openFunction(root).put(keyOf(1), [], entryOf('x'))
    const use = (): number => {
      openFunction(root).get(keyOf(1), [])
      const { read } = files
      let bytes = 0
      files.read = (...args) => {
        const count = read(...args)
        bytes += count
        return count
      }
      flushUses()
      files.read = read
      return bytes
    }
    const first = use()
    for (let i = 0; i < 200; i++) use()
    expect(use() - first).toBeLessThan(100)
    expect([...statistics(root)]).toMatchObject([{ hits: 202 }])
  })

  it('are noted behind a line that a killed process left unfinished', () => {
    const root = temporaryDirectory()
    openFunction(root).put(keyOf(1), [], entryOf('x'))
    const use = (): void => {
      openFunction(root).get(keyOf(1), [])
      flushUses()
    }
    use()
    const [uses] = listFiles(root).filter((path) => path.endsWith('@uses.jsonl'))
    appendFileSync(join(root, uses!), '{"at":"20')
    use()
    expect([...statistics(root)]).toMatchObject([{ hits: 2 }])
  })
})

describe('collection', () => {
  it('drops results of superseded code beyond the budget, those unused for longest first', () => {
    const root = temporaryDirectory()
    twoVersions(root, 40)
    expect(collect(root, { maxSize: 1e9 })).toMatchObject({ entries: 20, droppedEntries: 0 })
    const report = collect(root, { maxSize: 16_500 })
    expect(report.droppedEntries).toBeGreaterThanOrEqual(5)
    expect(report.droppedEntries).toBeLessThan(8)
    expect(alive(root)).toEqual({ old: 10 - report.droppedEntries, current: 10 })
    expect(openFunction(root).get(keyOf('old 0'), []), 'the oldest goes first').toBeUndefined()
    expect(openFunction(root).get(keyOf('old 9'), [])).toBeDefined()
  })

  it('drops what is to go also where a collection died as it began a file', () => {
    const root = temporaryDirectory()
    twoVersions(root, 40)
    const begun = bucketFiles(root).map((path) => path.replace(/\.(\d+)\.v1$/, (_, generation: string) => `.${Number(generation) + 1}.v1`))
    for (const path of begun) writeFileSync(join(root, path), '')
    expect(collect(root, { maxAge: 30 * DAY }).droppedEntries).toBe(10)
    expect(alive(root)).toEqual({ old: 0, current: 10 })
    const buckets = bucketFiles(root).map((path) => path.replace(/\.\d+\.v1$/, ''))
    expect(new Set(buckets).size).toBe(buckets.length)
  })

  it('never drops results of current code, or of code used lately, unasked', () => {
    const root = temporaryDirectory()
    twoVersions(root, 20)
    expect(collect(root, { maxSize: 0 }).droppedEntries).toBe(0)
    expect(collect(root, { maxSize: 0, keepVersions: 10 * DAY }).droppedEntries).toBe(10)
    expect(alive(root)).toEqual({ old: 0, current: 10 })
  })

  it('drops current results when asked to: by size, age and number, those unused for longest first', () => {
    const root = temporaryDirectory()
    twoVersions(root, 40)
    expect(collect(root, { maxAge: 30 * DAY, dryRun: true }).droppedEntries).toBe(10)
    expect(alive(root)).toEqual({ old: 10, current: 10 })
    collect(root, { maxAge: 30 * DAY })
    expect(alive(root)).toEqual({ old: 0, current: 10 })
    flushUses()
    // A use counts as much as the making.
    vi.useFakeTimers({ now: Date.now() + DAY, toFake: ['Date'] })
    openFunction(root).get(keyOf(0), ['g'])
    flushUses()
    vi.useRealTimers()
    collect(root, { maxEntries: 4 })
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((i) => openFunction(root).get(keyOf(i), ['g']))).toEqual([0, 7, 8, 9])
    collect(root, { currentSize: 2300 })
    expect(alive(root).current).toBe(2)
  })

  it('gives the space back and leaves no file of a dropped value', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    for (let i = 0; i < 50; i++) store.put(keyOf(i), [], entryOf('x'.repeat(10_000)))
    store.put(keyOf('own'), [], entryOf('{}', { extension: '.json' }))
    const before = statSync(join(root, bucketFiles(root)[0]!)).size
    collect(root, { maxEntries: 5 })
    const left = bucketFiles(root)
    expect(left).toHaveLength(1)
    expect(statSync(join(root, left[0]!)).size).toBeLessThan(before / 8)
    collect(root, { maxEntries: 0 })
    expect(listFiles(root).filter((path) => path.includes('@values'))).toEqual([])
    expect(store.get(keyOf(49), [])).toBeUndefined()
  })

  it('leaves no directory of groups that are empty, and takes new results into them', () => {
    const root = temporaryDirectory()
    const long = 'n'.repeat(300)
    const store = openFunction(root, { hashSize: 3 })
    for (const groups of [['a', 'b'], ['a', long], ['a', 'c', 'd'], ['kept', 'e']]) {
      for (let i = 0; i < 5; i++) store.put(keyOf(i), groups, entryOf('x'.repeat(1000), i === 0 ? { extension: '.txt' } : {}))
    }
    store.put(keyOf('kept'), ['kept'], entryOf('stays', { meta: { created: Date.now() + DAY } }))
    const directories = (): string[] => readdirSync(store.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(store.directory.length + 1)).sort()
    const before = directories()
    openAsAnother(root)
    collect(root, { maxEntries: 1, dryRun: true })
    expect(directories()).toEqual(before)
    openAsAnother(root)
    collect(root, { maxEntries: 1 })
    expect(directories()).toEqual(['kept'])
    // Who knew the directories, and who comes later.
    for (const writer of [store, openFunction(root, { hashSize: 3 })]) {
      writer.put(keyOf('new'), ['a', long], entryOf('new'))
      for (const reader of [store, openFunction(root)]) expect(textOf(reader.get(keyOf('new'), ['a', long]))).toBe('new')
      expect([...openFunction(root).entries()].map(({ groups }) => groups)).toContainEqual(['a', long])
      writer.put(keyOf('large'), ['a'], entryOf('large', { extension: '.txt' }))
      expect(textOf(store.get(keyOf('large'), ['a']))).toBe('large')
      openAsAnother(root)
      collect(root, { maxEntries: 1 })
      expect(directories()).toEqual(['kept'])
    }
    expect(textOf(store.get(keyOf('kept'), ['kept']))).toBe('stays')
    expect(verify(root).problems).toEqual([])
  })

  it('rewrites buckets that are mostly dead space', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    for (let i = 0; i < 30; i++) store.put(keyOf(1), [], entryOf('x'.repeat(10_000)))
    const before = statSync(join(root, bucketFiles(root)[0]!)).size
    collect(root)
    expect(statSync(join(root, bucketFiles(root)[0]!)).size).toBeLessThan(before / 10)
    expect(textOf(store.get(keyOf(1), []))).toHaveLength(10_000)
  })

  it('removes values that no entry names, but for young ones', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('{}', { extension: '.json' }))
    const values = join(store.directory, '@values')
    writeFileSync(join(values, 'orphan.json'), 'x')
    expect(collect(root).orphans).toBe(0)
    vi.useFakeTimers({ now: Date.now() + 2 * 60 * 60 * 1000, toFake: ['Date'] })
    const { orphans } = collect(root)
    vi.useRealTimers()
    expect(orphans).toBe(1)
    expect(existsSync(join(values, 'orphan.json'))).toBe(false)
    expect(textOf(store.get(keyOf(1), []))).toBe('{}')
  })

  it('is seen by readers and writers that were there before', () => {
    const root = temporaryDirectory()
    const reader = openFunction(root)
    const writer = openFunction(root)
    for (let i = 0; i < 20; i++) writer.put(keyOf(i), [], entryOf(String(i)))
    for (let i = 0; i < 20; i++) reader.get(keyOf(i), [])
    for (let round = 0; round < 5; round++) {
      openAsAnother(root)
      collect(root, { maxEntries: 10 - round })
      writer.put(keyOf(`round ${round}`), [], entryOf('new', { meta: { created: Date.now() + 1000 * round } }))
      expect(textOf(reader.get(keyOf(`round ${round}`), []))).toBe('new')
      expect(textOf(openFunction(root).get(keyOf(`round ${round}`), []))).toBe('new')
    }
  })

  it('is due once a day, for one process, when the store is beyond its budget', () => {
    const root = temporaryDirectory()
    openFunction(root).put(keyOf(1), [], entryOf('x'.repeat(1000)))
    expect(isCollectionDue(root, { maxSize: 1e9, keepVersions: 0 })).toBe(false)
    expect(isCollectionDue(root, { maxSize: 10, keepVersions: 0 }), 'looked at already').toBe(false)
    const yesterday = Date.now() / 1000 - 25 * 60 * 60
    utimesSync(join(root, '@collected'), yesterday, yesterday)
    expect(isCollectionDue(root, { maxSize: 10, keepVersions: 0 })).toBe(true)
    expect(isCollectionDue(root, { maxSize: 10, keepVersions: 0 })).toBe(false)
  })
})

describe('verify', () => {
  it('finds nothing in a whole store', () => {
    const root = temporaryDirectory()
    twoVersions(root, 1)
    openFunction(root).put(keyOf('own'), [], entryOf('{}', { extension: '.json' }))
    expect(verify(root)).toMatchObject({ entries: 21, problems: [] })
  })

  it('names a flipped bit anywhere in any file, and repairs it without losing what is whole', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.noteVersion({ fingerprint: current, dependencies: ['src/a.ts#x 1'] })
    for (let i = 0; i < 3; i++) store.put(keyOf(i), [], entryOf(`value ${i}`, i === 2 ? { extension: '.txt' } : {}))
    const names = listFiles(root).filter((path) => !/CACHEDIR|@claims|@project\.json/.test(path))
    expect(names.length).toBeGreaterThanOrEqual(5)
    for (const name of names) {
      const path = join(root, name)
      const whole = readFileSync(path)
      for (let at = 0; at < whole.length; at += 11) {
        const bytes = Buffer.from(whole)
        bytes[at]! ^= 1 << at % 8
        writeFileSync(path, bytes)
        openAsAnother(root)
        const { problems } = verify(root)
        const named = problems.filter((problem) => problem.kind !== 'unknown')
        // A line break within a line makes two that are not whole.
        expect(named.length, `${name}, flip at ${at}`).toBeGreaterThan(0)
        expect(named.every((problem) => problem.path === path), JSON.stringify(named)).toBe(true)
      }
      writeFileSync(path, whole)
    }
    const bucket = bucketFiles(root)[0]!
    const bytes = readFileSync(join(root, bucket))
    bytes[bytes.indexOf('value 0')]! ^= 1
    writeFileSync(join(root, bucket), bytes)
    writeFileSync(store.get(keyOf(2), [])!.file!, 'changed')
    openAsAnother(root)
    expect(verify(root, { repair: true }).problems.filter(({ repaired }) => repaired).length).toBe(2)
    openAsAnother(root)
    expect(verify(root).problems).toEqual([])
    const after = openFunction(root)
    expect(after.get(keyOf(0), [])).toBeUndefined()
    expect(textOf(after.get(keyOf(1), []))).toBe('value 1')
    expect(after.get(keyOf(2), [])).toBeUndefined()
  })

  it('tells damage from what a killed writer left, and leaves alone what is not the store\'s', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    for (let i = 0; i < 2; i++) store.put(keyOf(i), [], entryOf(`value ${i}`))
    const path = join(root, bucketFiles(root)[0]!)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, whole.length - 3))
    writeFileSync(join(store.directory, 'README'), 'mine')
    writeFileSync(join(store.directory, '@1-0.1.v2'), 'newer')
    openAsAnother(root)
    expect(verify(root, { repair: true }).problems.map(({ kind }) => kind).sort()).toEqual(['torn', 'unknown', 'unknown'])
    expect(readFileSync(join(store.directory, 'README'), 'utf8')).toBe('mine')
  })
})

describe('archives', () => {
  function filled(): string {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('plain', { meta: { preview: 'f(1)', tags: ['t'], promise: true } }))
    store.put(keyOf(2), ['a/b', '..'], entryOf('{"a":1}', { extension: '.json' }))
    store.put(keyOf(3), [], entryOf(Buffer.alloc(100_000, 3)))
    const saveTo = (directory: string): void => {
      mkdirSync(join(directory, 'deep'))
      writeFileSync(join(directory, 'deep', 'a'), 'aa')
      writeFileSync(join(directory, 'b'), 'b')
    }
    store.put(keyOf(4), [], entryOf('', { payload: { saveTo } }))
    return root
  }

  it('carry all entries to another store, exactly', () => {
    const from = filled()
    const archive = join(temporaryDirectory(), 'all.persist')
    expect(exportArchive(from, archive)).toMatchObject({ entries: 4, damaged: [] })
    const to = temporaryDirectory()
    expect(importArchive(to, archive)).toMatchObject({ entries: 4, skipped: 0 })
    const describeAll = (root: string): unknown[] => [...openFunction(root).entries()].map((entry) => ({
      key: entry.key, groups: entry.groups, meta: entry.meta, codec: entry.codec, size: entry.size, extension: /\.\w+$/.exec(entry.file ?? '')?.[0],
      bytes: entry.directory ? readFileSync(join(entry.file!, 'deep', 'a'), 'utf8') : Buffer.from(entry.bytes()).toString('base64'),
    })).sort((a, b) => (a.key < b.key ? -1 : 1))
    expect(describeAll(to)).toEqual(describeAll(from))
    expect(importArchive(to, archive), 'again').toMatchObject({ entries: 0, skipped: 4 })
    expect(verify(to).problems).toEqual([])
  })

  it('are not overwritten', () => {
    const archive = join(temporaryDirectory(), 'all.persist')
    writeFileSync(archive, 'precious')
    expect(() => exportArchive(filled(), archive)).toThrow(/is there already/)
    expect(readFileSync(archive, 'utf8')).toBe('precious')
  })

  it('that are cut or damaged give what stands before, and go on later where they were', () => {
    const from = filled()
    const archive = join(temporaryDirectory(), 'all.persist')
    exportArchive(from, archive)
    const whole = readFileSync(archive)
    const to = temporaryDirectory()
    let before = 0
    for (let length = 0; length < whole.length; length += 4999) {
      writeFileSync(archive, whole.subarray(0, length))
      try {
        importArchive(to, archive)
      } catch (error) {
        expect(error).toMatchObject({ code: 'DECODE' })
      }
      const count = [...openFunction(to).entries()].length
      expect(count).toBeGreaterThanOrEqual(before)
      before = count
    }
    for (const at of [30, 400, whole.length - 1, whole.length >> 1]) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1
      writeFileSync(archive, bytes)
      expect(() => importArchive(temporaryDirectory(), archive), `flip at ${at}`).toThrow(expect.objectContaining({ code: 'DECODE' }))
    }
    writeFileSync(archive, whole)
    importArchive(to, archive)
    expect([...openFunction(to).entries()]).toHaveLength(4)
  })

  it.each(['../evil', '/evil', 'a/../../evil', 'a\\evil', 'C:evil', '', 'a//b'])('that would write to %j are refused', (path) => {
    const from = filled()
    const archive = join(temporaryDirectory(), 'all.persist')
    exportArchive(from, archive, { wants: (entry) => entry.directory === true })
    // Another path in the head, with lengths and checksums that fit: made by hand, not by damage.
    const block = readFileSync(archive).subarray('unplugin-persist archive 1\n'.length)
    const length = block.readUInt32LE(0)
    const head = JSON.parse(block.subarray(4, 4 + length).toString()) as { files: { path: string }[] }
    head.files[0]!.path = path
    writeFileSync(archive, Buffer.concat([Buffer.from('unplugin-persist archive 1\n'), archiveBlock(JSON.stringify(head), block.subarray(4 + length, -4))]))
    const to = temporaryDirectory()
    expect(() => importArchive(to, archive)).toThrow(expect.objectContaining({ code: 'DECODE' }))
    expect(listFiles(to).filter((name) => name.includes('evil'))).toEqual([])
  })
})

describe('projects', () => {
  it('are listed, linked to where they are now, and removed', () => {
    const root = temporaryDirectory()
    const before = join(temporaryDirectory(), 'before')
    const after = join(temporaryDirectory(), 'after')
    mkdirSync(before)
    const project = openAsAnother(root).project({ name: '@scope/app', path: before })
    expect(project.directory).toBe(join(root, 'scope+app-1'))
    project.function('a.ts', 'f').put(keyOf(1), [], entryOf('x'))
    rmSync(before, { recursive: true })
    mkdirSync(after)
    expect(listProjects(root)).toMatchObject([{ directory: 'scope+app-1', name: '@scope/app', lost: true }])
    linkProject(root, 'scope+app-1', after)
    const found = openAsAnother(root).project({ name: '@scope/app', path: after }).function('a.ts', 'f')
    expect(textOf(found.get(keyOf(1), []))).toBe('x')
    expect(listProjects(root)[0]).not.toHaveProperty('lost')
    expect(() => linkProject(root, 'nothing-1', after)).toThrow(/no project nothing-1/)
    removeProject(root, 'scope+app-1')
    expect(listProjects(root)).toEqual([])
    expect(found.get(keyOf(1), [])).toBeDefined()
  })
})

describe('statistics', () => {
  it('tell entries, bytes, hits and time saved per function', () => {
    const root = temporaryDirectory()
    const store = functionOf(openAsAnother(root), 'one', 'src/deep/a.ts')
    store.noteVersion({ fingerprint: current, dependencies: ['x'] })
    for (let i = 0; i < 3; i++) store.put(keyOf(i), [`g${i}`], entryOf('value', { meta: { duration: 100 } }))
    for (let i = 0; i < 5; i++) store.get(keyOf(0), ['g0'])
    store.get(keyOf(9), ['g0'])
    functionOf(openAsAnother(root), 'two').put(keyOf(1), [], entryOf('value'))
    expect([...statistics(root)].sort((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
      { project: 'app-test', module: 'src/deep/a.ts', name: 'one', entries: 3, hits: 5, saved: 500, computed: 300, versions: 1 },
      { module: 'src/train.ts', name: 'two', entries: 1, hits: 0, saved: 0 },
    ])
    const [opened] = [...openFunctions(root, { hashSize: 500, context }, { matches: (_, name) => name === 'one' })]
    expect(opened).toMatchObject({ module: 'src/deep/a.ts', name: 'one', hits: 5, versions: [{ fingerprint: current, dependencies: ['x'] }] })
    expect(Date.now() - opened!.lastUse(keyOf(0))).toBeLessThan(60_000)
    expect(opened!.lastUse(keyOf(1))).toBe(0)
  })

  it('are not worth an error', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('x'))
    store.get(keyOf(1), [])
    chmodSync(store.directory, 0o500)
    expect(() => flushUses()).not.toThrow()
    chmodSync(store.directory, 0o700)
  })
})
