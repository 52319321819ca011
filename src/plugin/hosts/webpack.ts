import { dirname } from 'node:path'
import process from 'node:process'
import type { Compiler as RspackCompiler, LoaderContext as RspackLoaderContext } from '@rspack/core'
import type { Compiler as WebpackCompiler, LoaderContext as WebpackLoaderContext } from 'webpack'
import type { Session } from '../session.ts'
import { asFile, basicContext, RUNTIME, runtimeFile } from './common.ts'
import type { HostHooks, TransformThis } from './types.ts'

type Compiler = WebpackCompiler | RspackCompiler
type LoaderContext = WebpackLoaderContext<unknown> | RspackLoaderContext

/** webpack and Rspack. */
export function webpackHooks(session: Session, compiler: Compiler): HostHooks {
  session.setRoot(compiler.context || process.cwd())
  if (holdsPre(compiler.options.module.rules)) session.setBehindOthers()

  const prepare = (): void => {
    addRuntimeFallback(compiler)
    separateCache(compiler, session.cacheVersion())
  }
  return {
    context(self, id) {
      const loader = loaderOf(self)
      return {
        // Not known yet when the plugin is applied.
        ...basicContext(self, id, isClient(compiler)),
        watch: (file) => loader?.addDependency(file),
        watchMissing: (file) => loader?.addMissingDependency(file),
        ...(loader && { resolve: createResolve(loader as { getResolve: GetResolve }) }),
      }
    },
    hooks: { webpack: prepare, rspack: prepare },
  }
}

/** A rule as far as it says when it comes. */
interface Rule {
  enforce?: string
  rules?: unknown
  oneOf?: unknown
}

/** Whether loaders come before this plugin's. Those without `enforce`, and of plugins that are applied later, come behind it. */
function holdsPre(rules: unknown): boolean {
  return Array.isArray(rules) && rules.some((rule: Rule | undefined) => rule?.enforce === 'pre' || holdsPre(rule?.rules) || holdsPre(rule?.oneOf))
}

/** Where an import of a linked package does not find the runtime, our own copy. */
function addRuntimeFallback(compiler: Compiler): void {
  const resolve = compiler.options.resolve as { fallback?: unknown }
  const entry = { name: RUNTIME, alias: runtimeFile(), onlyModule: true }
  if (Array.isArray(resolve.fallback)) resolve.fallback.push(entry)
  else resolve.fallback = { [`${RUNTIME}$`]: runtimeFile(), ...(resolve.fallback as Record<string, string> | undefined) }
}

/** A cache on disk would go on serving what other options or another version of this package made. */
function separateCache(compiler: Compiler, version: string): void {
  const { cache } = compiler.options as { cache?: unknown }
  if (typeof cache !== 'object' || cache === null) return
  const onDisk = cache as { type?: string; version?: string }
  if (onDisk.type === 'filesystem' || onDisk.type === 'persistent') onDisk.version = `${onDisk.version ?? ''}|${version}`
}

function isClient(compiler: Compiler): boolean {
  const { node, web } = compiler.platform
  return web === true && node !== true
}

function loaderOf(self: TransformThis): LoaderContext | undefined {
  const native = self.getNativeBuildContext?.()
  return native?.framework === 'webpack' || native?.framework === 'rspack' ? (native.loaderContext as LoaderContext) : undefined
}

/** `getResolve` of a loader context. */
export type GetResolve = (options: { dependencyType: string }) => (context: string, request: string) => Promise<string | false | undefined>

/** The resolver of a loader context. thread-loader has none: https://github.com/webpack/thread-loader/issues/75 */
export function createResolve(loader: { getResolve?: GetResolve | undefined }): (specifier: string, importer: string) => Promise<string | undefined> {
  const resolve = loader.getResolve?.({ dependencyType: 'esm' })
  return async (specifier, importer) => asFile((await resolve?.(dirname(importer), specifier)) || undefined)
}
