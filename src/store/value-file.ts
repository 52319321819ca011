import { randomBytes } from 'node:crypto'
import { crc32 } from './crc32.ts'
import { attempt } from './fail.ts'
import { VALUES } from './layout.ts'
import { ensureDirectory, files, listDirectory, quietly, READ, removeFile, removeTree, replaceFile, syncDirectory } from './fs.ts'
import type { Key } from './types.ts'

/** A payload that has a file or directory of its own, as its entry names it. */
export interface ValueFile {
  /** Relative to the entry's directory. */
  name: string
  size: number
  crc: number
}

/** Extensions are for people and programs that look at the files; they must not lead anywhere. */
const EXTENSION_PATTERN = /^(?:\.[A-Za-z0-9][A-Za-z0-9_-]{0,15}){1,3}$/

/**
 * Writes a payload to a file of its own: under another name first, so that its name never stands for a half-written file.
 * Each write has a name of its own, so that readers of an older one are not disturbed.
 */
export function writeValueFile(directory: string, key: Key, payload: Uint8Array, extension: string | undefined, sync: boolean): ValueFile {
  const name = valueName(key) + (extension !== undefined && EXTENSION_PATTERN.test(extension) ? extension : '')
  const path = `${directory}/${VALUES}/${name}`
  const draft = draftPath(directory)
  attempt('write', path, () => {
    assertNoLink(`${directory}/${VALUES}`)
    replaceFile(path, payload, sync, draft)
    if (sync) syncDirectory(`${directory}/${VALUES}`)
  })
  return { name: `${VALUES}/${name}`, size: payload.length, crc: crc32(payload) }
}

/** A directory for a codec to write its files in, and the step that gives it its name. */
export function draftDirectory(directory: string, key: Key): { path: string; keep(sync: boolean): ValueFile; drop(): void } {
  const draft = draftPath(directory)
  const name = valueName(key)
  attempt('create', draft, () => {
    assertNoLink(`${directory}/${VALUES}`)
    ensureDirectory(draft)
  })
  return {
    path: draft,
    keep: (sync) =>
      attempt('write', draft, () => {
        const { size, crc } = checksumDirectory(draft, sync)
        files.rename(draft, `${directory}/${VALUES}/${name}`)
        if (sync) syncDirectory(`${directory}/${VALUES}`)
        return { name: `${VALUES}/${name}`, size, crc }
      }),
    drop: () => quietly(() => removeTree(draft)),
  }
}

/** Size and checksum of all files below a directory, their names included. */
export function checksumDirectory(directory: string, sync = false): { size: number; crc: number } {
  let size = 0
  let crc = 0
  const walk = (below: string): void => {
    const entries = files.readdir(directory + below)
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${below}/${entry.name}`
      crc = crc32(name, crc)
      if (entry.isDirectory()) walk(name)
      else if (entry.isFile()) [size, crc] = checksumFile(directory + name, size, crc, sync)
      else throw Object.assign(new Error(`${directory}${name} is neither a file nor a directory`), { code: 'ELOOP' })
    }
    if (sync) syncDirectory(directory + below)
  }
  walk('')
  return { size, crc }
}

function checksumFile(path: string, size: number, crc: number, sync: boolean): [size: number, crc: number] {
  const piece = Buffer.allocUnsafe(256 * 1024)
  const descriptor = files.open(path, READ)
  try {
    for (;;) {
      const read = files.read(descriptor, piece, 0, piece.length, null)
      if (read === 0) break
      size += read
      crc = crc32(piece.subarray(0, read), crc)
    }
    if (sync) files.fsync(descriptor)
  } finally {
    files.close(descriptor)
  }
  return [size, crc]
}

/** Removes a value that no entry names any more. What can't be removed now, collection removes later. */
export function removeValue(path: string): void {
  quietly(() => {
    const stat = files.lstat(path)
    if (stat?.isDirectory()) removeTree(path)
    else if (stat) removeFile(path)
  })
}

/** Whether a name in a directory of values is a draft. */
export function isDraft(name: string): boolean {
  return name.startsWith('@draft-')
}

/** All values and drafts of a directory. */
export function listValues(directory: string): string[] {
  // A link would lead out of the store.
  if (!files.lstat(`${directory}/${VALUES}`)?.isDirectory()) return []
  return listDirectory(`${directory}/${VALUES}`).map((entry) => `${VALUES}/${entry.name}`)
}

function valueName(key: Key): string {
  return `${key.slice(0, 24)}-${randomBytes(6).toString('hex')}`
}

function draftPath(directory: string): string {
  return `${directory}/${VALUES}/@draft-${randomBytes(8).toString('hex')}`
}

/** Links in the store lead nowhere but into the store. */
function assertNoLink(path: string): void {
  if (files.lstat(path)?.isSymbolicLink()) throw Object.assign(new Error(`${path} is a link`), { code: 'ELOOP' })
}
