import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Loaded, rewrite as rewriteFunction, Rewritten } from './rewrite.ts'
import { isCompiled, isWorthALook, readText } from './source.ts'

/** Our own files pass here too where the package is linked, as its path then tells of no `node_modules`. */
const ownDirectory = fileURLToPath(new URL('.', import.meta.url))
let rewrite: typeof rewriteFunction | undefined

/** All that a module without a mark costs. The rest is loaded when the first one turns up, in CommonJS, as hooks can't wait. */
export function mayRewrite(loaded: Loaded): Rewritten | undefined {
  if (!isWorthALook(loaded.source) && !hasLostMarks(loaded)) return undefined
  if (loaded.file.startsWith(ownDirectory)) return undefined
  rewrite ??= (createRequire(import.meta.url)('./register-rewrite.cjs') as { rewrite: typeof rewriteFunction }).rewrite
  return rewrite(loaded)
}

/** Another hook has compiled the module, and what is on disk holds a mark. Bytes come from Node itself: there it never was. */
function hasLostMarks({ file, source, typed }: Loaded): boolean {
  if (typed || typeof source !== 'string' || !isCompiled(file, source)) return false
  const disk = readText(file)
  return disk !== undefined && disk !== source && isWorthALook(disk)
}
