import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, transformSync } from 'esbuild'
import type { BuildOptions, BuildResult, Plugin } from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import { build as viteBuild } from 'vite'
import { afterAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import persist from '../../src/plugin/esbuild.ts'
import persistRolldown from '../../src/plugin/rolldown.ts'
import persistRollup from '../../src/plugin/rollup.ts'
import persistVite from '../../src/plugin/vite.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-unseen-')))
writeFileSync(join(directory, 'package.json'), '{ "name": "app", "type": "module" }')
writeFileSync(join(directory, 'main.js'), `import { price } from './price.js'\nimport { note } from './note.js'\nconsole.log(price(1), note)`)
writeFileSync(join(directory, 'price.js'), '// @persist\nexport function price(n) { return n + 1 }')
writeFileSync(join(directory, 'note.js'), `export const note = 'what we persist'`)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Takes all files, as plugins do that compile TypeScript by themselves. */
const loading: Plugin = {
  name: 'loading',
  setup: ({ onLoad }) => onLoad({ filter: /\.js$/ }, ({ path }) => ({ contents: readFileSync(path, 'utf8'), loader: 'js' })),
}
const resolving: Plugin = { name: 'resolving', setup: ({ onResolve }) => onResolve({ filter: /^none$/ }, () => undefined) }

const built = (plugins: Plugin[], more: BuildOptions = {}): Promise<BuildResult> =>
  build({ absWorkingDir: directory, entryPoints: ['main.js'], bundle: true, platform: 'node', format: 'esm', write: false, logLevel: 'silent', external: ['unplugin-persist/*'], plugins, ...more })

describe('a module that another plugin of esbuild loads first', () => {
  test('is told of', async () => {
    const { warnings } = await built([loading, persist()])
    expect(warnings.map(({ text, location }) => [text.split('\n')[0], location?.file])).toEqual([
      ['price and all other marked functions of this module run uncached, as another plugin has loaded it', 'price.js'],
    ])
  })

  test('is told of nowhere else: behind this one, behind plugins that load nothing, in browsers', async () => {
    for (const plugins of [[persist(), loading], [resolving, persist()]]) expect((await built(plugins)).warnings).toEqual([])
    expect((await built([loading, persist()], { platform: 'browser' })).warnings).toEqual([])
  })
})

describe('a module whose comments another plugin has dropped', () => {
  /** Compiles as plugins for TypeScript do, and leaves no word of a mark. */
  const dropping = { name: 'dropping', transform: (code: string) => ({ code: transformSync(code).code, map: null }) }
  const input = join(directory, 'main.js')
  const external = [/^unplugin-persist/]

  const HOSTS: Record<string, (isBefore: boolean) => Promise<string>> = {
    async Rollup(isBefore) {
      const bundle = await rollup({ input, external, plugins: isBefore ? [Promise.resolve([[dropping]]), persistRollup()] : [persistRollup(), dropping] })
      return (await bundle.generate({ format: 'esm' })).output[0].code
    },
    async Rolldown(isBefore) {
      const bundle = await rolldown({ input, external, platform: 'node', plugins: isBefore ? [dropping, persistRolldown()] : [persistRolldown(), dropping] })
      return (await bundle.generate({ format: 'esm' })).output[0].code
    },
    async Vite(isBefore) {
      const plugins = isBefore ? [{ ...dropping, enforce: 'pre' as const }, persistVite()] : [dropping, persistVite()]
      const result = await viteBuild({ root: directory, configFile: false, logLevel: 'silent', plugins, build: { ssr: input, write: false, rollupOptions: { external } } })
      return (result as { output: { code: string }[] }).output[0]!.code
    },
    async webpack(isBefore) {
      const loader = join(directory, 'loader.cjs')
      writeFileSync(loader, `module.exports = (code) => code.replace(/\\/\\/.*$/gm, '')`)
      const compiler = webpack({
        context: directory, entry: input, mode: 'none', target: 'node', externals: [({ request }, callback) => (external[0]!.test(request!) ? callback(undefined, `commonjs ${request}`) : callback())],
        output: { path: join(directory, 'out'), filename: 'main.cjs' }, module: { rules: [{ test: /\.js$/, loader, ...(isBefore && { enforce: 'pre' }) }] }, plugins: [(await import('../../src/plugin/webpack.ts')).default()],
      })
      await new Promise<void>((done, fail) => compiler.run((error, stats) => (error || stats!.hasErrors() ? fail(error ?? new Error(stats!.toString())) : compiler.close(() => done()))))
      return readFileSync(join(directory, 'out/main.cjs'), 'utf8')
    },
  }

  test.each(Object.keys(HOSTS))('is compiled by the marks of its file: %s', async (host) => {
    for (const isBefore of [true, false]) expect(await HOSTS[host]!(isBefore)).toContain('price.js"')
  })
})
