import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkspace, runWell } from '../hosts/workspace.ts'
import type { Workspace } from '../hosts/workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = createWorkspace()
})
afterAll(() => workspace.remove())

const MB = 1 << 20
/** Bytes of each middle value. */
const SIZE = 50 * MB

/** Counts what a process reads of the store's files, in whatever way, before anything else is loaded. */
const COUNT_READS = `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const inStore = (path) => String(path).startsWith(process.env.PERSIST_PATH)
const open = new Map()
let bytes = 0
const { openSync, readSync, readFileSync, closeSync } = fs
fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest)
  if (inStore(path)) open.set(fd, path)
  return fd
}
fs.readSync = (fd, ...rest) => {
  const read = readSync(fd, ...rest)
  if (open.has(fd)) bytes += read
  return read
}
fs.readFileSync = (path, ...rest) => {
  const content = readFileSync(path, ...rest)
  if (typeof path === 'number' ? open.has(path) : inStore(path)) bytes += content.length
  return content
}
fs.closeSync = (fd) => {
  open.delete(fd)
  closeSync(fd)
}
for (const name of ['open', 'read', 'readFile', 'createReadStream']) fs[name] = () => { throw new Error('reads in a way that is not counted') }
syncBuiltinESMExports()
process.on('exit', () => console.log(JSON.stringify({ bytes, peak: process.resourceUsage().maxRSS * 1024 })))
`

const STAGES = `
// @persist { lazy: true }
export function load(megabytes) {
  console.error('computed load')
  return new Float64Array(megabytes << 17).fill(0.5)
}
// @persist { lazy: true }
export function scale(values, factor) {
  console.error('computed scale')
  return values.load().map((value) => value * factor)
}
// @persist
export function sum(values) {
  console.error('computed sum')
  return values.load().reduce((sofar, value) => sofar + value, 0)
}
`

test('a second run of three stages loads no middle value, by what it reads and by memory', async () => {
  const directory = workspace.write('pipeline', {
    'package.json': JSON.stringify({ name: 'pipeline', type: 'module' }),
    'count.js': COUNT_READS,
    'stages.js': STAGES,
    'main.js': `import { load, scale, sum } from './stages.js'\nconst factor = Number(process.argv[2])\nconsole.error(sum(scale(load(${SIZE / MB}), factor)))`,
    'nothing.js': "import { load, scale, sum } from './stages.js'\nconsole.error(sum(scale(load(0), 1)))",
  })
  const start = async (...args: string[]): Promise<{ bytes: number; peak: number; told: string[] }> => {
    const { result, stderr } = await runWell(process.execPath, ['--import', './count.js', '--import', 'unplugin-persist/register', ...args], {
      cwd: directory,
      env: { PERSIST_PATH: join(workspace.directory, 'pipeline-store') },
    })
    return { ...(JSON.parse(result) as { bytes: number; peak: number }), told: stderr.trim().split('\n') }
  }
  const total = String(SIZE / 8)
  const nothing = await start('nothing.js')
  const first = await start('main.js', '2')
  expect(first.told).toEqual(['computed load', 'computed scale', 'computed sum', total])
  expect(first.peak).toBeGreaterThan(nothing.peak + 2 * SIZE)

  const second = await start('main.js', '2')
  expect(second.told).toEqual([total])
  expect(second.bytes).toBeLessThan(64 << 10)
  expect(second.peak).toBeLessThan(nothing.peak + SIZE / 2)

  // One stage anew: only what it asks for is read.
  const other = await start('main.js', '4')
  expect(other.told).toEqual(['computed scale', 'computed sum', String(SIZE / 4)])
  expect(other.bytes).toBeGreaterThan(2 * SIZE)
  expect(other.bytes).toBeLessThan(2.1 * SIZE)
}, 60_000)
