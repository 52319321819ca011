import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { entryOf, keyOf, openAsAnother, readAsAnother, temporaryDirectory, textOf } from './helpers.ts'
import { buildActor, start } from './processes.ts'

beforeAll(buildActor)

function directory(root: string, path: string, name = 'app'): string {
  return openAsAnother(root).project({ name, path }).directory.slice(root.length + 1)
}

describe('a project', () => {
  it('has one directory by its path, numbered where names are the same', () => {
    const root = temporaryDirectory()
    const [one, two] = [temporaryDirectory(), temporaryDirectory()]
    expect(directory(root, one)).toBe('app-1')
    expect(directory(root, two)).toBe('app-2')
    expect(directory(root, one)).toBe('app-1')
    expect(directory(root, one, 'renamed'), 'its path decides').toBe('app-1')
    expect(directory(root, temporaryDirectory(), '@scope/app')).toBe('scope+app-1')
  })

  it('is the same by way of a link, with spaces and other scripts in its path', () => {
    const root = temporaryDirectory()
    const real = join(temporaryDirectory(), 'a project "with" \'quotes\' – ünïcode 目录')
    const link = join(temporaryDirectory(), 'link')
    mkdirSync(real)
    symlinkSync(real, link)
    expect(directory(root, link)).toBe('app-1')
    expect(directory(root, real)).toBe('app-1')
  })

  it('shares a directory by the id that its user gives', () => {
    const root = temporaryDirectory()
    const store = openAsAnother(root)
    expect(store.project({ name: 'app', path: '/one', id: 'shared' }).directory).toBe(join(root, 'app-shared'))
    expect(store.project({ name: 'app', path: '/two', id: 'shared' }).directory).toBe(join(root, 'app-shared'))
    expect(store.project({ name: 'app', id: '../../evil' }).directory).toBe(join(root, 'app-..%2f..%2fevil'))
  })

  it('that could not be found has a directory by name and place', () => {
    const root = temporaryDirectory()
    const store = openAsAnother(root)
    const one = store.project({ name: 'app', at: 'packages/a' }).directory
    expect(one).not.toBe(store.project({ name: 'app', at: 'packages/b' }).directory)
    expect(openAsAnother(root).project({ name: 'app', at: 'packages/a' }).directory).toBe(one)
    expect(readFileSync(join(root, '@projects.jsonl'), 'utf8')).toContain('"unrooted":true')
  })

  it('finds its directory again when the registry is lost or damaged', () => {
    const root = temporaryDirectory()
    const [one, two] = [temporaryDirectory(), temporaryDirectory()]
    directory(root, one)
    directory(root, two)
    rmSync(join(root, '@projects.jsonl'))
    expect(directory(root, two)).toBe('app-2')
    writeFileSync(join(root, '@projects.jsonl'), 'garbage\n')
    expect(directory(root, one)).toBe('app-1')
    expect(directory(root, temporaryDirectory())).toBe('app-3')
  })

  it('is found by who only reads when the registry is damaged', () => {
    const root = temporaryDirectory()
    const path = temporaryDirectory()
    const written = openAsAnother(root).project({ name: 'app', path })
    written.function('src/a.ts', 'f').put(keyOf('a'), [], entryOf('one'))
    writeFileSync(join(root, '@projects.jsonl'), 'garbage\n')
    const read = readAsAnother(root).project({ name: 'app', path })
    expect(textOf(read.function('src/a.ts', 'f').get(keyOf('a'), []))).toBe('one')
    expect(readFileSync(join(root, '@projects.jsonl'), 'utf8')).toBe('garbage\n')
  })

  it('is found by who only reads when the registry is lost, also by an id of its own', () => {
    const root = temporaryDirectory()
    const path = temporaryDirectory()
    const places = [{ name: 'app', path }, { name: 'app', path, id: 'shared' }]
    for (const place of places) {
      const written = openAsAnother(root).project(place).function('src/a.ts', 'f')
      written.noteVersion({ fingerprint: 'one', dependencies: [] })
      written.put(keyOf('a'), [], entryOf(place.id ?? 'one'))
    }
    rmSync(join(root, '@projects.jsonl'))
    for (const place of places) {
      const read = readAsAnother(root).project(place)
      expect(textOf(read.function('src/a.ts', 'f').get(keyOf('a'), []))).toBe(place.id ?? 'one')
      expect(read.findByFingerprint('one')).toHaveLength(1)
    }
    expect(readdirSync(root)).not.toContain('@projects.jsonl')
    // A directory of something else is no store.
    mkdirSync(join(root, 'other/src'), { recursive: true })
    expect(readAsAnother(join(root, 'other')).project(places[0]!).function('src/a.ts', 'f').get(keyOf('a'), [])).toBeUndefined()
  })

  it('gets one directory when many processes use it for the first time', { timeout: 60_000 }, async () => {
    const root = temporaryDirectory()
    const projects = [temporaryDirectory(), temporaryDirectory()]
    const actors = Array.from({ length: 6 }, (_, i) => start('project', root, projects[i % 2]!))
    const found = await Promise.all(actors.map(({ answer }) => answer))
    expect(new Set(found).size).toBe(2)
    expect(new Set(found.filter((_, i) => i % 2 === 0)).size).toBe(1)
    expect(new Set(found)).toEqual(new Set([join(root, 'app-1'), join(root, 'app-2')]))
  })
})

describe('a fingerprint', () => {
  it('leads to the functions that had it, also in another process', () => {
    const root = temporaryDirectory()
    const project = openAsAnother(root).project({ name: 'app', id: 'x' })
    const before = project.function('src/old.ts', 'train')
    before.noteVersion({ fingerprint: 'one', dependencies: ['src/b.ts#helper 1a2b3c4d'] })
    before.put(keyOf(1), [], entryOf('kept'))
    project.function('src/twin.ts', 'train').noteVersion({ fingerprint: 'one', dependencies: [] })
    const again = openAsAnother(root).project({ name: 'app', id: 'x' })
    expect(again.findByFingerprint('one')).toEqual([{ module: 'src/old.ts', name: 'train' }, { module: 'src/twin.ts', name: 'train' }])
    expect(again.findByFingerprint('two')).toEqual([])
    const [place] = again.findByFingerprint('one')
    expect(textOf(again.function(place!.module, place!.name).get(keyOf(1), []))).toBe('kept')
  })
})

describe('a cause', () => {
  it('is new to one process only', () => {
    const root = temporaryDirectory()
    const of = (name: string) => openAsAnother(root).project({ name: 'app', id: 'x' }).function('a.ts', name)
    expect([of('f').firstTime('slow'), of('f').firstTime('slow'), of('f').firstTime('other'), of('g').firstTime('slow')]).toEqual([true, false, true, true])
  })
})
