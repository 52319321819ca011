import webpack from 'webpack'
import { fileURLToPath } from 'node:url'
import { entry, out } from './options.mjs'
import { watchLike } from './webpack-like.mjs'

const loader = fileURLToPath(new URL('./typescript-loader.cjs', import.meta.url))
watchLike(webpack({
  mode: 'development',
  devtool: false,
  target: 'node20',
  context: process.cwd(),
  entry,
  resolve: { extensions: ['.ts', '...'] },
  output: { path: out, filename: 'main.cjs', library: { type: 'commonjs2' } },
  module: { rules: [{ test: /\.ts$/, loader }, { test: /\.ts$/, enforce: 'pre', loader: 'unplugin-persist/loader' }] },
}), `${out}/main.cjs`)
