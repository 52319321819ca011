import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, SHOP } from './support.ts'
import type { Project } from './support.ts'

let project: Project

beforeAll(async () => {
  project = createProject(SHOP)
  await project.run('main.js')
  project.write({ 'src/tax.js': SHOP['src/tax.js']!.replace('0.2', '0.3') })
  await project.run('main.js')
})

afterAll(() => project.remove())

test('within its budget a store keeps all', async () => {
  const { code, json } = await project.cli('gc', '--json')
  expect(code).toBe(0)
  expect(json).toMatchObject({ root: project.store, entries: 8, droppedEntries: 0 })
})

test('--dry-run says what would go, and drops nothing', async () => {
  const { json, out } = await project.cli('gc', '--max-size', '0', '--keep-versions', '0', '--dry-run', '--json')
  expect(json, out).toMatchObject({ dryRun: true, droppedEntries: 4 })
  expect((await project.cli('ls', '--json')).json.functions[0].entries).toBe(4)
})

test('--auto does nothing within the budget, and --store names another store', async () => {
  const elsewhere = `${project.directory}/none`
  expect((await project.cli('gc', '--auto', '--max-size', '1GB', '--json')).json).toMatchObject({ entries: 0, droppedEntries: 0 })
  expect((await project.cli('gc', '--store', elsewhere, '--max-size', '0', '--keep-versions', '0', '--json')).json).toMatchObject({ root: elsewhere, entries: 0 })
  const dry = await project.cliIn({ PERSIST_PATH: elsewhere }, 'gc', '--store', project.store, '--max-size', '0', '--keep-versions', '0', '--dry-run', '--json')
  expect(dry.json).toMatchObject({ root: project.store, droppedEntries: 4 })
})

test('drops what is of superseded code, and only that', async () => {
  const { out } = await project.cli('gc', '--max-size', '0', '--keep-versions', '0')
  expect(out).toContain('dropped 4 of 8 entries')
  expect((await project.run('main.js')).computed).toEqual([])
})

test('drops results of current code only when told to', async () => {
  expect((await project.cli('gc', '--max-entries', '1', '--json')).json.droppedEntries).toBe(2)
  expect((await project.cli('gc', '--current-size', '0', '--json')).json.droppedEntries).toBe(2)
  expect((await project.run('main.js')).computed).not.toEqual([])
})

test('drops analyses of files that nobody has compiled for a month', async () => {
  const directory = join(project.store, '.analyses/files')
  const [old, ...others] = readdirSync(directory)
  const past = Date.now() / 1000 - 31 * 24 * 60 * 60
  utimesSync(join(directory, old!), past, past)
  await project.cli('gc', '--dry-run')
  expect(readdirSync(directory)).toContain(old)
  await project.cli('gc')
  expect(others.length).toBeGreaterThan(0)
  expect(readdirSync(directory)).toEqual(others)
})

test('--here leaves other projects alone', async () => {
  project.write({ 'other/package.json': '{ "name": "other" }' })
  const { json } = await project.cli('gc', '--here', '--current-size', '0', '--json', '--cwd', `${project.directory}/other`)
  expect(json.entries).toBe(0)
})

test.each([['--max-size', 'much'], ['--max-age', '3 months'], ['--max-entries', '-1'], ['--max-entries', 'x']])('%s %s is wrong usage', async (flag, value) => {
  const { code, err } = await project.cli('gc', `${flag}=${value}`)
  expect(code).toBe(2)
  expect(err).toContain(flag)
})
