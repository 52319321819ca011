import { chmodSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createProject, runCli, SHOP } from './support.ts'
import type { CliOutput } from './support.ts'

let directory: string

/** A project with nothing wrong. */
const HEALTHY: Readonly<Record<string, string>> = {
  ...SHOP,
  'package.json': '{ "name": "app", "type": "module", "scripts": { "start": "node --import unplugin-persist/register main.js" } }',
  'node_modules/unplugin-persist/package.json': '{ "name": "unplugin-persist", "version": "1.0.0" }',
}

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-doctor-')))
  write(HEALTHY)
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

function doctor(env: Record<string, string> = {}): Promise<CliOutput> {
  return runCli(['doctor', '--json', '--cwd', directory], { PERSIST_PATH: join(directory, 'store'), ...env })
}

async function problems(env?: Record<string, string>): Promise<string> {
  const { code, json } = await doctor(env)
  const found = json.findings.filter((finding: { level: string }) => finding.level === 'problem')
  expect(code).toBe(found.length > 0 ? 1 : 0)
  return found.map((finding: { what: string; cure?: string }) => `${finding.what}\n${finding.cure ?? ''}`).join('\n')
}

test('finds nothing wrong with a sound project', async () => {
  expect(await problems()).toBe('')
  const { json } = await doctor()
  expect(json.findings.map((finding: { what: string }) => finding.what)).toContain('2 marked functions')
})

test('finds that nothing compiles the marks', async () => {
  write({ 'package.json': '{ "name": "app" }' })
  expect(await problems()).toContain('node --import unplugin-persist/register')
  write({ 'vite.config.ts': 'import persist from \'unplugin-persist/vite\'\nexport default { plugins: [persist()] }\n' })
  expect(await problems()).toBe('')
})

test('finds marks in components, which nothing compiles', async () => {
  write({ 'src/page.astro': '---\n// @persist\nfunction f() {}\n---\n', 'src/app.vue': '<script>\n// the @persist mark is elsewhere\n</script>\n' })
  expect(await problems()).toMatch(/^src.page\.astro holds a mark[^\n]*\nMove them/)
})

test('says that functions run uncached under Jest', async () => {
  write({ 'package.json': '{ "name": "app", "type": "module", "scripts": { "start": "node --import unplugin-persist/register main.js", "test": "NODE_ENV=test jest --ci", "lint": "eslint jest.config.js" } }' })
  const { code, json } = await doctor()
  expect(code).toBe(0)
  expect(json.findings.filter(({ level }: { level: string }) => level === 'advice')).toEqual([{ level: 'advice', what: expect.stringMatching(/^`npm run test` runs Jest/), cure: expect.stringMatching(/Vitest or `node --test`/) }])
})

test('what has been stored was compiled by something, if only by a command typed in', async () => {
  const project = createProject(SHOP)
  try {
    expect((await project.cli('doctor')).code).toBe(1)
    await project.run('main.js')
    expect(await project.cli('doctor')).toMatchObject({ code: 0, out: expect.stringContaining('nothing that compiles the marks was found') })
  } finally {
    project.remove()
  }
})

test('finds register in NODE_OPTIONS', async () => {
  write({ 'package.json': '{ "name": "app" }' })
  expect(await problems({ NODE_OPTIONS: '--import unplugin-persist/register' })).toBe('')
})

test('finds a plugin that stands before ours where the order decides', async () => {
  const config = (plugins: string): string => `import persist from 'unplugin-persist/rollup'\nimport typescript from '@rollup/plugin-typescript'\nexport default { plugins: [${plugins}] }\n`
  write({ 'rollup.config.js': config('typescript(), persist()') })
  expect(await problems()).toContain('Put `persist()` first')
  write({ 'rollup.config.js': config('persist(), typescript()') })
  expect(await problems()).toBe('')
})

test('finds that tsc drops the comments', async () => {
  write({
    'package.json': '{ "name": "app", "scripts": { "build": "tsc -p .", "start": "node --import unplugin-persist/register dist/main.js" } }',
    'tsconfig.json': '{ "compilerOptions": { "removeComments": true } }',
  })
  expect(await problems()).toContain('removeComments')
})

test('finds two versions', async () => {
  write({ 'node_modules/other/node_modules/unplugin-persist/package.json': '{ "name": "unplugin-persist", "version": "2.0.0" }' })
  expect(await problems()).toMatch(/2 versions.*1\.0\.0.*2\.0\.0/)
})

test('finds a missing installation', async () => {
  rmSync(join(directory, 'node_modules'), { recursive: true })
  expect(await problems()).toContain('npm install unplugin-persist')
})

test('finds marks that do not compile', async () => {
  write({ 'src/wrong.js': '// @persist\nexport const wrong = 1\n' })
  expect(await problems()).toContain('src/wrong.js:1')
})

test('finds a store that others may write to', async () => {
  mkdirSync(join(directory, 'open'))
  writeFileSync(join(directory, 'open/file'), '')
  chmodSync(join(directory, 'open'), 0o777)
  if (process.getuid) expect(await problems({ PERSIST_PATH: join(directory, 'open') })).toContain('everybody can write')
})

test('finds a store that can not be made', async () => {
  expect(await problems({ PERSIST_PATH: join(directory, 'package.json', 'store') })).toContain('store')
})

test('says that a project of the same name is gone, whose results may be this one\'s', async () => {
  const moved = createProject({ ...SHOP })
  try {
    await moved.run('main.js')
    renameSync(moved.directory, `${moved.directory}-new`)
    const advice = async (): Promise<string> => (await runCli(['doctor', '--json', '--cwd', `${moved.directory}-new`], { PERSIST_PATH: moved.store })).json.findings.map((finding: { what: string; cure?: string }) => `${finding.what} ${finding.cure}`).join('\n')
    expect(await advice()).toMatch(/app-1.*persist projects link app-1/)
    await runCli(['projects', 'link', 'app-1', '--cwd', `${moved.directory}-new`], { PERSIST_PATH: moved.store })
    expect(await advice()).not.toContain('app-1')
  } finally {
    moved.remove()
  }
})
