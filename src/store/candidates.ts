import type { CollectOptions } from './collect.ts'
import type { BucketEntry } from './entry.ts'
import type { Key } from './types.ts'
import type { StoredFunction } from './walk.ts'

/** An entry that collection may drop. There may be millions: only what choosing needs. */
export interface Candidate {
  owner: StoredFunction
  /** The directory that it is in. */
  directory: string
  key: string
  created: number
  bytes: number
  used: number
  superseded: boolean
}

const MONTH = 30 * 24 * 60 * 60 * 1000

/** Enough of a key to tell it from the others of a directory. */
export function candidateKey(key: Key): string {
  return key.slice(0, 24)
}

/** Gives how entries of a function become candidates: with when they were last used, and whether newer code has taken their place. */
export function createJudge(owner: StoredFunction, options: CollectOptions): (entry: BucketEntry, directory: string) => Candidate {
  const { manifest, uses } = owner.state
  manifest.refresh()
  uses.refresh()
  const versions = [...manifest.versions.values()]
  let newest = 0
  for (const { last } of versions) newest = Math.max(newest, last)
  const before = Date.now() - (options.keepVersions ?? MONTH)
  // Of versions used at about the same time (branches, say) none supersedes the other.
  const superseded = new Map(versions.filter(({ last }) => last < newest && last < before).map(({ fingerprint, last }) => [fingerprint, last]))
  return (entry, directory) => {
    const used = Math.max(entry.created, uses.lastUseOf(entry.key))
    const last = superseded.get(entry.fingerprint)
    return {
      owner, directory, key: candidateKey(entry.key), created: entry.created, bytes: entry.stored,
      superseded: last !== undefined, used: last === undefined ? used : Math.min(used, last),
    }
  }
}

/** Which entries go. */
export function choose(all: readonly Candidate[], options: CollectOptions): Set<Candidate> {
  const oldestFirst = [...all].sort((a, b) => a.used - b.used)
  const chosen = new Set<Candidate>()
  if (options.maxAge !== undefined) {
    const before = Date.now() - options.maxAge
    for (const candidate of oldestFirst) if (candidate.used < before) chosen.add(candidate)
  }
  if (options.maxEntries !== undefined) {
    const left = new Map<StoredFunction, number>()
    for (const candidate of all) if (!chosen.has(candidate)) left.set(candidate.owner, (left.get(candidate.owner) ?? 0) + 1)
    for (const candidate of oldestFirst) {
      const count = left.get(candidate.owner)!
      if (chosen.has(candidate) || count <= options.maxEntries) continue
      left.set(candidate.owner, count - 1)
      chosen.add(candidate)
    }
  }
  let size = sumOf(all) - sumOf(chosen)
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
  return chosen
}

export function sumOf(candidates: Iterable<Candidate>): number {
  let bytes = 0
  for (const candidate of candidates) bytes += candidate.bytes
  return bytes
}
