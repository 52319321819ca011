import { openState } from './store.ts'
import { flushUses } from './uses.ts'
import { walkFunctions, type Selection } from './walk.ts'

/** What a store knows of one function. */
export interface FunctionStatistics {
  project: string
  module: string
  name: string
  directory: string
  entries: number
  /** Bytes of entries on disk. */
  bytes: number
  /** Reads that found an entry, as far as processes have noted them. */
  hits: number
  /** Milliseconds that the hits would have taken to compute, by the recorded durations. */
  saved: number
  /** Milliseconds that computing what is stored took. */
  computed: number
  versions: number
  /** Milliseconds since the epoch; 0: never. */
  lastUse: number
  newest: number
}

/** Per function: entries, bytes, hits, time saved. */
export function* statistics(root: string, selection: Selection = {}): Iterable<FunctionStatistics> {
  flushUses()
  for (const { project, module, name, state } of walkFunctions(openState(root), selection)) {
    state.manifest.refresh()
    state.uses.refresh()
    const { hits, saved } = state.uses
    const found: FunctionStatistics = {
      project, module, name, directory: state.path, entries: 0, bytes: 0, hits, saved, computed: 0, versions: state.manifest.versions.size,
      lastUse: 0, newest: 0,
    }
    for (const at of state.uses.lastUse.values()) found.lastUse = Math.max(found.lastUse, at)
    for (const group of state.directories()) {
      for (const entry of group.entries()) {
        found.entries++
        found.bytes += entry.stored
        found.computed += entry.duration
        found.newest = Math.max(found.newest, entry.created)
      }
    }
    yield found
  }
}
