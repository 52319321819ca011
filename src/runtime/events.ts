import { channel } from 'node:diagnostics_channel'
import type { Channel } from 'node:diagnostics_channel'
import type { CallContext } from './context.ts'

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
  /** `store`: how long computing took. `hit`: how long it took when it was computed, which is what was saved. Milliseconds. */
  duration?: number
  /** Bytes of the entry. */
  size?: number
  /** `miss`: why nothing was found. `refuse`: what can't be stored. `adopt`: from where. */
  why?: string
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
export function eventOf({ compiled, store, callKey, call, frame }: CallContext, more?: Pick<PersistEvent, 'duration' | 'size' | 'why'>): PersistEvent {
  const { module, name, fingerprint } = compiled.descriptor
  return { module, name, fingerprint, directory: store.directory, key: callKey.key, call, parent: frame?.call ?? 0, ...more }
}
