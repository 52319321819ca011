import { build } from 'esbuild'
import persist from 'unplugin-persist/esbuild'

await build({
  entryPoints: ['src/main.js'],
  outfile: 'out/esbuild/main.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  minify: true,
  logLevel: 'warning',
  plugins: [persist()],
})
