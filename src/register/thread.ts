import type { LoadHook } from 'node:module'
import type { MessagePort } from 'node:worker_threads'
import { loadedBy } from './load.ts'

let port: MessagePort

export function initialize(data: { port: MessagePort }): void {
  port = data.port
}

/** The `load` hook of `module.register`. */
export const load: LoadHook = async (url, context, nextLoad) => loadedBy(url, await nextLoad(url, context), () => port.postMessage('rewritten'))
