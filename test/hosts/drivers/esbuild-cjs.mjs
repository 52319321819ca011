import { build } from 'esbuild'
import persist from 'unplugin-persist/esbuild'
import { alias, entry, use, out } from './options.mjs'

await build({
  entryPoints: [entry],
  outfile: `${out}/main.cjs`,
  bundle: true,
  minify: true,
  // Short names are dealt out by frequency, which the plugin changes.
  keepNames: true,
  format: 'cjs',
  platform: 'node',
  logLevel: 'warning',
  alias,
  plugins: use(persist),
})
