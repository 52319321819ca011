import { createServer } from 'vite'
import persist from 'unplugin-persist/vite'
import { alias, entry, use } from './options.mjs'

const server = await createServer({
  configFile: false,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, watch: null, ws: false },
  resolve: { alias },
  plugins: use(persist),
})
await (await server.ssrLoadModule(entry)).done
await server.close()
