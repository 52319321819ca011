import { createServer } from 'vite'
import persist from 'unplugin-persist/vite'
import { entry, options } from './options.mjs'

const server = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, watch: null, ws: false },
  plugins: [persist(options)],
})
await (await server.ssrLoadModule(entry)).done
await server.close()
