import { resolve } from 'node:path'
import { PersistError } from '../errors.ts'
import type { Mode, ProjectOptions } from './options.ts'
import { MODES } from './schema.ts'
import { didYouMean } from './suggest.ts'

/** What environment variables set. */
export interface Environment {
  options: ProjectOptions
  /** `PERSIST_REFRESH`: functions (`src/a.ts#train`, a module, or a bare name) to compute anew. */
  refresh: readonly string[]
  /** Values that make no sense, as messages with the cure. */
  problems: readonly string[]
}

/** Reads `PERSIST_PATH`, `PERSIST_MODE` and `PERSIST_REFRESH`. A relative path counts from the working directory, as in a shell. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const options: ProjectOptions = {}
  const problems: string[] = []
  if (env.PERSIST_PATH) options.persistPath = resolve(env.PERSIST_PATH)
  const mode = env.PERSIST_MODE
  if (mode) {
    if (MODES.includes(mode)) options.mode = mode as Mode
    else problems.push(`PERSIST_MODE is '${mode}', expected one of ${MODES.map((word) => `'${word}'`).join(', ')}.${didYouMean(mode, MODES)}`)
  }
  const refresh = (env.PERSIST_REFRESH ?? '').split(',').map((id) => id.trim()).filter(Boolean)
  return { options, refresh, problems }
}

/** Whether `PERSIST_REFRESH` means this function: by `module#name`, by module, by name, or all with `*`. */
export function isToRefresh(refresh: readonly string[], module: string, name: string): boolean {
  return refresh.some((id) => id === `${module}#${name}` || id === module || id === name || id === `#${name}` || id === '*')
}

/** One error of all problems, for places that must not go on. */
export function optionError(where: string, problems: readonly { message: string }[]): PersistError {
  return new PersistError('OPTION', `${where}: ${problems.map((problem) => problem.message).join('\n  ')}`)
}
