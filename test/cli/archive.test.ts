import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../hosts/workspace.ts'
import type { Output } from '../hosts/workspace.ts'
import { createProject, SHOP } from './support.ts'
import type { Project } from './support.ts'

let project: Project

beforeAll(async () => {
  project = createProject(SHOP)
  await project.run('main.js')
})

afterAll(() => project.remove())

/** The same project with a store of its own. */
const elsewhere = (name: string): Record<string, string> => ({ PERSIST_PATH: join(project.directory, '..', name) })

/** The built program, in a process of its own. */
function spawn(...args: string[]): Promise<Output> {
  const cli = join(project.directory, '../node_modules/unplugin-persist/dist/cli.js')
  return run(process.execPath, [cli, ...args], { cwd: project.directory, env: { PERSIST_PATH: project.store } })
}

test('what is exported here is read back elsewhere', async () => {
  const { code, json } = await project.cli('export', 'all.persist', '--json')
  expect(code).toBe(0)
  expect(json).toMatchObject({ archive: join(project.directory, 'all.persist'), entries: 4, damaged: [] })
  const again = await project.cli('export', 'all.persist')
  expect(again.code).toBe(1)
  expect(again.err).toContain('is there already')
  expect(await project.cli('export', 'all.persist', '--dry-run')).toMatchObject({ code: 1, out: '', err: again.err })

  const said = await project.cliIn(elsewhere('second'), 'import', 'all.persist', '--dry-run', '--json')
  expect(said.json).toMatchObject({ imported: false, entries: 4, skipped: 0, bytes: json.bytes })
  expect(existsSync(elsewhere('second').PERSIST_PATH!), 'nothing is made').toBe(false)
  const imported = await project.cliIn(elsewhere('second'), 'import', 'all.persist', '--json')
  expect(imported.json).toMatchObject({ imported: true, entries: 4, skipped: 0, bytes: json.bytes })
  expect((await project.run('main.js', elsewhere('second'))).computed).toEqual([])
  expect((await project.cliIn(elsewhere('second'), 'import', 'all.persist', '--json')).json).toMatchObject({ entries: 0, skipped: 4 })
  expect((await project.cliIn(elsewhere('second'), 'import', 'all.persist', '--dry-run')).out).toBe('would take 0 entries, 0 B; 4 were there already')
  expect((await project.cliIn(elsewhere('second'), 'import', 'all.persist', '--dry-run', '--overwrite', '--json')).json).toMatchObject({ entries: 4, skipped: 0 })
})

test('exports some functions only, and says beforehand how much', async () => {
  expect((await project.cli('export', 'price.persist', 'price', '--dry-run', '--json')).json).toMatchObject({ entries: 2, written: false })
  expect(existsSync(join(project.directory, 'price.persist'))).toBe(false)
  expect((await project.cli('export', 'price.persist', 'price', '--json')).json).toMatchObject({ entries: 2 })
  await project.cliIn(elsewhere('third'), 'import', 'price.persist')
  expect((await project.run('main.js', elsewhere('third'))).computed).toEqual(['total', 'total'])
  expect((await project.cli('export', 'x.persist', 'nobody')).code).toBe(2)
})

test('says beforehand how much there is of all projects, from wherever it is asked', async () => {
  const other = join(project.directory, '../other')
  mkdirSync(other)
  writeFileSync(join(other, 'package.json'), '{ "name": "other" }')
  const [said, done] = [await project.cli('export', 'every.persist', '--everything', '--cwd', other, '--json', '--dry-run'), await project.cli('export', 'every.persist', '--everything', '--cwd', other, '--json')]
  expect(said.json).toMatchObject({ entries: 4, written: false })
  expect(done.json).toMatchObject({ entries: 4, written: true })
})

test('a damaged archive fails and is named', async () => {
  await project.cli('export', 'bad.persist')
  flip(join(project.directory, 'bad.persist'), 200)
  const { code, err } = await project.cliIn(elsewhere('fourth'), 'import', 'bad.persist')
  expect(code).toBe(1)
  expect(err).toContain('bad.persist')
  expect(await project.cliIn(elsewhere('fourth'), 'import', 'bad.persist', '--dry-run')).toMatchObject({ code: 1, err })
  expect((await project.cli('import', 'missing.persist')).code).toBe(2)
})

test('`run --record` writes what the run has touched, hits too', async () => {
  const { stdout } = await spawn('run', '--record', 'recorded', '--json', '--', process.execPath, '--import', 'unplugin-persist/register', 'main.js')
  // The outer calls hit, so that the inner ones were not made.
  expect(JSON.parse(stdout).recordings).toEqual([{ archive: expect.stringContaining('recorded'), entries: 2 }])
  await project.cliIn(elsewhere('fifth'), 'import', 'recorded')
  expect((await project.run('main.js', elsewhere('fifth'))).computed).toEqual([])
})

test('verify names damage with exit code 1, repairs it, and the rest stays', async () => {
  expect((await project.cli('verify', '--json')).json).toMatchObject({ entries: 4, problems: [] })
  const directory = join(project.store, 'app-1/src/price.js/price')
  const bucket = join(directory, readdirSync(directory).find((name) => /^@\d/.test(name))!)
  flip(bucket, readFileSync(bucket).length - 10)

  const { code, out, err } = await project.cli('verify')
  expect(code).toBe(1)
  expect(out).toContain('app-1/src/price.js/price/@')
  expect(err).toContain('--repair')
  expect((await project.cli('verify', '--repair', '--dry-run')).code).toBe(1)
  // In a process of its own: this one remembers the bytes that it had read before the damage.
  expect(JSON.parse((await spawn('verify', '--repair', '--json')).stdout).problems).toEqual([expect.objectContaining({ kind: 'damaged', repaired: true })])
  expect((await spawn('verify')).code).toBe(0)
  expect(JSON.parse((await spawn('ls', 'price', '--json')).stdout).functions[0].entries).toBe(1)
})

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.from([bytes[at]! ^ 0xff]), 0, 1, at)
  closeSync(descriptor)
}
