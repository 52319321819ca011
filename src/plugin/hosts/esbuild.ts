import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import type { Location, PluginBuild } from 'esbuild'
import type { UnpluginMessage } from 'unplugin'
import type { CompileMessage } from '../../compiler/index.ts'
import type { Session } from '../session.ts'
import { PATH_PATTERN } from '../filter.ts'
import { asFile, basicContext, problemsOf, RUNTIME, runtimeFile } from './common.ts'
import type { HostHooks } from './types.ts'

/** Marks our own question to esbuild's resolver, so that we don't answer it. */
const OWN = Symbol('unplugin-persist')

export function esbuildHooks(session: Session): HostHooks {
  let build: PluginBuild
  let client = false

  return {
    context: (self, id) => ({
      ...basicContext(self, id, client),
      error(error) {
        const problems = problemsOf(error)
        for (const problem of problems) self.error(located(problem))
        if (problems.length === 0) self.error({ message: error.message, id })
      },
      warn: (warning) => self.warn(typeof warning === 'string' ? { message: warning, id } : located(warning)),
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

/** esbuild shows place and line by itself. Its columns count from 0. */
function located({ what, cure, location }: CompileMessage): UnpluginMessage {
  return { message: `${what}\n${cure}`, id: location.file, loc: { ...location, column: location.column - 1 } }
}

/** unplugin passes places on without their lines, in place of which esbuild shows nothing then. */
export function withLines(build: PluginBuild): PluginBuild {
  return {
    ...build,
    onLoad: (options, load) => build.onLoad(options, async (file) => {
      const result = await load(file)
      for (const { location } of [...(result?.errors ?? []), ...(result?.warnings ?? [])]) if (location) addLine(location)
      return result
    }),
  }
}

function addLine(location: Partial<Location>): void {
  try {
    location.lineText ??= readFileSync(location.file!, 'utf8').split('\n')[location.line! - 1]!.trimEnd()
  } catch {
    // Gone meanwhile: the place alone, then.
  }
}
