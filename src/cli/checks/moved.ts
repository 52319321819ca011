import { listProjects } from '../../store/index.ts'
import { openExisting, projectPlace } from '../catalog.ts'
import type { Place } from '../place.ts'
import type { Finding } from './types.ts'

/** What may be results of the project under a path that it had before. They may name files there, so that only a person can say. */
export function findMoved(place: Place, root: string): Finding[] {
  const state = place.options.projectId === undefined ? openExisting(root) : undefined
  if (!state) return []
  const own = state.registry.find(projectPlace(place))
  return listProjects(root)
    .filter((project) => project.lost && project.name === place.name && project.directory !== own)
    .map(({ directory, path }) => ({ level: 'advice', what: `${path}, a project of the same name, is gone; its results are in ${directory}`, cure: `If it was moved here, \`persist projects link ${directory}\` keeps them in use.` }))
}
