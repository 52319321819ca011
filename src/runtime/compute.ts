import { isPromise } from 'node:util/types'
import { now } from '../store/clock.ts'
import type { Lease, LeaseAnswer } from '../store/types.ts'
import { isOwnAbort, whenAborted } from './abort.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { noteReturn } from './define.ts'
import type { Compiled } from './define.ts'
import { eventOf, events } from './events.ts'
import { MEASURED, noteCost, Watch } from './feedback.ts'
import { createFlight } from './flight.ts'
import type { Flight, Outcome } from './flight.ts'
import { callFrame, runInFrame } from './frame.ts'
import type { Frame } from './frame.ts'
import { give } from './give.ts'
import { isUnchanged } from './identify.ts'
import { keep } from './keep.ts'
import type { Kept, Splitting } from './keep.ts'
import { createLazyAgain, holdLazy } from './lazy.ts'
import { isPromiseKind, notePromiseKind } from './kinds.ts'
import { lookUp, MISS } from './look-up.ts'
import { handOver, joinStream } from './share-stream.ts'
import { state } from './state.ts'
import { startWaiting } from './waits.ts'
import { onFailure } from './warn.ts'

/** Functions whose computations took less than this of late, milliseconds, don't ask for a lease: it would cost more than computing twice. */
const FAST = 0.5
/** How many computations it takes to know that. */
const ENOUGH = 3

/** Whether what is stored by now may be used is the look-up's to say, which follows on the lease. */
export const NEVER = (): boolean => false

/** How long a call that may have to give a promise blocks at a time, milliseconds. */
const ASK_EVERY = 50

/** How to wait for the owner of a lease. */
export type Waiting = Exclude<LeaseAnswer, { lease: Lease }>

/** Computes a call that found nothing: once, however many ask for it in this process and in others. */
export function compute(context: CallContext, id: string): unknown {
  const { options, mode } = context
  if (!options.singleFlight) return run(context, id, undefined, undefined)
  const stream = state.streams.size > 0 ? joinStream(context, id) : undefined
  if (stream !== undefined) return stream
  const flight = state.flights.get(id)
  if (flight) return join(context, id, flight)
  return mode === 'cache' && !isFast(context.compiled) ? lead(context, id) : run(context, id, undefined, createFlight)
}

export function isFast(compiled: Compiled): boolean {
  return compiled.computed >= ENOUGH && compiled.expected !== undefined && compiled.expected < FAST
}

/** Becomes the one that computes, among all processes, or waits for the one that does. */
function lead(context: CallContext, id: string): unknown {
  for (;;) {
    const answer = askForLease(context)
    if (answer === undefined) return run(context, id, undefined, createFlight)
    if ('lease' in answer) return runWithLease(context, id, answer.lease, createFlight)
    noteWait(context)
    const verdict = waitSync(context, answer)
    if (verdict === 'promise') {
      const flight = createFlight()
      state.flights.set(id, flight)
      return leadLater(context, id, flight, answer)
    }
    if (verdict === 'compute-beside') return run(context, id, undefined, createFlight)
    const found = lookUp(context)
    // A promise comes from `validate`, which a sync function can't wait for: it computes.
    if (isPromise(found)) return run(context, id, undefined, createFlight)
    if (found !== MISS) return give(context, found)
  }
}

async function leadLater(context: CallContext, id: string, flight: Flight, first: Waiting): Promise<unknown> {
  const own = (): Flight => flight
  try {
    for (let answer: LeaseAnswer | undefined = first; ; answer = askForLease(context)) {
      if (answer === undefined) return await run(context, id, undefined, own)
      if ('lease' in answer) return await runWithLease(context, id, answer.lease, own)
      const verdict = await waitLater(context, answer)
      // The body knows best what its caller's abort means.
      if (verdict !== 'done') return await run(context, id, undefined, own)
      if (!isUnchanged(context)) return await runUncached(context, id, flight)
      const found = await lookUp(context)
      if (found !== MISS) {
        land(id, flight, { kind: 'again' })
        return give(context, found)
      }
    }
  } catch (error) {
    // Whoever ran the body has landed the flight; what failed before that must not leave others waiting.
    land(id, flight, { kind: 'again' })
    throw error
  }
}

export function askForLease({ store, callKey, compiled, options }: CallContext): LeaseAnswer | undefined {
  try {
    return store.lease(callKey.key, callKey.groups, compiled.expected, NEVER)
  } catch (error) {
    onFailure(compiled, options.onError, 'lease', error)
    return undefined
  }
}

/**
 * Waits as a synchronous function has to: without letting anything else run. What gives promises must not (`promise`), and of a
 * function that has never run here only the one that computes it knows; so it is asked every now and then.
 */
export function waitSync(context: CallContext, answer: Waiting): 'done' | 'compute-beside' | 'promise' {
  const { compiled, options } = context
  try {
    for (;;) {
      if (compiled.returns === undefined && isPromiseKind(compiled)) noteReturn(compiled, 'promise')
      if (compiled.returns === 'promise') return 'promise'
      // Whether this very call is to give a promise only its body can tell.
      if (compiled.returns === 'mixed') return 'compute-beside'
      const verdict = answer.waitSync(compiled.returns === undefined ? ASK_EVERY : undefined)
      if (verdict !== 'busy') return verdict
    }
  } catch (error) {
    onFailure(compiled, options.onError, 'lease', error)
    return 'compute-beside'
  }
}

/** Waits until the owner is done or the caller aborts. */
export async function waitLater(context: CallContext, answer: Waiting): Promise<'done' | 'compute-beside' | 'aborted'> {
  const { compiled, options, values } = context
  const stopper = new AbortController()
  const aborted = whenAborted(values)
  try {
    return await Promise.race([answer.wait(stopper.signal), ...(aborted ? [aborted.promise] : [])])
  } catch (error) {
    onFailure(compiled, options.onError, 'lease', error)
    return 'compute-beside'
  } finally {
    stopper.abort()
    aborted?.stop()
  }
}

/** Between the look-up and the lease another process may have finished. */
function runWithLease(context: CallContext, id: string, lease: Lease, flight: () => Flight): unknown {
  const found = lookUp(context)
  if (found === MISS) return run(context, id, lease, flight)
  if (!isPromise(found)) {
    release(lease)
    land(id, state.flights.get(id), { kind: 'again' })
    return give(context, found)
  }
  if (context.compiled.returns !== 'promise') return run(context, id, lease, flight)
  return found.then((later) => {
    if (later === MISS) return run(context, id, lease, flight)
    release(lease)
    land(id, state.flights.get(id), { kind: 'again' })
    return give(context, later)
  })
}

/** Waits for a computation that is under way in this thread. */
async function join(context: CallContext, id: string, flight: Flight): Promise<unknown> {
  const nested = startWaiting(context.frame, id)
  if (nested?.isCycle) {
    nested.stop()
    return run(context, id, undefined, undefined)
  }
  flight.joined++
  noteWait(context)
  const aborted = whenAborted(context.values)
  const outcome = await (aborted ? Promise.race([flight.landed, aborted.promise]) : flight.landed)
  aborted?.stop()
  nested?.stop()
  if (outcome === 'aborted') return run(context, id, undefined, undefined)
  if (outcome.kind !== 'value' && outcome.kind !== 'stream' && outcome.kind !== 'error' && !isUnchanged(context)) return context.body(...context.values)
  switch (outcome.kind) {
    case 'value': {
      let value: unknown
      try {
        value = await outcome.read()
      } catch (error) {
        onFailure(context.compiled, context.options.onError, 'look', error)
        return run(context, id, undefined, undefined)
      }
      return context.options.lazy ? createLazyAgain(context, value) : value
    }
    case 'stream':
      return outcome.another() ?? run(context, id, undefined, undefined)
    case 'error':
      throw outcome.error
    case 'unshared':
      return run(context, id, undefined, undefined)
    case 'again': {
      const found = await lookUp(context)
      return found === MISS ? compute(context, id) : give(context, found)
    }
  }
}

/** The caller has changed its arguments while the call waited: what the body gives now belongs to no key. */
function runUncached(context: CallContext, id: string, flight: Flight): unknown {
  land(id, flight, { kind: 'again' })
  return context.body(...context.values)
}

/**
 * Runs the body and keeps what it gives.
 *
 * @param makeFlight Gives what others of this thread may wait for; `undefined` where nobody shall.
 */
export function run(context: CallContext, id: string, lease: Lease | undefined, makeFlight: (() => Flight) | undefined): unknown {
  const { compiled, body, values } = context
  const watch = compiled.computed === 0 ? new Watch(context) : undefined
  const frame = callFrame(context.frame, id, context.call)
  // A function that has only ever given values isn't carried: AsyncLocalStorage would make the promises of the whole process dearer.
  const carried = compiled.returns !== 'value'
  const clock = now()
  let result: unknown
  state.depth++
  try {
    result = runInFrame(frame, carried, () => body(...values))
  } catch (error) {
    finish(id, frame, lease, makeFlight && state.flights.get(id), { kind: 'error', error })
    throw error
  } finally {
    state.depth--
  }
  return takeResult(context, id, result, { frame, lease, makeFlight, carried, clock, watch })
}

/** How a body was run. */
interface Ran extends Omit<Running, 'flight'> {
  makeFlight: (() => Flight) | undefined
  carried: boolean
}

/**
 * {@link run} for calls that stand deep within others: with as little on the stack as can be, so that what recurses goes about as deep as
 * without the cache. Nobody waits for such a call: neither within this thread nor in other processes.
 */
export function runDeep(context: CallContext, id: string): unknown {
  const frame = callFrame(context.frame, id, context.call)
  const outer = state.frame
  const clock = now()
  let result: unknown
  state.frame = frame
  state.depth++
  try {
    result = context.body(...context.values)
  } finally {
    state.depth--
    state.frame = outer
    frame.active = undefined
  }
  return takeResult(context, id, result, { frame, lease: undefined, makeFlight: undefined, carried: false, clock, watch: undefined })
}

/** Keeps what a body gave. */
function takeResult(context: CallContext, id: string, result: unknown, { frame, lease, makeFlight, carried, clock, watch }: Ran): unknown {
  const { compiled } = context
  if (isThenable(result)) {
    if (lease && compiled.returns === undefined) notePromiseKind(compiled)
    noteReturn(compiled, 'promise')
    // Not carried, a call further down can't know that it stands in this one, and must not wait for it.
    const shared = carried ? makeFlight?.() : undefined
    if (shared) state.flights.set(id, shared)
    if (!carried) release(lease)
    return runOn(context, id, result, { frame, lease: carried ? lease : undefined, flight: shared, clock, watch })
  }
  noteReturn(compiled, 'value')
  const duration = now() - clock
  noteDuration(compiled, duration)
  watch?.look(duration)
  frame.active = undefined
  try {
    const kept = keep(context, result, { duration, promised: false }, false) as Kept | Splitting
    if ('split' in kept) return handOver(context, id, lease, kept, false)
    if (compiled.computed <= MEASURED) noteCost(context, now() - clock - duration + (watch?.hashing ?? 0), duration)
    release(lease)
    return context.options.lazy ? lazyOf(context, result, kept) : result
  } catch (error) {
    release(lease)
    throw error
  } finally {
    // It gave a value where a promise was waited for.
    if (makeFlight) land(id, state.flights.get(id), { kind: 'again' })
  }
}

interface Running {
  frame: Frame
  lease: Lease | undefined
  flight: Flight | undefined
  clock: number
  watch: Watch | undefined
}

/** The part of a computation that is behind a promise. */
function runOn(context: CallContext, id: string, result: PromiseLike<unknown>, running: Running): Promise<unknown> {
  const { frame, lease, flight, clock, watch } = running
  const onValue = (value: unknown): unknown => {
    const duration = now() - clock
    noteDuration(context.compiled, duration)
    watch?.look(duration)
    frame.active = undefined
    const end = (kept: Kept): unknown => {
      if (context.compiled.computed <= MEASURED) noteCost(context, now() - clock - duration + (watch?.hashing ?? 0), duration)
      finish(id, frame, lease, flight, kept.outcome)
      return context.options.lazy ? lazyOf(context, value, kept) : value
    }
    const fail = (error: unknown): never => {
      finish(id, frame, lease, flight, { kind: 'error', error })
      throw error
    }
    try {
      const kept = keep(context, value, { duration, promised: true }, flight !== undefined && flight.joined > 0)
      if ('split' in kept) {
        if (context.options.lazy) void kept.later.then(({ outcome }) => land(id, flight, outcome), () => land(id, flight, { kind: 'unshared' }))
        else land(id, flight, { kind: 'stream', another: () => kept.split.another() })
        return handOver(context, id, lease, kept, true)
      }
      return isPromise(kept) ? kept.then(end, fail) : end(kept)
    } catch (error) {
      return fail(error)
    }
  }
  const onError = (error: unknown): never => {
    finish(id, frame, lease, flight, isOwnAbort(error, context.values) ? { kind: 'again' } : { kind: 'error', error })
    throw error
  }
  return Promise.resolve(result).then(onValue, onError)
}

function lazyOf(context: CallContext, value: unknown, kept: Kept): unknown {
  return kept.stored ? createLazyAgain(context, value) : holdLazy(context, () => value, kept.meta)
}

function finish(id: string, frame: Frame, lease: Lease | undefined, flight: Flight | undefined, outcome: Outcome): void {
  frame.active = undefined
  release(lease)
  land(id, flight, outcome)
}

function land(id: string, flight: Flight | undefined, outcome: Outcome): void {
  if (!flight) return
  if (state.flights.get(id) === flight) state.flights.delete(id)
  flight.land(outcome)
}

/** A lease that can't be given back dies with the process; the call has its result. */
export function release(lease: Lease | undefined): void {
  try {
    lease?.release()
  } catch (error) {
    debug.store('a lease could not be released: %o', error)
  }
}

export function noteDuration(compiled: Compiled, duration: number): void {
  compiled.expected = Math.max(duration, (compiled.expected ?? 0) * 0.9)
}

function noteWait(context: CallContext): void {
  debug.call('%s: waits for %s', context.compiled.label, context.callKey.key)
  if (events.wait.hasSubscribers) events.wait.publish(eventOf(context))
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isPromise(value) || (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
}
