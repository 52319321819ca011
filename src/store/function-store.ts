import { sha256 } from '../sha256.ts'
import { scheduleCollection } from './automatic.ts'
import { setKey } from './call-key.ts'
import { Claims } from './claims.ts'
import type { BucketEntry } from './entry.ts'
import { escapeGroups, unescapeSegment } from './escape.ts'
import { attempt, storeError } from './fail.ts'
import { codeOf, listDirectory, readPlainFile } from './fs.ts'
import { GroupDirectory, type WriteOptions } from './group-directory.ts'
import { GROUP_FILE } from './layout.ts'
import { takeLease } from './lease.ts'
import { Manifest } from './manifest.ts'
import type { RootState } from './root-state.ts'
import { endStretch } from './stretch.ts'
import { flushUsesAtExit, Uses } from './uses.ts'
import type { FunctionStore, Key, LeaseAnswer, NewEntry, StoredEntry, VersionRecord } from './types.ts'

/** What is shared by all views of one function's directory in a thread. */
export class FunctionState {
  readonly path: string
  readonly module: string
  readonly name: string
  readonly root: RootState
  readonly manifest: Manifest
  readonly claims: Claims
  readonly uses: Uses
  readonly #plain: GroupDirectory
  readonly #groups = new Map<string, GroupDirectory>()

  constructor(root: RootState, path: string, module: string, name: string) {
    this.root = root
    this.path = path
    this.module = module
    this.name = name
    this.manifest = new Manifest(path)
    this.claims = new Claims(path)
    this.uses = new Uses(path)
    this.#plain = new GroupDirectory(path, [], root)
  }

  /** The directory of a call's groups. */
  group(groups: readonly string[]): GroupDirectory {
    if (groups.length === 0) return this.#plain
    const name = JSON.stringify(groups)
    let directory = this.#groups.get(name)
    if (!directory) {
      const path = this.groupPath(groups)
      attempt('open', path, () => this.root.assertInside(path))
      directory = new GroupDirectory(path, [...groups], this.root)
      this.#groups.set(name, directory)
    }
    return directory
  }

  groupPath(groups: readonly string[]): string {
    return [this.path, ...escapeGroups(groups, this.root)].join('/')
  }

  /** All group directories on disk, the function's own first. */
  *directories(): Iterable<GroupDirectory> {
    yield this.#plain
    yield* this.#below(this.path, [])
  }

  discard(): void {
    this.#plain.discard()
    for (const group of this.#groups.values()) group.discard()
    this.#groups.clear()
    this.claims.close()
  }

  *#below(path: string, outer: readonly string[]): Iterable<GroupDirectory> {
    for (const entry of attempt('list', path, () => listDirectory(path))) {
      if (!entry.isDirectory() || entry.name.startsWith('@')) continue
      const inner = `${path}/${entry.name}`
      const noted = readGroups(inner)
      const groups = noted && this.groupPath(noted) === inner ? noted : [...outer, unescapeSegment(entry.name) ?? entry.name]
      const known = this.#groups.get(JSON.stringify(groups))
      const directory = known?.path === inner ? known : new GroupDirectory(inner, groups, this.root)
      yield directory
      // There may be many: what only a listing has opened is not kept.
      if (directory !== known) directory.discard()
      yield* this.#below(inner, groups)
    }
  }
}

/** A function's directory, seen with one set of options. */
export class FunctionView implements FunctionStore {
  readonly directory: string
  readonly #state: FunctionState
  readonly #options: WriteOptions
  readonly #fingerprints: { note(fingerprint: string, module: string, name: string): void }
  #identified = false
  #scheduled = false

  constructor(state: FunctionState, options: WriteOptions, fingerprints: { note(fingerprint: string, module: string, name: string): void }) {
    this.directory = state.path
    this.#state = state
    this.#options = options
    this.#fingerprints = fingerprints
    flushUsesAtExit()
  }

  get(key: Key, groups: readonly string[]): BucketEntry | undefined {
    try {
      const entry = this.#state.group(groups).get(key, this.#options.hashSize)
      if (entry) (entry.use ??= this.#state.uses.begin(key, entry.duration)).hits++
      return entry
    } catch (error) {
      throw storeError('read', this.directory, error)
    }
  }

  put(key: Key, groups: readonly string[], entry: NewEntry): void | Promise<void> {
    const group = this.#state.group(groups)
    try {
      if (!this.#identified) this.#identify()
      if (!this.#scheduled) this.#schedule()
      return group.put(key, entry, this.#options)
    } catch (error) {
      // What a codec throws while it saves is its own.
      throw codeOf(error) === undefined ? error : storeError('write', this.directory, error)
    }
  }

  forget(key: Key, groups: readonly string[]): void {
    endStretch()
    attempt('write', this.directory, () => this.#state.group(groups).forget(key, this.#options.hashSize))
  }

  clear(): void {
    endStretch()
    attempt('clear', this.directory, () => {
      for (const group of [...this.#state.directories()]) group.clear()
      this.#state.manifest.noteCleared()
    })
  }

  wasDropped(key: Key, groups: readonly string[], created: number): boolean {
    return attempt('read', this.directory, () => isDropped(this.#state, key, groups, created, this.#options.hashSize))
  }

  *entries(): Iterable<StoredEntry & { groups: readonly string[] }> {
    endStretch()
    try {
      for (const group of this.#state.directories()) yield* group.entries()
    } catch (error) {
      throw storeError('read', this.directory, error)
    }
  }

  lease(key: Key, groups: readonly string[], expectedDuration?: number, isStored?: () => boolean): LeaseAnswer {
    setKey(key)
    const id = groups.length === 0 ? key.slice(0, 32) : sha256(`${key}${JSON.stringify(groups)}`).slice(0, 32)
    const hasEntry = (): boolean => this.#state.group(groups).get(key, this.#options.hashSize) !== undefined
    return attempt('take a lease in', this.directory, () =>
      takeLease(this.#state.claims, this.#state.root.waits, id, expectedDuration, isStored ?? hasEntry))
  }

  noteVersion(version: VersionRecord): void {
    attempt('write', this.directory, () => {
      if (!this.#identified) this.#identify()
      const isNew = this.#state.manifest.note(version)
      if (isNew) this.#fingerprints.note(version.fingerprint, this.#state.module, this.#state.name)
    })
  }

  firstTime(cause: string): boolean {
    return this.#state.root.firstTime(this.#state.manifest, `${this.directory}\0${cause}`, cause)
  }

  #schedule(): void {
    this.#scheduled = true
    if (this.#options.collection) scheduleCollection(this.#state.root.path, this.#options.collection)
  }

  #identify(): void {
    this.#identified = true
    try {
      this.#state.manifest.refresh()
      this.#state.manifest.identify(this.#state.module, this.#state.name, this.#options.hashSize)
    } catch {
      // The manifest only explains: results are kept without it.
    }
  }
}

/** What {@link FunctionStore.wasDropped} asks. */
export function isDropped(state: FunctionState, key: Key, groups: readonly string[], created: number, hashSize: number): boolean {
  state.manifest.refresh()
  return state.manifest.cleared >= created || state.group(groups).isBuried(key, hashSize)
}

/** The groups that a directory's file names. */
export function readGroups(path: string): readonly string[] | undefined {
  if (!path.includes('%')) return undefined
  try {
    const { groups } = JSON.parse(readPlainFile(`${path}/${GROUP_FILE}`).toString()) as { groups: unknown }
    return Array.isArray(groups) && groups.every((group) => typeof group === 'string') ? groups : undefined
  } catch {
    return undefined
  }
}
