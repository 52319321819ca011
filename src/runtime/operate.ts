import { isPromise } from 'node:util/types'
import type { EntryMeta } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { lookUp, MISS, searchElsewhere } from './look-up.ts'
import type { Found } from './look-up.ts'
import { keep } from './keep.ts'
import { mayWrite } from './mode.ts'
import type { PendingOperation } from './operation.ts'

/** An entry as `peek` shows it. */
export interface Entry<T> {
  value: T
  meta: Readonly<EntryMeta>
}

/** Answers what `handle()` asks of a call instead of running it. The answer goes back in the operation. */
export function operate(context: CallContext, operation: PendingOperation): undefined {
  operation.result = perform(context, operation)
  return undefined
}

function perform(context: CallContext, { kind, value }: PendingOperation): unknown {
  const writes = mayWrite(context.mode)
  switch (kind) {
    case 'has':
      return whenFound(lookUp(context), (found) => found !== MISS)
    case 'peek':
      return whenFound(lookUp(context), (found) => (found === MISS ? undefined : ({ value: found.value, meta: found.entry.meta } satisfies Entry<unknown>)))
    case 'forget':
      if (writes) forget(context)
      return undefined
    default:
      if (!writes) return undefined
      return isPromise(value) ? value.then((ready) => put(context, ready, true)) : put(context, value, context.compiled.returns === 'promise')
  }
}

/** What another place has of the entry is taken over first, so that it is known to be forgotten here. */
function forget(context: CallContext): void {
  const { store, callKey } = context
  if (store.get(callKey.key, callKey.groups) ?? searchElsewhere(context)) store.forget(callKey.key, callKey.groups)
}

function put(context: CallContext, value: unknown, promised: boolean): unknown {
  // What the user puts is not the result of a computation: no admission by duration, and a refusal is the user's to know.
  const demanding: CallContext = { ...context, mode: 'cache', options: { ...context.options, onError: 'throw', minDuration: 0, outFile: [] } }
  delete demanding.options.cacheIf
  const kept = keep(demanding, value, { duration: 0, promised }, false)
  if ('split' in kept) {
    const { split, later } = kept
    void split.drain()
    return later.then(() => split.dispose())
  }
  const done = kept
  return isPromise(done) ? done.then(() => undefined) : undefined
}

function whenFound<T>(found: Found | typeof MISS | Promise<Found | typeof MISS>, answer: (found: Found | typeof MISS) => T): T | Promise<T> {
  return isPromise(found) ? found.then(answer) : answer(found)
}
