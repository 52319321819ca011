import { isPromise } from 'node:util/types'
import { blaming } from '../codec/blame.ts'
import { PersistError } from '../errors.ts'
import type { CallContext } from './context.ts'

/**
 * Asks `cacheIf` whether a value is worth keeping.
 *
 * @throws {@link PersistError} `OPTION` where it answers by a promise, which would always be a yes
 */
export function isWorthKeeping({ options: { cacheIf }, values }: CallContext, value: unknown): boolean {
  if (cacheIf === undefined) return true
  const answer: unknown = blaming('`cacheIf`', 'OPTION', () => cacheIf(value, ...values), 'cacheIf(…)')
  if (!isPromise(answer)) return Boolean(answer)
  answer.catch(() => undefined)
  throw new PersistError('OPTION', '`cacheIf` gave a promise, which is neither yes nor no. Let it decide at once.', { path: 'cacheIf(…)' })
}
