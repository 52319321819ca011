import { PersistError } from '../errors.ts'
import { attempt } from './fail.ts'
import { files, removeTree } from './fs.ts'
import { projectLine, realPath } from './registry.ts'
import type { RegisteredProject } from './registry.ts'
import type { RootState } from './root-state.ts'
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
    const known = describeProject(state, directory) ?? { directory, name: directory.replace(/-[^-]*$/, ''), since: '' }
    const listed: ListedProject = { ...known, size: sizeOf(`${state.path}/${directory}`) ?? 0 }
    if (listed.path !== undefined && !files.exists(listed.path)) listed.lost = true
    return listed
  })
}

/** What is known of the project of a directory, also where its line in the registry was lost. */
export function describeProject({ path: root, registry }: RootState, directory: string): RegisteredProject | undefined {
  const known = registry.projects.get(directory)
  if (known) return known
  const line = projectLine(root, directory)
  return line && { directory, name: line.name, since: line.at, ...(line.path !== undefined && { path: line.path }) }
}

/** Gives a project's directory to the place where the project is now. */
export function linkProject(root: string, directory: string, path: string): void {
  if (!files.exists(path)) throw new PersistError('STORE', `${path} is not there: link a project to the directory that it has now`)
  attempt('link', directory, () => {
    const state = openState(root)
    const { registry } = state
    registry.refresh()
    const lost = registry.projects.has(directory) ? undefined : projectLine(state.path, directory)
    if (!lost && !registry.projects.has(directory)) throw new PersistError('STORE', `the store has no project ${directory}: see \`persist projects\``)
    if (lost) registry.note(lost)
    registry.note({ type: 'link', directory, path: realPath(path), at: new Date().toISOString() })
  })
}

/** Removes a project's results. Its id stays its own. */
export function removeProject(root: string, directory: string): void {
  const state = openState(root)
  if (!projectDirectories(state).includes(directory)) {
    throw new PersistError('STORE', `the store has no project ${directory}: see \`persist projects\``)
  }
  attempt('remove', directory, () => removeTree(`${state.path}/${directory}`))
}
