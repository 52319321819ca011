import { plugin } from 'bun'
import persist from 'unplugin-persist/bun'
import { use } from './options.mjs'

for (const each of use(persist)) plugin(each)
