import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const rollup: UnpluginInstance<Options | undefined, false>['rollup'] = unplugin.rollup

export type { Options }
export default rollup
export { rollup as 'module.exports' }
