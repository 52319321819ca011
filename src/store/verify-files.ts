import { attempt } from './fail.ts'
import { HEADER_SIZE, KIND_ENTRY, KIND_FACTS, KIND_RELIST, createHeader, findMarker, readHeader } from './format.ts'
import { codeOf, files, READ, readFully, removeFile, removeTree, replaceFile, WRITE, writeFully } from './fs.ts'
import { isWholeLine } from './line-file.ts'
import { scanFile } from './scan-file.ts'
import type { Problem } from './verify.ts'

/** How one file is looked at. */
export interface FileCheck {
  /** Told of each problem; `mend` makes it good, as far as it can be. */
  found(problem: Problem, mend?: () => void): void
  /** Told of each file. */
  read(path: string): void
}

/** A file without a header may be about to get one: it counts as damaged when nobody has touched it for so long, in milliseconds. */
const SETTLED = 10_000
/** In so many bytes a marker has come back often enough to be known. */
const MARKED = 64 * 1024 * 1024

/** Reads a bucket file from its first byte to its last. Tells whether it could be read as one. */
export function verifyBucketFile(path: string, { found, read }: FileCheck): boolean {
  return lookInto(path, { found, read }, (descriptor, size) => {
    const header = Buffer.alloc(HEADER_SIZE)
    const marker = readHeader(header.subarray(0, readFully(descriptor, header, 0)))
    if (!marker) {
      verifyHeaderless(path, descriptor, size, found)
      return false
    }
    if (!header.subarray(0, HEADER_SIZE / 2).equals(header.subarray(HEADER_SIZE / 2))) {
      found({ path, kind: 'damaged', what: 'one of its two headers is damaged' }, () => writeHeader(path, marker))
    }
    verifyRecords(path, descriptor, size, marker, found)
    return true
  }) ?? false
}

function verifyRecords(path: string, descriptor: number, size: number, marker: Buffer, found: FileCheck['found']): void {
  const known = new Set<number>()
  const wanted = new Map<number, number>()
  let last = -1
  const settled = scanFile(descriptor, size, marker, {
    record(chunk, at, _length, position) {
      if (chunk[at] === KIND_FACTS) known.add(chunk.readUInt32LE(at + 2))
      else if (chunk[at] === KIND_ENTRY) wanted.set(chunk.readUInt32LE(at + 2), position)
      else if (chunk[at]! > KIND_RELIST) found({ path, kind: 'unknown', what: `the record at ${position} is of an unknown kind` })
    },
    gap(position, length, torn) {
      last = position
      const what = torn ? `${length} bytes at ${position} were left by a killed writer` : `${length} bytes at ${position} are damaged`
      found({ path, kind: torn ? 'torn' : 'damaged', what })
    },
  })
  if (settled < size && last !== settled) {
    found({ path, kind: 'torn', what: `${size - settled} bytes at ${settled} were left by a killed writer, or are being written` })
  }
  for (const [facts, position] of wanted) {
    if (!known.has(facts)) found({ path, kind: 'damaged', what: `the entry at ${position} has lost what it has in common with others` })
  }
}

function verifyHeaderless(path: string, descriptor: number, size: number, found: FileCheck['found']): void {
  const age = Date.now() - (files.lstat(path)?.mtimeMs ?? 0)
  if (size < HEADER_SIZE && age < SETTLED) {
    found({ path, kind: 'torn', what: 'it has no header yet' })
    return
  }
  // Each record begins with the marker that the header has lost.
  const bytes = Buffer.allocUnsafe(Math.min(size, MARKED))
  const marker = findMarker(bytes.subarray(0, readFully(descriptor, bytes, 0)))
  if (marker) found({ path, kind: 'damaged', what: 'its header is damaged' }, () => writeHeader(path, marker))
  else found({ path, kind: 'damaged', what: size === 0 ? 'it is empty' : 'it has no header of this format' }, () => removeFile(path))
}

function writeHeader(path: string, marker: Uint8Array): void {
  attempt('write', path, () => {
    const descriptor = files.open(path, WRITE)
    try {
      writeFully(descriptor, createHeader(marker))
    } finally {
      files.close(descriptor)
    }
  })
}

/** A file of lines with checksums. */
export function verifyLines(path: string, { found, read }: FileCheck): void {
  const bytes = readPlain(path, { found, read })
  if (!bytes) return
  const lines = bytes.toString('latin1').split('\n')
  const whole: string[] = []
  const problems: Problem[] = []
  for (const [at, line] of lines.entries()) {
    if (line === '') continue
    if (isWholeLine(line)) whole.push(line)
    else problems.push({ path, kind: at === lines.length - 1 ? 'torn' : 'damaged', what: `line ${at + 1} is not whole` })
  }
  const mend = (): void => attempt('write', path, () => {
    if (whole.length === 0) removeFile(path)
    else replaceFile(path, Buffer.from(whole.map((line) => `${line}\n`).join(''), 'latin1'))
  })
  for (const [at, problem] of problems.entries()) found(problem, at === 0 ? mend : () => {})
  if (bytes.length === 0) found({ path, kind: 'damaged', what: 'it is empty' }, () => removeFile(path))
}

/** A file that is written once, and can be done without. */
export function verifyWhole(path: string, isWhole: (text: string) => boolean, { found, read }: FileCheck): void {
  const bytes = readPlain(path, { found, read })
  if (bytes && !isWhole(bytes.toString())) found({ path, kind: 'damaged', what: 'it is not as it was written' }, () => removeFile(path))
}

/** A file of which only that it is one counts: what is damaged in it is passed over. */
export function verifyPlain(path: string, check: FileCheck): void {
  readPlain(path, check)
}

/** The content of a regular file; `undefined` when there is none. What stands in its place is a problem. */
function readPlain(path: string, check: FileCheck): Buffer | undefined {
  return lookInto(path, check, (descriptor, size) => {
    const bytes = Buffer.allocUnsafe(size)
    return bytes.subarray(0, readFully(descriptor, bytes, 0))
  })
}

/** What a step finds in a regular file; `undefined` when there is none, or it can't be read. */
function lookInto<T>(path: string, { found, read }: FileCheck, step: (descriptor: number, size: number) => T): T | undefined {
  const stat = attempt('read', path, () => files.lstat(path))
  if (!stat) return undefined
  read(path)
  if (!stat.isFile()) {
    found({ path, kind: 'damaged', what: 'something else stands in its place' }, () => (stat.isDirectory() ? removeTree(path) : removeFile(path)))
    return undefined
  }
  try {
    const descriptor = files.open(path, READ)
    try {
      return step(descriptor, files.fstat(descriptor).size)
    } finally {
      files.close(descriptor)
    }
  } catch (error) {
    found({ path, kind: 'damaged', what: `it can't be read: ${codeOf(error) ?? String(error)}` })
    return undefined
  }
}
