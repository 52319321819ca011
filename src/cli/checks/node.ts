import process from 'node:process'
import type { Check } from './types.ts'

/** The floor in package.json#engines. */
export const checkNode: Check = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fit = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  return fit
    ? [{ level: 'fine', what: `Node ${process.version}` }]
    : [{ level: 'problem', what: `Node ${process.version} is not supported`, cure: 'Take 20.19 or later, or 22.12 or later.' }]
}
