import { watch } from 'rolldown'
import persist from 'unplugin-persist/rolldown'
import { entry, out } from './options.mjs'
import { reportFile, untilTold } from './report.mjs'

const watcher = watch({
  input: entry,
  platform: 'node',
  tsconfig: process.env.TSCONFIG_PATHS === '1',
  plugins: [persist()],
  output: { file: `${out}/main.mjs`, format: 'es' },
})
watcher.on('event', async (event) => {
  if (event.code === 'ERROR') console.error(event.error)
  if (event.code === 'BUNDLE_END') await event.result.close()
  if (event.code === 'END') await reportFile(`${out}/main.mjs`)
})
untilTold(() => watcher.close())
