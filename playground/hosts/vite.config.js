import persist from 'unplugin-persist/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [persist()],
  logLevel: 'warn',
  build: { ssr: 'src/main.js', outDir: 'out/vite', rollupOptions: { output: { entryFileNames: 'main.mjs' } } },
})
