import { build } from '@farmfe/core'
import persist from 'unplugin-persist/farm'
import { alias, browser, entry, use, out } from './options.mjs'

await build({
  root: process.cwd(),
  configFile: undefined,
  compilation: {
    input: { main: entry },
    output: { path: out, targetEnv: browser ? 'browser' : 'node', format: 'esm', filename: '[name].mjs', entryFilename: 'main.mjs' },
    resolve: { alias },
    persistentCache: false,
    minify: false,
    // One file, whatever comes from packages.
    partialBundling: { enforceResources: [{ name: 'main', test: ['.+'] }] },
    presetEnv: false,
    external: ['^node:', '^unplugin-persist'],
    progress: false,
  },
  plugins: use(persist),
})
process.exit(0)
