import { types } from 'node:util'
import { hasFixedLength, hasGetter, oddIndex, ownKeysBesideIndices } from './array-facts.ts'
import { brandOf } from './brand.ts'

/** `JSON.stringify` recurses; deeper values take the other way. */
export const DEEPEST: number = 500

/** Marks the end of a container on the stack below. */
const END = Symbol('end')

/**
 * Whether `JSON.parse(JSON.stringify(value))` gives the value back exactly: no `-0`, `NaN`, `undefined`, holes, further
 * properties, prototypes, accessors, hidden or read-only properties, shared references, `toJSON`.
 */
export function isPlainJson(value: unknown): boolean {
  if (!isContainer(value)) return isJsonScalar(value)
  if ('toJSON' in Array.prototype) return false
  const met = new Set<object>()
  const stack: unknown[] = [value]
  let depth = 0
  while (stack.length > 0) {
    const container = stack.pop()
    if (container === END) {
      depth--
      continue
    }
    if (++depth > DEEPEST || met.has(container as object)) return false
    met.add(container as object)
    stack.push(END)
    if (types.isProxy(container) || !Object.isExtensible(container)) return false
    const isFine = Array.isArray(container) ? pushElements(container, stack) : pushProperties(container as object, stack)
    if (!isFine) return false
  }
  return true
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isJsonScalar(value: unknown): boolean {
  if (typeof value === 'number') return value === 0 ? 1 / value > 0 : value - value === 0
  return typeof value === 'string' || typeof value === 'boolean' || value === null
}

function pushElements(array: readonly unknown[], stack: unknown[]): boolean {
  if (Object.getPrototypeOf(array) !== Array.prototype || ownKeysBesideIndices(array).length > 0 || oddIndex(array) >= 0 || hasFixedLength(array)) return false
  for (let i = 0; i < array.length; i++) {
    if (hasGetter(array, i)) return false
    const element = array[i]
    if (isContainer(element)) stack.push(element)
    else if (!isJsonScalar(element)) return false
  }
  return true
}

function pushProperties(object: object, stack: unknown[]): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype || Object.getOwnPropertySymbols(object).length > 0) return false
  const names = Object.getOwnPropertyNames(object)
  // What has slots beside its properties was given that prototype.
  if (names.length === 0) return brandOf(object) === undefined
  for (const key of names) {
    const property = Object.getOwnPropertyDescriptor(object, key)!
    if (!property.enumerable || !property.writable || !property.configurable) return false
    if (isContainer(property.value)) stack.push(property.value)
    else if (!isJsonScalar(property.value)) return false
  }
  return true
}
