import process from 'node:process'
import { resolveOptions } from '../config/resolve.ts'
import { show } from '../config/show.ts'
import { PersistError } from '../errors.ts'
import { currentFrame } from './frame.ts'
import { modeIn } from './mode.ts'
import { findProject, surroundingIdentity } from './project.ts'
import { commonLevels, settle } from './settle-options.ts'
import { state } from './state.ts'
import { notePlace } from './stores.ts'
import { noteInvalidation } from './tags.ts'

/** Makes all results that carry a tag too old: in each project whose functions this process has loaded, else in that around it. */
export function invalidateTag(tag: string): void {
  if (typeof tag !== 'string' || tag === '') throw new PersistError('OPTION', `invalidateTag() was given ${show(tag)}, expected the text of a tag.`)
  for (const compiled of state.unresolved.values()) {
    try {
      settle(compiled)
    } catch {
      // A function without a store has nothing that could be too old.
    }
  }
  if (state.places.size === 0) {
    const project = findProject(surroundingIdentity(process.argv[1]), commonLevels().configure ?? {})
    notePlace(resolveOptions(commonLevels(), project.path), project)
  }
  const frame = currentFrame()
  const laid = frame && modeIn(frame)
  for (const { options, project } of state.places.values()) noteInvalidation(tag, options, project, laid ?? options.mode)
}
