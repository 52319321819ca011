import { attempt } from './fail.ts'
import { codeOf, isMissing, listDirectory } from './fs.ts'
import { readGroups, type FunctionState } from './function-store.ts'
import type { GroupDirectory } from './group-directory.ts'
import { CLAIMS_PATTERN } from './claims.ts'
import { compactBucket, filesIn, listBuckets } from './compaction.ts'
import { FINGERPRINTS, GROUP_FILE, MANIFEST, parseBucketFileName, PROJECT_FILE, REGISTRY, USES } from './layout.ts'
import { lockName, withLock } from './lock.ts'
import { sizeOf } from './measure.ts'
import type { RootState } from './root-state.ts'
import { openState } from './store.ts'
import { verifyBucketFile, verifyLines, verifyPlain, verifyWhole, type FileCheck } from './verify-files.ts'
import { projectDirectories, walkFunctions, type Selection } from './walk.ts'
import type { PersistError } from '../errors.ts'

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
  /** Rewrites what is damaged without what can't be read. Nothing that is whole is lost. */
  repair?: boolean
  /** Told of how many bytes are done, of about how many. */
  progress?(done: number, of: number): void
}

/** Reads every byte of a store and names all that is not as it was written. */
export function verify(root: string, options: VerifyOptions = {}): VerifyReport {
  const state = openState(root)
  const report: VerifyReport = { files: 0, entries: 0, bytes: 0, problems: [] }
  const check: FileCheck = {
    read: () => void report.files++,
    found(problem, mend) {
      report.problems.push(problem)
      if (options.repair && mend && problem.kind !== 'unknown') repair([problem], mend)
    },
  }
  const size = attempt('measure', state.path, () => sizeOf(state.path)) ?? 0
  verifyLines(`${state.path}/${REGISTRY}`, check)
  for (const project of projectDirectories(state)) {
    if (options.project !== undefined && options.project !== project) continue
    verifyLines(`${state.path}/${project}/${FINGERPRINTS}`, check)
    verifyWhole(`${state.path}/${project}/${PROJECT_FILE}`, isJson, check)
  }
  for (const { state: owner } of walkFunctions(state, options)) {
    verifyLines(`${owner.path}/${MANIFEST}`, check)
    verifyLines(`${owner.path}/${USES}`, check)
    for (const group of owner.directories()) {
      verifyGroup(state, owner, group, report, check, options)
      options.progress?.(report.bytes, size)
    }
  }
  return report
}

function verifyGroup(
  root: RootState, owner: FunctionState, group: GroupDirectory, report: VerifyReport, check: FileCheck, options: VerifyOptions,
): void {
  const before = report.problems.length
  const damaged = new Set<string>()
  verifyWhole(`${group.path}/${GROUP_FILE}`, () => owner.groupPath(readGroups(group.path) ?? []) === group.path, check)
  for (const entry of attempt('list', group.path, () => listDirectory(group.path))) {
    const path = `${group.path}/${entry.name}`
    const name = parseBucketFileName(entry.name)
    if (!name) {
      if (/^@\d+-\d+\.\d+\.v\d+$/.test(entry.name)) report.problems.push({ path, kind: 'unknown', what: 'it is of another format version' })
      else if (CLAIMS_PATTERN.test(entry.name)) verifyPlain(path, check)
      else if (!entry.name.startsWith('@') && !entry.isDirectory()) report.problems.push({ path, kind: 'unknown', what: 'it is not the store\'s' })
      continue
    }
    const known = report.problems.length
    verifyBucketFile(path, check)
    if (report.problems.slice(known).some(({ kind }) => kind === 'damaged')) damaged.add(`${name.size}-${name.bucket}`)
  }
  const bad = new Set<string>()
  for (const entry of group.entries()) {
    report.entries++
    report.bytes += entry.stored
    if (report.entries % 1000 === 0) options.progress?.(report.bytes, report.bytes)
    if (!entry.inOwnFile) continue
    report.files++
    try {
      entry.check()
    } catch (error) {
      report.problems.push({ path: entry.file!, kind: 'damaged', what: error instanceof Error ? error.message.replace(/^\[.*?\] /, '') : String(error) })
      if (isLost(error as PersistError)) bad.add(entry.file!)
    }
  }
  if (!options.repair || (damaged.size === 0 && bad.size === 0)) return
  const problems = report.problems.slice(before)
  for (const bucket of listBuckets(group)) {
    bucket.refresh()
    const loses = bad.size > 0 && filesIn(group, bucket).some((file) => bad.has(file))
    if (bucket.files.length === 0 || !(loses || damaged.has(`${bucket.size}-${bucket.number}`))) continue
    const name = lockName({ root: root.path, functionDirectory: owner.path, bucket: bucket.path(0) }, 'call')
    const own = problems.filter(({ path }) => bad.has(path) || bucket.files.some((file) => file.path === path))
    repair(own, () => withLock(root.path, name, () => compactBucket(group, bucket, ({ file }) => file === undefined || !bad.has(file))))
  }
}

/** Whether a value can't come back: not that it could not be read just now. */
function isLost(error: PersistError): boolean {
  return error.code === 'DECODE' || isMissing(error.cause) || codeOf(error.cause) === 'ELOOP' || codeOf(error.cause) === 'EISDIR'
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

function repair(problems: readonly Problem[], step: () => unknown): void {
  step()
  for (const problem of problems) if (problem.kind !== 'unknown') problem.repaired = true
}
