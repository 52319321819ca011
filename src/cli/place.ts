import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import process from 'node:process'
import { readEnvironment } from '../config/environment.ts'
import { readGlobalConfig } from '../config/global-file.ts'
import { resolveOptions } from '../config/resolve.ts'
import type { OptionLevels, ResolvedOptions } from '../config/resolve.ts'
import { isStore } from '../store/registry.ts'
import { UsageError } from './types.ts'
import type { CommandContext } from './types.ts'

/** The project that a command is about, and where its results are. */
export interface Place {
  /** The project's directory. */
  path: string
  /** What module names are relative to. */
  root: string
  /** The package's name. */
  name: string
  levels: OptionLevels
  options: ResolvedOptions
  configFile?: string
  /** What is wrong with the global file or the environment. */
  problems: readonly string[]
}

/** Finds the project around the working directory, with the options that hold for it. */
export async function findPlace({ cwd }: CommandContext): Promise<Place> {
  const stats = statSync(cwd, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) throw new UsageError(`--cwd names ${cwd}, which ${stats ? 'is no directory' : 'isn\'t there'}.`)
  const { loadProjectConfig } = await import('../config/load.ts')
  const { options: project, file } = await loadProjectConfig(cwd)
  const global = readGlobalConfig()
  const environment = readEnvironment(process.env)
  const levels: OptionLevels = { global: global.options, project, environment: environment.options }
  const { path, name } = findPackage(realpathSync(cwd))
  const place: Place = {
    path,
    root: project.projectPath === undefined ? path : resolve(path, project.projectPath),
    name,
    levels,
    options: resolveOptions(levels, path),
    problems: [...global.problems, ...environment.problems],
  }
  if (file !== undefined) place.configFile = file
  return place
}

/** The root of the store that results of this project go to. */
export function storeRoot({ options }: Place): string {
  return options.local ? options.localPath : options.persistPath
}

/** What an argument says of a function or module, as the store has it: a path (`./src/a.ts#f`, or an absolute one) becomes one from the project's root. */
export function fromRoot({ cwd }: CommandContext, { root }: Place, text: string): string {
  if (!/^\.{1,2}(?:[\\/]|$)/.test(text) && !isAbsolute(text)) return text
  return relative(root, resolve(realpathSync(cwd), text)).split(sep).join('/') || '**'
}

/** The root of the store that a directory of a function lies in, and the project's directory there. */
export function projectAbove(directory: string): { root: string; project: string } | undefined {
  for (let at = directory, below = directory; at !== dirname(at); below = at, at = dirname(at)) {
    if (isStore(at)) return { root: at, project: basename(below) }
  }
  return undefined
}

/** The nearest directory whose package.json has a name; else the nearest with one at all, or this one. */
function findPackage(from: string): { path: string; name: string } {
  let nameless: string | undefined
  for (let directory = from; ; directory = dirname(directory)) {
    const name = readName(join(directory, 'package.json'))
    if (name) return { path: directory, name }
    if (name === '') nameless ??= directory
    if (directory === dirname(directory)) break
  }
  const path = nameless ?? from
  return { path, name: basename(path) || 'root' }
}

/** Empty where the file has none; undefined where there is no such file. */
function readName(path: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : ''
  } catch {
    return undefined
  }
}
