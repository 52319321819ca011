import { NEVER, run } from './compute.ts'
import type { CallContext } from './context.ts'
import { isUnchanged } from './identify.ts'
import { debug } from './debug.ts'
import { state } from './state.ts'

/** Computes an entry anew behind the call that it still served: once at a time, here and in other processes. */
export function revalidate(context: CallContext, id: string): void {
  const { store, callKey, compiled } = context
  if (state.flights.has(id) || state.revalidating.has(id)) return
  state.revalidating.add(id)
  setImmediate(() => {
    const done = (): void => void state.revalidating.delete(id)
    try {
      if (!isUnchanged(context)) return done()
      const answer = store.lease(callKey.key, callKey.groups, compiled.expected, NEVER)
      if (!('lease' in answer)) return done()
      // The caller has its answer: a failure now is nobody's, and the next call tries again.
      const result = run({ ...context, frame: undefined }, id, answer.lease, undefined)
      // Of a stream nobody reads what was computed for nobody.
      Promise.resolve(result).then(() => state.streams.get(id)?.finish()).then(done, (error: unknown) => {
        debug.call('%s: computing anew failed: %o', compiled.label, error)
        done()
      })
    } catch (error) {
      debug.call('%s: computing anew failed: %o', compiled.label, error)
      done()
    }
  })
}
