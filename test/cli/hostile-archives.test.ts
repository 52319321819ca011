import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { configure, handle } from '../../src/index.ts'
import { marked } from '../runtime/support.ts'
import { archiveBlock, entryOf, keyOf, openAsAnother } from '../store/helpers.ts'
import { runCli } from './support.ts'
import type { CliOutput } from './support.ts'

const MAGIC = 'unplugin-persist archive 1\n'
let top: string
let project: string
let store: string

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'persist-hostile-')))
  project = join(top, 'app')
  store = join(top, 'store')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "app" }')
  const own = openAsAnother(store).project({ name: 'app', path: project }).function('src/a.js', 'f')
  own.noteVersion({ fingerprint: 'own', dependencies: [] })
  own.put(keyOf('own'), [], entryOf('mine'))
})
afterAll(() => {
  configure({ persistPath: undefined, projectPath: undefined })
  rmSync(top, { recursive: true, force: true })
})

const head = (changes: object = {}): object => ({
  project: { name: 'app' }, module: 'src/b.js', name: 'g', groups: [], key: keyOf('theirs'), codec: 'structured@1', size: 2,
  meta: { created: 1, duration: 1, fingerprint: 'theirs' }, ...changes,
})
const block = (changes: object = {}, payload = '{}'): Buffer => archiveBlock(JSON.stringify(head(changes)), Buffer.from(payload))
const archiveOf = (...blocks: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.from(MAGIC), ...blocks])

/** All that is there, but for the directories of results. */
const outside = (): string[] => readdirSync(top, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('store/app-') && !path.startsWith('store/@locks')).sort()

async function importBytes(bytes: Uint8Array, ...flags: string[]): Promise<CliOutput> {
  const archive = join(top, 'given.persist')
  writeFileSync(archive, bytes)
  return runCli(['--cwd', project, 'import', archive, ...flags], { PERSIST_PATH: store })
}

/** What was there before is there, and nothing is damaged. */
async function expectIntact(): Promise<void> {
  const own = openAsAnother(store).project({ name: 'app', path: project }).function('src/a.js', 'f')
  expect(Buffer.from(own.get(keyOf('own'), [])!.bytes()).toString()).toBe('mine')
  expect((await runCli(['--cwd', project, 'verify', '--json'], { PERSIST_PATH: store })).json.problems).toEqual([])
}

const cut = block()
const wrong = Buffer.from(block())
wrong[wrong.length - 1]! ^= 1
const long = Buffer.alloc(8)
long.writeUInt32LE(0xffff_ffff)

describe('an archive is refused with exit code 1, by what is wrong with it', () => {
  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /given\.persist: it is no archive/],
    ['something else', Buffer.from('PK\u0003\u0004 and so on, and on and on'), /it is no archive/],
    ['a compressed one', gzipSync(archiveOf(block())), /it is no archive/],
    ['one of a later format', Buffer.concat([Buffer.from('unplugin-persist archive 2\n'), block()]), /format 2.*newer version of unplugin-persist/],
    ['one that is cut in its head', archiveOf(cut.subarray(0, 40)), /entry at 27 is damaged or cut off/],
    ['one that is cut in its payload', archiveOf(cut.subarray(0, -5)), /entry at 27 is cut off/],
    ['a wrong checksum', archiveOf(wrong), /entry at 27 is damaged/],
    ['a head without end', archiveOf(long), /entry at 27 is damaged/],
    ['more bytes declared than are there', archiveOf(archiveBlock(JSON.stringify(head({ size: 10 * 2 ** 30 })), Buffer.from('{}'))), /entry at 27 is cut off/],
    ['more bytes than anybody has', archiveOf(archiveBlock(JSON.stringify(head({ size: Number.MAX_SAFE_INTEGER })), Buffer.from('{}'))), /has 9007199254740991 bytes, more than/],
    ['sizes that add up to more than numbers hold', archiveOf(archiveBlock(JSON.stringify(head({ files: Array.from({ length: 3 }, (_, index) => ({ path: `${index}`, size: Number.MAX_SAFE_INTEGER })) })), Buffer.from('{}'))), /more than/],
    ['a negative size', archiveOf(block({ size: -1 })), /damaged/],
    ['a head that is no object', archiveOf(archiveBlock('null', Buffer.alloc(0))), /damaged/],
    ['a key that is a path', archiveOf(block({ key: '../../../evil' })), /damaged/],
    ['a file above', archiveOf(block({ files: [{ path: '../../evil', size: 2 }] })), /damaged/],
    ['an absolute file', archiveOf(block({ files: [{ path: `${process.cwd()}/evil`, size: 2 }] })), /damaged/],
    ['one file twice', archiveOf(block({ files: [{ path: 'evil', size: 1 }, { path: 'evil', size: 1 }] })), /damaged/],
    ['a file in a file', archiveOf(block({ files: [{ path: 'evil', size: 1 }, { path: 'evil/evil', size: 1 }] })), /damaged/],
  ])('%s', async (_, bytes, words) => {
    const before = outside()
    const { code, err } = await importBytes(bytes)
    expect(err).toMatch(words)
    expect(code).toBe(1)
    expect(outside().filter((path) => path !== 'given.persist')).toEqual(before.filter((path) => path !== 'given.persist'))
    expect(JSON.stringify(readdirSync(store, { recursive: true, encoding: 'utf8' }))).not.toMatch(/evil/i)
    await expectIntact()
  })
})

describe('names in an archive lead nowhere but into the project\'s directory', () => {
  it.each<[string, object]>([
    ['a module above', { module: '../../../../evil/a.js' }],
    ['an absolute module', { module: '/evil/a.js' }],
    ['a name above', { name: '../../../../evil' }],
    ['groups above', { groups: ['..', '..', '..', '..', 'evil'] }],
    ['an extension with a path', { extension: '/../../../../evil.json' }],
    ['a project above', { project: { name: '../../evil', id: '../../evil' } }],
    ['names of devices', { module: 'CON', name: 'NUL', groups: ['aux.txt', 'a:b', ''] }],
    ['a name with an end of text', { name: 'a\0b' }],
  ])('%s', async (_, changes) => {
    const others = (): string[] => outside().filter((path) => path !== 'given.persist' && !/^store\/[^/]*evil/.test(path))
    const before = others()
    for (const flags of [[], ['--as-named']]) {
      const { code, err } = await importBytes(archiveOf(block({ ...changes, size: 70_000 }, '{}'.padEnd(70_000))), ...flags, '--json')
      expect([err, code]).toEqual(['', 0])
    }
    expect(others()).toEqual(before)
    await expectIntact()
  })
})

test('what stands before the damage is in; the same entry twice is there once, and the first of both', async () => {
  const key = keyOf('twice')
  const { code } = await importBytes(archiveOf(block({ key }, '{}'), block({ key }, '[]'), block({ key: keyOf('after'), size: 2 }).subarray(0, -1)))
  expect(code).toBe(1)
  const theirs = openAsAnother(store).project({ name: 'app', path: project }).function('src/b.js', 'g')
  expect(Buffer.from(theirs.get(key, [])!.bytes()).toString()).toBe('{}')
  expect(theirs.get(keyOf('after'), [])).toBeUndefined()
  await expectIntact()
})

test('an archive may be a link; a directory in its place is refused', async () => {
  writeFileSync(join(top, 'real.persist'), archiveOf(block({ key: keyOf('linked') })))
  symlinkSync(join(top, 'real.persist'), join(top, 'link.persist'))
  const linked = await runCli(['--cwd', project, 'import', join(top, 'link.persist'), '--json'], { PERSIST_PATH: store })
  expect(linked.json).toMatchObject({ entries: 1 })
  mkdirSync(join(top, 'many/inner.persist'), { recursive: true })
  const { code, err } = await runCli(['--cwd', project, 'import', join(top, 'many')], { PERSIST_PATH: store })
  expect([code, err]).toEqual([1, expect.stringContaining('inner.persist')])
  await expectIntact()
})

test('a sparse file of terabytes costs neither time nor memory', async () => {
  const archive = join(top, 'sparse.persist')
  closeSync(openSync(archive, 'w'))
  writeFileSync(archive, archiveOf(archiveBlock(JSON.stringify(head({ size: 900 * 2 ** 30 })), Buffer.alloc(0))))
  truncateSync(archive, 2 ** 40)
  const { code, err } = await runCli(['--cwd', project, 'import', archive], { PERSIST_PATH: store })
  expect([code, err]).toEqual([1, expect.stringMatching(/has 966367641600 bytes, more than the \d+ that are allowed/)])
  rmSync(archive)
  await expectIntact()
})

describe('what an entry says of output files', () => {
  it.each(['../evil.txt', '/evil.txt', 'a/../../evil.txt', '..'])('%s leads nowhere but below the path that the call names', async (path) => {
    const root = mkdtempSync(join(top, 'outputs-'))
    configure({ persistPath: join(root, 'store'), projectPath: project })
    mkdirSync(join(root, 'work'), { recursive: true })
    const write = marked((to: string) => {
      mkdirSync(to, { recursive: true })
      writeFileSync(join(to, 'good.txt'), 'good')
      return 1
    }, { params: ['to'], options: { outFile: ['to'] } })
    const to = join(root, 'work/inner')
    write(to)
    // The same entry with another path in it, as an archive could bring it.
    const found = openAsAnother(join(root, 'store')).project({ name: 'unplugin-persist', path: project }).function('src/test.ts', handle(write).info.name)
    const own = [...found.entries()].find(({ codec }) => codec !== 'out-file@1')!
    const meta = JSON.parse(JSON.stringify(own.meta)) as { extra: { files: { files: { path: string }[]; directories: string[] }[] } }
    meta.extra.files[0]!.files[0]!.path = path
    meta.extra.files[0]!.directories.push('../made')
    const { node: _, package: __, commit: ___, ...rest } = meta as Record<string, unknown>
    found.put(own.key, own.groups, { codec: own.codec, meta: { ...rest, created: Date.now() } as never, payload: own.bytes() })
    rmSync(to, { recursive: true })
    expect(write(to)).toBe(1)
    expect(write.calls).toBe(2)
    expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((one) => /evil|made/.test(one))).toEqual([])
    expect(readFileSync(join(to, 'good.txt'), 'utf8')).toBe('good')
  })
})
