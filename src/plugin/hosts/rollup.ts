import { resolve } from 'node:path'
import process from 'node:process'
import type { UnpluginMessage } from 'unplugin'
import type { CompileMessage } from '../../compiler/index.ts'
import { stripQuery } from '../filter.ts'
import type { Session } from '../session.ts'
import type { HostContext } from '../transform.ts'
import { asFile, basicContext, findsRuntime, problemsOf, RUNTIME, runtimeFile, textOf } from './common.ts'
import type { HostHooks, TransformThis } from './types.ts'

/** What we look at of another plugin. */
interface Plugin {
  name?: string
  load?: unknown
  transform?: unknown
}

/** The part of Rollup's plugin context that we use. Rolldown, Vite and unloader have the same. */
export interface RollupThis extends TransformThis {
  resolve(specifier: string, importer: string, options: { skipSelf: boolean }): Promise<{ id: string; external: boolean | string } | null>
}

/** Rollup, Rolldown and what is made like them. */
export function rollupHooks(session: Session, framework: string): HostHooks {
  let client = false

  return {
    watchesConfig: true,
    started(options) {
      // Rolldown builds ES modules for browsers unless told otherwise. Rollup knows no platforms.
      client = framework === 'rolldown' && (options as { platform?: string }).platform === 'browser'
    },
    context: (self, id) => ({ ...locatingContext(self, id, client), resolve: resolver(self as RollupThis) }),
    hooks: {
      resolveId: {
        filter: { id: /^unplugin-persist\/runtime$/ },
        // Without a resolver of its own Rollup would warn of an import that it leaves to Node, as it should.
        async handler(id, importer) {
          const resolved = await (this as unknown as RollupThis).resolve(id, importer!, { skipSelf: true })
          if (resolved) return undefined
          return importer === undefined || findsRuntime(importer) ? { id: RUNTIME, external: true } : runtimeFile()
        },
      },
      [framework]: {
        // The first hook: filters are read after it.
        async options({ plugins }: { plugins?: unknown }) {
          session.setRoot(process.cwd())
          if (isBehindOthers(await flatten(plugins))) session.setBehindOthers()
        },
      },
    },
  }
}

/** Plugins can be nested, and be promises. */
async function flatten(plugins: unknown): Promise<unknown[]> {
  const given = await plugins
  return Array.isArray(given) ? (await Promise.all(given.map(flatten))).flat() : [given]
}

/** Whether another plugin makes something of a module's code before this one. */
export function isBehindOthers(plugins: readonly unknown[]): boolean {
  const before = plugins.slice(0, Math.max(0, plugins.findIndex((plugin) => (plugin as Plugin | undefined)?.name === 'unplugin-persist')))
  return before.some((plugin) => Boolean(plugin && ((plugin as Plugin).load || (plugin as Plugin).transform)))
}

/** The host's own resolver. */
export function resolver(self: RollupThis) {
  return async (specifier: string, importer: string): Promise<string | undefined> => {
    const resolved = await self.resolve(specifier, importer, { skipSelf: true })
    return resolved && !resolved.external ? asFile(resolved.id) : undefined
  }
}

/** These hosts put plugin and place before what is said. The module is always the one that is being transformed. */
export function locatingContext(self: TransformThis, id: string, client: boolean): HostContext {
  return {
    ...basicContext(self, id, client),
    error(error) {
      const [first, ...others] = problemsOf(error)
      if (first) self.error({ ...located(first, id), message: [unlocated(first), ...others.map(textOf)].join('\n\n') })
      else self.error({ message: error.message, id })
    },
    warn: (warning) => self.warn(typeof warning === 'string' ? { message: warning, id } : located(warning, id)),
  }
}

function located(message: CompileMessage, id: string): UnpluginMessage {
  const { location } = message
  return location.file === resolve(stripQuery(id)) ? { message: unlocated(message), id, loc: location } : { message: message.message, id }
}

function unlocated({ what, frame, cure }: CompileMessage): string {
  return `${what}\n${frame}\n${cure}`
}
