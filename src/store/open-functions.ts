import { FunctionView } from './function-store.ts'
import type { ManifestVersion } from './manifest.ts'
import { openState } from './store.ts'
import type { FunctionStore, StoreOptions } from './types.ts'
import { flushUses } from './uses.ts'
import { walkFunctions, type Selection } from './walk.ts'

/** A function found on disk, with its store and its manifest. */
export interface OpenedFunction {
  project: string
  module: string
  name: string
  store: FunctionStore
  /** The versions that it has had, as its manifest lists them. */
  versions: readonly ManifestVersion[]
  hits: number
  /** When an entry was last used, as far as noted: milliseconds since the epoch, 0 if never. */
  lastUse(key: string): number
}

/** All functions that a store has something of, for commands that list, show and remove. */
export function* openFunctions(root: string, options: Pick<StoreOptions, 'hashSize' | 'context'>, selection: Selection = {}): Iterable<OpenedFunction> {
  const opened = openState(root)
  flushUses()
  for (const { project, module, name, state } of walkFunctions(opened, selection)) {
    state.manifest.refresh()
    state.uses.refresh()
    const store = new FunctionView(state, { hashSize: options.hashSize, sync: false, context: options.context }, opened.fingerprints(`${opened.path}/${project}`))
    yield {
      project, module, name, store, versions: [...state.manifest.versions.values()], hits: state.uses.hits,
      lastUse: (key) => state.uses.lastUseOf(key),
    }
  }
}
