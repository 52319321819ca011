import { isPromise } from 'node:util/types'
import { CacheMissError, PersistError } from '../errors.ts'
import { now } from '../store/clock.ts'
import type { Lease } from '../store/types.ts'
import { awaitOthers, claimElements } from './batch-leases.ts'
import type { Awaited, Claimed, Others } from './batch-leases.ts'
import { noteDuration, release } from './compute.ts'
import { callId, keyOf } from './identify.ts'
import type { CallContext } from './context.ts'
import { eventOf, events, publishMiss } from './events.ts'
import { createFlight } from './flight.ts'
import type { Flight, Outcome } from './flight.ts'
import { callFrame, isActive, runInFrame } from './frame.ts'
import { keep } from './keep.ts'
import type { Kept } from './keep.ts'
import { lookUp, MISS } from './look-up.ts'
import type { Found } from './look-up.ts'
import { runUnkeyed, whenBlobsAreRead } from './read-blobs.ts'
import { handOver } from './share-stream.ts'
import { operate } from './operate.ts'
import { noteReturn } from './define.ts'
import { notePromiseKind } from './kinds.ts'
import { isQuestion } from './operation.ts'
import type { PendingOperation } from './operation.ts'
import { state } from './state.ts'
import { startWaiting } from './waits.ts'
import type { NestedWait } from './waits.ts'
import { onFailure } from './warn.ts'

/** One element of the lists, as a call of its own. Elements with one key are one. */
export interface Element {
  readonly context: CallContext
  readonly id: string
  /** Where in the lists it stands. */
  readonly positions: number[]
}

/** An element that another call of this thread computes. */
interface Joined {
  readonly element: Element
  readonly flight: Flight
  readonly wait: NestedWait | undefined
}

/** A call of a function whose lists are keyed element by element: only what is missing is computed, duplicates once, in order. */
export function callBatch(context: CallContext, operation: PendingOperation | undefined): unknown {
  const { compiled, values, body, mode } = context
  let places: readonly number[]
  let elements: readonly Element[]
  try {
    places = placesOf(context)
    elements = split(context, places)
  } catch (error) {
    if (operation !== undefined && isQuestion(operation)) throw error
    return whenBlobsAreRead(compiled, error, () => callBatch(context, operation), (failure) => runUnkeyed(compiled, context.frame, failure, values, body)) ?? runUnkeyed(compiled, context.frame, error, values, body)
  }
  if (operation !== undefined && isQuestion(operation)) return operateAll(elements, places, values, operation)
  const length = (values[places[0]!] as unknown[]).length
  // Of a function that has never run nobody knows whether it gives a promise: with nothing to do it shows it.
  if (length === 0) return compiled.returns === undefined ? body(...values) : wrap(context, [])

  const looked = elements.map((element) => (mode === 'refresh' || isActive(context.frame, element.id) ? MISS : lookUp(element.context)))
  const proceed = (found: readonly (Found | typeof MISS)[]): unknown => fill(context, places, elements, found, length)
  if (!looked.some(isPromise)) return proceed(looked as (Found | typeof MISS)[])
  return compiled.returns === 'value' ? proceed(looked.map((one) => (isPromise(one) ? MISS : one))) : Promise.all(looked).then(proceed)
}

/** Which parameters are the lists. */
function placesOf({ compiled, options, values }: CallContext): readonly number[] {
  const names = compiled.descriptor.params.map((name) => name.replace(/^\.\.\./, ''))
  const places = options.batch.map((name) => names.indexOf(name))
  const lists = places.map((place) => values[place])
  for (const [index, list] of lists.entries()) {
    const name = options.batch[index]!
    if (!Array.isArray(list)) throw new PersistError('KEY', `\`batch\` names '${name}', which is no array in this call. Pass an array.`, { path: name })
    const first = (lists[0] as unknown[]).length
    if (list.length !== first) {
      throw new PersistError('KEY', `\`batch\` goes through its lists in step, but '${options.batch[0]}' has ${first} elements and '${name}' has ${list.length}. Pass lists of one length.`, { path: name })
    }
  }
  return places
}

function split(context: CallContext, places: readonly number[]): Element[] {
  const { compiled, options, self, values, captures } = context
  const byId = new Map<string, Element>()
  const length = (values[places[0]!] as unknown[]).length
  for (let position = 0; position < length; position++) {
    const own = [...values]
    for (const place of places) own[place] = (values[place] as unknown[])[position]
    const one: CallContext = { ...context, values: own, callKey: keyOf(compiled, options, self, own, captures) }
    const id = callId(one)
    const element = byId.get(id)
    if (element) element.positions.push(position)
    else byId.set(id, { context: one, id, positions: [position] })
  }
  return [...byId.values()]
}

/** Puts the found together with what has to be computed. */
function fill(
  context: CallContext,
  places: readonly number[],
  elements: readonly Element[],
  found: readonly (Found | typeof MISS)[],
  length: number,
): unknown {
  const { compiled, mode, options, frame } = context
  const results: unknown[] = Array.from({ length })
  const missing: Element[] = []
  const joined: Joined[] = []
  for (const [index, element] of elements.entries()) {
    const one = found[index]!
    if (one !== MISS) {
      compiled.hits++
      if (events.hit.hasSubscribers) events.hit.publish(eventOf(element.context, { duration: one.entry.duration, size: one.entry.size }))
      if (one.entry.promise) compiled.returns ??= 'promise'
      place(results, element, one.value, () => again(element, one.value))
      continue
    }
    const flight = options.singleFlight && !isActive(frame, element.id) ? state.flights.get(element.id) : undefined
    const wait = flight && startWaiting(frame, element.id)
    if (!flight || wait?.isCycle) {
      wait?.stop()
      missing.push(element)
    } else joined.push({ element, flight, wait })
  }
  for (const { context: one } of missing) publishMiss(one, mode === 'refresh' ? 'refresh' : one.missed)
  if (missing.length > 0 && mode === 'require') {
    for (const { wait } of joined) wait?.stop()
    throw new CacheMissError(`${compiled.label}: ${missing.length} of ${length} elements have no stored result, and mode is 'require'. Compute them under mode 'cache' first.`)
  }
  if (joined.length > 0) {
    return fillJoined(context, places, missing, joined, results).finally(() => {
      for (const { wait } of joined) wait?.stop()
    })
  }
  if (missing.length === 0) return wrap(context, results)
  return computeOnce(context, places, missing, results)
}

/** Some elements are being computed by another call of this thread: first the own ones, then theirs. */
async function fillJoined(
  context: CallContext,
  places: readonly number[],
  missing: readonly Element[],
  joined: readonly Joined[],
  results: unknown[],
): Promise<unknown> {
  for (const { flight } of joined) flight.joined++
  if (missing.length > 0) {
    const computed = await computeOnce(context, places, missing, results)
    if (computed !== results) return computed
  }
  const failed: Element[] = []
  for (const { element, flight } of joined) {
    const outcome = await flight.landed
    const stream = outcome.kind === 'stream' ? outcome.another() : undefined
    if (outcome.kind === 'value') {
      try {
        place(results, element, await outcome.read(), outcome.read)
      } catch (error) {
        onFailure(context.compiled, context.options.onError, 'look', error)
        failed.push(element)
      }
    } else if (outcome.kind === 'stream' && stream !== undefined) place(results, element, stream, outcome.another)
    else failed.push(element)
  }
  return failed.length > 0 ? computeMissing(context, places, failed, results, NO_LEASES) : results
}

/** Computes what no other process computes, and then takes what the others have. Gives what {@link computeMissing} gives. */
function computeOnce(context: CallContext, places: readonly number[], missing: readonly Element[], results: unknown[]): unknown {
  const { own, leases, others, found } = claimElements(context, missing)
  takeFound(results, found)
  const computed = own.length > 0 ? computeMissing(context, places, own, results, leases) : results
  if (others.length === 0) return own.length > 0 ? computed : wrap(context, results)
  const proceed = (sofar: unknown): unknown => (sofar === results ? computeRest(context, places, others, results) : sofar)
  return isPromise(computed) ? computed.then(proceed) : proceed(computed)
}

function computeRest(context: CallContext, places: readonly number[], others: Others, results: unknown[]): unknown {
  const finish = ({ found, again, beside }: Awaited): unknown => {
    takeFound(results, found)
    const first = beside.length > 0 ? computeMissing(context, places, beside, results, NO_LEASES) : results
    if (again.length === 0) return beside.length > 0 ? first : wrap(context, results)
    const proceed = (sofar: unknown): unknown => (sofar === results ? computeOnce(context, places, again, results) : sofar)
    return isPromise(first) ? first.then(proceed) : proceed(first)
  }
  const awaited = awaitOthers(context, others)
  return isPromise(awaited) ? awaited.then(finish) : finish(awaited)
}

function takeFound(results: unknown[], found: Claimed['found']): void {
  for (const [element, one] of found) {
    const { compiled } = element.context
    compiled.hits++
    if (one.entry.promise) compiled.returns ??= 'promise'
    place(results, element, one.value, () => again(element, one.value))
  }
}

const NO_LEASES: ReadonlyMap<Element, Lease> = new Map()

/** Calls the function with the missing elements only. Gives `results`, filled; or what the function gave, if that is no list of them. */
function computeMissing(
  context: CallContext,
  places: readonly number[],
  missing: readonly Element[],
  results: unknown[],
  leases: ReadonlyMap<Element, Lease>,
): unknown {
  const { compiled, values, body, options } = context
  const positions = missing.map(({ positions: [first] }) => first!)
  const reduced = [...values]
  for (const index of places) reduced[index] = positions.map((position) => (values[index] as unknown[])[position])
  const frame = callFrame(context.frame, new Set(missing.map(({ id }) => id)), context.call)
  const carried = compiled.returns !== 'value'
  const clock = now()
  const flights = new Map<Element, Flight>()

  const land = (element: Element, outcome: Outcome): void => {
    // A stream's goes on until it was read.
    if (outcome.kind !== 'stream') release(leases.get(element))
    const flight = flights.get(element)
    if (!flight) return
    if (state.flights.get(element.id) === flight) state.flights.delete(element.id)
    flight.land(outcome)
  }
  const landAll = (outcome: Outcome): void => {
    frame.active = undefined
    for (const element of missing) land(element, outcome)
  }
  const onResult = (result: unknown, promised: boolean): unknown => {
    frame.active = undefined
    if (!Array.isArray(result) || result.length !== missing.length) {
      landAll({ kind: 'again' })
      const shape = Array.isArray(result) ? `${result.length} results` : 'no array'
      onFailure(compiled, options.onError, 'store', new PersistError('VALUE', `\`batch\` needs a function that gives one result per element; for ${missing.length} it gave ${shape}.`))
      return missing.length === results.length ? result : body(...values)
    }
    const duration = (now() - clock) / missing.length
    noteDuration(compiled, duration)
    const kept = missing.map((element, index) => {
      const one = keep(element.context, result[index], { duration, promised }, element.positions.length > 1 || (flights.get(element)?.joined ?? 0) > 0)
      const settle = (settled: Kept): void => {
        place(results, element, result[index], settled.outcome.kind === 'value' ? settled.outcome.read : () => result[index])
        land(element, settled.outcome)
      }
      if ('split' in one) {
        place(results, element, handOver(element.context, element.id, leases.get(element), one, promised), () => one.split.another())
        land(element, { kind: 'stream', another: () => one.split.another() })
        return undefined
      }
      return isPromise(one) ? one.then(settle) : settle(one)
    })
    return kept.some(isPromise) ? Promise.all(kept).then(() => results) : results
  }

  let result: unknown
  try {
    result = runInFrame(frame, carried, () => body(...reduced))
  } catch (error) {
    landAll({ kind: 'again' })
    throw error
  }
  if (!isPromise(result)) {
    noteReturn(compiled, 'value')
    return onResult(result, false)
  }
  if (leases.size > 0 && compiled.returns === undefined) notePromiseKind(compiled)
  noteReturn(compiled, 'promise')
  // Not carried, a call further down can't know that it stands in this one, and must not wait for it.
  if (!carried) for (const lease of leases.values()) release(lease)
  if (options.singleFlight && carried) {
    for (const element of missing) {
      const flight = createFlight()
      flights.set(element, flight)
      state.flights.set(element.id, flight)
    }
  }
  return result.then(
    (value) => onResult(value, true),
    (error: unknown) => {
      landAll({ kind: 'again' })
      throw error
    },
  )
}

/** Each position gets a value of its own; where another can't be had at once, they have one in common. */
function place(results: unknown[], { context, positions }: Element, value: unknown, another: () => unknown): void {
  for (const [index, position] of positions.entries()) results[position] = index === 0 ? value : anotherOf(context, value, another)
}

function anotherOf({ compiled, options }: CallContext, value: unknown, another: () => unknown): unknown {
  try {
    const other = another()
    if (!isPromise(other)) return other
    other.catch(() => undefined)
  } catch (error) {
    onFailure(compiled, options.onError, 'look', error)
  }
  return value
}

/** What is stored, read once more. */
function again({ context }: Element, value: unknown): unknown {
  const found = lookUp(context)
  return found === MISS || isPromise(found) ? value : found.value
}

function wrap({ compiled }: CallContext, results: unknown[]): unknown {
  return compiled.returns === 'promise' && !compiled.descriptor.async ? Promise.resolve(results) : results
}

/** `has`, `peek`, `put`, `forget` of all elements. */
function operateAll(elements: readonly Element[], places: readonly number[], values: readonly unknown[], operation: PendingOperation): undefined {
  const { kind, value } = operation
  const length = (values[places[0]!] as unknown[]).length
  if (kind === 'put' && (!Array.isArray(value) || value.length !== length)) {
    throw new PersistError('VALUE', `put() for a batch of ${length} elements needs an array of ${length} results.`)
  }
  const answers = elements.map((element) => {
    const own: PendingOperation = { ...operation, value: Array.isArray(value) ? value[element.positions[0]!] : value }
    operate(element.context, own)
    return own.result
  })
  const combine = (all: readonly unknown[]): unknown => {
    if (kind === 'has') return all.every(Boolean)
    if (kind !== 'peek' || all.length === 0 || all.includes(undefined)) return undefined
    const result: unknown[] = Array.from({ length })
    const entries = all as { value: unknown; meta: unknown }[]
    for (const [index, element] of elements.entries()) for (const position of element.positions) result[position] = entries[index]!.value
    return { value: result, meta: entries[0]!.meta }
  }
  operation.result = answers.some(isPromise) ? Promise.all(answers).then(combine) : combine(answers)
  return undefined
}
