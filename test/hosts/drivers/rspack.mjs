import { rspack } from '@rspack/core'
import persist from 'unplugin-persist/rspack'
import { alias, browser, cache, entry, use, out } from './options.mjs'
import { finish } from './webpack-like.mjs'

finish(rspack({
  mode: 'production',
  target: browser ? 'web' : 'node20',
  context: process.cwd(),
  entry,
  output: { path: out, filename: 'main.cjs' },
  optimization: { minimize: false },
  devtool: 'source-map',
  cache: cache ? { type: 'persistent', storage: { type: 'filesystem', directory: cache } } : false,
  module: { rules: [{ test: /\.ts$/, loader: 'builtin:swc-loader', options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } } }] },
  resolve: { alias },
  plugins: use(persist),
}))
