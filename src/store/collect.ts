import type { PersistError } from '../errors.ts'
import type { AutomaticOptions } from './automatic.ts'
import { candidateKey, choose, createJudge, sumOf, type Candidate } from './candidates.ts'
import { compactBucket, keysIn, listBuckets } from './compaction.ts'
import { attempt } from './fail.ts'
import { codeOf, files, quietly } from './fs.ts'
import type { GroupDirectory } from './group-directory.ts'
import { COLLECTED, VALUES } from './layout.ts'
import { lockName, STALE, withLock } from './lock.ts'
import { sizeOf } from './measure.ts'
import { isLong, rewriteUses } from './rewrite-uses.ts'
import { isEmpty, lowestFirst, pruneAlone } from './prune.ts'
import type { RootState } from './root-state.ts'
import { openState } from './store.ts'
import type { StoreOptions } from './types.ts'
import { flushUses, SHORT } from './uses.ts'
import { isDraft, listValues, removeValue } from './value-file.ts'
import { walkFunctions, type Selection, type StoredFunction } from './walk.ts'

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
  /** Told of how much is done, of how much in all. */
  progress?(done: number, of: number): void
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

const DAY = 24 * 60 * 60 * 1000
/** A value without an entry may be about to get one. */
const ORPHAN_AGE = 60 * 60 * 1000
/** Buckets that hold more of what no longer counts than of what does are rewritten. */
const DEAD_LEAST = 64 * 1024
/** How long, in milliseconds, another collection is waited for. */
const LONGEST_WAIT = 60_000

/** Drops what the options allow, oldest use first, and gives back space that nothing uses. Safe while others read and write. */
export function collect(root: string, options: CollectOptions = {}): CollectReport {
  return collectWithin(root, options, LONGEST_WAIT)
}

function collectWithin(root: string, options: CollectOptions, longestWait: number): CollectReport {
  const state = openState(root)
  flushUses()
  if (options.dryRun) return collectAlone(state, options, () => {})
  return withLock(state.path, `${state.path}/${COLLECTED}`, (lock) => collectAlone(state, options, createPulse(lock)), longestWait)
}

/** Shows now and then that the holder of a lock lives. */
function createPulse(lock: string): () => void {
  let shown = Date.now()
  return () => {
    const now = Date.now()
    if (now - shown < STALE / 4) return
    shown = now
    // Where another one took it for stale, or the store is gone, the work goes on.
    quietly(() => files.utimes(lock, now / 1000, now / 1000))
  }
}

function collectAlone(root: RootState, options: CollectOptions, alive: () => void): CollectReport {
  const functions = [...walkFunctions(root, options)]
  const report: CollectReport = { entries: 0, bytes: 0, droppedEntries: 0, droppedBytes: 0, orphans: 0, functions: [] }
  // The entries make up the most of it; the second half is rewriting.
  const size = attempt('measure', root.path, () => sizeOf(root.path)) ?? 0
  const all = survey(functions, options, report, size, () => {
    alive()
    options.progress?.(report.bytes, size * 2)
  })
  const dropped = choose(all, options)
  report.droppedEntries = dropped.size
  report.droppedBytes = sumOf(dropped)
  const losses = groupLosses(dropped)
  for (const [at, owner] of functions.entries()) {
    const own = losses.functions.get(owner)
    if (own) report.functions.push({ project: owner.project, module: owner.module, name: owner.name, ...own })
    const empty: GroupDirectory[] = []
    for (const group of owner.state.directories()) {
      if (!options.dryRun) {
        drop(root, owner, group, losses.directories.get(group.path), options)
        if (group.groups.length > 0 && isEmpty(group)) empty.push(group)
      }
      report.orphans += sweep(group, options.dryRun === true)
      alive()
    }
    for (const group of lowestFirst(empty)) pruneAlone(owner.state, group, options.lockGranularity ?? 'call')
    if (!options.dryRun && isLong(owner.state.uses)) compactUses(root, owner)
    options.progress?.(functions.length + at + 1, functions.length * 2)
  }
  return report
}

/** Counts all entries, and lists those that may be dropped where one of the budgets is exceeded. */
function survey(functions: readonly StoredFunction[], options: CollectOptions, report: CollectReport, size: number, step: () => void): Candidate[] {
  // Entries take at most what the files do.
  const exceeds = size > Math.min(options.maxSize ?? Infinity, options.currentSize ?? Infinity)
  const choosing = exceeds || options.maxAge !== undefined || options.maxEntries !== undefined
  const all: Candidate[] = []
  for (const owner of functions) {
    const toCandidate = createJudge(owner, options)
    for (const group of owner.state.directories()) {
      for (const entry of group.entries()) {
        report.entries++
        report.bytes += entry.stored
        if (choosing) all.push(toCandidate(entry, group.path))
        if (report.entries % 1000 === 0) step()
      }
      step()
    }
  }
  return all
}

interface Losses {
  /** By directory, keys with when what is to go was computed. */
  directories: Map<string, Map<string, number>>
  functions: Map<StoredFunction, { entries: number; bytes: number }>
}

function groupLosses(dropped: Iterable<Candidate>): Losses {
  const losses: Losses = { directories: new Map(), functions: new Map() }
  for (const { owner, directory, key, created, bytes } of dropped) {
    const keys = losses.directories.get(directory)
    if (keys) keys.set(key, created)
    else losses.directories.set(directory, new Map([[key, created]]))
    const own = losses.functions.get(owner)
    if (own) {
      own.entries++
      own.bytes += bytes
    } else losses.functions.set(owner, { entries: 1, bytes })
  }
  return losses
}

/** Rewrites the buckets that lose entries, and those that are mostly dead space. What was computed anew since it was chosen stays. */
function drop(
  root: RootState, owner: StoredFunction, group: GroupDirectory, keys: ReadonlyMap<string, number> | undefined, options: CollectOptions,
): void {
  for (const bucket of listBuckets(group)) {
    bucket.refresh()
    let live = 0
    let dead = 0
    for (const file of bucket.files) {
      live += file.scanned - file.dead
      dead += file.dead
    }
    const loses = keys !== undefined && keysIn(bucket).some((key) => keys.has(candidateKey(key)))
    if (!loses && bucket.files.length < 2 && !(dead > DEAD_LEAST && dead > live)) continue
    const subject = { root: root.path, functionDirectory: owner.state.path, bucket: bucket.path(0) }
    try {
      const step = (): string[] => compactBucket(group, bucket, (entry) => keys?.get(candidateKey(entry.key)) !== entry.created)
      const name = lockName(subject, options.lockGranularity ?? 'call')
      for (const value of withLock(root.path, name, step)) removeValue(`${group.path}/${value}`)
    } catch (error) {
      // Another process is at this bucket: it has done or will do the same.
      if (codeOf((error as Error).cause) === 'EEXIST') continue
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

/** What is noted of uses grows with each process: it is written anew, without what is no longer there. */
function compactUses(root: RootState, { state }: StoredFunction): void {
  const live = new Set<string>()
  for (const group of state.directories()) for (const entry of group.entries()) live.add(entry.key.slice(0, SHORT))
  withLock(root.path, `${state.path}/uses`, () => rewriteUses(state.uses, (key) => live.has(key)))
}

/** Collection as it happens by itself: superseded code beyond the budget, current code only beyond a budget of its own. */
export function collectAutomatically(root: string, options: AutomaticOptions): CollectReport | undefined {
  const size = attempt('measure', root, () => sizeOf(root))
  if (size !== undefined && size <= Math.min(options.maxSize, options.currentSize ?? Infinity)) return undefined
  try {
    return collectWithin(root, options, 0)
  } catch (error) {
    // Another process is at it.
    if ((error as PersistError).code === 'LOCK') return undefined
    throw error
  }
}
