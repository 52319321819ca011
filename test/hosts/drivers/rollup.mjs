import { rollup } from 'rollup'
import persist from 'unplugin-persist/rollup'
import { typescript } from './esbuild-transform.mjs'
import { alias, entry, use, out } from './options.mjs'

const bundle = await rollup({ input: entry, plugins: [...use(persist), { name: 'alias', resolveId: (id) => alias[id] }, typescript], external: [/^unplugin-persist/, /^node:/] })
await bundle.write({ dir: out, format: 'es', entryFileNames: 'main.mjs', sourcemap: true })
await bundle.close()
