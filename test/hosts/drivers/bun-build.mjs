import persist from 'unplugin-persist/bun'
import { browser, entry, use, out } from './options.mjs'

const result = await Bun.build({
  entrypoints: [entry],
  outdir: out,
  target: browser ? 'browser' : 'node',
  format: 'esm',
  naming: 'main.mjs',
  sourcemap: 'linked',
  plugins: use(persist),
})
for (const log of result.logs) console.error(log)
process.exit(result.success ? 0 : 1)
