import process from 'node:process'
import type { EnvironmentModuleNode, HotUpdateOptions, Plugin, ResolvedConfig, UserConfig, ViteDevServer } from 'vite'
import type { VitestPluginContext } from 'vitest/node'
import { mayHoldMark } from '../../compiler/prefilter.ts'
import type { Session } from '../session.ts'
import { findsRuntime, RUNTIME, runtimeFile } from './common.ts'
import { isBehindOthers, locatingContext, resolver } from './rollup.ts'
import type { RollupThis } from './rollup.ts'
import type { HostHooks } from './types.ts'

/** What Vite adds to a plugin context. Below Vite 6 there is no environment. */
type ViteThis = RollupThis & { environment?: { config: { consumer: string }; moduleGraph: EnvironmentModuleNode extends never ? never : any } }

/** Vite and Vitest. */
export function viteHooks(session: Session): HostHooks {
  let serving = false
  let watching = false
  /** Whose watcher tells of edits. */
  let server: ViteDevServer | undefined
  /** A test runner that can't be told goes by the module graph, to which Vite's contexts add what is watched. */
  let goesByGraph = session.testing
  const watched = new Set<string>()
  const hooks: Partial<Plugin> & { configureVitest(context: VitestPluginContext): void } = {
    config(config: UserConfig) {
      session.setRoot(config.root ?? process.cwd())
      return { optimizeDeps: { exclude: ['unplugin-persist'] } }
    },
    configResolved(config: ResolvedConfig) {
      // A dev server runs the code in its own process. What a build writes runs anywhere.
      if (config.command === 'serve') session.publishes = serving = true
      watching = !serving && Boolean(config.build?.watch)
      // Vite's own plugins that come earlier leave the code as it is.
      if (isBehindOthers(config.plugins.filter(({ enforce }) => enforce === 'pre'))) session.setBehindOthers()
    },
    configureVitest({ vitest, experimental_defineCacheKeyGenerator: defineCacheKey }: VitestPluginContext) {
      session.covered = vitest.config.coverage.enabled
      goesByGraph = false
      server = vitest.vite ?? (vitest as unknown as { server: ViteDevServer }).server
      if (vitest.config.watch) retest(server)
      // Its cache on disk knows of a module's own text, not of what a fingerprint is made of.
      defineCacheKey?.(({ sourceCode }) => (mayHoldMark(sourceCode, session.aliases) ? false : undefined))
    },
    configureServer(started: ViteDevServer) {
      if (!session.testing) server = started
      started.watcher.on('change', restartOnConfig).on('add', restartOnConfig).on('unlink', restartOnConfig)
      function restartOnConfig(file: string): void {
        if (session.configFiles().includes(file) || session.dependents.leadsElsewhere(file)) void started.restart()
      }
    },
    hotUpdate({ file, modules }: HotUpdateOptions) {
      if (serving && session.dependents.leadsElsewhere(file)) return []
      session.invalidate(file)
      const { moduleGraph } = this.environment
      const above = session.dependents.of(file).flatMap((module) => [...(moduleGraph.getModulesByFile(module) ?? [])])
      // Importers on the way up are only marked for a new time stamp, their code is kept: say that ours changed too.
      return above.length > 0 ? [...new Set([...modules, ...above])] : undefined
    },
  }

  /** Vitest runs the tests anew that import what has changed: it is told that modules above a file have, too. */
  function retest({ watcher }: ViteDevServer): void {
    let telling = false
    for (const event of ['change', 'add', 'unlink'] as const) {
      watcher.on(event, (file) => {
        if (telling) return
        telling = true
        session.invalidate(file)
        for (const module of session.dependents.of(file)) watcher.emit('change', module)
        telling = false
      })
    }
  }

  /**
   * The server watches its root, and we know what depends on what. Its own `addWatchFile` makes each file an import of the module,
   * which is resolved at each transform: seconds in a project of some thousand files.
   */
  function watch(file: string): void {
    const root = server!.config.root.replace(/\/?$/, '/')
    if (file.startsWith(root) || watched.has(file)) return
    watched.add(file)
    server!.watcher.add(file)
  }

  return {
    // What Vite's resolver knows of manifests and configs, and of paths with nothing there, outlives the builds of a watcher.
    keeps: (file) => watching && (session.dependents.leadsElsewhere(file) || session.dependents.wasMissing(file)),
    restartsOn: (file) => serving && session.dependents.leadsElsewhere(file),
    context: (self, id, rest) => ({
      ...locatingContext(self, id, isClient(self as ViteThis, rest[0])),
      // A build prints warnings without their places.
      warn: (warning) => self.warn(typeof warning === 'string' ? { message: warning, id } : { message: warning.message, id: warning.location.file, loc: warning.location }),
      resolve: resolver(self as RollupThis),
      ...(server && !goesByGraph && (self as ViteThis).environment && { watch, watchMissing: watch }),
    }),
    hooks: {
      resolveId: {
        filter: { id: /^unplugin-persist\/runtime$/ },
        async handler(id, importer) {
          if (await (this as unknown as RollupThis).resolve(id, importer!, { skipSelf: true })) return undefined
          return importer === undefined || findsRuntime(importer) ? { id: RUNTIME, external: true } : runtimeFile()
        },
      },
      vite: hooks,
    },
  }
}

function isClient(self: ViteThis, options: unknown): boolean {
  if (self.environment) return self.environment.config.consumer === 'client'
  return (options as { ssr?: boolean } | undefined)?.ssr !== true
}
