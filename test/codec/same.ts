import { isDeepStrictEqual, types } from 'node:util'

/**
 * Whether two values are exactly alike: types, prototypes, order of keys and entries, attributes, extensibility, `-0`, holes, and
 * which parts are one object. Independent of what it tests. Gives the path of the first difference, or `undefined`.
 */
export function firstDifference(a: unknown, b: unknown, path = 'value', pairs: Map<object, object> = new Map(), taken: Set<object> = new Set()): string | undefined {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b) ? undefined : path
  if (pairs.has(a)) return pairs.get(a) === b ? undefined : `${path} (shared)`
  if (taken.has(b)) return `${path} (not shared)`
  if (a === b) return `${path} (the same object)`
  pairs.set(a, b)
  taken.add(b)
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path} (prototype)`
  for (const state of ['isExtensible', 'isSealed', 'isFrozen'] as const) if (Object[state](a) !== Object[state](b)) return `${path} (${state})`
  const inside = contentDifference(a, b, path, pairs, taken)
  if (inside !== undefined) return inside
  if (ArrayBuffer.isView(a)) return undefined
  const keys = Reflect.ownKeys(a)
  if (!isDeepStrictEqual(keys, Reflect.ownKeys(b))) return `${path} (keys)`
  for (const key of keys) {
    if (types.isNativeError(a) && key === 'stack') continue
    const left = Object.getOwnPropertyDescriptor(a, key)!
    const right = Object.getOwnPropertyDescriptor(b, key)!
    if (left.enumerable !== right.enumerable || left.writable !== right.writable || left.configurable !== right.configurable) return `${path}.${String(key)} (attributes)`
    const difference = firstDifference(left.value, right.value, `${path}.${String(key)}`, pairs, taken)
    if (difference !== undefined) return difference
  }
  return undefined
}

function contentDifference(a: object, b: object, path: string, pairs: Map<object, object>, taken: Set<object>): string | undefined {
  const list = (x: readonly unknown[], y: readonly unknown[]): string | undefined => {
    if (x.length !== y.length) return `${path} (size)`
    for (let i = 0; i < x.length; i++) {
      const difference = firstDifference(x[i], y[i], `${path}(${i})`, pairs, taken)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (types.isMap(a)) return types.isMap(b) ? list([...a].flat(1), [...b].flat(1)) : path
  if (types.isSet(a)) return types.isSet(b) ? list([...a], [...b]) : path
  if (types.isDate(a)) return types.isDate(b) && Object.is(a.getTime(), b.getTime()) ? undefined : path
  if (types.isRegExp(a)) return types.isRegExp(b) && String(a) === String(b) ? undefined : path
  if (ArrayBuffer.isView(a)) {
    if (!ArrayBuffer.isView(b)) return path
    return Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0 ? undefined : `${path} (bytes)`
  }
  if (types.isArrayBuffer(a)) return types.isArrayBuffer(b) && Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0 ? undefined : `${path} (bytes)`
  if (types.isBoxedPrimitive(a)) return types.isBoxedPrimitive(b) && Object.is(a.valueOf(), b.valueOf()) ? undefined : path
  if (types.isNativeError(a)) return types.isNativeError(b) && a.stack === b.stack ? undefined : `${path} (stack)`
  if (a instanceof URL || a instanceof URLSearchParams) return String(a) === String(b) ? undefined : path
  if (a instanceof Headers) return isDeepStrictEqual([...a], [...(b as Headers)]) ? undefined : path
  return undefined
}

/** Every object that can be reached in a value. */
export function objectsIn(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  if (types.isMap(value) || types.isSet(value)) for (const entry of [...value].flat(1)) objectsIn(entry, found)
  if (ArrayBuffer.isView(value)) return objectsIn(value.buffer, found)
  for (const key of Reflect.ownKeys(value)) objectsIn(Object.getOwnPropertyDescriptor(value, key)!.value, found)
  return found
}
