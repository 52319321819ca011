import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import process from 'node:process'
import { createProject, runCli, SHOP } from './support.ts'
import { runWell } from '../hosts/workspace.ts'

let directory: string

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-scan-')))
  write({ 'package.json': '{ "name": "app" }', ...SHOP })
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

const scan = (...args: string[]): ReturnType<typeof runCli> => runCli(['scan', '--cwd', directory, ...args], { PERSIST_PATH: join(directory, '.store') })

test('prints a JSON array of marked functions with exactly the documented fields', async () => {
  const { code, json, err } = await scan('--json')
  expect(code).toBe(0)
  expect(err).toBe('')
  expect(json.map((found: { id: string }) => found.id)).toEqual(['src/price.js#price', 'src/total.js#total'])
  const [price] = json
  expect(Object.keys(price)).toEqual(['id', 'module', 'name', 'fingerprint', 'dependencies', 'captures', 'untracked'])
  expect(price).toMatchObject({ module: 'src/price.js', name: 'price', captures: [], untracked: [] })
  expect(price.fingerprint).toMatch(/^[0-9a-f]{32}$/)
  expect(price.dependencies).toEqual([{ module: 'src/tax.js', binding: 'tax', hash: expect.stringMatching(/^[0-9a-f]+$/) }])
})

test('takes files and directories as arguments', async () => {
  const file = await scan('--json', 'src/price.js')
  expect(file.json).toHaveLength(1)
  const folder = await scan('--json', 'src')
  expect(folder.json).toHaveLength(2)
  expect(folder.json[0]).toEqual(file.json[0])
})

test.each([
  ['src/**/*.js', 4],
  ['src/*.js', 2],
  ['**/{price,deep}.js', 2],
  ['src/[a-p]*.js', 1],
  ['src/t?tal.js', 1],
  ['./src/routes/**', 2],
  ['src/routes/[id].js', 1],
])('takes a quoted glob, and a file that only looks like one: %s', async (glob, count) => {
  const marked = (name: string): string => `// @persist\nexport function ${name}() { return 1 }\n`
  write({ 'src/routes/[id].js': marked('id'), 'src/routes/i.d.ts': '// @persist\n', 'src/routes/a/deep.js': marked('deep'), 'src/routes/node_modules/x.js': marked('x') })
  expect((await scan('--json', glob)).json).toHaveLength(count)
})

test('a glob that matches nothing is wrong usage', async () => {
  const { code, err } = await scan('src/**/*.tsx')
  expect(code).toBe(2)
  expect(err).toContain('No source file matches src/**/*.tsx')
})

test('--all takes every top-level function as if it were marked', async () => {
  const { json } = await scan('--json', '--all', 'src')
  expect(json.map((found: { id: string }) => found.id)).toEqual(['src/price.js#price', 'src/tax.js#tax', 'src/total.js#total'])
})

test('looks into no installed package and no output', async () => {
  write({ 'node_modules/dep/index.js': SHOP['src/price.js']!, 'dist/price.js': SHOP['src/price.js']!, '.hidden/price.js': SHOP['src/price.js']! })
  expect((await scan('--json')).json).toHaveLength(2)
})

test('lists the rest and exits with 1 when a file does not compile', async () => {
  write({ 'src/broken.js': '// @persist { nope: 1 }\nexport function broken() {}\n' })
  const { code, json, err } = await scan('--json')
  expect(code).toBe(1)
  expect(json).toHaveLength(2)
  expect(err).toContain('src/broken.js:1')
  expect(err).toContain('nope')
})

test('passes over a file that does not parse, and says so', async () => {
  write({ 'src/half.js': '// @persist\nexport function half( {\n' })
  const { json, err } = await scan('--json')
  expect(json).toHaveLength(2)
  expect(err).toMatch(/src\/half\.js:3:1 This file does not parse: Unexpected token\n/)
})

test('reads the project\'s config', async () => {
  write({ 'persist.config.json': '{ "projectPath": "./src" }' })
  expect((await scan('--json')).json[0].module).toBe('price.js')
})

test('tells people what a function depends on', async () => {
  const { out } = await scan()
  expect(out).toContain('src/price.js#price  line 4')
  expect(out).toContain('src/tax.js#tax')
  expect(out).toMatch(/2 functions$/)
})

test('a path that is not there is wrong usage', async () => {
  const { code, err } = await scan('nowhere')
  expect(code).toBe(2)
  expect(err).toContain('nowhere')
})

test('what is no code is passed over among other files, and wrong usage alone', async () => {
  write({ 'src/Price.vue': '<script>\n// @persist\nexport function price() {}\n</script>\n' })
  expect((await scan('src/Price.vue', 'src/price.js', '--json')).json).toHaveLength(1)
  expect(await scan('src/Price.vue')).toMatchObject({ code: 2, err: expect.stringContaining('src/Price.vue is no JavaScript or TypeScript') })
})

test('what was scanned before is not parsed again, while nothing that had a say has changed', async () => {
  const project = createProject({
    ...SHOP,
    'src/rates/index.js': 'export const rate = 0.2\n',
    'src/tax.js': 'import { rate } from \'./rates\'\nexport const tax = (amount) => amount * rate\n',
    'watch.mjs': 'import Module from \'node:module\'\nprocess.on(\'exit\', () => console.error(Object.keys(Module._cache).some((path) => path.includes(\'@babel\')) ? \'parsed\' : \'read\'))\n',
  })
  const fingerprints = async (): Promise<[how: string, ...fingerprints: string[]]> => {
    const { stdout, stderr } = await runWell(process.execPath, ['--import', './watch.mjs', '../node_modules/unplugin-persist/dist/cli.js', 'scan', '--json', 'src'], { cwd: project.directory, env: { PERSIST_PATH: project.store } })
    return [stderr.trim(), ...(JSON.parse(stdout) as { fingerprint: string }[]).map((found) => found.fingerprint)]
  }
  try {
    const [how, ...first] = await fingerprints()
    expect(how).toBe('parsed')
    expect(await fingerprints()).toEqual(['read', ...first])
    // An import leads elsewhere now.
    project.write({ 'src/rates.js': 'export const rate = 0.3\n' })
    const [again, ...second] = await fingerprints()
    expect(again).toBe('parsed')
    expect(second).not.toEqual(first)
    expect(await fingerprints()).toEqual(['read', ...second])
    rmSync(join(project.directory, 'src/rates.js'))
    expect((await fingerprints()).slice(1)).toEqual(first)
    rmSync(project.store, { recursive: true })
    expect(await fingerprints()).toEqual(['parsed', ...first])
  } finally {
    project.remove()
  }
})
