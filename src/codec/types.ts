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
   * For what can be read but once, such as streams: gives two in its place, one for the caller and one for `encode`. Asked before the
   * caller has the value; `undefined` when the value can go to both.
   */
  split?(value: T): SplitValue<T> | undefined
}

export interface SplitValue<T = unknown> {
  readonly forCaller: T
  readonly forStore: T
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
