import { build } from 'vite'
import persist from 'unplugin-persist/vite'
import { out, paths } from './options.mjs'
import { reportFile, untilTold } from './report.mjs'

const watcher = await build({
  configFile: false,
  logLevel: 'silent',
  plugins: [persist()],
  ...paths,
  build: { ssr: 'src/main.ts', outDir: out, minify: false, watch: {}, rollupOptions: { output: { entryFileNames: 'main.mjs' } } },
})
watcher.on('event', async (event) => {
  if (event.code === 'ERROR') console.error(event.error)
  if (event.code === 'BUNDLE_END') await event.result.close()
  if (event.code === 'END') await reportFile(`${out}/main.mjs`)
})
untilTold(() => watcher.close())
