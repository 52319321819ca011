/**
 * How values become bytes and come back. A codec either is exact for a value (what comes back equals it in type and
 * content) or refuses it with a {@link PersistError} `VALUE` that names the path: `result.users[3].address`.
 */
export interface Codec<T = unknown> {
  /** Enters the key together with `version`. */
  readonly name: string
  /** @default 1 */
  readonly version?: number
  /** With one (`.json`) each entry is a readable file of its own. */
  readonly extension?: string
  /** A promise only for functions that return promises. */
  encode(value: T): Uint8Array | Promise<Uint8Array>
  /** Gives a fresh value on each call, which shares nothing with `bytes` or with other calls. */
  decode(bytes: Uint8Array): T
  /** Turns a value that version `from` had decoded into today's. */
  migrate?(value: unknown, from: number): T
  /**
   * For what can be read but once, such as streams: gives another one in its place, whose content is kept while the caller reads.
   * Asked before the caller has the value; `undefined` when `encode` can take it. What is long comes back through `load`.
   */
  split?(value: T): SplitValue<T> | undefined
  /** Reads from a directory what `split` has written. */
  load?(directory: string): T
}

/**
 * The `decode` of a codec whose bytes end with memory that the value can stand on: read from a file into memory of its own, it need not
 * be copied. What a large typed array takes is mostly that. It is the function that has this, so that a codec which takes all from
 * another but decodes by itself does without.
 */
export interface InPlaceDecode<T = unknown> {
  (bytes: Uint8Array): T
  /** How many bytes come before that memory, told from the first ones; `undefined` where there is none. */
  headSize(start: Uint8Array): number | undefined
  /** Gives what the function itself gives for both in one. The memory is the value's from then on. */
  inPlace(head: Uint8Array, memory: ArrayBuffer): T
}

/** A value on its way to its caller. */
export interface SplitValue<T = unknown> {
  readonly forCaller: T
  /** How much has passed so far: it grows while somebody reads. */
  readonly progress: number
  /** The same once more, for others that ask meanwhile; `undefined` when it is too late. */
  another(): T | undefined
  /** Reads to the end without the caller, as long as what is read can be kept. */
  drain(): Promise<void>
  /** Lets go of what the caller was to get. */
  dispose(): void
  /**
   * Waits until all has passed. Gives it encoded if it is small; else has it written into a directory that `open` is asked for, and
   * gives `undefined`. Rejects where it is not to be kept: the source fails, nobody reads on.
   */
  collect(open: (write: (directory: string) => Promise<void>) => void): Promise<Uint8Array | undefined>
}

/** A codec that keeps a value as several files in a directory of its own. */
export interface DirectoryCodec<T = unknown> {
  readonly name: string
  readonly version?: number
  save(value: T, directory: string): void | Promise<void>
  load(directory: string): T | Promise<T>
  migrate?(value: unknown, from: number): T
}

export type AnyCodec<T = any> = Codec<T> | DirectoryCodec<T>
