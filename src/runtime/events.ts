import { channel } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'
import { messageOf } from '../errors.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import type { Frame } from './frame.ts'
import { state } from './state.ts'

/**
 * Why a call found nothing that it could use.
 *
 * - `none`: there is no entry under its key.
 * - `expired`: it is older than `maxAge`. `invalidated`: one of its tags is. `invalid`: `validate` said so.
 * - `unreadable`: it is damaged, its codec failed, or its output files could not be put back.
 * - `forgotten`: it was dropped by `forget()` or `persist rm`.
 * - `refresh`: nobody looked, as the mode or `rerun()` says.
 */
export type MissReason = 'none' | 'expired' | 'invalidated' | 'invalid' | 'unreadable' | 'forgotten' | 'refresh'

/** What observers of `unplugin-persist:<event>` are told (`node:diagnostics_channel`). */
export interface PersistEvent {
  module: string
  name: string
  fingerprint: string
  /** The function's directory in the store. */
  directory: string
  /** The call's key; missing where no key could be made. */
  key?: string
  /** Number of the call in this thread, and of the persisted call that it was made from (0: none). */
  call: number
  parent: number
  /** `store`, `refuse`: how long computing took. `hit`: how long it took when it was computed, which is what was saved. Milliseconds. */
  duration?: number
  /** Bytes of the entry. */
  size?: number
  /** `miss`: a {@link MissReason}. `refuse`: why nothing is stored. `adopt`: from where. */
  why?: string
  /** `miss`: the arguments for people, as in the entry's preview. */
  arguments?: string
}

type EventName = 'hit' | 'miss' | 'store' | 'refuse' | 'wait' | 'adopt'

const make = (name: EventName): Channel => channel(`unplugin-persist:${name}`)

/** Publish only where `hasSubscribers`: a message costs more than a hit may. */
export const events: Readonly<Record<EventName, Channel>> = {
  hit: make('hit'),
  miss: make('miss'),
  store: make('store'),
  refuse: make('refuse'),
  wait: make('wait'),
  adopt: make('adopt'),
}

/** What every event says of its call, and what this one says beside it. */
export function eventOf({ compiled, options, store, callKey, call, frame }: CallContext, more?: Partial<PersistEvent>): PersistEvent {
  const { module, name, fingerprint } = compiled.descriptor
  const code = options.version === undefined ? fingerprint : `version:${options.version}`
  return { module, name, fingerprint: code, directory: store.directory, key: callKey.key, call, parent: frame?.call ?? 0, ...more }
}

/** Tells observers that a call found nothing, and why. */
export function publishMiss(context: CallContext, why: MissReason | undefined): void {
  if (!events.miss.hasSubscribers && !debug.call.enabled) return
  const reason = why ?? (isForgotten(context) ? 'forgotten' : 'none')
  debug.call('%s(%s): miss (%s) %s', context.compiled.label, context.callKey.preview(), reason, context.callKey.key)
  if (events.miss.hasSubscribers) events.miss.publish(eventOf(context, { why: reason, arguments: context.callKey.preview() }))
}

function isForgotten({ store, callKey }: CallContext): boolean {
  try {
    return store.wasDropped(callKey.key, callKey.groups, Infinity)
  } catch {
    return false
  }
}

/** Tells observers of a call that runs uncached, as no key could be made of it. */
export function publishUnkeyed(compiled: Compiled, frame: Frame | undefined, error: unknown): void {
  if (!events.refuse.hasSubscribers) return
  const { module, name, fingerprint } = compiled.descriptor
  const directory = (compiled.store ?? compiled.reading)?.directory ?? ''
  const event: PersistEvent = { module, name, fingerprint, directory, call: ++state.calls, parent: frame?.call ?? 0, why: messageOf(error) }
  events.refuse.publish(event)
}

/** Tells observers that a result is not kept. */
export function publishRefusal(context: CallContext, why: string, duration: number): void {
  debug.call('%s: not stored, %s', context.compiled.label, why)
  if (events.refuse.hasSubscribers) events.refuse.publish(eventOf(context, { why, duration }))
}
