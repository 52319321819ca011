import { inspect } from 'node:util'
import { bytesDigest } from './canonical-tokens.ts'

/** Up to here listing all keys is cheaper than asking `inspect`. */
const FEW = 64
const NO_KEYS: readonly never[] = []
const INDEX_PATTERN = /^(?:0|[1-9]\d*)$/

function isBesideIndices(key: string | symbol): boolean {
  return typeof key === 'symbol' || !(key === 'length' || INDEX_PATTERN.test(key))
}

/**
 * Whether a long array has keys beside its elements, without making a string of every index: `inspect` lists the
 * other keys alone (Node's `getOwnNonIndexProperties`). An answer in a form that we don't expect only costs time.
 */
function mayHaveExtraKeys(value: ArrayLike<unknown>): boolean {
  const shown = inspect(value, { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Infinity })
  return !shown.endsWith(`[ ... ${value.length} more items ]`)
}

/** The own keys of an array or typed array beside its elements and `length`. */
export function ownKeysBesideIndices(value: ArrayLike<unknown>): readonly (string | symbol)[] {
  if (value.length > FEW && !mayHaveExtraKeys(value)) return NO_KEYS
  const keys = allOwnKeys(value)
  // An array without holes has its elements and `length`.
  if (keys.length === value.length + 1 && keys[keys.length - 1] === 'length') return NO_KEYS
  return keys.filter(isBesideIndices)
}

/** The doubles of a long array that holds nothing else; `undefined` for any other array. */
export function floatsOf(value: readonly unknown[]): Float64Array | undefined {
  const length = value.length
  if (length < FEW || hasGetter(value, 0) || typeof value[0] !== 'number') return undefined
  const floats = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    if (hasGetter(value, i)) return undefined
    const element = value[i]
    if (typeof element !== 'number') return undefined
    floats[i] = element
  }
  return floats
}

/** The digest of an array of many numbers as 64-bit floats; `undefined` for any other array. */
export function numbersDigest(value: readonly unknown[]): string | undefined {
  const floats = floatsOf(value)
  // NaN has many bit patterns.
  return floats === undefined || floats.includes(Number.NaN) ? undefined : bytesDigest(floats, 8)
}

const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(this: object, key: number): unknown }).__lookupGetter__

/** Whether reading an element would run code. Asks for no descriptor, which takes four times as long. */
export function hasGetter(value: readonly unknown[], index: number): boolean {
  return lookupGetter.call(value, index) !== undefined
}

/** Whether there is an element that can only be written: it reads as `undefined`. */
export function hasSetter(value: readonly unknown[], index: number): boolean {
  return Object.getOwnPropertyDescriptor(value, index)?.set !== undefined
}

/**
 * The first index whose element isn't as an array literal would have it, as far as it isn't the array that is frozen or sealed.
 * Only short arrays are asked: a long one would take longer than all the rest.
 */
export function oddIndex(value: readonly unknown[]): number {
  const closed = !Object.isExtensible(value)
  const solid = closed && Object.isFrozen(value)
  const sealed = closed && Object.isSealed(value)
  if (value.length > FEW) return -1
  for (let i = 0; i < value.length; i++) {
    const property = Object.getOwnPropertyDescriptor(value, i)
    if (property !== undefined && (!property.enumerable || !(property.writable || solid) || !(property.configurable || sealed))) return i
  }
  return -1
}

/** Whether an array that isn't frozen doesn't let its length be changed. */
export function hasFixedLength(value: readonly unknown[]): boolean {
  return !Object.getOwnPropertyDescriptor(value, 'length')!.writable && !Object.isFrozen(value)
}

/** `Reflect.ownKeys`, several times faster for most objects. */
export function allOwnKeys(value: object): readonly (string | symbol)[] {
  const symbols = Object.getOwnPropertySymbols(value)
  const names = Object.getOwnPropertyNames(value)
  return symbols.length === 0 ? names : [...names, ...symbols]
}
