import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDrivers } from './hosts.ts'
import { startDriver } from './driver-process.ts'
import type { Answer, DriverProcess } from './driver-process.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const FILES = {
  'package.json': JSON.stringify({ name: 'watched', type: 'module' }),
  'src/main.ts': 'import { total } from \'./total.ts\'\nexport default function run(): number {\n  return total(3)\n}\n',
  'src/total.ts': 'import { add } from \'./steps.ts\'\n// @persist\nexport function total(n: number): number {\n  console.error(\'computed total\')\n  return add(n, 1)\n}\n',
  'src/steps.ts': 'export { add } from \'./deep/add.ts\'\n',
  'src/deep/add.ts': 'export const add = (a: number, b: number): number => a + b\n',
}

/** `./extra` leads to `extra.ts` as soon as there is one. */
const SHADOWED = {
  ...FILES,
  'src/total.ts': 'import data from \'./data.json\'\nimport { extra } from \'./extra\'\n// @persist\nexport function total(n: number): number {\n  console.error(\'computed total\')\n  return data.n * 100 + extra * 10 + n\n}\n',
  'src/data.json': '{ "n": 1 }',
  'src/extra/index.ts': 'export const extra = 1\n',
}

let workspace: Workspace

beforeAll(() => {
  workspace = createWorkspace()
})

afterAll(() => workspace.remove())

function startShadowed(driver: string): { host: DriverProcess; app: string; start(): DriverProcess } {
  const app = workspace.write(`${driver}-files`, SHADOWED)
  addDrivers(app)
  const start = (): DriverProcess => startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-files`) })
  return { host: start(), app, start }
}

/** Writes a file at one stroke: a host that reads it while it is empty may hear of no further change. */
function save(file: string, text: string): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, text.padEnd(fstatSync(descriptor).size))
  closeSync(descriptor)
}

/** Does something over and over until it was seen: a host that has just built or started doesn't watch at once. */
async function repeat<T>(work: () => void, seen: Promise<T>): Promise<T> {
  const working = setInterval(work, 1000)
  try {
    return await seen
  } finally {
    clearInterval(working)
  }
}

/** Edits a helper over and over until a run fits: some hosts have to be told to build. */
function editUntil(host: DriverProcess, app: string, fits: (answer: Answer) => boolean): Promise<Answer> {
  const edited = FILES['src/deep/add.ts'].replace('a + b', 'a + b + 1')
  return repeat(() => writeFileSync(join(app, 'src/deep/add.ts'), `${edited}// ${Date.now()}\n`), host.next(fits))
}

/** What a host gives first. It is stopped then. */
async function firstOf(host: DriverProcess): Promise<Answer> {
  try {
    return await host.next()
  } finally {
    await host.stop()
  }
}

test.each([
  'vite-dev-watch', 'vite-runner-watch', 'vite-build-watch', 'vitest-watch', 'rollup-watch', 'rolldown-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: an edit of the function or of a helper three files away recomputes, undoing it hits', async (driver) => {
  const app = workspace.write(driver, FILES)
  addDrivers(app)
  const host = startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', driver) })
  const edit = (path: string, from: string, to: string): void => {
    const file = join(app, path)
    const text = readFileSync(file, 'utf8')
    expect(text).toContain(from)
    save(file, text.replace(from, to))
  }
  try {
    expect(await host.next()).toEqual({ result: 4, computed: 1 })
    edit('src/deep/add.ts', 'a + b', 'a * 10 + b')
    expect(await host.next((answer) => answer.result === 31)).toEqual({ result: 31, computed: 1 })
    edit('src/deep/add.ts', 'a * 10 + b', 'a + b')
    expect(await host.next((answer) => answer.result === 4)).toEqual({ result: 4, computed: 0 })
    edit('src/total.ts', 'add(n, 1)', 'add(n, 2)')
    expect(await host.next((answer) => answer.result === 5)).toEqual({ result: 5, computed: 1 })
    edit('src/total.ts', 'add(n, 2)', 'add(n, 1)')
    expect(await host.next((answer) => answer.result === 4)).toEqual({ result: 4, computed: 0 })
  } finally {
    await host.stop()
  }
})

test.each([
  'vite-dev-watch', 'vite-runner-watch', 'vitest-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: an edit of a JSON file recomputes, so does a new file that an import leads to from now on; without it the old result is back', async (driver) => {
  const { host, app } = startShadowed(driver)
  const next = (result: number) => host.next((answer) => answer.result === result)
  try {
    expect(await host.next()).toEqual({ result: 113, computed: 1 })
    save(join(app, 'src/data.json'), '{ "n": 2 }')
    expect(await next(213)).toEqual({ result: 213, computed: 1 })
    writeFileSync(join(app, 'src/extra.ts'), 'export const extra = 2\n')
    expect(await next(223)).toEqual({ result: 223, computed: 1 })
    rmSync(join(app, 'src/extra.ts'))
    expect(await next(213)).toEqual({ result: 213, computed: 0 })
  } finally {
    await host.stop()
  }
})

// Its watcher knows of no file that isn't there, with this plugin or without.
test('rolldown-watch: an edit of a JSON file recomputes; a new file that an import leads to counts from the next build on, and until it is gone', async () => {
  const { host, app } = startShadowed('rolldown-watch')
  const next = (result: number) => host.next((answer) => answer.result === result)
  try {
    expect(await host.next()).toEqual({ result: 113, computed: 1 })
    writeFileSync(join(app, 'src/extra.ts'), 'export const extra = 2\n')
    save(join(app, 'src/data.json'), '{ "n": 2 }')
    expect(await next(223)).toEqual({ result: 223, computed: 1 })
    rmSync(join(app, 'src/extra.ts'))
    expect(await next(213)).toEqual({ result: 213, computed: 1 })
    save(join(app, 'src/data.json'), '{ "n": 1 }')
    expect(await next(113)).toEqual({ result: 113, computed: 0 })
  } finally {
    await host.stop()
  }
})

test('vite-build-watch: a new file that Vite\'s resolver never sees leaves no result of other code in the store', async () => {
  const { host, app, start } = startShadowed('vite-build-watch')
  try {
    expect(await host.next()).toEqual({ result: 113, computed: 1 })
    writeFileSync(join(app, 'src/extra.ts'), 'export const extra = 2\n')
    save(join(app, 'src/data.json'), '{ "n": 2 }')
    // Uncached from now on.
    expect(await host.next(({ result }) => result === 213)).toEqual({ result: 213, computed: 1 })
  } finally {
    await host.stop()
  }
  expect(await firstOf(start())).toEqual({ result: 223, computed: 1 })
})

test.each([
  'vite-dev-watch', 'vite-runner-watch', 'vite-build-watch', 'rolldown-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: a renamed helper keeps results, one that is replaced does not', async (driver) => {
  const app = workspace.write(`${driver}-renamed`, FILES)
  addDrivers(app)
  const host = startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-renamed`) })
  const next = (result: number) => host.next((answer) => answer.result === result)
  try {
    expect(await host.next()).toEqual({ result: 4, computed: 1 })
    renameSync(join(app, 'src/deep/add.ts'), join(app, 'src/deep/plus.ts'))
    save(join(app, 'src/steps.ts'), 'export { add } from \'./deep/plus.ts\'\n')
    expect(await next(4)).toEqual({ result: 4, computed: 0 })
    rmSync(join(app, 'src/deep/plus.ts'))
    writeFileSync(join(app, 'src/deep/plus.ts'), FILES['src/deep/add.ts'].replace('a + b', 'a - b'))
    expect(await next(2)).toEqual({ result: 2, computed: 1 })
  } finally {
    await host.stop()
  }
})

test.each([
  'vite-dev-watch', 'vite-runner-watch', 'vite-build-watch', 'rolldown-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: a link that leads elsewhere never leaves old code\'s result under new code', async (driver) => {
  const app = workspace.write(`${driver}-link`, {
    ...FILES,
    'src/total.ts': FILES['src/total.ts'].replace('./steps.ts', './link.ts'),
    'src/a/link.ts': FILES['src/steps.ts'].replace('./deep', '../deep'),
    'src/b/link.ts': 'export const add = (a: number, b: number): number => a * b\n',
  })
  const lead = (to: string): void => {
    rmSync(join(app, 'src/link.ts'), { force: true })
    symlinkSync(`${to}/link.ts`, join(app, 'src/link.ts'))
  }
  lead('a')
  addDrivers(app)
  const start = () => startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-link`) })
  const host = start()
  try {
    expect(await host.next()).toEqual({ result: 4, computed: 1 })
    lead('b')
    // Some hosts go on with where it led, until they are started anew.
    await editUntil(host, app, ({ result }) => result === 3 || result === 5)
  } finally {
    await host.stop()
  }
  expect((await firstOf(start())).result).toBe(3)
})

test.each(['webpack-watch', 'loader-watch'])('%s: a helper that was gone during a build counts again once it is back', async (driver) => {
  const app = workspace.write(`${driver}-gone`, FILES)
  addDrivers(app)
  const host = startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-gone`) })
  try {
    expect(await host.next()).toEqual({ result: 4, computed: 1 })
    const helper = join(app, 'src/deep/add.ts')
    const remove = (): void => {
      writeFileSync(helper, `// ${Date.now()}\n`)
      rmSync(helper)
    }
    await repeat(remove, host.saying(/Module not found/))
    expect(await editUntil(host, app, (answer) => answer.result === 5)).toEqual({ result: 5, computed: 1 })
  } finally {
    await host.stop()
  }
})

test.each(['vite-dev-watch', 'vite-build-watch', 'rolldown-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch'])('%s: a linked package whose manifest leads elsewhere never leaves old code\'s result under new code', async (driver) => {
  const manifest = (target: string): string => JSON.stringify({ name: 'linked', type: 'module', exports: target })
  const app = workspace.write(`${driver}-manifest`, {
    ...FILES,
    'src/total.ts': FILES['src/total.ts'].replace('// @persist', 'import { ten } from \'linked\'\n// @persist').replace('add(n, 1)', 'add(n, 1) + ten'),
    'packages/linked/package.json': manifest('./ten.js'),
    'packages/linked/ten.js': 'export const ten = 10\n',
    'packages/linked/other.js': 'export const ten = 20\n',
  })
  mkdirSync(join(app, 'node_modules'))
  symlinkSync('../packages/linked', join(app, 'node_modules/linked'))
  addDrivers(app)
  const start = () => startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-manifest`) })
  const host = start()
  try {
    expect(await host.next()).toEqual({ result: 14, computed: 1 })
    save(join(app, 'packages/linked/package.json'), manifest('./other.js'))
    // Until a restarted server watches, edits go unseen. Vite's build never reads a manifest again: there functions run uncached from now on.
    const expected = driver === 'vite-build-watch' ? 15 : 25
    expect((await editUntil(host, app, ({ result }) => result === expected)).result).toBe(expected)
  } finally {
    await host.stop()
  }
  expect((await firstOf(start())).result).toBe(25)
})

// What a host does with `paths` is its own business: fingerprint and code have to be of one mind, now and after a new start.
test.each(['vite-dev-watch', 'vite-build-watch', 'rolldown-watch', 'esbuild-watch', 'rspack-watch'])('%s: tsconfig paths that lead elsewhere never leave old code\'s result under new code', async (driver) => {
  const config = (target: string): string => JSON.stringify({ compilerOptions: { paths: { 'ten': [target] } } })
  const app = workspace.write(`${driver}-paths`, {
    ...FILES,
    'src/total.ts': FILES['src/total.ts'].replace('// @persist', 'import { ten } from \'ten\'\n// @persist').replace('add(n, 1)', 'add(n, 1) + ten'),
    'tsconfig.json': config('./src/ten.ts'),
    'src/ten.ts': 'export const ten = 10\n',
    'src/other.ts': 'export const ten = 20\n',
  })
  addDrivers(app)
  const env = { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-paths`), TSCONFIG_PATHS: '1' }
  const start = () => startDriver(process.execPath, [`drivers/${driver}.mjs`], app, env)
  const host = start()
  try {
    expect(await host.next()).toEqual({ result: 14, computed: 1 })
    save(join(app, 'tsconfig.json'), config('./src/other.ts'))
    // A host that doesn't watch the file takes it up, or not, when it builds the next time.
    await editUntil(host, app, ({ result }) => result === 25 || result === 15)
  } finally {
    await host.stop()
  }
  expect((await firstOf(start())).result).toBe(25)
})
