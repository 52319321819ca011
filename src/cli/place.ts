import { dirname, join, resolve } from 'node:path'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import process from 'node:process'
import { Projects } from '../compiler/project.ts'
import { readEnvironment } from '../config/environment.ts'
import { readGlobalConfig } from '../config/global-file.ts'
import { loadProjectConfig } from '../config/load.ts'
import { resolveOptions } from '../config/resolve.ts'
import type { OptionLevels, ResolvedOptions } from '../config/resolve.ts'
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
  if (!existsSync(cwd)) throw new UsageError(`--cwd names ${cwd}, which isn't there.`)
  const { options: project, file } = await loadProjectConfig(cwd)
  const global = readGlobalConfig()
  const environment = readEnvironment(process.env)
  const levels: OptionLevels = { global: global.options, project, environment: environment.options }
  const from = join(realpathSync(cwd), '_')
  const found = new Projects({ readFile, resolve: () => undefined }, cwd, project).projectOf(from)
  const path = dirname(manifestAbove(from) ?? from)
  const place: Place = {
    path,
    root: project.projectPath === undefined ? path : resolve(path, project.projectPath),
    name: found.name,
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

/** The nearest named package.json. */
function manifestAbove(file: string): string | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, 'package.json')
    const text = readFile(path)
    if (text !== undefined && hasName(text)) return path
    if (directory === dirname(directory)) return undefined
  }
}

function hasName(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { name?: unknown }).name === 'string'
  } catch {
    return false
  }
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
