import { crc32 } from 'node:zlib'
import { attempt } from './fail.ts'
import { HEADER_SIZE, KIND_ENTRY, KIND_FACTS, KIND_TOMBSTONE, readHeader } from './format.ts'
import { files, listDirectory, READ, readFully, removeFile, removeTree, replaceFile } from './fs.ts'
import type { GroupDirectory } from './group-directory.ts'
import { MANIFEST, parseBucketFileName, PROJECT_FILE, REGISTRY, FINGERPRINTS, USES } from './layout.ts'
import { lockName, withLock } from './lock.ts'
import type { RootState } from './root-state.ts'
import { scanRecords } from './scan.ts'
import { openState } from './store.ts'
import { projectDirectories, walkFunctions, type Selection } from './walk.ts'

/** Something in a store that is not as it was written. */
export interface Problem {
  path: string
  /** `torn`: what a killed writer left; it costs nothing. `unknown`: not the store's, or of another version; it is left alone. */
  kind: 'damaged' | 'torn' | 'unknown'
  what: string
  repaired?: true
}

export interface VerifyReport {
  files: number
  entries: number
  bytes: number
  /** Without those of kind `damaged` the store is whole. */
  problems: Problem[]
}

export interface VerifyOptions extends Selection {
  /** Rewrites damaged buckets without what is damaged, and removes files that can't be read. */
  repair?: boolean
  progress?(done: number, functions: number): void
}

/** Reads every byte of a store and names all that is not as it was written. */
export function verify(root: string, options: VerifyOptions = {}): VerifyReport {
  const state = openState(root)
  const report: VerifyReport = { files: 0, entries: 0, bytes: 0, problems: [] }
  verifyLines(`${state.path}/${REGISTRY}`, report, options)
  for (const project of projectDirectories(state)) {
    if (options.project !== undefined && options.project !== project) continue
    verifyLines(`${state.path}/${project}/${FINGERPRINTS}`, report, options)
    verifyProjectFile(`${state.path}/${project}/${PROJECT_FILE}`, report)
  }
  const functions = [...walkFunctions(state, options)]
  for (const [at, { state: owner }] of functions.entries()) {
    verifyLines(`${owner.path}/${MANIFEST}`, report, options)
    verifyLines(`${owner.path}/${USES}`, report, options)
    for (const group of owner.directories()) verifyGroup(state, owner.path, group, report, options)
    options.progress?.(at + 1, functions.length)
  }
  return report
}

function verifyGroup(root: RootState, functionDirectory: string, group: GroupDirectory, report: VerifyReport, options: VerifyOptions): void {
  const damaged = new Set<string>()
  for (const entry of attempt('list', group.path, () => listDirectory(group.path))) {
    const path = `${group.path}/${entry.name}`
    const name = parseBucketFileName(entry.name)
    if (!name) {
      if (/^@\d+-\d+\.\d+\.v\d+$/.test(entry.name)) report.problems.push({ path, kind: 'unknown', what: 'it is of another format version' })
      else if (!entry.name.startsWith('@') && !entry.isDirectory()) report.problems.push({ path, kind: 'unknown', what: 'it is not the store\'s' })
      continue
    }
    report.files++
    const before = report.problems.length
    const readable = entry.isFile() && verifyBucketFile(path, report)
    if (!entry.isFile()) report.problems.push({ path, kind: 'damaged', what: 'something else stands in its place' })
    const found = report.problems.slice(before)
    if (found.some(({ kind }) => kind === 'damaged')) damaged.add(`${name.size}-${name.bucket}`)
    if (!readable && options.repair) repair(found, () => (entry.isDirectory() ? removeTree(path) : removeFile(path)))
  }
  const bad = new Set<string>()
  for (const entry of group.entries()) {
    report.entries++
    report.bytes += entry.stored
    if (!entry.inOwnFile) continue
    report.files++
    try {
      entry.check()
    } catch (error) {
      report.problems.push({ path: entry.file!, kind: 'damaged', what: error instanceof Error ? error.message.replace(/^\[.*?\] /, '') : String(error) })
      bad.add(entry.key)
    }
  }
  if (!options.repair || (damaged.size === 0 && bad.size === 0)) return
  const problems = report.problems.filter(({ path }) => path.startsWith(`${group.path}/@`))
  for (const bucket of group.buckets()) {
    bucket.refresh()
    if (!damaged.has(`${bucket.size}-${bucket.number}`) && !group.keysIn(bucket).some((key) => bad.has(key))) continue
    if (bucket.files.length === 0) continue
    const name = lockName({ root: root.path, functionDirectory, bucket: bucket.path(0) }, 'call')
    repair(problems, () => withLock(root.path, name, () => group.compact(bucket, ({ key }) => !bad.has(key))))
  }
}

/** Reads a bucket file from its first byte to its last. Tells whether it could be read as one. */
function verifyBucketFile(path: string, report: VerifyReport): boolean {
  const bytes = attempt('read', path, () => readAll(path))
  const marker = readHeader(bytes.subarray(0, HEADER_SIZE))
  if (!marker) {
    report.problems.push({ path, kind: 'damaged', what: bytes.length === 0 ? 'it is empty' : 'it has no header of this format' })
    return false
  }
  if (!bytes.subarray(0, HEADER_SIZE / 2).equals(bytes.subarray(HEADER_SIZE / 2, HEADER_SIZE))) {
    report.problems.push({ path, kind: 'damaged', what: 'one of its two headers is damaged' })
  }
  const known = new Set<number>()
  const wanted = new Map<number, number>()
  const settled = scanRecords(bytes.subarray(HEADER_SIZE), HEADER_SIZE, marker, {
    record(chunk, at, _length, position) {
      if (chunk[at] === KIND_FACTS) known.add(chunk.readUInt32LE(at + 2))
      else if (chunk[at] === KIND_ENTRY) wanted.set(chunk.readUInt32LE(at + 2), position)
      else if (chunk[at]! > KIND_TOMBSTONE + 4) report.problems.push({ path, kind: 'unknown', what: `the record at ${position} is of an unknown kind` })
    },
    gap(position, length, torn) {
      const what = torn ? `${length} bytes at ${position} were left by a killed writer` : `${length} bytes at ${position} are damaged`
      report.problems.push({ path, kind: torn ? 'torn' : 'damaged', what })
    },
  })
  const reported = report.problems.some((problem) => problem.path === path && problem.what.includes(` at ${settled} `))
  if (settled < bytes.length && !reported) {
    report.problems.push({ path, kind: 'torn', what: `${bytes.length - settled} bytes at ${settled} were left by a killed writer, or are being written` })
  }
  for (const [facts, position] of wanted) {
    if (!known.has(facts)) report.problems.push({ path, kind: 'damaged', what: `the entry at ${position} has lost what it has in common with others` })
  }
  return true
}

function verifyLines(path: string, report: VerifyReport, options: VerifyOptions): void {
  if (!files.stat(path)) return
  report.files++
  const text = attempt('read', path, () => readAll(path)).toString('latin1')
  const lines = text.split('\n')
  const whole: string[] = []
  const found: Problem[] = []
  for (const [at, line] of lines.entries()) {
    if (line === '') continue
    const end = line.lastIndexOf(',"crc":"')
    if (end >= 0 && crc32(Buffer.from(line.slice(0, end), 'latin1')).toString(16) === line.slice(end + 8, -2)) {
      whole.push(line)
      continue
    }
    found.push({ path, kind: at === lines.length - 1 ? 'torn' : 'damaged', what: `line ${at + 1} is not whole` })
  }
  report.problems.push(...found)
  if (!options.repair || found.length === 0) return
  repair(found, () => attempt('write', path, () => replaceFile(path, Buffer.from(whole.map((line) => `${line}\n`).join(''), 'latin1'))))
}

function verifyProjectFile(path: string, report: VerifyReport): void {
  if (!files.stat(path)) return
  report.files++
  try {
    JSON.parse(files.readFile(path).toString())
  } catch {
    report.problems.push({ path, kind: 'damaged', what: 'it is no JSON' })
  }
}

function repair(problems: Problem[], step: () => unknown): void {
  step()
  for (const problem of problems) if (problem.kind !== 'unknown') problem.repaired = true
}

function readAll(path: string): Buffer {
  const descriptor = files.open(path, READ)
  try {
    const bytes = Buffer.allocUnsafe(files.fstat(descriptor).size)
    return bytes.subarray(0, readFully(descriptor, bytes, 0))
  } finally {
    files.close(descriptor)
  }
}
