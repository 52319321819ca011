import { persistKey } from '../codec/symbols.ts'
import { PersistError } from '../errors.ts'
import type { EntryMeta, StoredEntry } from '../store/types.ts'
import { decodeEntry } from './codec-plan.ts'
import type { CallContext } from './context.ts'
import { mayWrite } from './mode.ts'

/**
 * Stands for a stored result without holding it in memory. As an argument of a persisted function its key stands for it,
 * so that a pipeline whose last stage hits loads nothing.
 */
export interface Lazy<T> {
  /** The key of the entry. */
  readonly key: string
  /** The file or directory of its own that holds the value, if one does. */
  readonly path: string | undefined
  readonly meta: Readonly<EntryMeta>
  /** Reads the value: anew each time, so that nobody shares it. A promise where the function gives one. */
  load(): T
}

/** A handle on what is stored. */
export function createLazy(context: CallContext, entry: StoredEntry): Lazy<unknown> {
  const { store, callKey, plan, compiled, mode } = context
  // What was found elsewhere and may not be copied in.
  const foreign = !mayWrite(mode) && !entry.file?.startsWith(store.directory) && !store.get(callKey.key, callKey.groups) ? entry : undefined
  const read = (): unknown => {
    // The entry is read again instead of being kept: it holds the bytes.
    const stored = store.get(callKey.key, callKey.groups) ?? foreign
    if (!stored) throw new PersistError('MISS', `the result of ${compiled.label} behind a lazy handle is gone from the store. Call the function again.`)
    return decodeEntry(plan, stored)
  }
  return makeLazy(context, entry.meta, entry.file, read)
}

/** A handle on what was stored just now. Should it be gone already, the handle keeps the value. */
export function createLazyAgain(context: CallContext, value: unknown): Lazy<unknown> {
  const entry = context.store.get(context.callKey.key, context.callKey.groups)
  return entry ? createLazy(context, entry) : holdLazy(context, () => value, { created: Date.now(), duration: 0, fingerprint: context.compiled.descriptor.fingerprint })
}

/** A handle on what could not be stored: it has to keep the value itself. */
export function holdLazy(context: CallContext, read: () => unknown, meta: EntryMeta): Lazy<unknown> {
  return makeLazy(context, meta, undefined, read)
}

/** A plain object, as the key of a class's instance would hold the class. */
function makeLazy({ callKey: { key }, compiled }: CallContext, meta: EntryMeta, path: string | undefined, read: () => unknown): Lazy<unknown> {
  const load = (): unknown => (compiled.returns === 'promise' ? new Promise((resolve) => resolve(read())) : read())
  const lazy: Lazy<unknown> = { key, path, meta, load }
  Object.defineProperty(lazy, persistKey, { value: () => ['lazy', key] })
  return Object.freeze(lazy)
}

/** Whether a value is a lazy handle, of whichever copy of the runtime. */
export function isLazy(value: unknown): value is Lazy<unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, persistKey) && typeof (value as Lazy<unknown>).load === 'function'
}
