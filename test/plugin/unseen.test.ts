import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, BuildResult, Plugin } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import persist from '../../src/plugin/esbuild.ts'

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
