import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { openRoot } from '../../store/root.ts'
import { storeRoot } from '../place.ts'
import { findMoved } from './moved.ts'
import type { Check, Finding } from './types.ts'

/** Whether results can be read and written. */
export const checkStore: Check = (place) => {
  const root = storeRoot(place)
  const cure = 'Name another with PERSIST_PATH, or `persistPath` in a config.'
  try {
    accessSync(nearest(root), constants.W_OK | constants.R_OK | constants.X_OK)
  } catch {
    return [{ level: 'problem', what: `the store ${root} can't be written`, cure }]
  }
  if (!existsSync(root)) return [{ level: 'fine', what: `the store ${root} will be made by the first call` }]
  try {
    const { remote } = openRoot(root)
    const findings: Finding[] = [{ level: 'fine', what: `the store ${root} can be written` }]
    if (remote) findings.push({ level: 'advice', what: 'the store is on a network file system: appends take a lock, and machines don\'t wait for each other', cure })
    return [...findings, ...findMoved(place, root)]
  } catch (error) {
    return [{ level: 'problem', what: (error as Error).message.replace(/^\[unplugin-persist\] /, ''), cure }]
  }
}

function nearest(path: string): string {
  let at = path
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  return at
}
