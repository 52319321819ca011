import { createServer, createServerModuleRunner } from 'vite'
import persist from 'unplugin-persist/vite'
import { reportLoaded, untilTold, untilWatched } from './report.mjs'

const server = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, ws: false },
  plugins: [persist()],
})
const runner = createServerModuleRunner(server.environments.ssr, { hmr: { logger: false } })
// Hot updates reload the entry: it says so each time that it is evaluated.
server.environments.ssr.hot.on('vite:client:connect', () => {})

const load = () => reportLoaded(() => runner.import('/src/main.ts'))

await untilWatched(server, 'src/deep/add.ts')
await load()
for (const event of ['change', 'add', 'unlink']) server.watcher.on(event, () => setTimeout(load, 100))
untilTold(async () => {
  await runner.close()
  await server.close()
})
