import webpack from 'webpack'
import { fileURLToPath } from 'node:url'
import { alias, entry, options, plain, out } from './options.mjs'
import { finish } from './webpack-like.mjs'

const loader = fileURLToPath(new URL('./typescript-loader.cjs', import.meta.url))
finish(webpack({
  mode: 'production',
  target: 'node20',
  context: process.cwd(),
  entry,
  output: { path: out, filename: 'main.cjs' },
  optimization: { minimize: false },
  resolve: { alias },
  module: {
    rules: [
      { test: /\.ts$/, loader },
      ...(plain ? [] : [{ test: /\.[jt]s$/, enforce: 'pre', loader: 'unplugin-persist/loader', options }]),
    ],
  },
}))
