import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDrivers } from './hosts.ts'
import { startDriver } from './driver-process.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const FILES = {
  'package.json': JSON.stringify({ name: 'watched', type: 'module' }),
  'src/main.ts': 'import { total } from \'./total.ts\'\nexport default function run(): number {\n  return total(3)\n}\n',
  'src/total.ts': 'import { add } from \'./steps.ts\'\n// @persist\nexport function total(n: number): number {\n  console.error(\'computed total\')\n  return add(n, 1)\n}\n',
  'src/steps.ts': 'export { add } from \'./deep/add.ts\'\n',
  'src/deep/add.ts': 'export const add = (a: number, b: number): number => a + b\n',
}

let workspace: Workspace

beforeAll(() => {
  workspace = createWorkspace()
})

afterAll(() => workspace.remove())

test.each([
  'vite-dev-watch', 'vite-runner-watch', 'vite-build-watch', 'rollup-watch', 'rolldown-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: an edit of the function or of a helper three files away recomputes, undoing it hits', async (driver) => {
  const app = workspace.write(driver, FILES)
  addDrivers(app)
  const host = startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', driver) })
  const edit = (path: string, from: string, to: string): void => {
    const file = join(app, path)
    const text = readFileSync(file, 'utf8')
    expect(text).toContain(from)
    writeFileSync(file, text.replace(from, to))
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
  'vite-dev-watch', 'webpack-watch', 'rspack-watch', 'esbuild-watch', 'loader-watch',
])('%s: an edit of a JSON file recomputes, so does a new file that an import leads to from now on; without it the old result is back', async (driver) => {
  const app = workspace.write(`${driver}-files`, {
    ...FILES,
    'src/total.ts': 'import data from \'./data.json\'\nimport { extra } from \'./extra\'\n// @persist\nexport function total(n: number): number {\n  console.error(\'computed total\')\n  return data.n * 100 + extra * 10 + n\n}\n',
    'src/data.json': '{ "n": 1 }',
    'src/extra/index.ts': 'export const extra = 1\n',
  })
  addDrivers(app)
  const host = startDriver(process.execPath, [`drivers/${driver}.mjs`], app, { PERSIST_PATH: join(workspace.directory, 'stores', `${driver}-files`) })
  const next = (result: number) => host.next((answer) => answer.result === result)
  try {
    expect(await host.next()).toEqual({ result: 113, computed: 1 })
    writeFileSync(join(app, 'src/data.json'), '{ "n": 2 }')
    expect(await next(213)).toEqual({ result: 213, computed: 1 })
    writeFileSync(join(app, 'src/extra.ts'), 'export const extra = 2\n')
    expect(await next(223)).toEqual({ result: 223, computed: 1 })
    rmSync(join(app, 'src/extra.ts'))
    expect(await next(213)).toEqual({ result: 213, computed: 0 })
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
    writeFileSync(join(app, 'packages/linked/package.json'), manifest('./other.js'))
    // Until a restarted server watches, edits go unseen. Vite's build never reads a manifest again: there functions run uncached from now on.
    const expected = driver === 'vite-build-watch' ? 15 : 25
    const touching = setInterval(() => writeFileSync(join(app, 'src/deep/add.ts'), `${FILES['src/deep/add.ts'].replace('a + b', 'a + b + 1')}// ${Date.now()}\n`), 1000)
    expect((await host.next(({ result }) => result === expected).finally(() => clearInterval(touching))).result).toBe(expected)
  } finally {
    await host.stop()
  }
  const again = start()
  try {
    expect((await again.next()).result).toBe(25)
  } finally {
    await again.stop()
  }
})
