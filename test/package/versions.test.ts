import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkAll, repository, run, runWell, writeFiles } from '../hosts/workspace.ts'
import type { Output } from '../hosts/workspace.ts'
import { listFiles } from '../store/helpers.ts'

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
let directory: string

/** Results of each kind: in buckets, in files of their own, with groups, of functions that give promises. */
const PROGRAM = {
  'package.json': '{ "name": "app", "type": "module" }',
  'persist.config.json': '{ "projectId": "shared" }',
  'src/work.js': `import { persist, json } from 'unplugin-persist'
const spend = (milliseconds) => { for (const until = Date.now() + milliseconds; Date.now() < until; ); }
const note = (what) => console.error('computed ' + what)
// @persist
export function small(n) { note('small ' + n); spend(3); return { n } }
// @persist { groupBy: ['group'], tags: ['sized'] }
export async function large(group, n) { note('large ' + group + n); spend(3); return n + 'x'.repeat(100_000) }
export const readable = persist((n) => { note('readable ' + n); spend(3); return { n } }, { codec: json() })
`,
  'main.js': `import { large, readable, small } from './src/work.js'
for (let n = 0; n < 40; n++) {
  if (small(n).n !== n || readable(n).n !== n) throw new Error('wrong: ' + n)
  for (const group of ['a', 'b/c']) if ((await large(group, n)) !== n + 'x'.repeat(100_000)) throw new Error('wrong: ' + group + n)
}
`,
}
const CALLS = 40 * 4

/** Another version of the package, as it would be built and published; installed beside the program. */
async function install(name: string, version: string, format: number): Promise<Copy> {
  const source = join(directory, 'source', name)
  for (const path of ['src', 'tsconfig.json', 'tsdown.config.ts', 'package.json', 'package-lock.json', 'README.md', 'LICENSE']) cpSync(join(repository, path), join(source, path), { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(source, 'node_modules'))
  replaceIn(join(source, 'package.json'), /"version": "[^"]+"/, `"version": "${version}"`)
  replaceIn(join(source, 'src/runtime/version.ts'), /version = '[^']+'/, `version = '${version}'`)
  // What the types demand of whoever changes the number.
  replaceIn(join(source, 'src/store/format.ts'), /FORMAT_VERSION = 1/, `FORMAT_VERSION = ${format}`)
  if (format !== 1) replaceIn(join(source, 'src/store/layout.ts'), /= '@values'\n/, `= '@values.v${format}'\n`)
  await runWell(npm, ['run', 'build'], { cwd: source })
  await runWell(npm, ['pack', '--ignore-scripts', '--pack-destination', source], { cwd: source })
  const tarball = readdirSync(source).find((file) => file.endsWith('.tgz'))!
  const app = join(directory, name)
  writeFiles(app, PROGRAM)
  mkdirSync(join(app, 'node_modules'))
  await runWell(npm, ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', join(source, tarball)], { cwd: app })
  const node = (...args: string[]) => (store: string, env: Record<string, string> = {}): Promise<Output> => run(process.execPath, args, { cwd: app, env: { PERSIST_PATH: store, ...env } })
  return {
    version,
    run: node('--import', 'unplugin-persist/register', 'main.js'),
    cli: (store, ...args) => node('node_modules/unplugin-persist/dist/cli.js', ...args)(store),
    cliLater: (store, ...args) => node('--import', `data:text/javascript,${encodeURIComponent(`const { now } = Date; Date.now = () => now() + 7 * 24 * 3600e3`)}`, 'node_modules/unplugin-persist/dist/cli.js', ...args)(store),
  }
}

function replaceIn(file: string, what: RegExp, by: string): void {
  const text = readFileSync(file, 'utf8')
  expect(text).toMatch(what)
  writeFileSync(file, text.replace(what, by))
}

interface Copy {
  version: string
  run(store: string): Promise<Output>
  cli(store: string, ...args: string[]): Promise<Output>
  /** The same in a week, by the clock that the process has. */
  cliLater(store: string, ...args: string[]): Promise<Output>
}

let here: Copy
let newer: Copy
let foreign: Copy

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-versions-')))
  linkAll(join(repository, 'node_modules'), join(directory, 'node_modules'))
  here = await install('here', '0.1.0', 1)
  newer = await install('newer', '0.2.0', 1)
  foreign = await install('foreign', '0.3.0', 2)
}, 300_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What all of them do at the same time, collecting and checking meanwhile. */
async function atOnce(store: string, ...copies: Copy[]): Promise<Output[]> {
  const runs = Promise.all(copies.flatMap((copy) => [copy.run(store), copy.run(store)]))
  let done = false
  const collecting = copies.map(async (copy) => {
    while (!done) {
      // Makes nothing, so that both find the store when it is there.
      for (const args of [['gc'], ['ls', '--json'], ['verify', '--json']]) {
        const { code, stdout, stderr } = await copy.cli(store, ...args)
        expect({ code, stderr: stderr.replace(/^there is no store .*\n/, '') }, stdout).toEqual({ code: 0, stderr: '' })
      }
    }
  })
  const outputs = await runs.finally(() => (done = true))
  await Promise.all(collecting)
  for (const { code, stderr } of outputs) expect(code, stderr).toBe(0)
  return outputs
}

const computedBy = (outputs: readonly Output[]): string[] => outputs.flatMap(({ computed }) => computed).sort()
const warningsOf = (outputs: readonly Output[]): string[] => outputs.flatMap(({ stderr }) => stderr.split('\n').filter((line) => line !== '' && !line.startsWith('computed ')))

/** The files of a store that hold results, not notes that all versions keep together, with what is in them. */
function results(store: string): Map<string, string> {
  const found = listFiles(store).filter((file) => /\/@(?:\d|values)/.test(file))
  return new Map(found.map((file) => [file, readFileSync(join(store, file), 'base64')]))
}

test('each copy says which version it is', async () => {
  for (const copy of [here, newer, foreign]) expect((await copy.cli(directory, '--version')).stdout).toContain(`persist/${copy.version}`)
})

describe('two versions of one format', () => {
  test('compute each call once between them, at the same time and later', { timeout: 120_000 }, async () => {
    const store = join(directory, 'store-same')
    const outputs = await atOnce(store, here, newer)
    expect(warningsOf(outputs)).toEqual([])
    expect(computedBy(outputs).filter((what, at, all) => all.indexOf(what) !== at), 'computed twice').toEqual([])
    expect(computedBy(outputs)).toHaveLength(CALLS)
    for (const copy of [here, newer]) {
      expect((await copy.run(store)).computed).toEqual([])
      expect(JSON.parse((await copy.cli(store, 'verify', '--json')).stdout)).toMatchObject({ entries: CALLS, problems: [] })
    }
  })
})

describe('two versions with formats of their own', () => {
  test('keep what each has, at the same time and later', { timeout: 120_000 }, async () => {
    const store = join(directory, 'store-both')
    const outputs = await atOnce(store, here, foreign)
    expect(warningsOf(outputs)).toEqual([])
    for (const copy of [here, foreign]) expect((await copy.run(store)).computed).toEqual([])
    // Each its own, once.
    expect(computedBy(outputs)).toHaveLength(CALLS * 2)
    expect(new Set(computedBy(outputs)).size).toBe(CALLS)
  })

  test.each([
    ['the older', () => here, () => foreign],
    ['the newer', () => foreign, () => here],
  ])('leave each other\'s files as they are: whatever %s removes, collects and repairs', { timeout: 120_000 }, async (name, one, other) => {
    const store = join(directory, `store-${name.replace(' ', '-')}`)
    expect((await one().run(store)).computed).toHaveLength(CALLS)
    const own = results(store)
    expect((await other().run(store)).computed).toHaveLength(CALLS)
    const theirs = (): [string, string][] => [...results(store)].filter(([file]) => !own.has(file))
    const before = theirs()
    expect(before.length).toBeGreaterThan(CALLS / 2)
    for (const args of [['rm', '--tag', 'sized', '--yes'], ['verify', '--repair'], ['gc', '--max-entries', '3'], ['gc', '--max-age', '0ms'], ['rm', '--all', '--yes']]) {
      const { code, stderr } = await one().cliLater(store, ...args)
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
    }
    const after = new Map(theirs())
    expect(before.filter(([file, bytes]) => after.get(file) !== bytes).map(([file]) => file)).toEqual([])
    expect([...results(store)].filter(([file, bytes]) => own.has(file) && bytes.length > 10_000).map(([file]) => file)).toEqual([])
    expect((await other().run(store)).computed).toEqual([])
    expect((await one().run(store)).computed).toHaveLength(CALLS)
  })
})
