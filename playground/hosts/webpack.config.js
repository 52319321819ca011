import { resolve } from 'node:path'
import persist from 'unplugin-persist/webpack'

export default {
  mode: 'production',
  target: 'node20',
  entry: './src/main.js',
  output: { path: resolve('out/webpack'), filename: 'main.mjs', module: true, chunkFormat: 'module', library: { type: 'module' } },
  experiments: { outputModule: true },
  // The runtime is a package like any other: leave it where it is installed.
  externals: { 'unplugin-persist': 'module unplugin-persist', 'unplugin-persist/runtime': 'module unplugin-persist/runtime' },
  plugins: [persist()],
}
