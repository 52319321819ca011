import { PersistError } from '../errors.ts'

/** A value that a codec can't give back exactly. */
export function refuseValue(codec: string, path: string, what: string, cure: string): never {
  throw new PersistError('VALUE', `${path} ${what}: ${codec}() can't give it back exactly. ${cure}.`, { path })
}

/** What is stored is in order, but only a newer Node, or a process with other classes, can read it: as good as nothing stored. */
export class ForeignFormatError extends PersistError {
  constructor(message: string) {
    super('DECODE', message)
  }
}

/** Stored bytes that are no value of the codec. */
export function refuseBytes(codec: string, what: string, cause?: unknown): never {
  const why = cause instanceof Error ? `: ${cause.message.replace(/\.+$/, '')}` : ''
  throw new PersistError('DECODE', `What is stored is no ${codec}() value: ${what}${why}.`, { cause })
}
