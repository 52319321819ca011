import { PersistError } from '../errors.ts'
import { attempt } from './fail.ts'
import { files, removeTree } from './fs.ts'
import type { RegisteredProject } from './registry.ts'
import { openState } from './store.ts'
import { sizeOf } from './measure.ts'
import { projectDirectories } from './walk.ts'

/** A project as `persist projects` shows it. */
export interface ListedProject extends RegisteredProject {
  /** Bytes on disk. */
  size: number
  /** The project's own directory is no longer there: it was moved or deleted. */
  lost?: true
}

/** All projects of a store, also those whose line in the registry was lost. */
export function listProjects(root: string): ListedProject[] {
  const state = openState(root)
  state.registry.refresh()
  return projectDirectories(state).map((directory) => {
    const known = state.registry.describe(directory) ?? { directory, name: directory.replace(/-[^-]*$/, ''), since: '' }
    const listed: ListedProject = { ...known, size: sizeOf(`${state.path}/${directory}`) ?? 0 }
    if (listed.path !== undefined && !files.exists(listed.path)) listed.lost = true
    return listed
  })
}

/** Gives a project's directory to the place where the project is now. */
export function linkProject(root: string, directory: string, path: string): void {
  if (!files.exists(path)) throw new PersistError('STORE', `${path} is not there: link a project to the directory that it has now`)
  attempt('link', directory, () => openState(root).registry.link(directory, path))
}

/** Removes a project's results. Its id stays its own. */
export function removeProject(root: string, directory: string): void {
  const state = openState(root)
  if (!projectDirectories(state).includes(directory)) {
    throw new PersistError('STORE', `the store has no project ${directory}: see \`persist projects\``)
  }
  attempt('remove', directory, () => removeTree(`${state.path}/${directory}`))
}
