import process from 'node:process'
import { setSourceMapsSupport } from './node-features.ts'

let enabled = false

/** Stack traces point to what the user wrote. Only once a file was rewritten: until then nobody needs it. */
export function enableSourceMaps(): void {
  if (enabled) return
  enabled = true
  if (setSourceMapsSupport) setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  else process.setSourceMapsEnabled(true)
}
