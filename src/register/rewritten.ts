import process from 'node:process'
import { enableCompileCache, setSourceMapsSupport } from './node-features.ts'

let enabled = false

/** What a program needs once one of its modules was rewritten, and until then nobody: stack traces that point to what the user wrote, and the runtime soon. */
export function onRewritten(): void {
  if (enabled) return
  enabled = true
  if (setSourceMapsSupport) setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  else process.setSourceMapsEnabled(true)
  // Node keeps what it has compiled from here on, where the user lets it: `NODE_COMPILE_CACHE`. Code out of it is counted less exactly.
  if (!process.env.NODE_V8_COVERAGE) enableCompileCache?.()
}
