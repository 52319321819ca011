import { isPromise } from 'node:util/types'
import type { Lease } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { askForLease, isFast, waitLater, waitSync } from './compute.ts'
import type { Waiting } from './compute.ts'
import type { Element } from './batch.ts'
import { lookUp, MISS } from './look-up.ts'
import type { Found } from './look-up.ts'

/*
 * Who computes which element, among all processes. Nobody waits for an element while it holds the lease of another: the own ones are
 * computed and given back first, so that two calls with overlapping lists can't wait for each other.
 */

/** Elements that others compute, and how to wait for them. */
export type Others = readonly (readonly [Element, Waiting])[]

export interface Claimed {
  /** To be computed by this call. */
  readonly own: readonly Element[]
  readonly leases: ReadonlyMap<Element, Lease>
  readonly others: Others
  /** What another process has finished meanwhile. */
  readonly found: readonly (readonly [Element, Found])[]
}

/** Asks for the lease of each element, without waiting. */
export function claimElements({ compiled, options, mode }: CallContext, elements: readonly Element[]): Claimed {
  if (!options.singleFlight || mode !== 'cache' || isFast(compiled)) return { own: elements, leases: new Map(), others: [], found: [] }
  const own: Element[] = []
  const leases = new Map<Element, Lease>()
  const others: [Element, Waiting][] = []
  const found: [Element, Found][] = []
  for (const element of elements) {
    const answer = askForLease(element.context)
    if (answer !== undefined && !('lease' in answer)) {
      others.push([element, answer])
      continue
    }
    const late = answer === undefined ? MISS : lookUp(element.context)
    if (late === MISS || isPromise(late)) {
      own.push(element)
      if (answer) leases.set(element, answer.lease)
    } else {
      answer!.lease.release()
      found.push([element, late])
    }
  }
  return { own, leases, others, found }
}

/** What became of elements that others computed. */
export interface Awaited {
  readonly found: readonly (readonly [Element, Found])[]
  /** Whose owner gave up: to be claimed again. */
  readonly again: readonly Element[]
  /** Not to be waited for any longer: computed beside their owner. */
  readonly beside: readonly Element[]
}

/** Waits for the elements that others compute. A promise where the function gives one. */
export function awaitOthers(context: CallContext, others: Others): Awaited | Promise<Awaited> {
  const found: [Element, Found][] = []
  const again: Element[] = []
  const beside: Element[] = []
  const take = (element: Element, late: Found | typeof MISS): void => {
    if (late === MISS) again.push(element)
    else found.push([element, late])
  }
  for (const [index, [element, waiting]] of others.entries()) {
    const verdict = waitSync(element.context, waiting)
    if (verdict === 'promise') return awaitLater(others.slice(index), { found, again, beside }, take)
    if (verdict === 'compute-beside') {
      beside.push(element)
      continue
    }
    const late = lookUp(element.context)
    // `validate` gives a promise, which a synchronous function can't wait for.
    if (isPromise(late)) beside.push(element)
    else take(element, late)
  }
  return { found, again, beside }
}

async function awaitLater(others: Others, answer: Awaited & { beside: Element[] }, take: (element: Element, late: Found | typeof MISS) => void): Promise<Awaited> {
  for (const [element, waiting] of others) {
    const verdict = await waitLater(element.context, waiting)
    if (verdict === 'done') take(element, await lookUp(element.context))
    else answer.beside.push(element)
  }
  return answer
}
