import type { LoadFnOutput } from 'node:module'
import { mayRewrite } from './gate.ts'
import type { LoadHookSync } from './node-features.ts'
import { ownFile } from './source.ts'
import { onRewritten } from './rewritten.ts'

/** The `load` hook of `module.registerHooks`. */
export const loadSync: LoadHookSync = (url, context, nextLoad) => loadedBy(url, nextLoad(url, context), onRewritten)

/** What becomes of a module that the hooks before us have loaded. */
export function loadedBy(url: string, loaded: LoadFnOutput, onRewrite: () => void): LoadFnOutput {
  const { source, format } = loaded
  // CommonJS has no source here in some versions of Node: it comes by in `Module.prototype._compile`.
  if (source === null || source === undefined) return loaded
  const file = ownFile(url)
  if (file === undefined || !isCode(format)) return loaded
  const rewritten = mayRewrite({ file, source, format: format.startsWith('commonjs') ? 'commonjs' : 'module', typed: format.endsWith('-typescript') })
  if (!rewritten) return loaded
  onRewrite()
  return { ...loaded, format: rewritten.plain ? (format.replace('-typescript', '') as typeof format) : format, source: rewritten.code, shortCircuit: true }
}

function isCode(format: string | null | undefined): format is string {
  return format === 'module' || format === 'commonjs' || format === 'module-typescript' || format === 'commonjs-typescript'
}
