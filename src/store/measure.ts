import { files, listDirectory } from './fs.ts'

/** The size of all files below a directory. `until`: when to give up, then `undefined`. */
export function sizeOf(path: string, until: number = Infinity): number | undefined {
  let size = 0
  for (const entry of listDirectory(path)) {
    if (Date.now() > until) return undefined
    const inner = `${path}/${entry.name}`
    const found = entry.isDirectory() ? sizeOf(inner, until) : (files.lstat(inner)?.size ?? 0)
    if (found === undefined) return undefined
    size += found
  }
  return size
}
