import type { UnpluginInstance } from 'unplugin'
import { withLines } from './hosts/esbuild.ts'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

const esbuild: UnpluginInstance<Options | undefined, false>['esbuild'] = (options) => {
  const plugin = unplugin.esbuild(options)
  return { ...plugin, setup: (build) => plugin.setup(withLines(build)) }
}

export type { Options }
export default esbuild
export { esbuild as 'module.exports' }
