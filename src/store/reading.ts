import { resolve } from 'node:path'
import { attempt, storeError } from './fail.ts'
import { isDropped } from './function-store.ts'
import type { FunctionState } from './function-store.ts'
import { isStore } from './registry.ts'
import type { RootState } from './root-state.ts'
import type { FunctionStore, Key, LeaseAnswer, ProjectPlace, ProjectStore, Store, StoredEntry } from './types.ts'

/** How to come to a root's state: it is opened when the root turns out to be there. */
type Open = (path: string) => RootState

/**
 * A store that is only read: nothing in it is made or changed, not even statistics, the registry of projects, or the root. What
 * isn't there now may be there later.
 */
export class ReadingStore implements Store {
  readonly root: string
  readonly #open: Open
  readonly #hashSize: number
  readonly #listener: (message: string) => void
  #state: RootState | undefined

  constructor(root: string, { hashSize, onDamage }: { hashSize: number; onDamage(message: string): void }, open: Open) {
    this.root = resolve(root)
    this.#hashSize = hashSize
    this.#listener = onDamage
    this.#open = open
  }

  project(place: ProjectPlace): ProjectStore {
    const find = (): { state: RootState; directory: string } | undefined => {
      const state = this.#find()
      const directory = state && attempt('open', state.path, () => state.registry.find(place))
      return state && directory !== undefined ? { state, directory: `${state.path}/${directory}` } : undefined
    }
    return new ReadingProject(this.root, find, this.#hashSize)
  }

  #find(): RootState | undefined {
    if (!this.#state && isStore(this.root)) {
      this.#state = attempt('open', this.root, () => this.#open(this.root))
      this.#state.listeners.add(this.#listener)
    }
    return this.#state
  }
}

class ReadingProject implements ProjectStore {
  readonly #root: string
  readonly #find: () => { state: RootState; directory: string } | undefined
  readonly #hashSize: number

  constructor(root: string, find: () => { state: RootState; directory: string } | undefined, hashSize: number) {
    this.#root = root
    this.#find = find
    this.#hashSize = hashSize
  }

  get directory(): string {
    return this.#find()?.directory ?? this.#root
  }

  function(module: string, name: string): FunctionStore {
    let known: FunctionState | undefined
    return new ReadingFunction(this.#root, this.#hashSize, () => {
      const found = known ? undefined : this.#find()
      return (known ??= found && attempt('open', found.directory, () => found.state.function(found.directory, module, name)))
    })
  }

  findByFingerprint(fingerprint: string): readonly { module: string; name: string }[] {
    const found = this.#find()
    return found ? found.state.fingerprints(found.directory).find(fingerprint) : []
  }
}

class ReadingFunction implements FunctionStore {
  readonly #root: string
  readonly #hashSize: number
  readonly #find: () => FunctionState | undefined

  constructor(root: string, hashSize: number, find: () => FunctionState | undefined) {
    this.#root = root
    this.#hashSize = hashSize
    this.#find = find
  }

  get directory(): string {
    return this.#find()?.path ?? this.#root
  }

  get(key: Key, groups: readonly string[]): StoredEntry | undefined {
    try {
      return this.#find()?.group(groups).get(key, this.#hashSize)
    } catch (error) {
      throw storeError('read', this.directory, error)
    }
  }

  * entries(): Iterable<StoredEntry & { groups: readonly string[] }> {
    for (const group of this.#find()?.directories() ?? []) yield* group.entries()
  }

  firstTime(cause: string): boolean {
    const manifest = this.#find()?.manifest
    manifest?.refresh()
    return manifest?.isKnown(cause) !== true
  }

  wasDropped(key: Key, groups: readonly string[], created: number): boolean {
    const state = this.#find()
    return state !== undefined && isDropped(state, key, groups, created, this.#hashSize)
  }

  lease(): LeaseAnswer {
    return { lease: { release: () => undefined } }
  }

  put(): void {}
  forget(): void {}
  clear(): void {}
  noteVersion(): void {}
}
