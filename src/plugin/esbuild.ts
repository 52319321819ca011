import type { UnpluginInstance } from 'unplugin'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const esbuild: UnpluginInstance<Options | undefined, false>['esbuild'] = unplugin.esbuild

export type { Options }
export default esbuild
export { esbuild as 'module.exports' }
