import { optionError, requireOptions } from '../config/problems.ts'
import type { FunctionOptions, Mode, ProjectOptions } from '../config/options.ts'
import { MODES } from '../config/schema.ts'
import { didYouMean } from '../config/suggest.ts'
import { show } from '../config/show.ts'
import { validateOptions, validateProjectOptions } from '../config/validate.ts'
import { PersistError } from '../errors.ts'
import { currentFrame, overridingFrame, runInFrame } from './frame.ts'
import { state } from './state.ts'

/** Runs code, and whatever it calls and awaits, with another mode. The innermost `withMode` wins. */
export function withMode<T>(mode: Mode, run: () => T): T {
  if (!MODES.includes(mode)) {
    throw new PersistError('OPTION', `withMode() was given ${show(mode)}, expected one of ${MODES.map((word) => `'${word}'`).join(', ')}.${didYouMean(String(mode), MODES)}`)
  }
  requireFunction('withMode()', run)
  return runInFrame(overridingFrame(currentFrame(), mode, undefined), true, run)
}

/** Runs code, and whatever it calls and awaits, with options laid over those of each persisted function. */
export function withOptions<T>(options: ProjectOptions & FunctionOptions, run: () => T): T {
  requireOptions('withOptions()', options)
  requireFunction('withOptions()', run)
  const problems = validateOptions(options as Record<string, unknown>)
  if (problems.length > 0) throw optionError('withOptions()', problems)
  return runInFrame(overridingFrame(currentFrame(), options.mode, options), true, run)
}

/** Sets options for this process, above the project's config and below those of functions. Called again, it adds to what it set. */
export function configure(options: ProjectOptions): void {
  requireOptions('configure()', options)
  const problems = validateProjectOptions(options as Record<string, unknown>)
  if (problems.length > 0) throw optionError('configure()', problems)
  state.configured = { ...state.configured, ...options }
  state.environment = undefined
  state.global = undefined
  state.generation++
}

function requireFunction(where: string, run: unknown): void {
  if (typeof run !== 'function') throw new PersistError('OPTION', `${where} was given ${show(run)}, expected a function to run: \`() => main()\`.`)
}

/** Types the options of a `persist.config.*`. */
export function defineConfig<T extends ProjectOptions | (() => ProjectOptions | Promise<ProjectOptions>)>(config: T): T {
  return config
}
