import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rewrite } from './rewrite.ts'
import type { Loaded, Rewritten } from './rewrite.ts'
import { isCompiled, isWorthALook, readText } from './source.ts'

/** Where a linked copy of this package has its files: outside `node_modules`, and yet no project's own. */
const PACKAGE = dirname(fileURLToPath(import.meta.url)) + sep

/** A module without a mark costs a search in its source, no more. */
export function mayRewrite(loaded: Loaded): Rewritten | undefined {
  if (loaded.file.startsWith(PACKAGE)) return undefined
  return isWorthALook(loaded.source) || hasLostMarks(loaded) ? rewrite(loaded) : undefined
}

/** Another hook has compiled the module, and what is on disk holds a mark. Bytes come from Node itself: there it never was. */
function hasLostMarks({ file, source, typed }: Loaded): boolean {
  if (typed || typeof source !== 'string' || !isCompiled(file, source)) return false
  const disk = readText(file)
  return disk !== undefined && disk !== source && isWorthALook(disk)
}
