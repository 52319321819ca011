import { readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDrivers, build, HOSTS, outOf, runApp } from './hosts.ts'
import type { Host } from './hosts.ts'
import { createWorkspace, runWell } from './workspace.ts'
import type { Output, Workspace } from './workspace.ts'

/** What decides where results are, whether they are kept and when they are made anew, and what is said of it. */
const FILES = {
  'package.json': JSON.stringify({ name: 'control', type: 'module' }),
  'src/functions.ts': `
import { persist, structured } from 'unplugin-persist'

const say = (name: string): void => console.error('computed ' + name)

// @persist
export function plain(n: number): number {
  say('plain')
  return n * 2
}

// @persist { local: true }
export function near(n: number): number {
  say('near')
  return n * 3
}

// @persist { minDuration: '1h' }
export function quick(n: number): number {
  say('quick')
  return n * 4
}

export const packed = persist((n: number) => {
  say('packed')
  return { text: 'row;'.repeat(n) }
}, { codec: structured({ compress: 'gzip' }) })

// @persist
export function refused(n: number): () => number {
  say('refused')
  return () => n
}
`,
  'src/main.ts': `
import { near, packed, plain, quick, refused } from './functions.ts'

console.log(JSON.stringify([plain(1), near(1), quick(1), packed(50_000).text.length, refused(1)()]))
`,
}
const RESULT = '[2,3,4,200000,1]'
/** Computed at each start: what takes less than an hour isn't kept, and a function is no value. */
const NEVER_KEPT = ['quick', 'refused']

const STARTS: readonly (Host | { name: string; args: readonly string[] })[] = [
  { name: 'tsx, then register', args: ['--import', 'tsx', '--import', 'unplugin-persist/register'] },
  ...HOSTS.filter(({ driver }) => ['vite', 'rolldown', 'webpack', 'rspack', 'esbuild-cjs', 'bun-preload'].includes(driver)),
]

let workspace: Workspace
let app: string
let store: string
let local: string

beforeAll(async () => {
  workspace = createWorkspace()
  app = workspace.write('app', FILES)
  store = join(workspace.directory, 'store')
  local = join(workspace.directory, 'local')
  addDrivers(app)
  for (const host of STARTS) if (!('args' in host)) await build(host, app)
}, 60_000)

afterAll(() => workspace.remove())

function start(host: (typeof STARTS)[number], { root = store, ...env }: Record<string, string> = {}): Promise<Output> {
  const all = { PERSIST_LOCAL_PATH: local, ...env }
  return 'args' in host ? runWell(process.execPath, [...host.args, 'src/main.ts'], { cwd: app, env: { ...all, PERSIST_PATH: root } }) : runApp(host, app, root, all)
}

/** Files of a function in a store. */
function filesOf(root: string, name: string): string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.filter((path) => path.includes(join('functions.ts', name)))
}

// One after the other, on one store.
describe.sequential('places, admission and reports are the same under each host', () => {
  test('the first computes, and keeps each result where it belongs', async () => {
    const { computed, result } = await start(STARTS[0]!)
    expect({ computed, result }).toEqual({ computed: ['near', 'packed', 'plain', ...NEVER_KEPT], result: RESULT })
    expect(filesOf(local, 'near')).not.toEqual([])
    expect(filesOf(local, 'plain')).toEqual([])
    const sizes = filesOf(store, 'packed').map((path) => statSync(path).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(20_000)
  })

  test.each(STARTS.slice(1))('$name finds what is kept', async (host) => {
    const { computed, result } = await start(host)
    expect({ computed, result }).toEqual({ computed: NEVER_KEPT, result: RESULT })
  })

  test.each(STARTS)('$name makes anew what PERSIST_REFRESH names', async (host) => {
    expect((await start(host, { PERSIST_REFRESH: 'src/functions.ts#plain' })).computed).toEqual(['plain', ...NEVER_KEPT])
  })

  test.each(STARTS)('$name takes from an alternative root once, and says once what can\'t be kept', async (host) => {
    const root = join(workspace.directory, `other-${host.name}`)
    const own = { root, PERSIST_LOCAL_PATH: join(root, 'local') }
    const first = await start(host, { ...own, PERSIST_ALTERNATIVES: [store, local].join(delimiter) })
    expect(first.computed).toEqual(NEVER_KEPT)
    expect(first.stderr).toMatch(/\[unplugin-persist\] src\/functions\.ts#refused.*function/)
    const second = await start(host, own)
    expect(second.computed).toEqual(NEVER_KEPT)
    expect(second.stderr).not.toContain('[unplugin-persist]')
  })

  test.each(STARTS.filter((host): host is Host => !('args' in host) && host.output !== undefined))('`persist run` reports what a program built by $name did', async (host) => {
    const cli = join(workspace.directory, 'node_modules/unplugin-persist/dist/cli.js')
    const { stdout } = await runWell(process.execPath, [cli, 'run', '--json', '--', process.execPath, join(outOf(host, app), host.output!)], { cwd: app, env: { PERSIST_PATH: store, PERSIST_LOCAL_PATH: local } })
    const { calls } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { calls: { name: string; hits: number; misses: number }[] }
    expect(calls.map(({ name, hits, misses }) => `${name} ${hits} ${misses}`).sort()).toEqual(['near 1 0', 'packed 1 0', 'plain 1 0', 'quick 0 1', 'refused 0 1'])
  })
})
