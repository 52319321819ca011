import { build } from 'vite'
import persist from 'unplugin-persist/vite'
import { alias, browser, entry, use, out } from './options.mjs'

await build({
  configFile: false,
  logLevel: 'warn',
  resolve: { alias },
  plugins: use(persist),
  build: browser
    ? { outDir: out, minify: false, lib: { entry, formats: ['es'], fileName: () => 'main.mjs' } }
    : { ssr: entry, outDir: out, minify: false, rollupOptions: { output: { entryFileNames: 'main.mjs' } } },
})
