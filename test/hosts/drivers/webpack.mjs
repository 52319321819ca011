import webpack from 'webpack'
import persist from 'unplugin-persist/webpack'
import { fileURLToPath } from 'node:url'
import { alias, browser, cache, entry, use, out } from './options.mjs'
import { finish } from './webpack-like.mjs'

const loader = fileURLToPath(new URL('./typescript-loader.cjs', import.meta.url))
finish(webpack({
  mode: 'production',
  target: browser ? 'web' : 'node20',
  context: process.cwd(),
  entry,
  output: { path: out, filename: 'main.cjs' },
  optimization: { minimize: process.env.MINIMIZE === '1' },
  devtool: 'source-map',
  cache: cache ? { type: 'filesystem', cacheDirectory: cache } : false,
  module: { rules: [{ test: /\.ts$/, loader }] },
  resolve: { alias },
  plugins: use(persist),
}))
