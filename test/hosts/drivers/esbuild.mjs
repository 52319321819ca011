import { build } from 'esbuild'
import persist from 'unplugin-persist/esbuild'
import { alias, browser, entry, use, out } from './options.mjs'

await build({
  entryPoints: [entry],
  outfile: `${out}/main.mjs`,
  bundle: true,
  format: 'esm',
  platform: browser ? 'browser' : 'node',
  sourcemap: true,
  logLevel: 'warning',
  alias,
  plugins: use(persist),
})
