import { plugin } from 'bun'
import persist from 'unplugin-persist/bun'
import { options } from './options.mjs'

plugin(persist(options))
