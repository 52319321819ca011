import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDrivers, build, bun, HOSTS, outOf, runApp } from './hosts.ts'
import type { Host } from './hosts.ts'
import { program } from './program.ts'
import { createWorkspace, run } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const BUILDERS = HOSTS.filter((host) => host.output !== undefined)
const SQUARE = `// @persist
export function square(n: number): number {
  console.error('computed square')
  return n * n
}
`
let workspace: Workspace
let count = 0

beforeAll(() => {
  workspace = createWorkspace()
})

afterAll(() => workspace.remove())

function createApp(files: Record<string, string>): { app: string; store: string } {
  const name = `app-${++count}`
  const app = workspace.write(name, { 'package.json': JSON.stringify({ name, type: 'module' }), ...files })
  addDrivers(app)
  return { app, store: join(workspace.directory, 'stores', name) }
}

/** All that a build wrote. */
function outputOf(host: Host, app: string): Record<string, string> {
  const out = outOf(host, app)
  return Object.fromEntries(readdirSync(out, { recursive: true, encoding: 'utf8' })
    // Bun lists the sources of a map in the order in which its threads were done with them.
    .filter((path) => /\.\w+$/.test(path) && !(host.driver === 'bun-build' && path.endsWith('.map'))).sort()
    .map((path) => [path, readFileSync(join(out, path), 'utf8').replace(/^\/\/# debugId=.*$/m, '')]))
}

describe('two clones in different folders', () => {
  test.each(BUILDERS)('build the same bytes: $name', async (host) => {
    const [here, there] = ['clones/here', 'elsewhere/there'].map((path) => {
      const app = workspace.write(path, { ...program('ts'), '.git/HEAD': 'ref: refs/heads/main\n' })
      addDrivers(app)
      return app
    }) as [string, string]
    await build(host, here)
    await build(host, there)
    const first = outputOf(host, here)
    expect(Object.keys(first).length).toBeGreaterThan(0)
    expect(JSON.stringify(first)).not.toContain(here)
    expect(outputOf(host, there)).toEqual(first)
  })
})

describe('the first hit of a built program', () => {
  // Bun's own binary runs what it has built.
  test.each(BUILDERS.filter(({ driver }) => driver !== 'bun-build'))('loads neither node:crypto nor node:zlib: $name', async (host) => {
    const { app, store } = createApp({
      'src/main.ts': 'import { square } from \'./square.ts\'\nsquare(3)\nconsole.log(JSON.stringify(process.moduleLoadList.filter((name: string) => /^NativeModule (?:crypto|zlib)$/.test(name))))\n',
      'src/square.ts': SQUARE,
    })
    await build(host, app)
    expect((await runApp(host, app, store)).computed).toEqual(['square'])
    expect(await runApp(host, app, store)).toMatchObject({ computed: [], result: '[]' })
  })
})

describe.each(['webpack', 'rspack'])('the persistent cache of %s', (driver) => {
  const host = HOSTS.find((each) => each.driver === driver)!

  test('never serves output of other options, nor of other code beneath', async () => {
    const { app, store } = createApp({ 'src/main.ts': 'import { square } from \'./square.ts\'\nconsole.log(square(3))\n', 'src/square.ts': SQUARE.replace('n * n', 'times(n, n)').replace('// @persist', 'import { times } from \'./times.ts\'\n// @persist'), 'src/times.ts': 'export const times = (a: number, b: number): number => a * b\n' })
    const env = { BUNDLER_CACHE: join(app, 'cache') }
    await build(host, app, env)
    expect((await runApp(host, app, store)).computed).toEqual(['square'])
    await build(host, app, env)
    expect((await runApp(host, app, store)).computed).toEqual([])

    await build(host, app, { ...env, PLUGIN_OPTIONS: JSON.stringify({ mode: 'off' }) })
    expect((await runApp(host, app, store)).computed).toEqual(['square'])
    writeFileSync(join(app, 'persist.config.json'), JSON.stringify({ hashSize: 7 }))
    await build(host, app, env)
    expect(Object.values(outputOf(host, app)).join('')).toMatch(/hashSize\W+7/)
    expect((await runApp(host, app, store)).computed).toEqual([])

    writeFileSync(join(app, 'src/times.ts'), 'export const times = (a: number, b: number): number => a * b * 2\n')
    await build(host, app, env)
    expect(await runApp(host, app, store)).toMatchObject({ result: '18', computed: ['square'] })
  })
})

describe('a build for browsers', () => {
  test.each(['vite', 'rolldown', 'webpack', 'rspack', 'esbuild', 'farm', 'bun-build'])('leaves functions as they are, says so once, and holds no node: module: %s', async (driver) => {
    const host = HOSTS.find((each) => each.driver === driver)!
    const { app } = createApp({
      'src/main.ts': 'import { cube } from \'./cube.ts\'\nimport { square } from \'./square.ts\'\nimport { persist } from \'unplugin-persist\'\nexport const half = persist((n: number) => n / 2)\nconsole.log(square(3), cube(2), half(4))\n',
      'src/square.ts': SQUARE,
      'src/cube.ts': SQUARE.replace('square(', 'cube(').replace('n * n', 'n ** 3 + 0 * Math.random()'),
    })
    const output = await build(host, app, { TARGET: 'browser' })
    const said = output!.stdout + output!.stderr
    expect(said.match(/is built for a browser/g)).toHaveLength(1)
    expect(said).not.toContain('Math.random')
    const code = Object.entries(outputOf(host, app)).filter(([path]) => /\.[cm]?js$/.test(path)).map(([, text]) => text).join('\n')
    expect(code).toContain('computed square')
    expect(code).not.toMatch(/["']node:|fingerprint: ?"\w/)
  })
})

describe('where the mark is', () => {
  const main = 'import { square } from \'somewhere\'\nconsole.log(square(3))\n'

  test.each(BUILDERS)('an installed package is left alone, a linked one is compiled: $name', async (host) => {
    const manifest = JSON.stringify({ name: 'somewhere', type: 'module', exports: './index.js' })
    const square = SQUARE.replaceAll(': number', '')
    const installed = createApp({ 'src/main.ts': main, 'node_modules/somewhere/package.json': manifest, 'node_modules/somewhere/index.js': square })
    await build(host, installed.app)
    expect((await runApp(host, installed.app, installed.store)).computed).toEqual(['square'])
    expect((await runApp(host, installed.app, installed.store)).computed).toEqual(['square'])

    const linked = createApp({ 'src/main.ts': main, 'node_modules/.keep': '', 'packages/somewhere/package.json': manifest, 'packages/somewhere/index.js': square })
    symlinkSync('../packages/somewhere', join(linked.app, 'node_modules/somewhere'))
    await build(host, linked.app)
    // Rollup leaves packages to Node, which nothing compiles then.
    if (host.driver === 'rollup' || host.driver === 'vite') return
    expect((await runApp(host, linked.app, linked.store)).computed).toEqual(['square'])
    expect((await runApp(host, linked.app, linked.store)).computed).toEqual([])
  })

  test.each(BUILDERS)('persist() under a barrel\'s name is found: $name', async (host) => {
    const { app, store } = createApp({
      'src/main.ts': 'import { cached } from \'./cache.ts\'\nconst square = cached((n: number) => {\n  console.error(\'computed square\')\n  return n * n\n})\nconsole.log(square(3))\n',
      'src/cache.ts': 'export { persist as cached } from \'unplugin-persist\'\n',
    })
    await build(host, app)
    expect((await runApp(host, app, store)).computed).toEqual(['square'])
    expect((await runApp(host, app, store)).computed).toEqual([])
  })
})

describe('an alias of the host', () => {
  // Bun has none but the `paths` of a tsconfig.
  test.each(HOSTS.filter((host) => host.with !== 'bun'))('decides which code counts, also where its name leads somewhere without it: $name', async (host) => {
    const times = (factor: number): string => `export const times = n => n * ${factor}\n`
    const { app, store } = createApp({
      'src/main.ts': 'import { times } from \'somewhere\'\n// @persist\nexport function triple(n: number): number {\n  console.error(\'computed triple\')\n  return times(n)\n}\nconsole.log(triple(3))\n',
      'packages/somewhere/package.json': JSON.stringify({ name: 'somewhere', type: 'module', exports: './built.js' }),
      'packages/somewhere/built.js': times(1),
      'packages/somewhere/source.js': times(3),
      'node_modules/.keep': '',
    })
    symlinkSync('../packages/somewhere', join(app, 'node_modules/somewhere'))
    const env = { ALIAS: JSON.stringify({ somewhere: join(app, 'packages/somewhere/source.js') }) }
    const runs = async (): Promise<unknown> => {
      await build(host, app, env)
      const { result, computed } = await runApp(host, app, store, env)
      return { result, computed }
    }
    expect(await runs()).toEqual({ result: '9', computed: ['triple'] })
    writeFileSync(join(app, 'packages/somewhere/source.js'), times(4))
    expect(await runs()).toEqual({ result: '12', computed: ['triple'] })
    writeFileSync(join(app, 'packages/somewhere/built.js'), times(2))
    expect(await runs()).toEqual({ result: '12', computed: [] })
  })
})

describe('messages', () => {
  test.each(BUILDERS)('a wrong mark fails the build with file, line and cure: $name', async (host) => {
    const { app } = createApp({ 'src/main.ts': '// @persist { skp: [\'n\'] }\nexport function square(n: number): number { return n * n }\n' })
    const failed = await run(host.with === 'bun' ? bun : process.execPath, [`drivers/${host.driver}.mjs`], { cwd: app, env: { OUT: outOf(host, app) } })
    expect(failed.code).not.toBe(0)
    expect(failed.stdout + failed.stderr).toMatch(/main\.ts(?::| \()1\b[^]*skip/)
  })

  test.each(BUILDERS)('a warning is the host\'s own, with the line that it is about, once, and its place: $name', async (host) => {
    const { app } = createApp({
      'src/main.ts': 'import { chance } from \'./chance.ts\'\n// @persist\nexport function roll(n: number): number { return n * chance() }\nconsole.log(roll(2))\n',
      'src/chance.ts': 'export const sides = 6\n\nexport const chance = (): number => Math.random()\n',
    })
    const output = await build(host, app)
    const said = output!.stdout + output!.stderr
    expect(said).toContain('`roll` reaches Math.random')
    expect(said.match(/\{ impure: \['Math\.random'\] \}/g)).toHaveLength(1)
    expect(said.match(/[|│] export const chance = \(\): number => Math\.random\(\)/g)).toHaveLength(1)
    const places = said.match(/chance\.ts(?::| \()3:\d+/g) ?? []
    expect(places).toHaveLength(1)
    expect(said).not.toMatch(/main\.ts:3|main\.ts \(3/)
  })

  test('a preloaded Bun says it once, not at each start', async () => {
    const host = HOSTS.find((each) => each.driver === 'bun-preload')!
    const { app, store } = createApp({ 'src/main.ts': '// @persist\nexport function roll(n: number): number { return n * Math.random() }\nconsole.log(roll(2))\n' })
    expect((await runApp(host, app, store)).stderr).toContain('`roll` reaches Math.random')
    expect((await runApp(host, app, store)).stderr).toBe('')
  })

  test.each(BUILDERS)('all wrong marks of a file are told of at once, in order, each with its line: $name', async (host) => {
    const { app } = createApp({ 'src/main.ts': '// @persist { skp: [\'n\'] }\nexport function square(n: number): number { return n * n }\n// @persist\nexport function* list(n: number): Generator<number> { yield n }\n' })
    const failed = await run(host.with === 'bun' ? bun : process.execPath, [`drivers/${host.driver}.mjs`], { cwd: app, env: { OUT: outOf(host, app) } })
    expect(failed.code).not.toBe(0)
    const said = failed.stdout + failed.stderr
    expect(said.indexOf('unknown option')).toBeGreaterThan(-1)
    expect(said.indexOf('A generator')).toBeGreaterThan(said.indexOf('unknown option'))
    expect(said).toMatch(/[|│] \/\/ @persist \{ skp/)
    expect(said).toMatch(/main\.ts(?::| \()3:\d/)
  })
})
