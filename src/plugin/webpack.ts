import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const webpack: UnpluginInstance<Options | undefined, false>['webpack'] = unplugin.webpack

export type { Options }
export default webpack
export { webpack as 'module.exports' }
