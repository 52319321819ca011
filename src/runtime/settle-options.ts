import process from 'node:process'
import { readEnvironment, isToRefresh } from '../config/environment.ts'
import type { Environment } from '../config/environment.ts'
import { readGlobalConfig } from '../config/global-file.ts'
import type { FunctionOptions, ProjectOptions } from '../config/options.ts'
import { resolveOptions } from '../config/resolve.ts'
import type { OptionLevels, ResolvedFunctionOptions } from '../config/resolve.ts'
import { createPlan } from './codec-plan.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import type { Frame } from './frame.ts'
import { findProject } from './project.ts'
import { createMemories, dropMemories } from './recall.ts'
import { state } from './state.ts'
import { notePlace, rootOf } from './stores.ts'
import { warnOncePerProcess } from './warn.ts'

/** Finds what holds for a function now: options, mode, project, codec. Done again only when options may have changed. */
export function settle(compiled: Compiled): void {
  if (compiled.generation === state.generation) return
  const options = resolveFor(compiled, undefined)
  const environment = environmentOptions()
  const { module, name } = compiled.descriptor
  const refresh = environment.refresh.length > 0 && isToRefresh(environment.refresh, module, name)
  compiled.options = options
  compiled.mode = refresh && options.mode === 'cache' ? 'refresh' : options.mode
  compiled.modeFixed = refresh || options.modeLevel === 'environment' || options.modeLevel === 'function' || options.modeLevel === 'configure'
  compiled.plan = createPlan(options.codec)
  compiled.project = findProject(compiled.descriptor.project, options)
  compiled.elsewhere = undefined
  if (compiled.memories) dropMemories(compiled.memories)
  compiled.memories = createMemories(options)
  compiled.noted = false
  // The disk is touched when a call needs it: what is off touches none.
  compiled.store = undefined
  compiled.reading = undefined
  notePlace(options, compiled.project)
  debug.project('%s: mode %s (%s), store %s', compiled.label, compiled.mode, refresh ? 'PERSIST_REFRESH' : options.modeLevel, rootOf(options))
  compiled.generation = state.generation
}

/** The options of a call: those of the function, and what `withOptions` lays over them. */
export function optionsIn(frame: Frame | undefined, compiled: Compiled): ResolvedFunctionOptions {
  if (frame === undefined || !frame.overrides) return compiled.options
  let overrides = frame.options
  for (let outer = frame.parent; outer?.overrides; outer = outer.parent) {
    if (outer.options) overrides = { ...outer.options, ...overrides }
  }
  if (overrides === undefined) return compiled.options
  frame.resolved ??= new Map()
  let options = frame.resolved.get(compiled)
  if (!options) frame.resolved.set(compiled, (options = resolveFor(compiled, overrides)))
  return options
}

function resolveFor(compiled: Compiled, call: (ProjectOptions & FunctionOptions) | undefined): ResolvedFunctionOptions {
  const { descriptor, attached } = compiled
  const levels: OptionLevels = {
    ...commonLevels(),
    function: attached ? { ...(descriptor.options as FunctionOptions | undefined), ...attached } : (descriptor.options as FunctionOptions | undefined) ?? {},
  }
  if (descriptor.defaults) levels.project = descriptor.defaults
  if (call) levels.call = call
  const { projectPath, projectId } = { ...descriptor.defaults, ...state.configured, ...call }
  const found = findProject(descriptor.project, { ...(projectPath !== undefined && { projectPath }), ...(projectId !== undefined && { projectId }) })
  return resolveOptions(levels, found.path ?? process.cwd())
}

/** The levels that are the same for all functions of this process. */
export function commonLevels(): OptionLevels {
  return { global: globalOptions(), configure: state.configured, environment: environmentOptions().options }
}

function environmentOptions(): Environment {
  if (!state.environment) {
    state.environment = readEnvironment(process.env)
    for (const problem of state.environment.problems) warnOncePerProcess(problem, problem)
  }
  return state.environment
}

function globalOptions(): ProjectOptions {
  if (!state.global) {
    const { options, problems } = readGlobalConfig()
    state.global = options
    for (const problem of problems) warnOncePerProcess(problem, problem)
  }
  return state.global
}
