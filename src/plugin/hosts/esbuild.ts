import { dirname } from 'node:path'
import process from 'node:process'
import type { PluginBuild } from 'esbuild'
import type { Session } from '../session.ts'
import { PATH_PATTERN } from '../filter.ts'
import { asFile, basicContext, RUNTIME, runtimeFile } from './common.ts'
import type { HostHooks } from './types.ts'

/** Marks our own question to esbuild's resolver, so that we don't answer it. */
const OWN = Symbol('unplugin-persist')

export function esbuildHooks(session: Session): HostHooks {
  let build: PluginBuild
  let client = false

  return {
    context: (self, id) => ({
      ...basicContext(self, id, client),
      // Columns count from 0 there.
      error: (message, location) => self.error({ message, id, ...(location && { loc: { ...location, column: location.column - 1 } }) }),
      warn: (message, location) => self.warn({ message, id, ...(location && { loc: { ...location, column: location.column - 1 } }) }),
      async resolve(specifier, importer) {
        if (!build.initialOptions.bundle) return undefined
        const found = await build.resolve(specifier, { importer, resolveDir: dirname(importer), kind: 'import-statement', pluginData: OWN })
        return found.errors.length === 0 && !found.external && found.namespace === 'file' ? asFile(found.path) : undefined
      },
    }),
    hooks: {
      esbuild: {
        onLoadFilter: PATH_PATTERN,
        // What the build's own `loader` option says: unplugin would guess from the extension.
        loader: () => 'default',
        config(options) {
          session.setRoot(options.absWorkingDir ?? process.cwd())
          // Bundles are for browsers unless told otherwise; single files say nothing of where they run.
          client = options.platform === 'browser' || (options.platform === undefined && options.bundle === true)
        },
        setup(given) {
          build = given
          // Where an import of a linked package does not find the runtime, our own copy.
          build.onResolve({ filter: /^unplugin-persist\/runtime$/ }, async ({ importer, resolveDir, kind, pluginData }) => {
            if (pluginData === OWN) return undefined
            const found = await build.resolve(RUNTIME, { importer, resolveDir, kind, pluginData: OWN })
            return found.errors.length > 0 ? { path: runtimeFile() } : found
          })
        },
      },
    },
  }
}
