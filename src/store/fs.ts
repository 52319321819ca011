import * as fs from 'node:fs'
import { exists } from '../config/exists.ts'

/**
 * Every file operation of the store goes through this object, so that tests can make each of them fail,
 * count them or stop the process between two of them. All are synchronous: for small files that is many
 * times faster than the promise-returning forms.
 */
export interface FileLayer {
  open(path: string, flags: number, mode?: number): number
  close(fd: number): void
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number
  write(fd: number, buffer: Uint8Array, offset: number, length: number): number
  fsync(fd: number): void
  fstat(fd: number): fs.Stats
  stat(path: string): fs.Stats | undefined
  lstat(path: string): fs.Stats | undefined
  exists(path: string): boolean
  readFile(path: string): Buffer
  readdir(path: string): fs.Dirent[]
  readlink(path: string): string
  realpath(path: string): string
  mkdir(path: string, recursive: boolean): void
  rename(from: string, to: string): void
  link(from: string, to: string): void
  unlink(path: string): void
  rmdir(path: string): void
  utimes(path: string, atime: number, mtime: number): void
  /** The type of the file system that holds the path; `undefined` where the platform doesn't tell. */
  fileSystem(path: string): number | undefined
}

const QUIET = { throwIfNoEntry: false } as const

/** Private to the user. */
export const FILE_MODE = 0o600
export const DIRECTORY_MODE = 0o700

export const files: FileLayer = {
  open: (path, flags, mode = FILE_MODE) => fs.openSync(path, flags, mode),
  close: fs.closeSync,
  read: fs.readSync,
  write: fs.writeSync,
  fsync: fs.fsyncSync,
  fstat: (fd) => fs.fstatSync(fd),
  stat: (path) => fs.statSync(path, QUIET),
  lstat: (path) => fs.lstatSync(path, QUIET),
  exists,
  readFile: (path) => fs.readFileSync(path),
  readdir: (path) => fs.readdirSync(path, { withFileTypes: true }),
  readlink: (path) => fs.readlinkSync(path),
  realpath: (path) => fs.realpathSync.native(path),
  mkdir: (path, recursive) => void fs.mkdirSync(path, { recursive, mode: DIRECTORY_MODE }),
  rename: fs.renameSync,
  link: fs.linkSync,
  unlink: fs.unlinkSync,
  rmdir: (path) => fs.rmdirSync(path),
  utimes: fs.utimesSync,
  fileSystem: (path) => (process.platform === 'win32' ? undefined : fs.statfsSync(path).type),
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants
/** A symbolic link in the store is never followed out of it. Windows has no such flag. */
const O_NOFOLLOW: number = fs.constants.O_NOFOLLOW ?? 0

export const READ: number = O_RDONLY | O_NOFOLLOW
/** In place: only to mend. */
export const WRITE: number = O_RDWR | O_NOFOLLOW
export const APPEND: number = O_RDWR | O_APPEND | O_NOFOLLOW
export const APPEND_OR_CREATE: number = APPEND | O_CREAT
export const EXCLUSIVE: number = O_EXCL
export const CREATE_NEW: number = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW

/** The `code` of a system error. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

/** Whether the error says that the file isn't there. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Systems take no more than 2 GB at once. */
const LONGEST = 2 ** 30

/** Writes all of the bytes to a file that isn't an append-only one. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += files.write(fd, bytes, done, Math.min(bytes.length - done, LONGEST))
}

/** Puts a file in its place, all of it or nothing: it is written under another name first. */
export function replaceFile(path: string, bytes: Uint8Array, sync = false, draft = `${path}.${process.pid}.draft`): void {
  try {
    writeNewFile(draft, bytes, sync)
    files.rename(draft, path)
  } catch (error) {
    quietly(() => removeFile(draft))
    throw error
  }
}

/** Makes a file that must not be there. Its directory may not be, either. */
export function writeNewFile(path: string, bytes: Uint8Array, sync = false): void {
  const descriptor = openOrMake(path, CREATE_NEW)
  try {
    writeFully(descriptor, bytes)
    if (sync) files.fsync(descriptor)
  } finally {
    files.close(descriptor)
  }
}

/** Makes a small file; it may be there. */
export function ensureFile(path: string, text: string): void {
  try {
    writeNewFile(path, Buffer.from(text))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Reads a small file, without following a link. */
export function readPlainFile(path: string): Buffer {
  const descriptor = files.open(path, READ)
  try {
    const bytes = Buffer.allocUnsafe(files.fstat(descriptor).size)
    return bytes.subarray(0, readFully(descriptor, bytes, 0))
  } finally {
    files.close(descriptor)
  }
}

/** Reads as many bytes as there are from a position, up to the length of the buffer. */
export function readFully(fd: number, buffer: Uint8Array, position: number, length: number = buffer.length): number {
  let done = 0
  while (done < length) {
    const read = files.read(fd, buffer, done, Math.min(length - done, LONGEST), position + done)
    if (read === 0) break
    done += read
  }
  return done
}

/** A directory that goes again so often before a file is in it goes for another reason than that it was empty. */
const MOST_TRIES = 16

/** Opens a file; one that is to be made with its directory. Collection removes empty directories: one may go before the file is in it. */
export function openOrMake(path: string, flags: number): number {
  for (let tries = 0; ; tries++) {
    try {
      return files.open(path, flags)
    } catch (error) {
      if (!(flags & O_CREAT) || !isMissing(error) || tries === MOST_TRIES) throw error
      ensureDirectory(path.slice(0, path.lastIndexOf('/')))
    }
  }
}

/** Makes a directory and those above it; it may be there. */
export function ensureDirectory(path: string): void {
  files.mkdir(path, true)
}

/** For what may be left to collection. */
export function quietly(step: () => void): void {
  try {
    step()
  } catch {
    // Left for collection.
  }
}

/** Removes a file; it may be gone. */
export function removeFile(path: string): void {
  try {
    files.unlink(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** The entries of a directory; none when it isn't there. */
export function listDirectory(path: string): fs.Dirent[] {
  try {
    return files.readdir(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Removes a directory with all that is in it, without following links. It may be gone. */
export function removeTree(path: string): void {
  for (const entry of listDirectory(path)) {
    const inner = `${path}/${entry.name}`
    if (entry.isDirectory()) removeTree(inner)
    else removeFile(inner)
  }
  try {
    files.rmdir(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Flushes a directory's own entries, where the platform can. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = files.open(path, O_RDONLY)
  try {
    files.fsync(fd)
  } finally {
    files.close(fd)
  }
}
