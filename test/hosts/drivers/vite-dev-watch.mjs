import { createServer } from 'vite'
import persist from 'unplugin-persist/vite'
import { paths } from './options.mjs'
import { reportLoaded, untilTold, untilWatched } from './report.mjs'

const server = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  ...paths,
  server: { middlewareMode: true, ws: false },
  plugins: [persist(), { name: 'told', hotUpdate: { order: 'post', handler: () => void setTimeout(load, 100) } }],
})

const load = () => reportLoaded(() => server.ssrLoadModule('/src/main.ts'))

// Before the watcher is ready, edits go unseen.
await untilWatched(server, 'src/deep/add.ts')
await load()
untilTold(() => server.close())
