import process from 'node:process'
import { accepts } from './filter.ts'
import { textOf } from './hosts/common.ts'
import { createResolve } from './hosts/webpack.ts'
import type { Options } from './options.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import { transform } from './transform.ts'

/** What the loader uses of a loader context: Turbopack and thread-loader have less than webpack. */
export interface LoaderThis {
  async(): (error: Error | null, code?: string, map?: unknown) => void
  getOptions(): Options | undefined
  resource?: string
  resourcePath: string
  rootContext?: string
  target?: string
  /** Stands for one build. */
  _compilation?: object
  addDependency(file: string): void
  addMissingDependency?(file: string): void
  emitWarning(warning: Error): void
  getResolve?(options: { dependencyType: string }): (context: string, request: string) => Promise<string | false | undefined>
}

/** One for each set of options: a loader is called anew for each file. */
const sessions = new Map<string, Session>()
const builds = new WeakSet<object>()

/**
 * A webpack loader of its own, for what takes loaders but no plugins (Turbopack, thread-loader). Its options are JSON.
 * It has to run before what drops comments: in webpack with `enforce: 'pre'`.
 */
function loader(this: LoaderThis, code: string, inputMap?: unknown): void {
  const callback = this.async()
  const session = sessionOf(this.getOptions() ?? {}, this.rootContext || process.cwd())
  const id = this.resource ?? this.resourcePath
  if (!accepts(session.filter, id, code)) return callback(null, code, inputMap)

  // Nobody tells a loader what changed; once in a build is enough.
  if (!this._compilation || !builds.has(this._compilation)) session.invalidateChanged()
  if (this._compilation) builds.add(this._compilation)
  let failed: Error | undefined
  transform(session, {
    client: this.target === 'web' || this.target === 'webworker',
    error: ({ message }) => (failed = new Error(message)),
    warn: (warning) => this.emitWarning(asWarning(textOf(warning))),
    watch: (file) => this.addDependency(file),
    watchMissing: (file) => this.addMissingDependency?.(file),
    resolve: createResolve(this),
  }, code, id).then((result) => {
    if (failed) callback(failed)
    else if (result) callback(null, result.code, result.map)
    else callback(null, code, inputMap)
  }, callback)
}

/** Where in this package a warning was made is of no use to anybody, and Turbopack prints it. */
function asWarning(message: string): Error {
  const warning = new Error(message)
  warning.name = 'Warning'
  warning.stack = ''
  return warning
}

function sessionOf(options: Options, root: string): Session {
  const key = JSON.stringify([root, options])
  let session = sessions.get(key)
  if (!session) {
    sessions.set(key, (session = createSession(options)))
    session.setRoot(root)
  }
  return session
}

export default loader
export { loader as 'module.exports' }
