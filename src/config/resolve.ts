import { isAbsolute, resolve as resolvePath } from 'node:path'
import process from 'node:process'
import type { AnyCodec } from '../codec/types.ts'
import type { EntryView, FunctionOptions, KeyRule, LockGranularity, Durability, Mode, OnError, ProjectOptions, SharedOptions } from './options.ts'
import { defaultLocalPath, defaultPersistPath } from './paths.ts'
import { toBytes, toMilliseconds } from './units.ts'

/** Where an option's value came from. The later wins. */
export const LEVELS: readonly ['built-in', 'global', 'project', 'configure', 'function', 'environment', 'call'] = [
  'built-in', 'global', 'project', 'configure', 'function', 'environment', 'call',
]
export type Level = (typeof LEVELS)[number]

/** What each level sets. Missing levels set nothing. */
export interface OptionLevels {
  /** The global config file. */
  global?: ProjectOptions
  /** `persist.config.*`, `package.json#persist`, plugin options, as the compiler baked them. */
  project?: ProjectOptions
  /** `configure()` */
  configure?: ProjectOptions
  function?: FunctionOptions
  environment?: ProjectOptions
  /** `withMode`, `withOptions` */
  call?: ProjectOptions & FunctionOptions
}

/** Options of every level with the defaults filled in: durations in milliseconds, sizes in bytes, paths absolute. */
export interface ResolvedOptions {
  mode: Mode
  /** Which level set `mode`: what a test or a coverage run turns off is a matter of it. */
  modeLevel: Level
  hashSize: number
  lockGranularity: LockGranularity
  singleFlight: boolean
  onError: OnError
  local: boolean
  localPath: string
  alternatives: readonly string[]
  durability: Durability
  maxSize: { total: number; current?: number }
  keepVersions: number
  persistPath: string
  projectPath?: string
  projectId?: string
}

/** {@link ResolvedOptions} and those of one function. */
export interface ResolvedFunctionOptions extends ResolvedOptions {
  name?: string
  version?: string | number
  skip: readonly string[]
  key?: Record<string, KeyRule> | ((...args: any[]) => unknown)
  groupBy: readonly (string | readonly string[])[]
  batch: readonly string[]
  outFile: readonly string[]
  /** Left out: `structured()`. */
  codec?: AnyCodec | Record<string, AnyCodec>
  lazy: boolean
  /** Milliseconds, or the moment before which entries are too old. */
  maxAge?: number | Date
  staleWhileRevalidate: number
  validate?: (entry: EntryView) => boolean | Promise<boolean>
  cacheIf?: (value: any, ...args: any[]) => boolean
  minDuration: number
  tags: readonly string[]
  env: readonly string[]
  files: readonly string[]
  untracked: readonly string[]
  impure: boolean | readonly string[]
}

type AnyOptions = ProjectOptions & FunctionOptions

/** The built-in values of {@link SharedOptions}, as a user would write them. */
export const BUILT_IN: Required<Omit<SharedOptions, 'localPath'>> = {
  mode: 'cache',
  hashSize: 500,
  lockGranularity: 'call',
  singleFlight: true,
  onError: 'warn',
  local: false,
  alternatives: [],
  durability: 'process',
  maxSize: '10GB',
  keepVersions: '30d',
}

/**
 * Lays the levels over each other.
 *
 * @param projectPath What relative paths in options count from.
 */
export function resolveOptions(levels: OptionLevels, projectPath: string = process.cwd()): ResolvedFunctionOptions {
  const merged: AnyOptions = { ...BUILT_IN }
  let modeLevel: Level = 'built-in'
  for (const level of LEVELS) {
    const options = level === 'built-in' ? undefined : (levels[level] as AnyOptions | undefined)
    if (!options) continue
    assignDefined(merged, options)
    if (options.mode !== undefined) modeLevel = level
  }

  const resolved: ResolvedFunctionOptions = {
    mode: merged.mode!,
    modeLevel,
    hashSize: merged.hashSize!,
    lockGranularity: merged.lockGranularity!,
    singleFlight: merged.singleFlight!,
    onError: merged.onError!,
    local: merged.local!,
    localPath: absolute(merged.localPath ?? defaultLocalPath(), projectPath),
    alternatives: merged.alternatives!.map((path) => absolute(path, projectPath)),
    durability: merged.durability!,
    maxSize: resolveBudget(merged.maxSize!),
    keepVersions: toMilliseconds(merged.keepVersions!),
    persistPath: absolute(merged.persistPath ?? defaultPersistPath(), projectPath),
    skip: merged.skip ?? [],
    groupBy: merged.groupBy ?? [],
    batch: merged.batch ?? [],
    outFile: typeof merged.outFile === 'string' ? [merged.outFile] : (merged.outFile ?? []),
    lazy: merged.lazy ?? false,
    staleWhileRevalidate: toMilliseconds(merged.staleWhileRevalidate ?? 0),
    minDuration: toMilliseconds(merged.minDuration ?? 0),
    tags: merged.tags ?? [],
    env: merged.env ?? [],
    files: merged.files ?? [],
    untracked: merged.untracked ?? [],
    impure: merged.impure ?? false,
  }
  if (merged.maxAge !== undefined) resolved.maxAge = merged.maxAge instanceof Date ? merged.maxAge : toMilliseconds(merged.maxAge)
  for (const name of ['projectPath', 'projectId', 'name', 'version', 'key', 'codec', 'validate', 'cacheIf'] as const) {
    if (merged[name] !== undefined) (resolved as unknown as Record<string, unknown>)[name] = merged[name]
  }
  return resolved
}

/** For each option that some level sets: the value that holds, and the level that it is from. */
export function explainOptions(levels: OptionLevels): Record<string, { value: unknown; level: Level }> {
  const explained: Record<string, { value: unknown; level: Level }> = {}
  const builtIn: AnyOptions = { ...BUILT_IN, persistPath: defaultPersistPath(), localPath: defaultLocalPath() }
  for (const level of LEVELS) {
    for (const [option, value] of Object.entries((level === 'built-in' ? builtIn : levels[level]) ?? {})) {
      if (value !== undefined) explained[option] = { value, level }
    }
  }
  return explained
}

function assignDefined(target: AnyOptions, source: AnyOptions): void {
  for (const [option, value] of Object.entries(source)) {
    if (value !== undefined) (target as Record<string, unknown>)[option] = value
  }
}

function resolveBudget(size: NonNullable<SharedOptions['maxSize']>): { total: number; current?: number } {
  if (typeof size !== 'object') return { total: toBytes(size) }
  const total = toBytes(size.total ?? (BUILT_IN.maxSize as string as '10GB'))
  return size.current === undefined ? { total } : { total, current: toBytes(size.current) }
}

function absolute(path: string, from: string): string {
  return isAbsolute(path) ? path : resolvePath(from, path)
}
