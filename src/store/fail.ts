import { messageOf, PersistError } from '../errors.ts'
import { codeOf } from './fs.ts'

const CURES: Record<string, string> = {
  ENOSPC: 'free some space, or run `persist gc`',
  EDQUOT: 'free some space, or run `persist gc`',
  EACCES: 'check its permissions, or set `persistPath` to a directory of your own',
  EPERM: 'check its permissions, or set `persistPath` to a directory of your own',
  EROFS: 'set `persistPath` to a directory that can be written',
  EMFILE: 'raise the limit of open files',
  ENFILE: 'raise the limit of open files',
}

/** A failed file operation as a {@link PersistError} `STORE`: what was tried, on which path, and the cure. */
export function storeError(doing: string, path: string, cause: unknown): PersistError {
  if (cause instanceof PersistError) return cause
  const code = codeOf(cause)
  const reason = code ?? (messageOf(cause))
  const cure = code === undefined ? undefined : CURES[code]
  return new PersistError('STORE', `can't ${doing} ${path}: ${reason}${cure === undefined ? '' : ` (${cure})`}`, { cause })
}

/** Runs a step of the store and names it when it fails. */
export function attempt<T>(doing: string, path: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw storeError(doing, path, error)
  }
}
