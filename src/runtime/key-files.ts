import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, statSync, type BigIntStats } from 'node:fs'
import { join, resolve } from 'node:path'

interface Remembered {
  readonly stamp: string
  readonly digest: string
}

const remembered = new Map<string, Remembered>()
/** A file changed within it may change again without its times telling. */
const RACY = 2000n * 1_000_000n
const BLOCK = 1 << 20

/** What a file or directory holds, in 64 digits; `missing` where there is none. Read again only when its times, size or place change. */
export function digestFile(file: string, root: string | undefined): string {
  const path = resolve(root ?? process.cwd(), file)
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stat) return 'missing'
  return stat.isDirectory() ? digestDirectory(path) : digestContent(path, stat)
}

function digestDirectory(path: string): string {
  const sum = createHash('sha256')
  for (const name of readdirSync(path).sort()) sum.update(`${name.length}:${name}${digestFile(join(path, name), undefined)};`)
  return `dir-${sum.digest('hex')}`
}

function digestContent(path: string, stat: BigIntStats): string {
  const stamp = `${stat.dev}-${stat.ino}-${stat.size}-${stat.mtimeNs}-${stat.ctimeNs}`
  const before = remembered.get(path)
  if (before?.stamp === stamp) return before.digest
  const sum = createHash('sha256')
  const block = Buffer.allocUnsafe(BLOCK)
  const descriptor = openSync(path, 'r')
  try {
    for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) sum.update(block.subarray(0, read))
  } finally {
    closeSync(descriptor)
  }
  const digest = sum.digest('hex')
  if (BigInt(Date.now()) * 1_000_000n - stat.mtimeNs > RACY) remembered.set(path, { stamp, digest })
  return digest
}
