import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const rolldown: UnpluginInstance<Options | undefined, false>['rolldown'] = unplugin.rolldown

export type { Options }
export default rolldown
export { rolldown as 'module.exports' }
