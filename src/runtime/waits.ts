import { hash } from 'node:crypto'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import type { Frame } from './frame.ts'
import { state } from './state.ts'
import { openProject, rootOf } from './stores.ts'

/*
 * A computation that waits for another, which waits for the first, would wait for ever: f and g that call each other with a
 * parameter that is left out of the key, begun at both ends at once. So whoever computes something writes down what it waits for,
 * in memory and, before it waits for another process, in the store; who finds itself at the end of such a chain computes instead.
 * What a killed process has left can only make somebody compute twice.
 */

const MODULE = '@waits'

/** A wait of a call that is made while something is being computed. */
export interface NestedWait {
  /** Whether what is waited for waits, maybe over others, for what is computed above this call. */
  isCycle(): boolean
  stop(): void
}

/**
 * Notes that a call waits.
 *
 * @param target What it waits for, as {@link callId} names it.
 * @param abroad It is computed by another process.
 * @returns `undefined` where nothing is computed above the call, so that nobody can wait for it.
 */
export function startWaiting(context: CallContext, target: string, abroad: boolean): NestedWait | undefined {
  const above = activeAbove(context.frame)
  if (above.size === 0) return undefined
  for (const id of above) change(context, id, target, 1, abroad)
  return {
    isCycle: () => leadsTo(context, target, above, abroad),
    stop: () => {
      for (const id of above) change(context, id, target, -1, abroad)
    },
  }
}

function activeAbove(frame: Frame | undefined): Set<string> {
  const ids = new Set<string>()
  for (let current = frame; current !== undefined; current = current.parent) {
    if (typeof current.active === 'string') ids.add(current.active)
    else for (const id of current.active ?? []) ids.add(id)
  }
  return ids
}

function change(context: CallContext, id: string, target: string, by: 1 | -1, abroad: boolean): void {
  const targets = state.waits.get(id) ?? new Map<string, number>()
  const count = (targets.get(target) ?? 0) + by
  if (count > 0) targets.set(target, count)
  else targets.delete(target)
  if (targets.size > 0) state.waits.set(id, targets)
  else state.waits.delete(id)
  if (abroad) publish(context, id, [...targets.keys()])
}

function publish(context: CallContext, id: string, targets: readonly string[]): void {
  try {
    const place = placeOf(context)
    if (targets.length === 0) return place.forget(keyOf(id), [])
    void place.put(keyOf(id), [], { codec: 'waits@1', meta: { created: Date.now(), duration: 0, fingerprint: '' }, payload: Buffer.from(JSON.stringify(targets)) })
  } catch (error) {
    debug.store('%s: what it waits for could not be noted: %o', context.compiled.label, error)
  }
}

function leadsTo(context: CallContext, from: string, ends: ReadonlySet<string>, abroad: boolean): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ends.has(id)) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(state.waits.get(id)?.keys() ?? []), ...(abroad ? published(context, id) : []))
  }
  return false
}

function published(context: CallContext, id: string): readonly string[] {
  try {
    const entry = placeOf(context).get(keyOf(id), [])
    return entry ? (JSON.parse(Buffer.from(entry.bytes()).toString()) as string[]) : []
  } catch {
    return []
  }
}

function placeOf({ compiled, options }: CallContext): ReturnType<ReturnType<typeof openProject>['function']> {
  return openProject(rootOf(options), options, compiled.project).function(MODULE, 'edges')
}

function keyOf(id: string): string {
  return hash('sha256', `waits:${id}`, 'hex')
}
