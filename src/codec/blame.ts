import { isPromise } from 'node:util/types'
import { show } from '../config/show.ts'
import { PersistError } from '../errors.ts'
import type { PersistErrorCode } from '../errors.ts'

/**
 * Runs code of the user's. What it throws, or its promise is rejected with, becomes the cause of an error that says whose it is;
 * what is refused by name and path already stays as it is.
 *
 * @param whose `codec json@1: encode()`
 */
export function blaming<T>(whose: string, code: PersistErrorCode, run: () => T, path?: string): T {
  const fail = (cause: unknown): never => {
    if (cause instanceof PersistError) throw cause
    throw new PersistError(code, `${whose} threw: ${cause instanceof Error ? cause.message : show(cause)}`, { cause, ...(path !== undefined && { path }) })
  }
  let result: T
  try {
    result = run()
  } catch (cause) {
    return fail(cause)
  }
  return isPromise(result) ? (result.catch(fail) as T) : result
}
