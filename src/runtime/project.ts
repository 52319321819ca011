import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import process from 'node:process'
import type { ProjectIdentity } from '../descriptor.ts'
import { exists } from '../config/exists.ts'
import type { ProjectOptions } from '../config/options.ts'
import type { ProjectPlace } from '../store/types.ts'
import { projectKey } from './call-site.ts'
import { debug } from './debug.ts'
import { sharedRegistry, state } from './state.ts'

/** A project as this process found it. */
export interface RuntimeProject {
  identity: ProjectIdentity
  /** The directory; `undefined` when it could not be found. */
  path: string | undefined
  place: ProjectPlace
}

/** Finds the project of a function. No path is baked in compiled code, so its directory is looked for where code and process stand. */
export function findProject(identity: ProjectIdentity, options: Pick<ProjectOptions, 'projectPath' | 'projectId'>): RuntimeProject {
  const key = `${projectKey(identity)}\0${options.projectPath ?? ''}\0${options.projectId ?? ''}`
  let project = state.projects.get(key)
  if (!project) {
    const path = findDirectory(identity, options.projectPath)
    project = { identity, path, place: placeOf(identity, path, options.projectId) }
    if (path === undefined) debug.project('%s was not found from %s: its results go to a directory of its own', identity.name, process.cwd())
    state.projects.set(key, project)
  }
  return project
}

function placeOf(identity: ProjectIdentity, path: string | undefined, id: string | undefined): ProjectPlace {
  const place: ProjectPlace = { name: identity.name }
  if (path !== undefined) place.path = path
  else place.at = identity.at
  if (id !== undefined) place.id = id
  return place
}

function findDirectory(identity: ProjectIdentity, projectPath: string | undefined): string | undefined {
  if (projectPath !== undefined && isAbsolute(projectPath)) return real(projectPath)
  const root = findPackage(identity)
  return root !== undefined && projectPath !== undefined ? real(resolve(root, projectPath)) : root
}

function findPackage(identity: ProjectIdentity): string | undefined {
  const published = sharedRegistry.roots[projectKey(identity)]
  if (published !== undefined) return real(published)
  const site = state.sites.get(projectKey(identity))
  const script = process.argv[1]
  const starts = [site && dirname(site), script && isAbsolute(script) ? dirname(script) : undefined, process.cwd()]
  for (const start of starts) {
    const found = start === undefined || start === '' ? undefined : walkUp(start, identity)
    if (found !== undefined) return real(found)
  }
  return undefined
}

/** The nearest directory that is the package, holds it at its place in the workspace, or has it installed. */
function walkUp(start: string, { name, at }: ProjectIdentity): string | undefined {
  let nameless: string | undefined
  for (let directory = start; ; directory = dirname(directory)) {
    const own = packageName(directory)
    if (own === name) return directory
    if (at !== '' && packageName(join(directory, at)) === name) return join(directory, at)
    const installed = join(directory, 'node_modules', name)
    if (packageName(installed) === name) return installed
    // A project without a named package.json goes by the name of its directory.
    if (own === undefined && nameless === undefined && basename(directory) === name) nameless = directory
    if (directory === dirname(directory)) return nameless
  }
}

/** The name in a directory's package.json: `undefined` when it has none or there is none. */
function packageName(directory: string): string | undefined {
  const file = join(directory, 'package.json')
  if (!exists(file)) return undefined
  try {
    const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

function real(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

/** The project that stands around this process, for what is no compiled function: `store()`, uncompiled `persist()`. */
export function surroundingIdentity(file: string | undefined): ProjectIdentity {
  for (const start of [file && dirname(file), process.cwd()]) {
    if (!start) continue
    for (let directory = start; ; directory = dirname(directory)) {
      const name = packageName(directory)
      if (name !== undefined) return { name, at: '' }
      if (directory === dirname(directory)) break
    }
  }
  return { name: basename(process.cwd()) || 'root', at: '' }
}

/** Tells the runtime of this thread where a project lies: for what knows it, as a dev server, a test runner, the register hook. */
export function publishRoot(identity: ProjectIdentity, directory: string): void {
  sharedRegistry.roots[projectKey(identity)] = directory
}
