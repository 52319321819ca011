import { resolve } from 'node:path'
import { toBytes, toMilliseconds } from '../config/units.ts'
import type { ByteSize } from '../config/options.ts'
import type { AutomaticOptions } from './automatic.ts'
import { attempt } from './fail.ts'
import { REGISTRY } from './layout.ts'
import { openRoot } from './root.ts'
import { ReadingStore } from './reading.ts'
import { RootState } from './root-state.ts'
import { FunctionView } from './function-store.ts'
import type { WriteOptions } from './group-directory.ts'
import type { FunctionStore, ProjectPlace, ProjectStore, Store, StoreOptions } from './types.ts'

/** Shared by all copies of this package in a thread: two that don't know of each other would wait for each other's leases. */
const SHARED: unique symbol = Symbol.for('unplugin-persist.store.1') as never

function sharedRoots(): Map<string, RootState> {
  const holder = globalThis as { [SHARED]?: Map<string, RootState> }
  return (holder[SHARED] ??= new Map())
}

/**
 * Opens the store at a root; made when it isn't there. What is known of it is shared with others who opened the same root, so
 * opening it again, with other options, costs little.
 */
export function openStore(root: string, options: StoreOptions): Store {
  const state = attempt('open', root, () => openState(root))
  state.listeners.add(options.onDamage)
  return new StoreView(state, options)
}

/** A store that is only read, whatever it is asked: nothing in it is made or changed. Its root need not be there. */
export function readStore(root: string, options: Pick<StoreOptions, 'hashSize' | 'onDamage'>): Store {
  return new ReadingStore(root, options, openState)
}

/** What is known of a root in this thread. */
export function openState(root: string): RootState {
  const path = resolve(root)
  const roots = sharedRoots()
  let state = roots.get(path)
  if (!state) {
    state = new RootState(openRoot(path))
    roots.set(path, state)
  }
  return state
}

class StoreView implements Store {
  readonly root: string
  readonly #state: RootState
  readonly #options: WriteOptions

  constructor(state: RootState, options: StoreOptions) {
    this.root = state.path
    this.#state = state
    this.#options = {
      hashSize: Math.max(1, Math.floor(options.hashSize)), sync: options.durability === 'disk', context: options.context,
      collection: collectionOf(options),
    }
  }

  project(place: ProjectPlace): ProjectStore {
    const directory = attempt('open', `${this.root}/${REGISTRY}`, () => this.#state.registry.directoryOf(place))
    return new ProjectView(this.#state, `${this.root}/${directory}`, this.#options)
  }
}

class ProjectView implements ProjectStore {
  readonly directory: string
  readonly #state: RootState
  readonly #options: WriteOptions

  constructor(state: RootState, directory: string, options: WriteOptions) {
    this.#state = state
    this.directory = directory
    this.#options = options
  }

  function(module: string, name: string): FunctionStore {
    const state = attempt('open', `${this.directory}/${module}`, () => this.#state.function(this.directory, module, name))
    return new FunctionView(state, this.#options, this.#state.fingerprints(this.directory))
  }

  findByFingerprint(fingerprint: string): readonly { module: string; name: string }[] {
    return this.#state.fingerprints(this.directory).find(fingerprint)
  }
}

function collectionOf({ maxSize, keepVersions }: StoreOptions): AutomaticOptions {
  const { total, current }: { total?: ByteSize; current?: ByteSize } = typeof maxSize === 'object' ? maxSize : { total: maxSize }
  const options: AutomaticOptions = { maxSize: total === undefined ? Infinity : toBytes(total), keepVersions: toMilliseconds(keepVersions) }
  if (current !== undefined) options.currentSize = toBytes(current)
  return options
}
