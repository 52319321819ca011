import { rspack } from '@rspack/core'
import persist from 'unplugin-persist/rspack'
import { entry, out } from './options.mjs'
import { watchLike } from './webpack-like.mjs'

watchLike(rspack({
  mode: 'development',
  devtool: false,
  target: 'node20',
  context: process.cwd(),
  entry,
  resolve: { extensions: ['.ts', '...'], ...(process.env.TSCONFIG_PATHS === '1' && { tsConfig: `${process.cwd()}/tsconfig.json` }) },
  output: { path: out, filename: 'main.cjs', library: { type: 'commonjs2' } },
  module: { rules: [{ test: /\.ts$/, loader: 'builtin:swc-loader', options: { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } } }] },
  plugins: [persist()],
}), `${out}/main.cjs`)
