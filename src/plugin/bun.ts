import type { UnpluginInstance } from 'unplugin'
import { preload } from './hosts/bun-preload.ts'
import type { PreloadBuild } from './hosts/bun-preload.ts'
import { unplugin } from './index.ts'
import type { Options } from './index.ts'

/** For `Bun.build`, and for Bun itself when preloaded: `plugin(persist())` of `bun`. */
const bun: UnpluginInstance<Options | undefined, false>['bun'] = (options) => {
  const plugin = unplugin.bun(options)
  return {
    ...plugin,
    // Without a build there is none of its hooks, and what unplugin does can't be done.
    setup: (build: PreloadBuild) => ('onStart' in build ? plugin.setup(build) : preload(options ?? {}, build)),
  }
}

export type { Options }
export default bun
export { bun as 'module.exports' }
