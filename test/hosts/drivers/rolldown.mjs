import { rolldown } from 'rolldown'
import persist from 'unplugin-persist/rolldown'
import { browser, entry, use, out } from './options.mjs'

const bundle = await rolldown({ input: entry, platform: browser ? 'browser' : 'node', plugins: use(persist), logLevel: 'warn' })
await bundle.write({ dir: out, format: 'es', entryFileNames: 'main.mjs', sourcemap: true })
await bundle.close()
