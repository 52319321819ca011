import Module from 'node:module'
import process from 'node:process'
import { wrapCompile } from './commonjs.ts'
import { loadSync } from './load.ts'
import { registerHooks } from './node-features.ts'
import { onRewritten } from './rewritten.ts'

// One kind of hooks, never both. They hold for the thread that runs this; workers run it too, through `execArgv`.
if (registerHooks) registerHooks({ load: loadSync })
else registerThread()
wrapCompile()

/** Hooks on a thread of their own. What they can't do from there they ask for. */
function registerThread(): void {
  // Loaded in this branch only: it takes a millisecond.
  const { isMainThread, MessageChannel } = process.getBuiltinModule('node:worker_threads')
  // What is given by `--require` runs on the thread of the hooks too. It is known by having no program.
  if (!isMainThread && process.argv.length === 1) return
  const { port1, port2 } = new MessageChannel()
  port1.on('message', onRewritten)
  port1.unref()
  try {
    Module.register('./register-thread.js', import.meta.url, { data: { port: port2 }, transferList: [port2] })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
    console.warn('[unplugin-persist] Functions are not cached: this version of Node compiles ES modules on a thread of its own, which its permission model denies. Allow it with --allow-worker.')
  }
}
