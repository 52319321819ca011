import { PersistError } from '../errors.ts'
import { show } from './show.ts'

/** What takes options takes an object of them. */
export function requireOptions(where: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new PersistError('OPTION', `${where} was given ${show(options)}, expected an object of options: \`{ mode: 'read-only' }\`.`)
}

/** One error of all problems, for places that must not go on. */
export function optionError(where: string, problems: readonly { message: string }[]): PersistError {
  return new PersistError('OPTION', `${where}: ${problems.map((problem) => problem.message).join('\n  ')}`)
}
