import { attempt } from './fail.ts'
import type { AutomaticOptions } from './automatic.ts'
import { files } from './fs.ts'
import type { GroupDirectory } from './group-directory.ts'
import { COLLECTED, VALUES } from './layout.ts'
import { lockName, withLock } from './lock.ts'
import type { RootState } from './root-state.ts'
import { openState } from './store.ts'
import type { Key, StoreOptions } from './types.ts'
import { flushUses } from './uses.ts'
import { isDraft, listValues, removeValue } from './value-file.ts'
import { sizeOf } from './measure.ts'
import { walkFunctions, type Selection, type StoredFunction } from './walk.ts'
import type { PersistError } from '../errors.ts'

/** What collection may drop. Results of current code are dropped only by `currentSize`, `maxAge`, `maxEntries`. */
export interface CollectOptions extends Selection {
  /** Beyond it (bytes) entries of superseded code go, those unused for longest first. */
  maxSize?: number
  /** How long (milliseconds) a superseded version must have been unused. @default 30 days */
  keepVersions?: number
  /** Beyond it (bytes) entries of current code go too, those unused for longest first. */
  currentSize?: number
  /** Entries unused for longer (milliseconds) go, of whatever code. */
  maxAge?: number
  /** Entries of one function beyond this many go, those unused for longest first. */
  maxEntries?: number
  lockGranularity?: StoreOptions['lockGranularity']
  dryRun?: boolean
  progress?(done: number, functions: number): void
}

export interface CollectReport {
  entries: number
  bytes: number
  droppedEntries: number
  droppedBytes: number
  /** Files of values that no entry names: left by killed writers, or replaced. */
  orphans: number
  /** What was dropped, by function. */
  functions: { project: string; module: string; name: string; entries: number; bytes: number }[]
}

interface Candidate {
  owner: StoredFunction
  group: GroupDirectory
  key: Key
  bytes: number
  used: number
  superseded: boolean
}

const MONTH = 30 * 24 * 60 * 60 * 1000
const DAY = 24 * 60 * 60 * 1000
/** A value without an entry may be about to get one. */
const ORPHAN_AGE = 60 * 60 * 1000
/** Buckets that hold more of what no longer counts than of what does are rewritten. */
const DEAD_LEAST = 64 * 1024

/** Drops what the options allow, oldest use first, and gives back space that nothing uses. Safe while others read and write. */
export function collect(root: string, options: CollectOptions = {}): CollectReport {
  const state = openState(root)
  flushUses()
  return withLock(state.path, `${state.path}/${COLLECTED}`, () => collectAlone(state, options), 60_000)
}

function collectAlone(root: RootState, options: CollectOptions): CollectReport {
  const functions = [...walkFunctions(root, options)]
  const all: Candidate[] = []
  for (const [at, owner] of functions.entries()) {
    all.push(...candidatesOf(owner, options))
    options.progress?.(at + 1, functions.length * 2)
  }
  const dropped = new Set(choose(all, options))
  const report: CollectReport = {
    entries: all.length, bytes: sum(all), droppedEntries: dropped.size, droppedBytes: sum([...dropped]), orphans: 0, functions: [],
  }
  for (const [at, owner] of functions.entries()) {
    const own = [...dropped].filter((candidate) => candidate.owner === owner)
    if (own.length > 0) report.functions.push({ project: owner.project, module: owner.module, name: owner.name, entries: own.length, bytes: sum(own) })
    for (const group of owner.state.directories()) {
      const keys = new Set(own.filter((candidate) => candidate.group.path === group.path).map(({ key }) => key))
      if (!options.dryRun) drop(root, owner, group, keys, options)
      report.orphans += sweep(group, options.dryRun === true)
    }
    options.progress?.(functions.length + at + 1, functions.length * 2)
  }
  return report
}

/** All entries of a function, with when they were last used. */
function candidatesOf(owner: StoredFunction, options: CollectOptions): Candidate[] {
  const { manifest, uses } = owner.state
  manifest.refresh()
  uses.refresh()
  const versions = [...manifest.versions.values()]
  const newest = Math.max(...versions.map(({ last }) => last))
  const before = Date.now() - (options.keepVersions ?? MONTH)
  // Of versions used at about the same time (branches, say) none supersedes the other.
  const superseded = new Set(versions.filter(({ last }) => last < newest && last < before).map(({ fingerprint }) => fingerprint))
  const lastOf = new Map(versions.map(({ fingerprint, last }) => [fingerprint, last]))
  const found: Candidate[] = []
  for (const group of owner.state.directories()) {
    for (const entry of group.entries()) {
      const isSuperseded = superseded.has(entry.fingerprint)
      const used = Math.max(entry.created, uses.lastUseOf(entry.key))
      found.push({
        owner, group, key: entry.key, bytes: entry.stored, superseded: isSuperseded,
        used: isSuperseded ? Math.min(used, lastOf.get(entry.fingerprint) ?? used) : used,
      })
    }
  }
  return found
}

/** Which entries go. */
function choose(all: readonly Candidate[], options: CollectOptions): Candidate[] {
  const oldestFirst = [...all].sort((a, b) => a.used - b.used)
  const chosen = new Set<Candidate>()
  if (options.maxAge !== undefined) {
    const before = Date.now() - options.maxAge
    for (const candidate of oldestFirst) if (candidate.used < before) chosen.add(candidate)
  }
  if (options.maxEntries !== undefined) {
    const left = new Map<StoredFunction, number>()
    for (const { owner } of all) left.set(owner, (left.get(owner) ?? 0) + 1)
    for (const candidate of oldestFirst) {
      const count = left.get(candidate.owner)!
      if (count <= options.maxEntries) continue
      left.set(candidate.owner, count - 1)
      chosen.add(candidate)
    }
  }
  let size = sum(all) - sum([...chosen])
  const shrink = (to: number, which: (candidate: Candidate) => boolean): void => {
    for (const candidate of oldestFirst) {
      if (size <= to) return
      if (chosen.has(candidate) || !which(candidate)) continue
      chosen.add(candidate)
      size -= candidate.bytes
    }
  }
  if (options.maxSize !== undefined) shrink(options.maxSize, ({ superseded }) => superseded)
  if (options.currentSize !== undefined) {
    shrink(options.currentSize, ({ superseded }) => superseded)
    shrink(options.currentSize, () => true)
  }
  return [...chosen]
}

/** Rewrites the buckets that lose entries, and those that are mostly dead space. */
function drop(root: RootState, owner: StoredFunction, group: GroupDirectory, keys: ReadonlySet<Key>, options: CollectOptions): void {
  for (const bucket of group.buckets()) {
    bucket.refresh()
    let live = 0
    let dead = 0
    for (const file of bucket.files) {
      live += file.scanned - file.dead
      dead += file.dead
    }
    const loses = keys.size > 0 && group.keysIn(bucket).some((key) => keys.has(key))
    if (!loses && bucket.files.length < 2 && !(dead > DEAD_LEAST && dead > live)) continue
    const subject = { root: root.path, functionDirectory: owner.state.path, bucket: bucket.path(0) }
    try {
      const step = (): string[] => group.compact(bucket, (entry) => !keys.has(entry.key))
      const name = lockName(subject, options.lockGranularity ?? 'call')
      for (const value of withLock(root.path, name, step)) removeValue(`${group.path}/${value}`)
    } catch (error) {
      // Another process is at this bucket: it has done or will do the same.
      if ((error as PersistError).cause instanceof Error && (error as { cause: NodeJS.ErrnoException }).cause.code === 'EEXIST') continue
      throw error
    }
  }
}

/** Removes values that no entry names. */
function sweep(group: GroupDirectory, dryRun: boolean): number {
  const values = listValues(group.path)
  if (values.length === 0) return 0
  const named = group.valueNames()
  let count = 0
  for (const value of values) {
    if (named.has(value)) continue
    const stat = files.lstat(`${group.path}/${value}`)
    const age = isDraft(value.slice(VALUES.length + 1)) ? DAY : ORPHAN_AGE
    if (!stat || Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs) < age) continue
    count++
    if (!dryRun) removeValue(`${group.path}/${value}`)
  }
  return count
}

function sum(candidates: readonly Candidate[]): number {
  let bytes = 0
  for (const candidate of candidates) bytes += candidate.bytes
  return bytes
}

/** Collection as it happens by itself: superseded code beyond the budget, current code only beyond a budget of its own. */
export function collectAutomatically(root: string, options: AutomaticOptions): CollectReport | undefined {
  const size = attempt('measure', root, () => sizeOf(root))
  if (size !== undefined && size <= Math.min(options.maxSize, options.currentSize ?? Infinity)) return undefined
  return collect(root, options)
}
