import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const farm: UnpluginInstance<Options | undefined, false>['farm'] = unplugin.farm

export type { Options }
export default farm
export { farm as 'module.exports' }
