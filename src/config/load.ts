import { readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { loadConfig, loadConfigSync } from 'unconfig'
import type { LoadConfigOptions, LoadConfigResult } from 'unconfig'
import { messageOf, PersistError } from '../errors.ts'
import { exists } from './exists.ts'
import { optionError } from './problems.ts'
import type { ProjectOptions } from './options.ts'
import { show } from './show.ts'
import { validateProjectOptions } from './validate.ts'

/** A project's config as found. Without a file the options are empty. */
export interface ProjectConfig {
  options: ProjectOptions
  /** The file that holds it, absolute. */
  file?: string
  /** All files that it was read from: what a watcher has to watch. */
  dependencies: readonly string[]
}

/** What a config file may give: options, or a function that gives them. */
export type ConfigExport = ProjectOptions | (() => ProjectOptions | Promise<ProjectOptions>)

const CONFIG_FILES: readonly string[] = [
  'persist.config.ts', 'persist.config.mts', 'persist.config.js', 'persist.config.mjs', 'persist.config.json',
]

/**
 * Finds and reads a project's config: in `directory` or the nearest one above it, up to the repository's root.
 * Throws {@link PersistError} `OPTION` for what is wrong with it.
 */
export async function loadProjectConfig(directory: string): Promise<ProjectConfig> {
  const file = findConfigFile(directory)
  if (file === undefined) return { options: {}, dependencies: [] }
  if (file.endsWith('.json')) return checked(file, readJsonConfig(file), [])
  const { config, dependencies } = await loadConfig.async<ConfigExport>(moduleSource(file)).catch(rethrowFor(file))
  return checked(file, typeof config === 'function' ? await config() : config, dependencies)
}

/** The same for callers that can't wait. A config that is an async function is refused. */
export function loadProjectConfigSync(directory: string): ProjectConfig {
  const file = findConfigFile(directory)
  if (file === undefined) return { options: {}, dependencies: [] }
  if (file.endsWith('.json')) return checked(file, readJsonConfig(file), [])
  let loaded: LoadConfigResult<ConfigExport>
  try {
    loaded = loadConfigSync<ConfigExport>(moduleSource(file))
  } catch (error) {
    return rethrowFor(file)(error)
  }
  const options = typeof loaded.config === 'function' ? loaded.config() : loaded.config
  if (options instanceof Promise) {
    throw new PersistError('OPTION', `${file} gives its options through a promise, which can't be waited for here: export an object or a sync function.`)
  }
  return checked(file, options, loaded.dependencies)
}

/** The config file that holds for a directory, or `package.json` where that has a `persist` field. */
export function findConfigFile(directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    const found = CONFIG_FILES.map((name) => join(current, name)).filter(exists)
    const manifest = join(current, 'package.json')
    if (exists(manifest) && readJson(manifest)?.persist !== undefined) found.push(manifest)
    if (found.length > 1) {
      throw new PersistError('OPTION', `${current} has ${found.length} configs (${found.map((path) => basename(path)).join(', ')}): keep one.`)
    }
    if (found.length === 1) return found[0]
    if (current === dirname(current) || exists(join(current, '.git'))) return undefined
  }
}

/** Wherever a config for a file could stand, there or not. */
export function configPlaces(file: string): string[] {
  const places: string[] = []
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    for (const name of [...CONFIG_FILES, 'package.json']) places.push(join(directory, name))
    if (directory === dirname(directory)) return places
  }
}

function moduleSource(file: string): LoadConfigOptions<ConfigExport> {
  // `stopAt` is not looked into itself.
  return { cwd: dirname(file), stopAt: dirname(dirname(file)), sources: [{ files: [basename(file, extname(file))], extensions: [extname(file).slice(1)], parser: 'import' }] }
}

function readJsonConfig(file: string): unknown {
  if (basename(file) === 'package.json') return readJson(file)!.persist
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return rethrowFor(file)(error)
  }
}

/** A manifest that can't be read or parsed is somebody else's to complain of. */
function readJson(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function rethrowFor(file: string): (error: unknown) => never {
  return (error) => {
    throw new PersistError('OPTION', `${file} can't be loaded: ${messageOf(error)}`, { cause: error })
  }
}

function checked(file: string, options: unknown, dependencies: readonly string[] | undefined): ProjectConfig {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new PersistError('OPTION', `${file} gives ${show(options)}, expected an object of options: \`export default defineConfig({ … })\`.`)
  }
  const problems = validateProjectOptions(options as Record<string, unknown>)
  if (problems.length > 0) throw optionError(file, problems)
  return { options: options as ProjectOptions, file, dependencies: [...new Set([file, ...(dependencies ?? [])])] }
}
