import { randomUUID } from 'node:crypto'
import { sha256 } from '../sha256.ts'
import type { Mode } from '../config/options.ts'
import type { ResolvedOptions } from '../config/resolve.ts'
import type { EntryMeta, FunctionStore } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { mayWrite } from './mode.ts'
import type { RuntimeProject } from './project.ts'
import { state } from './state.ts'
import { openProject, readProject, rootOf } from './stores.ts'

/*
 * A tag is not looked up in a million entries. That it was invalidated is an entry of its own, which holds a mark; an entry
 * that carries the tag has the mark that held when its computation began. Where the two differ it is too old. Marks are no
 * times: clocks differ between machines, and are set back.
 */

/** The marks of tags, by tag. A tag that was never invalidated has none. */
export type TagMarks = Readonly<Record<string, string>>

const MODULE = '@tags'

/** The marks that tags have now. */
export function readMarks(tags: readonly string[], options: ResolvedOptions, project: RuntimeProject, mode: Mode): TagMarks {
  const store = tagStore(options, project, mode)
  const marks: Record<string, string> = Object.create(null)
  for (const tag of tags) {
    const mark = state.invalidated.get(tag) ?? readMark(store, tag)
    if (mark !== undefined) marks[tag] = mark
  }
  return marks
}

/** Whether a tag of an entry, or of the function that reads it, was invalidated after the entry's computation had begun. */
export function isInvalidated({ compiled, options, mode, marks }: CallContext, { tags = [], extra }: EntryMeta): boolean {
  const then = (extra?.tags ?? {}) as TagMarks
  const differs = (now: TagMarks, tag: string): boolean => now[tag] !== (Object.hasOwn(then, tag) ? then[tag] : undefined)
  if (marks && options.tags.some((tag) => differs(marks, tag))) return true
  const others = tags.filter((tag) => !options.tags.includes(tag))
  if (others.length === 0) return false
  const now = readMarks(others, options, compiled.project, mode)
  return others.some((tag) => differs(now, tag))
}

/** Gives a tag a new mark. Where nothing may be written, this process alone knows. */
export function noteInvalidation(tag: string, options: ResolvedOptions, project: RuntimeProject, mode: Mode): void {
  const mark = randomUUID()
  if (!mayWrite(mode)) {
    state.invalidated.set(tag, mark)
    return
  }
  void tagStore(options, project, mode).put(tagKey(tag), [], {
    codec: 'tag@1',
    meta: { created: Date.now(), duration: 0, fingerprint: '', preview: tag },
    payload: new TextEncoder().encode(mark),
  })
}

function readMark(store: FunctionStore, tag: string): string | undefined {
  const note = store.get(tagKey(tag), [])
  return note && new TextDecoder().decode(note.bytes())
}

function tagStore(options: ResolvedOptions, project: RuntimeProject, mode: Mode): FunctionStore {
  return (mayWrite(mode) ? openProject : readProject)(rootOf(options), options, project).function(MODULE, 'invalidated')
}

function tagKey(tag: string): string {
  return sha256(`tag:${tag}`)
}
