import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProjectStore } from '../../src/store/types.ts'
import { bucketFiles, entryOf, keyOf, listFiles, openAsAnother, openFunction, temporaryDirectory, textOf } from './helpers.ts'

const COUNT = 6

/** A small store with one bucket; where each entry's record ends. */
function smallStore(): { root: string; file: string; whole: Buffer; ends: number[] } {
  const root = temporaryDirectory()
  const store = openFunction(root)
  const ends: number[] = []
  let file = ''
  for (let i = 0; i < COUNT; i++) {
    store.put(keyOf(i), [], entryOf(`value ${i}`))
    file = join(root, bucketFiles(root)[0]!)
    ends.push(statSync(file).size)
  }
  return { root, file, whole: readFileSync(file), ends }
}

/** What is alive, and whether everything alive is right. */
function survivors(root: string): Set<number> {
  const store = openFunction(root)
  const alive = new Set<number>()
  for (let i = 0; i < COUNT; i++) {
    const text = textOf(store.get(keyOf(i), []))
    if (text === undefined) continue
    expect(text).toBe(`value ${i}`)
    alive.add(i)
  }
  return alive
}

/** After any damage, the store takes new entries, which other processes see. */
function expectWritable(root: string): void {
  openFunction(root).put(keyOf('new'), [], entryOf('new'))
  expect(textOf(openFunction(root).get(keyOf('new'), []))).toBe('new')
}

describe('a bucket file', () => {
  it('with a flipped bit anywhere loses at most the entry that it is in', () => {
    const { root, file, whole, ends } = smallStore()
    const lost: number[] = []
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << at % 8
      writeFileSync(file, bytes)
      const alive = survivors(root)
      const hit = ends.findIndex((end) => at < end)
      for (let i = 0; i < COUNT; i++) if (i !== hit) expect(alive.has(i), `entry ${i}, flip at ${at}`).toBe(true)
      if (!alive.has(hit)) lost.push(at)
    }
    // Header and facts stand twice: their damage costs nothing.
    expect(lost[0]).toBeGreaterThan(64 + 2 * 100)
    expect(lost.length).toBeGreaterThan(COUNT * 60)
    expectWritable(root)
  })

  it('cut at any length keeps what stands before, and takes new entries', () => {
    const { root, file, whole, ends } = smallStore()
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length))
      expect([...survivors(root)], `cut at ${length}`).toEqual(ends.flatMap((end, i) => (end <= length ? i : [])))
    }
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(file, whole.subarray(0, length))
      expectWritable(root)
      expect([...survivors(root)], `written after a cut at ${length}`).toEqual(ends.flatMap((end, i) => (end <= length ? i : [])))
      for (const other of bucketFiles(root)) if (join(root, other) !== file) rmSync(join(root, other))
    }
  })

  it('cut while it is open goes on', () => {
    const { root, file, whole, ends } = smallStore()
    const store = openFunction(root)
    expect(textOf(store.get(keyOf(0), []))).toBe('value 0')
    writeFileSync(file, whole.subarray(0, ends[1]! + 5))
    for (let i = 0; i < 3; i++) store.put(keyOf(`new ${i}`), [], entryOf(`new ${i}`))
    for (const reader of [store, openFunction(root)]) {
      expect(textOf(reader.get(keyOf(1), []))).toBe('value 1')
      for (let i = 0; i < 3; i++) expect(textOf(reader.get(keyOf(`new ${i}`), []))).toBe(`new ${i}`)
    }
  })

  it.each<[string, (file: string) => void]>([
    ['overwritten by something else', (file) => writeFileSync(file, 'something else entirely, and longer than a header is: sixty-four bytes and more')],
    ['replaced by a directory', (file) => { rmSync(file); mkdirSync(file) }],
    ['replaced by a full directory', (file) => { rmSync(file); mkdirSync(join(file, 'inner'), { recursive: true }) }],
    ['replaced by a link to nowhere', (file) => { rmSync(file); symlinkSync('/nonexistent/elsewhere', file) }],
  ])('%s is a miss, is reported, and does not stop new entries', (_, damage) => {
    const { root, file } = smallStore()
    damage(file)
    const messages: string[] = []
    const store = openFunction(root, { onDamage: (message) => messages.push(message) })
    for (let i = 0; i < COUNT; i++) expect(store.get(keyOf(i), [])).toBeUndefined()
    expect(messages).toHaveLength(1)
    expect(messages[0]).toContain(file)
    expectWritable(root)
  })

  it('emptied is a miss, and is used again', () => {
    const { root, file } = smallStore()
    writeFileSync(file, '')
    expect(survivors(root)).toEqual(new Set())
    expectWritable(root)
    expect(bucketFiles(root)).toHaveLength(1)
  })

  it('replaced by a link out of the store is not written through', () => {
    const { root, file, whole } = smallStore()
    const outside = join(temporaryDirectory(), 'outside')
    writeFileSync(outside, whole)
    rmSync(file)
    symlinkSync(outside, file)
    expect(survivors(root)).toEqual(new Set())
    expectWritable(root)
    expect(readFileSync(outside)).toEqual(whole)
  })

  it('of a newer format is left alone', () => {
    const { root, file, whole } = smallStore()
    const newer = file.replace(/\.v1$/, '.v2')
    writeFileSync(newer, 'of another version')
    expect(survivors(root).size).toBe(COUNT)
    const header = Buffer.from(whole)
    header.writeUInt16LE(2, 8)
    header.writeUInt16LE(2, 40)
    writeFileSync(file, header)
    expect(survivors(root).size).toBe(0)
    expectWritable(root)
    openFunction(root).put(keyOf(0), [], entryOf('value 0'))
    expect(readFileSync(newer, 'utf8')).toBe('of another version')
    expect(readFileSync(file)).toEqual(header)
  })

  it('with what a killed writer left in its middle loses nothing, and nobody is told of damage', () => {
    const { root, file, whole, ends } = smallStore()
    const record = whole.subarray(ends[1]!, ends[2]!)
    for (let length = 1; length < record.length; length++) {
      writeFileSync(file, Buffer.concat([whole.subarray(0, ends[1]!), record.subarray(0, length), whole.subarray(ends[1]!)]))
      const messages: string[] = []
      const store = openFunction(root, { onDamage: (message) => messages.push(message) })
      for (let i = 0; i < COUNT; i++) expect(textOf(store.get(keyOf(i), [])), `${length} bytes torn`).toBe(`value ${i}`)
      if (length >= 16) expect(messages, `${length} bytes torn`).toEqual([])
    }
  })

  it('that another file of the store was copied over gives no wrong entries', () => {
    const { root, file } = smallStore()
    const other = temporaryDirectory()
    openFunction(other).put(keyOf(99), [], entryOf('value 99'))
    writeFileSync(file, readFileSync(join(other, bucketFiles(other)[0]!)))
    expect(survivors(root)).toEqual(new Set())
    expectWritable(root)
  })
})

describe('the other files of a store', () => {
  const damages: [string, (file: string) => void][] = [
    ['emptied', (file) => writeFileSync(file, '')],
    ['overwritten', (file) => writeFileSync(file, '\0\x01garbage\n{"type":"project"}\n')],
    ['cut in the middle', (file) => writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size >> 1))],
    ['with a flipped bit', (file) => { const bytes = readFileSync(file); bytes[bytes.length >> 1]! ^= 4; writeFileSync(file, bytes) }],
    ['deleted', (file) => rmSync(file)],
  ]
  it.each(damages)('%s cost no entry', (_, damage) => {
    const root = temporaryDirectory()
    const project = temporaryDirectory()
    const open = () => openAsProject(root, project)
    const before = open()
    before.function('a.ts', 'f').noteVersion({ fingerprint: 'one', dependencies: [] })
    before.function('a.ts', 'f').put(keyOf(1), [], entryOf('value'))
    const answer = before.function('a.ts', 'f').lease(keyOf(2), [])
    if ('lease' in answer) answer.lease.release()
    const others = listFiles(root).filter((path) => !bucketFiles(root).includes(path))
    expect(others.map((path) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['@projects.jsonl', '@project.json', '@manifest.jsonl', '@fingerprints.jsonl', '@claims.1', 'CACHEDIR.TAG']))
    for (const path of others) {
      if (path.endsWith('@project.json')) continue
      const whole = readFileSync(join(root, path))
      damage(join(root, path))
      const store = open().function('a.ts', 'f')
      expect(textOf(store.get(keyOf(1), [])), path).toBe('value')
      store.noteVersion({ fingerprint: 'two', dependencies: [] })
      store.firstTime(path)
      const answer = store.lease(keyOf(3), [])
      expect(answer, path).toHaveProperty('lease')
      if ('lease' in answer) answer.lease.release()
      writeFileSync(join(root, path), whole)
    }
  })
})

function openAsProject(root: string, path: string): ProjectStore {
  return openAsAnother(root).project({ name: 'app', path })
}
