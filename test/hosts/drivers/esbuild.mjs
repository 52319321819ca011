import { build } from 'esbuild'
import persist from 'unplugin-persist/esbuild'
import { browser, entry, use, out } from './options.mjs'

await build({
  entryPoints: [entry],
  outfile: `${out}/main.mjs`,
  bundle: true,
  format: 'esm',
  platform: browser ? 'browser' : 'node',
  sourcemap: true,
  logLevel: 'warning',
  plugins: use(persist),
})
