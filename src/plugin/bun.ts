import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const bun: UnpluginInstance<Options | undefined, false>['bun'] = unplugin.bun

export type { Options }
export default bun
export { bun as 'module.exports' }
