import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exportArchive } from '../store/index.ts'
import { ARCHIVE_EXTENSION } from './commands/import.ts'
import { walk } from './observation.ts'
import type { ObservedFunction } from './observation.ts'
import { projectAbove } from './place.ts'

/** What `persist run --record` wrote. */
export interface Recording {
  archive: string
  entries: number
}

/** Writes every entry that a run has read or written to archives in a directory, one for each store. */
export function record(nodes: readonly ObservedFunction[], directory: string): Recording[] {
  const keys = new Map<string, Set<string>>()
  for (const { directory: own, keys: touched = [] } of walk(nodes)) {
    const root = projectAbove(own)?.root
    if (root === undefined) continue
    if (!keys.has(root)) keys.set(root, new Set())
    for (const key of touched) keys.get(root)!.add(key)
  }
  mkdirSync(directory, { recursive: true })
  const name = new Date().toISOString().replaceAll(/[:.]/g, '-')
  return [...keys].map(([root, touched], at) => {
    const archive = join(directory, `${name}${at === 0 ? '' : `-${at + 1}`}${ARCHIVE_EXTENSION}`)
    return { archive, entries: exportArchive(root, archive, { wants: (entry) => touched.has(entry.key) }).entries }
  })
}
