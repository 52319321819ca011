import { hash } from 'node:crypto'
import type { Mode } from '../config/options.ts'
import type { ResolvedFunctionOptions, ResolvedOptions } from '../config/resolve.ts'
import type { EntryMeta, FunctionStore } from '../store/types.ts'
import type { Compiled } from './define.ts'
import { mayWrite } from './mode.ts'
import type { RuntimeProject } from './project.ts'
import { state } from './state.ts'
import { openProject, readProject, rootOf } from './stores.ts'

/*
 * A tag is not looked up in a million entries. That it was invalidated is an entry of its own, dated; an entry that carries
 * the tag and whose computation began before that is too old.
 */

const MODULE = '@tags'

/** Whether a tag of an entry was invalidated after its computation had begun. */
export function isInvalidated(compiled: Compiled, options: ResolvedFunctionOptions, mode: Mode, meta: EntryMeta): boolean {
  const started = startOf(meta)
  const store = tagStore(options, compiled.project, mode)
  return meta.tags!.some((tag) => {
    const noted = Math.max(store.get(tagKey(tag), [])?.meta.created ?? -1, state.invalidated.get(tag) ?? -1)
    return started <= noted
  })
}

/**
 * Notes that a tag is invalid as of now. The note is dated a millisecond ahead, as clocks are read in whole ones, and the
 * clock is let pass it, so that what is computed next is newer. Where nothing may be written, this process alone knows.
 */
export function noteInvalidation(tag: string, options: ResolvedOptions, project: RuntimeProject, mode: Mode): void {
  const created = Date.now() + 1
  const payload = new TextEncoder().encode(tag)
  if (!mayWrite(mode)) state.invalidated.set(tag, created)
  else void tagStore(options, project, mode).put(tagKey(tag), [], {
    codec: 'tag@1',
    meta: { created, duration: 0, fingerprint: '', preview: tag },
    payload,
  })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
}

function tagStore(options: ResolvedOptions, project: RuntimeProject, mode: Mode): FunctionStore {
  return (mayWrite(mode) ? openProject : readProject)(rootOf(options), options, project).function(MODULE, 'invalidated')
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
