import { isPromise } from 'node:util/types'
import type { Mode } from '../config/options.ts'
import { CacheMissError, PersistError } from '../errors.ts'
import { now } from '../store/clock.ts'
import { callBatch } from './batch.ts'
import { createPlan } from './codec-plan.ts'
import { compute, runDeep } from './compute.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import { events, publishMiss } from './events.ts'
import { MEASURED, noteCost } from './feedback.ts'
import { currentFrame, isActive } from './frame.ts'
import type { Frame } from './frame.ts'
import { give } from './give.ts'
import { callId, isUnchanged, keyOf } from './identify.ts'
import type { CallKey } from './key.ts'
import { lookUp, MISS } from './look-up.ts'
import type { Found } from './look-up.ts'
import { modeOf } from './mode.ts'
import { operate } from './operate.ts'
import { isQuestion } from './operation.ts'
import type { PendingOperation } from './operation.ts'
import { FORGOTTEN, recall, remember } from './recall.ts'
import { runUnkeyed, whenBlobsAreRead } from './read-blobs.ts'
import { revalidate } from './revalidate.ts'
import { optionsIn, settle } from './settle-options.ts'
import { state } from './state.ts'
import { storeFor } from './stores.ts'
import { readMarks } from './tags.ts'
import { ofFunction, onFailure, warnOncePerProcess } from './warn.ts'

type Body = (...values: any[]) => any

const NONE: readonly unknown[] = []
const NO_KEY: CallKey = { key: '', groups: [], preview: () => '' }

/**
 * One call of a persisted function: key, look up, compute once, store. The function itself delegates to it, with the
 * effective values of its parameters and its own body.
 */
export function call(
  compiled: Compiled | undefined,
  self: unknown,
  values: readonly unknown[],
  captures: (() => readonly unknown[]) | 0,
  body: Body,
): any {
  // Called in an import cycle before its module was evaluated.
  if (compiled === undefined) return body(...values)
  const operation = takeOperation(compiled)
  if (operation !== undefined && isQuestion(operation)) return answerQuestion(compiled, operation, self, values, captures, body)
  const frame = currentFrame()
  if (compiled.generation !== state.generation && !prepare(compiled, frame)) return body(...values)
  const mode = operation === undefined ? modeOf(compiled, frame) : modeFor(operation, modeOf(compiled, frame))
  if (mode === 'off') return body(...values)

  const taken = captures === 0 ? NONE : take(compiled, captures)
  if (taken === undefined) return body(...values)
  if (compiled.memories !== undefined && operation === undefined && mode !== 'refresh') {
    const recalled = recall(compiled, compiled.memories, values, taken, frame)
    if (recalled !== FORGOTTEN) return recalled
  }
  if (state.depth >= DEEP && operation === undefined && mode === 'cache' && compiled.returns !== 'mixed' && (compiled.returns !== 'promise' || state.depth >= FAR)) {
    return callDeep(compiled, frame, self, values, taken, body)
  }
  return proceed(compiled, operation, mode, frame, self, values, taken, body)
}

/** So many computations may stand on the stack, one in the other, before it is spared. */
const DEEP = 20
/** The same for those that give promises: beyond it they begin when the stack is empty. */
const FAR = 100

/** {@link proceed} where little of the stack may be left: nothing more stands on it than has to while the body runs, or nothing at all. */
function callDeep(compiled: Compiled, frame: Frame | undefined, self: unknown, values: readonly unknown[], taken: readonly unknown[], body: Body): unknown {
  const ordinary = (): unknown => proceed(compiled, undefined, 'cache', frame, self, values, taken, body)
  let context: CallContext
  let id: string
  try {
    context = makeContext(compiled, undefined, 'cache', frame, self, values, taken, body)
    id = callId(context)
  } catch {
    return ordinary()
  }
  if (context.options.batch.length > 0) return ordinary()
  if (isActive(frame, id)) return body(...values)
  const found = lookUp(context)
  if (isPromise(found)) return answerLater(context, found)
  if (found !== MISS) return answerWith(context, found)
  publishMiss(context, context.missed)
  if (compiled.returns !== 'promise') return runDeep(context, id)
  return Promise.resolve().then(() => (isUnchanged(context) ? compute(context, id) : body(...values)))
}

/** With the values at hand: the key, and what it leads to. */
function proceed(
  compiled: Compiled,
  operation: PendingOperation | undefined,
  mode: Mode,
  frame: Frame | undefined,
  self: unknown,
  values: readonly unknown[],
  taken: readonly unknown[],
  body: Body,
): unknown {
  let context: CallContext
  try {
    context = makeContext(compiled, operation, mode, frame, self, values, taken, body)
  } catch (error) {
    const again = (): unknown => proceed(compiled, operation, mode, frame, self, values, taken, body)
    return whenBlobsAreRead(compiled, error, again, (failure) => runUnkeyed(compiled, frame, failure, values, body)) ?? runUnkeyed(compiled, frame, error, values, body)
  }
  return context.options.batch.length > 0 ? callBatch(context, operation) : answer(context)
}

/** The captured values; `undefined` where one isn't initialised yet, on a path that may never read it. */
function take(compiled: Compiled, captures: () => readonly unknown[]): readonly unknown[] | undefined {
  try {
    return captures()
  } catch (error) {
    debug.key('%s: a captured variable can\'t be read yet, so that this call runs uncached: %o', compiled.label, error)
    return undefined
  }
}

/** `has`, `peek`, `put`, `forget`: the function is never run, and failing is for who asks. */
function answerQuestion(
  compiled: Compiled,
  operation: PendingOperation,
  self: unknown,
  values: readonly unknown[],
  captures: (() => readonly unknown[]) | 0,
  body: Body,
): undefined {
  try {
    settle(compiled)
    const frame = currentFrame()
    const mode = modeOf(compiled, frame)
    const taken = captures === 0 ? NONE : captures()
    // What is off is still there to be looked at, but not to be changed.
    const context = makeContext(compiled, operation, mode === 'off' ? 'read-only' : mode, frame, self, values, taken, body)
    if (context.options.batch.length > 0) callBatch(context, operation)
    else operate(context, operation)
  } catch (error) {
    const again = (): unknown => {
      const asked: PendingOperation = { ...operation, failure: undefined }
      answerQuestion(compiled, asked, self, values, captures, body)
      if (asked.failure) throw asked.failure.error
      return asked.result
    }
    const later = whenBlobsAreRead(compiled, error, again, (failure) => {
      throw failure
    })
    if (later) operation.result = later
    else operation.failure = { error: error instanceof PersistError ? ofFunction(compiled, 'key', error) : error }
  }
}

/** Look up, else compute. */
export function answer(context: CallContext): unknown {
  const { frame, mode } = context
  const id = frame === undefined ? undefined : callId(context)
  // Being computed further up this very chain of calls: waiting for it would be waiting for oneself.
  if (id !== undefined && isActive(frame, id)) return context.body(...context.values)
  if (mode === 'refresh') {
    publishMiss(context, 'refresh')
    return compute(context, id ?? callId(context))
  }
  const { compiled } = context
  const clock = compiled.hits < MEASURED ? now() : 0
  const found = lookUp(context)
  if (isPromise(found)) return answerLater(context, found)
  // The first hits tell what reading costs.
  if (clock > 0 && found !== MISS) noteCost(context, now() - clock, found.entry.duration)
  return answerWith(context, found)
}

function answerWith(context: CallContext, found: Found | typeof MISS): unknown {
  if (found !== MISS) {
    if (found.stale && context.mode === 'cache') revalidate(context, callId(context))
    if (context.compiled.hits >= MEASURED) remember(context, found.entry)
    return give(context, found)
  }
  publishMiss(context, context.missed)
  if (context.mode === 'require') return missed(context)
  return compute(context, callId(context))
}

/** `validate` gives a promise. Only a function that gives one too can wait for it. */
function answerLater(context: CallContext, found: Promise<Found | typeof MISS>): unknown {
  const { compiled } = context
  if (compiled.returns !== 'value') return found.then((later) => answerWith(context, later))
  warnOncePerProcess(
    `${compiled.label}:validate`,
    `${compiled.label}: \`validate\` or the codec gives a promise, which a synchronous function can't wait for: it computes. Make them synchronous, or the function async.`,
  )
  return answerWith(context, MISS)
}

function missed({ compiled, callKey }: CallContext): unknown {
  const error = new CacheMissError(
    `${compiled.label}(${callKey.preview()}) has no stored result, and mode is 'require'. Compute it under mode 'cache' first.`,
  )
  if (compiled.returns === 'promise') return Promise.reject(error)
  throw error
}

function makeContext(
  compiled: Compiled,
  operation: PendingOperation | undefined,
  mode: Mode,
  frame: Frame | undefined,
  self: unknown,
  values: readonly unknown[],
  captures: readonly unknown[],
  body: Body,
): CallContext {
  let options = optionsIn(frame, compiled)
  const store = storeFor(compiled, options, mode)
  if (operation?.kind === 'lazy') options = { ...options, lazy: true }
  return {
    compiled,
    options,
    mode,
    store,
    plan: options.codec === compiled.options.codec ? compiled.plan : createPlan(options.codec),
    // A batch has a key for each element.
    callKey: options.batch.length > 0 ? NO_KEY : keyOf(compiled, options, self, values, captures),
    self,
    values,
    captures,
    body,
    frame,
    call: hasObservers() ? ++state.calls : 0,
    marks: options.tags.length > 0 ? readMarks(options.tags, options, compiled.project, mode) : undefined,
    missed: undefined,
  }
}

function hasObservers(): boolean {
  return events.hit.hasSubscribers || events.miss.hasSubscribers || events.store.hasSubscribers || events.refuse.hasSubscribers
}

function takeOperation(compiled: Compiled): PendingOperation | undefined {
  const operation = state.pending
  if (operation === undefined || operation.compiled !== compiled) return undefined
  state.pending = undefined
  operation.consumed = true
  return operation
}

/** `rerun` and `original` say themselves what the cache is for, within what the mode allows. */
function modeFor(operation: PendingOperation, mode: Mode): Mode {
  if (operation.kind === 'original') return 'off'
  return operation.kind === 'rerun' && mode !== 'off' && mode !== 'read-only' ? 'refresh' : mode
}

/** Finds out what holds for a function. False: it runs uncached until options change. */
function prepare(compiled: Compiled, frame: Frame | undefined): boolean {
  if (compiled.foreign) {
    warnOncePerProcess(
      `version:${compiled.label}`,
      `${compiled.label} was compiled for another version of the runtime (descriptor ${compiled.descriptor.v}), so that it runs uncached. Build it again.`,
    )
    return false
  }
  if (compiled.brokenIn === state.generation) return false
  try {
    settle(compiled)
    const mode = modeOf(compiled, frame)
    if (mode !== 'off') storeFor(compiled, compiled.options, mode)
    return true
  } catch (error) {
    compiled.brokenIn = state.generation
    compiled.generation = 0
    onFailure(compiled, compiled.options ? optionsIn(frame, compiled).onError : 'warn', 'store', error)
    return false
  }
}

