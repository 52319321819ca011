import { build } from 'esbuild'
import persist from 'unplugin-persist/esbuild'
import { entry, use, out } from './options.mjs'

await build({
  entryPoints: [entry],
  outfile: `${out}/main.cjs`,
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  logLevel: 'warning',
  plugins: use(persist),
})
