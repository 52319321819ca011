import type { ByteSize, Duration, Durability, LockGranularity } from '../config/options.ts'

/** SHA-256 of a call's canonical encoding: 64 hexadecimal digits, lower case. */
export type Key = string

/** Facts that are the same for all that a process writes. Stored once per file, not once per entry. */
export interface WriterContext {
  /** `process.version` */
  node: string
  /** Version of this package. */
  package: string
  /** Commit that `.git/HEAD` of the project names, when there is one. */
  commit?: string | undefined
}

/** What is known of an entry beside its value. */
export interface EntryMeta {
  /** When it was computed, milliseconds since the epoch. */
  created: number
  /** How long computing took, milliseconds. */
  duration: number
  /** Fingerprint of the code that computed it, or `version:…`, or `text:…`. */
  fingerprint: string
  /** Shortened, redacted preview of the arguments, for people. */
  preview?: string
  /** The function returned a promise: a hit returns one too. */
  promise?: true
  tags?: readonly string[]
  /** Further facts that a codec or option needs when it reads the entry back (JSON). */
  extra?: Record<string, unknown>
}

/** An entry as read. */
export interface StoredEntry {
  key: Key
  /** `name@version` of the codec. */
  codec: string
  meta: EntryMeta & Partial<WriterContext>
  /** What each hit asks of `meta`, at hand without taking the rest of it apart. */
  readonly created: number
  readonly duration: number
  readonly promise: boolean
  readonly tags: readonly string[] | undefined
  /** Size of the payload in bytes. */
  size: number
  /** Bytes that the entry takes on disk: its record, and its own file. */
  readonly stored: number
  /** The file of its own that holds the payload, if one does; else the payload stands in a bucket. */
  file?: string
  /**
   * The payload. A view of memory that the store keeps: a decoder that hands out views copies it first.
   * Throws {@link PersistError} `DECODE` when a file of its own fails its checksum, `STORE` when it can't be read.
   */
  bytes(): Uint8Array
  /**
   * The same in two: the head, and what follows it in memory of its own that whoever asks may keep. In one where the payload stands in
   * a bucket, or where `headSize`, which sees the payload's first bytes, gives `undefined`.
   */
  divide(headSize: (start: Uint8Array) => number | undefined): [whole: Uint8Array] | [head: Uint8Array, rest: ArrayBuffer]
  /** The payload is a directory, at `file`, which its codec loads: `bytes()` throws. */
  readonly directory?: true
  /** Whether it is still the newest entry of its key. Cheap: what others did a moment ago, in the same stretch of synchronous code, doesn't count. */
  isCurrent(): boolean
  /** Takes a copy of what it shows, so that keeping it keeps no more than that in memory. */
  detach(): void
  /** Whether a call was answered by it before. The caller's to set: a set beside it would cost more than the rest of the answer. */
  isMet: boolean
  /** Counts a use that needed no {@link FunctionStore.get}. */
  noteUse(): void
  /** Reads all of a file or directory of its own. Throws {@link PersistError} `DECODE` when it is not as it was stored. */
  check(): void
}

/** An entry to be written. */
export interface NewEntry {
  codec: string
  meta: EntryMeta
  /** The payload, or a function that writes a directory of several files (codecs with `save`). */
  payload: Uint8Array | { saveTo(directory: string): void | Promise<void> }
  /** With one (`.json`), the payload becomes a readable file of its own with that extension. */
  extension?: string
}

/** The right to compute one key. Released in any case; dies with its owner's process or thread. */
export interface Lease {
  release(): void
}

/** What {@link FunctionStore.lease} answers: the lease, or how to wait for the one that has it. */
export type LeaseAnswer =
  | { lease: Lease }
  | {
      /**
       * Waits until the owner is done or gone, or the bound for this kind of owner has passed. Afterwards the caller looks up again.
       * `compute-beside`: the owner can't be judged or can't be waited for longer; the caller computes without a lease.
       */
      /** @param limit Milliseconds after which the answer is `busy`: the owner is still at it. */
      waitSync(limit?: number): 'done' | 'compute-beside' | 'busy'
      wait(signal?: AbortSignal): Promise<'done' | 'compute-beside'>
    }

/** One function's directory. Every method may throw {@link PersistError} `STORE` or `LOCK`; the runtime applies `onError`. */
export interface FunctionStore {
  readonly directory: string
  /** The newest entry under the key in the group's directory. Never throws for damage: a damaged entry is a miss, reported through `onDamage`. */
  get(key: Key, groups: readonly string[]): StoredEntry | undefined
  /** Appends; the newest entry of a key wins. For a payload with `saveTo` that returns a promise, a promise. */
  put(key: Key, groups: readonly string[], entry: NewEntry): void | Promise<void>
  forget(key: Key, groups: readonly string[]): void
  /** Drops all entries in all groups. */
  clear(): void
  /** Whether the entry was dropped on purpose, by {@link forget} or {@link clear}: what other places have of it, made at `created`, is dropped too. */
  wasDropped(key: Key, groups: readonly string[], created: number): boolean
  /** All live entries, for listings. */
  entries(): Iterable<StoredEntry & { groups: readonly string[] }>
  /**
   * Tries to become the one that computes a key.
   *
   * @param isStored Whether another has finished meanwhile, so that the caller only has to look up again. Left out: whether
   * there is an entry; a caller that found one too old to use says something else.
   */
  lease(key: Key, groups: readonly string[], expectedDuration?: number, isStored?: () => boolean): LeaseAnswer
  /** Records in the manifest that this version of the code exists and was used now. Cheap when it is already there. */
  noteVersion(version: VersionRecord): void
  /** True the first time that this cause is met for this function, in any process; remembered in the store, else once per process. */
  firstTime(cause: string): boolean
}

/** A version of a function's code, as its manifest has it. */
export interface VersionRecord {
  fingerprint: string
  /** {@link Descriptor.dependencies} */
  dependencies: readonly string[]
}

export interface StoreOptions {
  hashSize: number
  lockGranularity: LockGranularity
  durability: Durability
  maxSize: ByteSize | { total?: ByteSize; current?: ByteSize }
  keepVersions: Duration
  context: WriterContext
  /** Called for each damaged file or record met, once per file. */
  onDamage(message: string): void
}

/** A project's directory in the store, and the way to its functions. */
export interface ProjectStore {
  readonly directory: string
  function(module: string, name: string): FunctionStore
  /** Directories (module, name) that once held entries of this fingerprint: for renamed and moved functions. */
  findByFingerprint(fingerprint: string): readonly { module: string; name: string }[]
}

/** Which directory of the store a project has. */
export interface ProjectPlace {
  /** The package's name, made into the readable part of `name-[id]`. */
  name: string
  /** The project's directory; `undefined` when it could not be found at run time (`unrooted`). */
  path?: string
  /** Given by the user: used as the id as it is. */
  id?: string
  /** For unrooted projects: what tells equally named ones apart. */
  at?: string
}

export interface Store {
  readonly root: string
  project(place: ProjectPlace): ProjectStore
}
