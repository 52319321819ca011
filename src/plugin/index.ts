import process from 'node:process'
import { createUnplugin } from 'unplugin'
import type { UnpluginContextMeta, UnpluginFactory, UnpluginInstance, UnpluginOptions } from 'unplugin'
import { bunHooks } from './hosts/bun.ts'
import { esbuildHooks } from './hosts/esbuild.ts'
import { farmHooks } from './hosts/farm.ts'
import { rollupHooks } from './hosts/rollup.ts'
import { viteHooks } from './hosts/vite.ts'
import { webpackHooks } from './hosts/webpack.ts'
import type { HostHooks } from './hosts/types.ts'
import { stripQuery } from './filter.ts'
import type { Options } from './options.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import { transform } from './transform.ts'

export type { Options } from './options.ts'

/** The one factory behind all hosts: what differs between them stands in `hosts/`. */
export const factory: UnpluginFactory<Options | undefined, false> = (options = {}, meta) => {
  const session = createSession(options)
  const host = hooksOf(session, meta)
  const plugin: UnpluginOptions = {
    name: 'unplugin-persist',
    // Comments must still be there. Rollup, esbuild and Bun don't know it: there the order in the list decides.
    enforce: 'pre',
    buildStart(...args: unknown[]) {
      host.started?.(args[0])
      session.setRoot(process.cwd())
      // esbuild doesn't say what changed between two builds, others don't always.
      for (const file of session.dependents.changed()) {
        if (host.keeps?.(file)) session.outdated ??= file
        session.invalidate(file)
      }
      for (const file of session.configFiles()) if (host.watchesConfig) this.addWatchFile(file)
    },
    watchChange(id) {
      const file = stripQuery(id)
      // What is built until the restart goes on with what was known: code and fingerprint are both those of before.
      if (host.keeps?.(file)) session.outdated ??= file
      if (!host.restartsOn?.(file)) session.invalidate(file)
    },
    transform: {
      filter: session.filter,
      handler(code, id, ...rest: unknown[]) {
        return transform(session, host.context(this, id, rest), code, id)
      },
    },
  }
  return Object.assign(plugin, host.hooks)
}

function hooksOf(session: Session, meta: UnpluginContextMeta): HostHooks {
  switch (meta.framework) {
    case 'vite': return viteHooks(session)
    case 'webpack': return webpackHooks(session, meta.webpack.compiler)
    case 'rspack': return webpackHooks(session, meta.rspack.compiler)
    case 'esbuild': return esbuildHooks(session)
    case 'farm': return farmHooks(session)
    case 'bun': return bunHooks(session)
    default: return rollupHooks(session, meta.framework)
  }
}

export const unplugin: UnpluginInstance<Options | undefined, false> = createUnplugin(factory)

export default unplugin
export { unplugin as 'module.exports' }
