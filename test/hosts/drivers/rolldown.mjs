import { rolldown } from 'rolldown'
import persist from 'unplugin-persist/rolldown'
import { alias, browser, entry, use, out } from './options.mjs'

const bundle = await rolldown({ input: entry, platform: browser ? 'browser' : 'node', resolve: { alias }, plugins: use(persist), logLevel: 'warn' })
await bundle.write({ file: `${out}/main.mjs`, format: 'es', sourcemap: true })
await bundle.close()
