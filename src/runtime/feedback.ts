import { types } from 'node:util'
import { canonicalHash } from '../codec/canonical.ts'
import { describeObject } from '../codec/class-info.ts'
import { now } from '../store/clock.ts'
import type { CallContext } from './context.ts'
import type { Compiled } from './define.ts'
import { instanceNode } from './key.ts'
import { keyPlan } from './key-plan.ts'
import { warnOnce } from './warn.ts'

/** What hashing an argument took, and what came out. */
interface Watched {
  index: number
  name: string
  digest: string
  took: number
}

/** Milliseconds beyond which time spent on the cache is worth a word. */
const WORTH_A_WORD = 100
const HASHING_WORTH_A_WORD = 50
/** So much is hardly a busy machine's doing, if it is seen again in any process. */
const BEYOND_DOUBT = 500
/** Of how many computations and hits of a function the cost is looked at in each process. */
export const MEASURED = 2

/**
 * Looks more closely at one computation of a function in each process: whether it changes its `this` or arguments, and whether
 * hashing or storing costs more than computing. Says so once, with the figures.
 */
export class Watch {
  readonly #context: CallContext
  readonly #before: Watched[]

  constructor(context: CallContext) {
    this.#context = context
    const { compiled: { descriptor, knows }, options, values, self } = context
    const steps = keyPlan(descriptor, options, knows).steps
    this.#before = steps.flatMap(({ index, name, node }) => (node ? [] : watch(context, index, name, values[index])))
    if (descriptor.self === 'instance') this.#before.push(...watch(context, THIS, 'this', self))
  }

  /** After the body, before anything else can touch the arguments. */
  look(duration: number): void {
    const { compiled, values, self, options: { impure } } = this.#context
    for (const { index, name, digest } of this.#before) {
      const [after] = watch(this.#context, index, name, index < 0 ? self : values[index])
      // What is acknowledged is `rows` or `this.rows`.
      if (after?.digest === digest || impure === true || (impure && impure.some((known) => known.split('.')[0] === name))) continue
      warnOnce(
        compiled,
        `mutated:${name}`,
        `${compiled.label} changes ${index < 0 ? '' : 'its argument '}\`${name}\`, or somebody does while it computes. A hit won't: the result is stored for what \`${name}\` was before. Change a copy.`,
      )
    }
    const heaviest = this.#before.reduce<Watched | undefined>((most, one) => (most && most.took >= one.took ? most : one), undefined)
    const hashing = this.hashing
    if (heaviest && hashing > HASHING_WORTH_A_WORD && hashing > duration) {
      warnOnce(
        compiled,
        `hashing:${heaviest.name}`,
        `${compiled.label}: hashing the arguments takes ${ms(hashing)}, computing ${ms(duration)}; most of it is \`${heaviest.name}\` (${ms(heaviest.took)}). Leave it out with \`skip\`, say by a rule in \`key\` what of it counts, or pass a lazy handle.`,
      )
    }
  }

  get hashing(): number {
    return this.#before.reduce((sum, { took }) => sum + took, 0)
  }
}

/** In the place of a parameter's index. */
const THIS = -1

function watch({ compiled: { descriptor, knows: known } }: CallContext, index: number, name: string, value: unknown): Watched[] {
  if (typeof value !== 'object' || value === null) return []
  const started = now()
  try {
    const digest = canonicalHash(value, { known }, name, index < 0 ? instanceNode(descriptor) : undefined)
    // Of what `this` takes there is nothing to leave out.
    return [{ index, name, digest, took: index < 0 ? 0 : now() - started }]
  } catch {
    // It can't be a key any more: that is a change too, which the missing digest tells.
    return []
  }
}

/**
 * Says that the cache costs more time than it saves, when one process sees it for the second time: once in each, it may be the
 * machine that was busy, or the store that was being opened. `spent` is what the cache took for one call.
 */
export function noteCost({ compiled, store }: CallContext, spent: number, duration: number): void {
  if (spent <= duration + WORTH_A_WORD) return
  if (++compiled.slow < 2 && (spent <= duration + BEYOND_DOUBT || store.firstTime('slow?'))) return
  warnOnce(
    compiled,
    'slow',
    `${compiled.label}: the cache took ${ms(spent)} where computing takes ${ms(duration)}. Take the mark away, persist what is above or below it, or choose a faster \`codec\`.`,
  )
}

/** A change in the methods of such a class goes unseen. */
export function noteUnknownClass(compiled: Compiled, name: string, path: string): void {
  const { untracked } = compiled.options
  if (untracked.includes(name)) return
  warnOnce(
    compiled,
    `class:${name}`,
    `${compiled.label}: ${path} is an instance of ${name}, whose code the compiler hasn't seen: it counts by the class's name and its own state. Define [persistKey]() on ${name} to say what counts, or say untracked: ['${name}'].`,
  )
}

/** Says that a client or the like counts by the code that made it. */
export function noteUntracked(compiled: Compiled, name: string, value: object, cure: string): void {
  if (compiled.options.untracked.includes(name)) return
  warnOnce(
    compiled,
    `untracked:${name}`,
    `${compiled.label} depends on what can't be tracked: \`${name}\`, ${types.isProxy(value) ? 'a Proxy' : describeObject(value)}, is more than data. It counts by its code, so that results stay when its state changes. ${cure}.`,
  )
}

function ms(duration: number): string {
  return duration < 10 ? `${duration.toFixed(1)} ms` : `${Math.round(duration)} ms`
}
