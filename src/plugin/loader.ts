import process from 'node:process'
import type { LoaderContext } from 'webpack'
import { createResolve } from './hosts/webpack.ts'
import type { Options } from './options.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import { transform } from './transform.ts'

/** One for each set of options: a loader is called anew for each file. */
const sessions = new Map<string, Session>()

/**
 * A webpack loader of its own, for what takes loaders but no plugins (Turbopack, thread-loader). Its options are JSON.
 * It has to run before what drops comments: in webpack with `enforce: 'pre'`.
 */
function loader(this: LoaderContext<Options>, code: string, inputMap?: unknown): void {
  const callback = this.async()
  const options = this.getOptions() ?? {}
  const session = sessionOf(options, this.rootContext || process.cwd())
  if (!session.filter.code.include.some((word) => (typeof word === 'string' ? code.includes(word) : word.test(code)))) {
    return callback(null, code, inputMap as never)
  }
  // Nobody tells a loader what changed.
  session.invalidateChanged()
  let failed: Error | undefined
  transform(session, {
    client: this.target === 'web' || this.target === 'webworker',
    error: (message) => (failed = new Error(message)),
    warn: (message) => this.emitWarning(new Error(message)),
    watch: (file) => this.addDependency(file),
    watchMissing: (file) => this.addMissingDependency?.(file),
    resolve: createResolve(this),
  }, code, this.resource ?? this.resourcePath).then((result) => {
    if (failed) callback(failed)
    else if (result) callback(null, result.code, result.map as never)
    else callback(null, code, inputMap as never)
  }, callback)
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
