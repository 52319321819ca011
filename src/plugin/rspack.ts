import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const rspack: UnpluginInstance<Options | undefined, false>['rspack'] = unplugin.rspack

export type { Options }
export default rspack
export { rspack as 'module.exports' }
