import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, constants, copyFileSync, lstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { PersistError } from '../errors.ts'

/** A file of a tree: its path below the tree (`''` for a tree that is one file), and what it holds. */
export interface FileFact {
  path: string
  digest: string
  /** Who may read, write and execute it. Windows has no such bits. */
  mode?: number
}

/** What lies at a path. */
export interface FileTree {
  kind: 'file' | 'directory'
  files: FileFact[]
  /** The directories below, outer ones first. */
  directories: string[]
}

const CHUNK = 1 << 20

/** What lies at a path; `undefined` for nothing. Links are refused: what they lead to is not what was written. */
export function fileFacts(path: string): FileTree | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  if (stats.isFile()) return { kind: 'file', files: [factOf(path, '', stats)], directories: [] }
  if (!stats.isDirectory()) throw refusal(path)
  const files: FileFact[] = []
  const directories: string[] = []
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(path, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) {
        directories.push(inner)
        walk(inner)
      } else if (entry.isFile()) files.push(factOf(join(path, inner), inner, lstatSync(join(path, inner))))
      else throw refusal(join(path, inner))
    }
  }
  walk('')
  return { kind: 'directory', files, directories }
}

function refusal(path: string): PersistError {
  return new PersistError('VALUE', `${path}, which \`outFile\` names, is neither file nor directory (a link?), so that it can't be kept. Write a plain file.`, { path })
}

function factOf(file: string, path: string, stats: Stats): FileFact {
  const digest = digestWith(file, stats)
  return process.platform === 'win32' ? { path, digest } : { path, digest, mode: stats.mode & 0o777 }
}

/** Digest of the plain file at a path; `undefined` when there is none. */
export function digestOf(file: string): string | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  return stats?.isFile() ? digestWith(file, stats) : undefined
}

/** Digests by path, good while nothing of the file's record in its directory has changed. */
const known = new Map<string, { stamp: string; digest: string }>()
const REMEMBERED = 1000

function digestWith(file: string, { size, mtimeMs, ctimeMs, ino }: Stats): string {
  const stamp = `${size}:${mtimeMs}:${ctimeMs}:${ino}`
  const before = known.get(file)
  if (before?.stamp === stamp) return before.digest
  const digest = digestContent(file)
  // A file that was written just now may be written again within the clock's grain.
  if (Date.now() - ctimeMs > 50) {
    if (known.size >= REMEMBERED) known.clear()
    known.set(file, { stamp, digest })
  }
  return digest
}

function digestContent(file: string): string {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(CHUNK)
  const descriptor = openSync(file, 'r')
  try {
    for (let length: number; (length = readSync(descriptor, buffer, 0, CHUNK, null)) > 0; ) hash.update(buffer.subarray(0, length))
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}

/** Makes the directories of a tree that are missing. None of them may be a link: what would be written there lands elsewhere. */
export function restoreDirectories(path: string, directories: readonly string[]): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, { recursive: true })
  for (const directory of ['', ...directories]) {
    const place = join(path, directory)
    const stats = lstatSync(place, { throwIfNoEntry: false })
    if (!stats) mkdirSync(place)
    else if (!stats.isDirectory()) throw new PersistError('STORE', `${place} is no directory (a link?), where one is to be restored. Move it away.`, { path: place })
  }
}

/** Gives a file the mode that it was kept with. */
export function restoreMode(file: string, { mode }: FileFact): void {
  if (mode !== undefined && (lstatSync(file).mode & 0o777) !== mode) chmodSync(file, mode & 0o777)
}

/** Puts a copy in a file's place at once: a link there is replaced, not followed. */
export function replaceFile(source: string, target: string, { mode }: FileFact): void {
  mkdirSync(dirname(target), { recursive: true })
  const stats = lstatSync(target, { throwIfNoEntry: false })
  if (stats?.isDirectory()) throw new PersistError('STORE', `${target} is a directory where a file is to be restored. Move it away.`, { path: target })
  const temporary = `${target}.${randomBytes(6).toString('hex')}.persist`
  try {
    copyFileSync(source, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    chmodSync(temporary, mode === undefined ? 0o666 & ~process.umask() : mode & 0o777)
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
}
