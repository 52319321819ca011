import type { CatalogFunction } from './catalog.ts'
import { formatBytes } from './format.ts'
import type { Terminal } from './types.ts'

/** What the entries of a function add up to. */
export interface Measure {
  entries: number
  /** On disk. */
  bytes: number
  /** Milliseconds that computing all of them took. */
  duration: number
  oldest?: number
  newest?: number
  groups: Map<string, { entries: number; bytes: number }>
  /** Entries by the fingerprint that computed them. */
  versions: Map<string, number>
}

/** Goes over all entries of a function. */
export function measure({ id, store }: CatalogFunction, { progress }: Terminal): Measure {
  const result: Measure = { entries: 0, bytes: 0, duration: 0, groups: new Map(), versions: new Map() }
  for (const { meta: { created, duration, fingerprint }, stored, groups } of store.entries()) {
    result.entries++
    result.bytes += stored
    result.duration += duration
    result.oldest = Math.min(result.oldest ?? created, created)
    result.newest = Math.max(result.newest ?? created, created)
    result.versions.set(fingerprint, (result.versions.get(fingerprint) ?? 0) + 1)
    const name = groups.join('/')
    const group = result.groups.get(name)
    if (group) {
      group.entries++
      group.bytes += stored
    } else result.groups.set(name, { entries: 1, bytes: stored })
    if (result.entries % 5000 === 0) progress(`${id}: ${result.entries} entries, ${formatBytes(result.bytes)}`)
  }
  progress('')
  return result
}
