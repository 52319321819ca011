import { context } from 'esbuild'
import persist from 'unplugin-persist/esbuild'
import { entry, out } from './options.mjs'
import { reportFile, untilTold } from './report.mjs'

const watching = await context({
  entryPoints: [entry],
  outfile: `${out}/main.mjs`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
  plugins: [persist(), { name: 'told', setup: (build) => build.onEnd(() => reportFile(`${out}/main.mjs`)) }],
})
await watching.watch()
untilTold(() => watching.dispose())
