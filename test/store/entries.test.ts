import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collect, openStore } from '../../src/store/index.ts'
import { bucketFiles, entryOf, functionOf, keyOf, listFiles, openAsAnother, openFunction, storeOptions, temporaryDirectory, textOf } from './helpers.ts'

describe('entries', () => {
  it('come back with all that is known of them, in this process and in another', () => {
    const root = temporaryDirectory()
    const meta = {
      created: 1_700_000_000_123, duration: 0.123456789, fingerprint: 'a'.repeat(32), preview: 'train("MNIST", 20) ✓', promise: true as const,
      tags: ['a', 'b'], extra: { outFiles: ['x'], deep: { n: 1 } },
    }
    const here = openFunction(root)
    here.put(keyOf(1), [], entryOf('value', { meta }))
    for (const store of [here, openFunction(root)]) {
      const entry = store.get(keyOf(1), [])!
      expect(textOf(entry)).toBe('value')
      expect(entry).toMatchObject({ key: keyOf(1), codec: 'text@1', size: 5, file: undefined })
      expect(entry.meta).toEqual({ ...meta, node: 'v20.19.0', package: '0.1.0' })
    }
  })

  it('are missed under other keys, groups and functions', () => {
    const root = temporaryDirectory()
    const store = openAsAnother(root)
    functionOf(store).put(keyOf(1), ['MNIST'], entryOf('value'))
    expect(textOf(functionOf(store).get(keyOf(1), ['MNIST']))).toBe('value')
    expect(functionOf(store).get(keyOf(2), ['MNIST'])).toBeUndefined()
    expect(functionOf(store).get(keyOf(1), [])).toBeUndefined()
    expect(functionOf(store).get(keyOf(1), ['mnist'])).toBeUndefined()
    expect(functionOf(store).get(keyOf(1), ['MNIST', ''])).toBeUndefined()
    expect(functionOf(store, 'other').get(keyOf(1), ['MNIST'])).toBeUndefined()
  })

  it('are replaced by newer ones and can be empty', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('old'))
    store.put(keyOf(1), [], entryOf('new'))
    expect(textOf(store.get(keyOf(1), []))).toBe('new')
    store.put(keyOf(1), [], entryOf(''))
    expect(textOf(openFunction(root).get(keyOf(1), []))).toBe('')
  })

  it('of another process are seen at once: new ones, newer ones, forgotten ones, cleared ones', () => {
    const root = temporaryDirectory()
    const reader = openFunction(root)
    const writer = openFunction(root)
    expect(reader.get(keyOf(1), [])).toBeUndefined()
    writer.put(keyOf(1), [], entryOf('one'))
    expect(textOf(reader.get(keyOf(1), []))).toBe('one')
    writer.put(keyOf(1), [], entryOf('two'))
    expect(textOf(reader.get(keyOf(1), []))).toBe('two')
    writer.forget(keyOf(1), [])
    expect(reader.get(keyOf(1), [])).toBeUndefined()
    writer.put(keyOf(1), [], entryOf('three'))
    expect(textOf(reader.get(keyOf(1), []))).toBe('three')
    writer.clear()
    expect(reader.get(keyOf(1), [])).toBeUndefined()
    writer.put(keyOf(1), [], entryOf('four'))
    expect(textOf(reader.get(keyOf(1), []))).toBe('four')
    reader.put(keyOf(2), [], entryOf('five'))
    expect(textOf(writer.get(keyOf(2), []))).toBe('five')
  })

  it('put after another process has cleared are kept', () => {
    const root = temporaryDirectory()
    const one = openFunction(root)
    one.put(keyOf(1), [], entryOf('before'))
    openFunction(root).clear()
    one.put(keyOf(2), [], entryOf('after'))
    const fresh = openFunction(root)
    expect(fresh.get(keyOf(1), [])).toBeUndefined()
    expect(textOf(fresh.get(keyOf(2), []))).toBe('after')
  })

  it.each<[string, (root: string) => void]>([
    ['rewritten twice', (root) => {
      for (const left of [3, 2]) {
        openAsAnother(root)
        collect(root, { maxEntries: left })
      }
    }],
    ['cleared and filled twice', (root) => {
      for (const value of ['between', 'old']) {
        openFunction(root).clear()
        openFunction(root).put(keyOf(1), [], entryOf(value, { meta: { created: 1_800_000_000_000 } }))
      }
    }],
  ])('that a writer puts or forgets after its file was %s by others are newer than what they wrote', (_, meanwhile) => {
    for (const act of ['put', 'forget'] as const) {
      const root = temporaryDirectory()
      const writer = openFunction(root)
      writer.put(keyOf(1), [], entryOf('old', { meta: { created: 1_800_000_000_000 } }))
      for (let i = 2; i < 6; i++) writer.put(keyOf(i), [], entryOf(String(i)))
      meanwhile(root)
      expect(textOf(openFunction(root).get(keyOf(1), []))).toBe('old')
      if (act === 'put') writer.put(keyOf(1), [], entryOf('new'))
      else writer.forget(keyOf(1), [])
      for (const reader of [writer, openFunction(root)]) expect(textOf(reader.get(keyOf(1), [])), act).toBe(act === 'put' ? 'new' : undefined)
    }
  })

  it('are listed with their groups', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    const long = 'x'.repeat(4000)
    for (const groups of [[], ['a'], ['a', 'b/c'], ['CON', '..'], [long], [long, long, 'tail']]) {
      store.put(keyOf(1), groups, entryOf(JSON.stringify(groups)))
    }
    store.put(keyOf(2), [], entryOf('gone'))
    store.forget(keyOf(2), [])
    for (const reader of [store, openFunction(root)]) {
      const listed = [...reader.entries()].map((entry) => [textOf(entry), JSON.stringify(entry.groups)])
      expect(listed).toHaveLength(6)
      for (const [text, groups] of listed) expect(text).toBe(groups)
    }
  })

  it('are in one file while they are few, and in hashSize files when they are many', () => {
    const root = temporaryDirectory()
    const store = openFunction(root, { hashSize: 7 })
    for (let i = 0; i < 12; i++) store.put(keyOf(i), [], entryOf(String(i)))
    expect(bucketFiles(root)).toHaveLength(1)
    const filler = 'x'.repeat(20_000)
    for (let i = 12; i < 150; i++) store.put(keyOf(i), [], entryOf(i + filler))
    expect(bucketFiles(root)).toHaveLength(8)
    for (const reader of [store, openFunction(root, { hashSize: 7 })]) {
      for (let i = 0; i < 150; i++) expect(textOf(reader.get(keyOf(i), []))).toBe(i < 12 ? String(i) : i + filler)
    }
  })

  it('stay readable, replaceable and forgettable when hashSize changes', () => {
    const root = temporaryDirectory()
    const filler = 'x'.repeat(30_000)
    const put = (hashSize: number, from: number, to: number): void => {
      const store = openFunction(root, { hashSize })
      for (let i = from; i < to; i++) store.put(keyOf(i), [], entryOf(i + filler))
    }
    put(5, 0, 60)
    put(3, 60, 90)
    put(8, 90, 120)
    for (const hashSize of [1, 3, 5, 8, 500]) {
      const store = openFunction(root, { hashSize })
      for (let i = 0; i < 120; i++) expect(textOf(store.get(keyOf(i), []))).toBe(i + filler)
    }
    const other = openFunction(root, { hashSize: 5 })
    const store = openFunction(root, { hashSize: 500 })
    for (let i = 0; i < 120; i += 10) {
      expect(textOf(other.get(keyOf(i), []))).toBe(i + filler)
      store.put(keyOf(i), [], entryOf(`again ${i}`))
      expect(textOf(other.get(keyOf(i), [])), 'as one with another hashSize sees it').toBe(`again ${i}`)
      store.forget(keyOf(i + 1), [])
      expect(other.get(keyOf(i + 1), [])).toBeUndefined()
    }
  })

  it('that hold the marker of their file are kept aside, so that no value passes for a record', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('first'))
    const file = join(root, bucketFiles(root)[0]!)
    // The whole file, records and all, as a value of the same file.
    const forged = readFileSync(file)
    store.put(keyOf(2), [], entryOf(forged))
    expect(store.get(keyOf(2), [])!.file).toBeDefined()
    expect(Buffer.from(openFunction(root).get(keyOf(2), [])!.bytes())).toEqual(forged)
    expect([...openFunction(root).entries()]).toHaveLength(2)
  })
})

describe('values in files of their own', () => {
  it('are large ones and those with an extension', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), ['g'], entryOf('{"a":1}', { extension: '.json' }))
    store.put(keyOf(2), [], entryOf(Buffer.alloc(100_000, 7)))
    const readable = openFunction(root).get(keyOf(1), ['g'])!
    expect(readable.file).toMatch(/\/g\/@values\/[^/]+\.json$/)
    expect(readFileSync(readable.file!, 'utf8')).toBe('{"a":1}')
    expect(readable.size).toBe(7)
    const large = openFunction(root).get(keyOf(2), [])!
    expect(statSync(large.file!).size).toBe(100_000)
    expect(Buffer.from(large.bytes())).toEqual(Buffer.alloc(100_000, 7))
    large.check()
  })

  it('lead nowhere by their extension', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('x', { extension: '/../../../evil' }))
    expect(textOf(store.get(keyOf(1), []))).toBe('x')
    expect(listFiles(root).filter((path) => path.includes('evil'))).toEqual([])
  })

  it('that were replaced meanwhile are read as they are now', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('old', { extension: '.txt' }))
    const entry = store.get(keyOf(1), [])!
    openFunction(root).put(keyOf(1), [], entryOf('new', { extension: '.txt' }))
    expect(textOf(entry)).toBe('new')
    expect(listFiles(root).filter((path) => path.endsWith('.txt')), 'the old file is gone').toHaveLength(1)
  })

  it.each(['changed', 'cut', 'longer', 'deleted'])('that were %s are not handed out', (how) => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('value', { extension: '.txt' }))
    const { file } = store.get(keyOf(1), [])!
    if (how === 'changed') writeFileSync(file!, 'Value')
    if (how === 'cut') writeFileSync(file!, 'valu')
    if (how === 'longer') writeFileSync(file!, 'value!')
    if (how === 'deleted') rmSync(file!)
    const entry = store.get(keyOf(1), [])!
    expect(() => entry.bytes()).toThrow(expect.objectContaining({ code: how === 'deleted' ? 'STORE' : 'DECODE' }))
    expect(() => entry.check()).toThrow()
  })

  it('can be directories that a codec fills, at once or later', async () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    const saveTo = (directory: string): void => {
      mkdirSync(join(directory, 'inner'))
      writeFileSync(join(directory, 'inner', 'weights.bin'), 'weights')
      writeFileSync(join(directory, 'config.json'), '{}')
    }
    expect(store.put(keyOf(1), [], entryOf('', { payload: { saveTo } }))).toBeUndefined()
    await store.put(keyOf(2), [], entryOf('', { payload: { saveTo: async (directory) => saveTo(directory) } }))
    for (const key of [keyOf(1), keyOf(2)]) {
      const entry = openFunction(root).get(key, [])!
      expect(entry).toMatchObject({ directory: true, size: 9 })
      expect(readFileSync(join(entry.file!, 'inner', 'weights.bin'), 'utf8')).toBe('weights')
      entry.check()
      writeFileSync(join(entry.file!, 'inner', 'weights.bin'), 'Weights')
      expect(() => entry.check()).toThrow(expect.objectContaining({ code: 'DECODE' }))
    }
  })

  it('leave nothing behind when a codec fails', async () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    const fail = (): never => {
      throw new TypeError('mine')
    }
    expect(() => store.put(keyOf(1), [], entryOf('', { payload: { saveTo: fail } }))).toThrow(TypeError)
    await expect(store.put(keyOf(1), [], entryOf('', { payload: { saveTo: async () => fail() } }))).rejects.toThrow(TypeError)
    expect(store.get(keyOf(1), [])).toBeUndefined()
    expect(listFiles(root).filter((path) => path.includes('@values'))).toEqual([])
  })
})

describe('a store', () => {
  it.skipIf(process.platform === 'win32')('is private to its user', () => {
    const root = join(temporaryDirectory(), 'made', 'by', 'the', 'store')
    const store = openFunction(root)
    store.noteVersion({ fingerprint: 'a', dependencies: [] })
    store.put(keyOf(1), ['g'], entryOf('x', { extension: '.txt' }))
    store.lease(keyOf(2), [])
    for (const path of listFiles(root)) expect(statSync(join(root, path)).mode & 0o077, path).toBe(0)
    for (let at = join(root, listFiles(root).find((path) => path.endsWith('.txt'))!, '..'); at.length >= root.length; at = join(at, '..')) {
      expect(statSync(at).mode & 0o777, at).toBe(0o700)
    }
  })

  it.skipIf(process.platform === 'win32')('that everybody can write to is refused', () => {
    const root = temporaryDirectory()
    chmodSync(root, 0o777)
    expect(() => openAsAnother(root)).toThrow(expect.objectContaining({ code: 'STORE', message: expect.stringContaining('everybody') }))
    chmodSync(root, 0o1777)
    openAsAnother(root)
  })

  it.skipIf(process.getuid?.() !== 0)('of another user is refused', async () => {
    const { chownSync } = await import('node:fs')
    const root = temporaryDirectory()
    chownSync(root, 12345, 12345)
    expect(() => openAsAnother(root)).toThrow(expect.objectContaining({ code: 'STORE', message: expect.stringContaining('uid 12345') }))
  })

  it('is tagged as a cache directory, and ignored by git only inside of a repository', () => {
    const directory = temporaryDirectory()
    openAsAnother(join(directory, 'plain'))
    expect(readFileSync(join(directory, 'plain', 'CACHEDIR.TAG'), 'utf8')).toMatch(/^Signature: 8a477f597d28d172789f06886806bc55\n/)
    expect(existsSync(join(directory, 'plain', '.gitignore'))).toBe(false)
    mkdirSync(join(directory, 'repository', '.git'), { recursive: true })
    openAsAnother(join(directory, 'repository', 'cache'))
    expect(readFileSync(join(directory, 'repository', 'cache', '.gitignore'), 'utf8')).toBe('*\n')
  })

  it('goes on when it is deleted while it is in use', () => {
    const root = join(temporaryDirectory(), 'store')
    const store = openFunction(root)
    store.put(keyOf(1), [], entryOf('x'))
    store.noteVersion({ fingerprint: 'a', dependencies: [] })
    rmSync(root, { recursive: true })
    store.put(keyOf(2), ['group'], entryOf('y', { extension: '.txt' }))
    store.noteVersion({ fingerprint: 'b', dependencies: [] })
    expect(textOf(openFunction(root).get(keyOf(2), ['group']))).toBe('y')
    const answer = store.lease(keyOf(3), [])
    expect(answer).toHaveProperty('lease')
    if ('lease' in answer) answer.lease.release()
  })

  it('is shared by those who open it in one thread, each with options of its own', () => {
    const root = temporaryDirectory()
    const one = functionOf(openAsAnother(root))
    const two = functionOf(openStore(root, storeOptions({ hashSize: 3, context: { node: 'v99', package: '9' } })))
    one.put(keyOf(1), [], entryOf('x'))
    two.put(keyOf(2), [], entryOf('y'))
    expect(two.get(keyOf(1), [])!.meta.node).toBe('v20.19.0')
    expect(one.get(keyOf(2), [])!.meta.node).toBe('v99')
  })

  it('refuses what is no key', () => {
    const store = openFunction(temporaryDirectory())
    for (const key of ['', 'abc', '../../../etc/passwd', 'z'.repeat(64)]) {
      expect(() => store.get(key, [])).toThrow(expect.objectContaining({ code: 'STORE' }))
      expect(() => store.put(key, [], entryOf('x'))).toThrow(expect.objectContaining({ code: 'STORE' }))
    }
  })
})
