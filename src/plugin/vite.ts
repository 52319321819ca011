import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const vite: UnpluginInstance<Options | undefined, false>['vite'] = unplugin.vite

export type { Options }
export default vite
export { vite as 'module.exports' }
