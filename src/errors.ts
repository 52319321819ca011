/**
 * The stable codes of {@link PersistError}. A code never changes its meaning; messages may.
 */
export type PersistErrorCode =
  /** A mark or its options can't be compiled (file, line, column and code frame are in the message). */
  | 'COMPILE'
  /** An option has a wrong name, type or value. */
  | 'OPTION'
  /** An argument, a captured value or `this` can't be part of a key. */
  | 'KEY'
  /** A value can't be stored exactly by its codec. */
  | 'VALUE'
  /** Stored bytes can't be decoded. */
  | 'DECODE'
  /** The store can't be read or written. */
  | 'STORE'
  /** A lock or a lease can't be had. */
  | 'LOCK'
  /** Mode `require` found no entry. */
  | 'MISS'
  /** `persist()` reached the runtime without having been compiled. */
  | 'UNCOMPILED'
  /** `handle()` was given a function that is not persisted. */
  | 'NOT_PERSISTED'
  /** An optional package that a feature needs is not installed. */
  | 'PEER'
  /** Compiled code and runtime are of different versions. */
  | 'VERSION'

/** Where in a source file an error stands. Lines count from 1, columns from 1. */
export interface SourceLocation {
  file: string
  line: number
  column: number
}

export interface PersistErrorDetails {
  cause?: unknown
  /** Where in a source file (compile errors). */
  location?: SourceLocation
  /** The path into a value that is at fault, such as `result.users[3].address`. */
  path?: string
}

/**
 * The one error class. Its message says what happened with the value, where, and the cure;
 * `code` is stable and is what programs should look at.
 */
export class PersistError extends Error {
  readonly code: PersistErrorCode
  readonly location?: SourceLocation
  readonly path?: string

  constructor(code: PersistErrorCode, message: string, details: PersistErrorDetails = {}) {
    super(`[unplugin-persist] ${message}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'PersistError'
    this.code = code
    if (details.location) this.location = details.location
    if (details.path !== undefined) this.path = details.path
  }
}

/** Thrown by mode `require` when a call has no stored result. Its `code` is `MISS`. */
export class CacheMissError extends PersistError {
  constructor(message: string, details?: PersistErrorDetails) {
    super('MISS', message, details)
    this.name = 'CacheMissError'
  }
}

/** What was thrown, as a text: anything can be. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
