import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readNames } from './names.ts'

const MARK = 'persist'
/** A test under Node's own runner that mocks. */
const NODE_TEST = 'node:test'
const TYPESCRIPT_PATTERN = /\.(?:[cm]?ts|tsx|jsx)$/
/** Istanbul counts in this: compiled anew from disk, a module would be missing in its report. */
const INSTRUMENTED = '__coverage__'
const CODE_PATTERN = /\.[cm]?[jt]sx?$/

/** Words beside the mark that make a file worth a look: what a project's barrels call `persist`. */
export const words: readonly string[] = readNames()

/** The path of a project's own module, or nothing. */
export function ownFile(url: string): string | undefined {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return undefined
  // tsx tells its namespaces apart by queries.
  const end = url.search(/[?#]/)
  const clean = end < 0 ? url : url.slice(0, end)
  return CODE_PATTERN.test(clean) ? fileURLToPath(clean) : undefined
}

export function isOwnPath(path: string): boolean {
  return CODE_PATTERN.test(path) && !/[\\/]node_modules[\\/]/.test(path)
}

/** A substring search: what a file without a mark costs. Bytes are searched as they are. */
export function isWorthALook(source: string | NodeJS.TypedArray | ArrayBuffer): boolean {
  const text = typeof source === 'string' ? source : asBuffer(source)
  return text.includes(MARK) || text.includes(NODE_TEST) || words.some((word) => text.includes(word))
}

/** Whether another hook may have compiled the file, and dropped its comments: then what is on disk counts. */
export function isCompiled(file: string, source: string): boolean {
  return (TYPESCRIPT_PATTERN.test(file) || source.includes('sourceMappingURL=data:')) && !source.includes(INSTRUMENTED)
}

export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

export function asBuffer(source: NodeJS.TypedArray | ArrayBuffer): Buffer {
  return ArrayBuffer.isView(source) ? Buffer.from(source.buffer, source.byteOffset, source.byteLength) : Buffer.from(source)
}
