import { createServer } from 'vite'
import persist from 'unplugin-persist/vite'
import { report, untilTold } from './report.mjs'

const server = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, ws: false },
  plugins: [persist(), { name: 'told', hotUpdate: { order: 'post', handler: () => void setTimeout(load, 20) } }],
})

async function load() {
  report((await server.ssrLoadModule('/src/main.ts')).default)
}

// Before the watcher is ready, edits go unseen.
if (!server.watcher._readyEmitted) await new Promise((ready) => server.watcher.once('ready', ready))
await load()
untilTold(() => server.close())
