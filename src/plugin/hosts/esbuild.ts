import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import type { Location, PartialMessage, PluginBuild } from 'esbuild'
import type { UnpluginMessage } from 'unplugin'
import type { CompileMessage } from '../../compiler/index.ts'
import type { Session } from '../session.ts'
import { PATH_PATTERN, stripQuery } from '../filter.ts'
import { findUnseen } from '../unseen.ts'
import { asFile, basicContext, problemsOf, RUNTIME, runtimeFile } from './common.ts'
import type { HostHooks } from './types.ts'

/** Marks our own question to esbuild's resolver, so that we don't answer it. */
const OWN = Symbol('unplugin-persist')

export function esbuildHooks(session: Session): HostHooks {
  let build: PluginBuild
  let client = false
  const seen = new Set<string>()

  return {
    context(self, id) {
      seen.add(resolve(stripQuery(id)))
      return {
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
      }
    },
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
          if (isBehindOthers(given) && !client) tellUnseen(given, session, seen)
        },
      },
    },
  }
}

/** esbuild gives a file to the first plugin that loads it. */
function isBehindOthers({ initialOptions: { plugins = [] } }: PluginBuild): boolean {
  return plugins.findIndex(({ name }) => name === 'unplugin-persist') > 0
}

/** Warns of modules with marks that were loaded by a plugin before this one. What was built is only told by its metafile. */
function tellUnseen(build: PluginBuild, session: Session, seen: ReadonlySet<string>): void {
  // It stays in the result, as plugins behind this one may have asked for it, too.
  build.initialOptions.metafile = true
  build.onEnd(async ({ metafile }) => {
    // They are told from the working directory, as places in messages are.
    const paths = new Map(Object.keys(metafile?.inputs ?? {}).map((path) => [resolve(session.root, path), path]))
    const unseen = await findUnseen(session, [...paths.keys()].filter((file) => !seen.has(file)))
    return { warnings: unseen.map(({ file, names, firstLine }): PartialMessage => ({
      text: `${names.join(', ')} and all other marked functions of this module run uncached, as another plugin has loaded it\nPut unplugin-persist first in \`plugins\`.`,
      location: { file: paths.get(file)!, line: 1, column: 0, lineText: firstLine },
    })) }
  })
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
