import { isPromise } from 'node:util/types'
import { blaming } from '../codec/blame.ts'
import { ForeignFormatError } from '../codec/refuse.ts'
import type { StoredEntry } from '../store/types.ts'
import { isWorthKeeping } from './admit.ts'
import { decodeEntry } from './codec-plan.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { eventOf, events } from './events.ts'
import type { MissReason } from './events.ts'
import { judge } from './freshness.ts'
import { createLazy } from './lazy.ts'
import { migrateFormer } from './migrate.ts'
import { mayWrite } from './mode.ts'
import { restoreFiles } from './out-file.ts'
import { copyOf } from './copy-entry.ts'
import { findElsewhere } from './stores.ts'
import { onFailure } from './warn.ts'

/** No entry, or none that may be used. */
export const MISS: unique symbol = Symbol('miss')

/** An entry that holds, and what it gives. */
export interface Found {
  readonly entry: StoredEntry
  readonly value: unknown
  /** Past its age, still served: to be computed anew behind. */
  readonly stale: boolean
}

/** The entry of a call, if it may be used. A promise only where `validate` or the codec gives one. */
export function lookUp(context: CallContext): Found | typeof MISS | Promise<Found | typeof MISS> {
  try {
    const found = readEntry(context)
    return isPromise(found) ? found.catch((error: unknown) => failed(context, error)) : found
  } catch (error) {
    return failed(context, error)
  }
}

function failed(context: CallContext, error: unknown): typeof MISS {
  context.missed = 'unreadable'
  if (error instanceof ForeignFormatError) {
    debug.call('%s: %s', context.compiled.label, error.message)
    return MISS
  }
  onFailure(context.compiled, context.options.onError, 'look', error)
  return MISS
}

function readEntry(context: CallContext): Found | typeof MISS | Promise<Found | typeof MISS> {
  const { store, callKey, options } = context
  const entry = store.get(callKey.key, callKey.groups) ?? searchElsewhere(context)
  if (entry === undefined) return MISS
  const verdict = judge(context, entry)
  if (verdict === 'expired' || verdict === 'invalidated') return miss(context, verdict)
  if (options.outFile.length > 0 && !restoreFiles(context, entry)) return miss(context, 'unreadable')
  const stale = verdict === 'stale'
  if (options.lazy) return { entry, value: createLazy(context, entry), stale }

  const value = decodeEntry(context.plan, entry)
  if (!isPromise(value) && !options.validate) return { entry, value, stale }
  return isPromise(value) ? value.then((ready) => validated(context, entry, ready, stale)) : validated(context, entry, value, stale)
}

/** Asks the user's `validate`. It gets the very value that the caller will get. */
function validated(context: CallContext, entry: StoredEntry, value: unknown, stale: boolean): Found | typeof MISS | Promise<Found | typeof MISS> {
  const { validate } = context.options
  const found: Found = { entry, value, stale }
  const holds = validate ? blaming('`validate`', 'OPTION', () => validate({ value, meta: entry.meta }), 'validate(…)') : true
  if (!isPromise(holds)) return holds ? found : miss(context, 'invalid')
  return holds.then((holdsLater) => (holdsLater ? found : miss(context, 'invalid')))
}

function miss(context: CallContext, why: MissReason): typeof MISS {
  context.missed = why
  return MISS
}

/** Copies in what former codec versions, alternative roots and former places of this code have. */
export function searchElsewhere(context: CallContext): StoredEntry | undefined {
  const { compiled, callKey, store, mode } = context
  for (const other of findElsewhere(compiled, context.options, store.directory)) {
    const entry = other.get(callKey.key, callKey.groups)
    if (entry === undefined || store.wasDropped(callKey.key, callKey.groups, entry.created) || !isAdmitted(context, entry)) continue
    debug.call('%s: found in %s', compiled.label, other.directory)
    if (events.adopt.hasSubscribers) events.adopt.publish(eventOf(context, { why: other.directory }))
    if (mayWrite(mode)) copyIn(context, entry)
    return store.get(callKey.key, callKey.groups) ?? entry
  }
  return migrateFormer(context)
}

/** Another function of the same code may keep what this one would not. What can't be judged is passed by, as others may still have the entry. */
function isAdmitted(context: CallContext, entry: StoredEntry): boolean {
  const { compiled, options: { cacheIf, minDuration, onError }, plan } = context
  if (entry.duration < minDuration) return false
  if (cacheIf === undefined) return true
  try {
    const value = decodeEntry(plan, entry)
    return !isPromise(value) && isWorthKeeping(context, value)
  } catch (error) {
    onFailure(compiled, onError, 'look', error)
    return false
  }
}

function copyIn({ store, callKey, compiled, options }: CallContext, entry: StoredEntry): void {
  try {
    void store.put(callKey.key, callKey.groups, copyOf(entry))
  } catch (error) {
    onFailure(compiled, options.onError, 'store', error)
  }
}
