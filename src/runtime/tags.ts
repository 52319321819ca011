import { hash } from 'node:crypto'
import type { ResolvedFunctionOptions, ResolvedOptions } from '../config/resolve.ts'
import type { EntryMeta, FunctionStore } from '../store/types.ts'
import type { Compiled } from './define.ts'
import type { RuntimeProject } from './project.ts'
import { openProject, rootOf } from './stores.ts'

/*
 * A tag is not looked up in a million entries. That it was invalidated is an entry of its own, dated; an entry that carries
 * the tag and whose computation began before that is too old.
 */

const MODULE = '@tags'

/** Whether a tag of an entry was invalidated after its computation had begun. */
export function isInvalidated(compiled: Compiled, options: ResolvedFunctionOptions, meta: EntryMeta): boolean {
  const started = startOf(meta)
  const store = tagStore(rootOf(options), options, compiled.project)
  return meta.tags!.some((tag) => {
    const note = store.get(tagKey(tag), [])
    return note !== undefined && started <= note.meta.created
  })
}

/**
 * Notes that a tag is invalid as of now. The note is dated a millisecond ahead, as clocks are read in whole ones, and the
 * clock is let pass it, so that what is computed next is newer.
 */
export function noteInvalidation(tag: string, options: ResolvedOptions, project: RuntimeProject): void {
  const created = Date.now() + 1
  const payload = new TextEncoder().encode(tag)
  void tagStore(rootOf(options), options, project).put(tagKey(tag), [], {
    codec: 'tag@1',
    meta: { created, duration: 0, fingerprint: '', preview: tag },
    payload,
  })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
}

function tagStore(root: string, options: ResolvedOptions, project: RuntimeProject): FunctionStore {
  return openProject(root, options, project).function(MODULE, 'invalidated')
}

function tagKey(tag: string): string {
  return hash('sha256', `tag:${tag}`, 'hex')
}

/**
 * When the computation of an entry began, at the latest: what was invalidated after that may have gone into it. `created` is
 * in whole milliseconds, rounded down.
 */
function startOf({ created, duration }: EntryMeta): number {
  return created - duration
}
