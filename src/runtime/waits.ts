import type { Frame } from './frame.ts'
import { state } from './state.ts'

/*
 * A computation that waits for another of this thread, which waits for the first, would wait for ever: f and g that call each
 * other with a parameter that is left out of the key, begun at both ends at once. So it is noted what each waits for, and who
 * finds itself at the end of such a chain computes instead. Between threads and processes the store's leases see to it.
 */

/** A wait of a call that is made while something is being computed. */
export interface NestedWait {
  /** Whether what is waited for waits, maybe over others, for what is computed above this call. */
  readonly isCycle: boolean
  stop(): void
}

/**
 * Notes that a call made in a frame waits for a target, as {@link callId} names it. `undefined` where nothing is computed above
 * the call, so that nobody can wait for it.
 */
export function startWaiting(frame: Frame | undefined, target: string): NestedWait | undefined {
  const above = activeAbove(frame)
  if (above.size === 0) return undefined
  for (const id of above) change(id, target, 1)
  return {
    isCycle: leadsTo(target, above),
    stop: () => {
      for (const id of above) change(id, target, -1)
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

function change(id: string, target: string, by: 1 | -1): void {
  const targets = state.waits.get(id) ?? new Map<string, number>()
  const count = (targets.get(target) ?? 0) + by
  if (count > 0) targets.set(target, count)
  else targets.delete(target)
  if (targets.size > 0) state.waits.set(id, targets)
  else state.waits.delete(id)
}

function leadsTo(from: string, ends: ReadonlySet<string>): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (ends.has(id)) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(state.waits.get(id)?.keys() ?? []))
  }
  return false
}
