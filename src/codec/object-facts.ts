import { types } from 'node:util'
import { allOwnKeys, ownKeysBesideIndices } from './array-facts.ts'
import { type ClassInfo, classInfo } from './class-info.ts'
import { persistKey } from './symbols.ts'

const { getOwnPropertyDescriptor, getPrototypeOf } = Object

/** The indices that an array with holes has; further keys stand behind them. */
export function indicesOf(source: readonly unknown[]): number[] {
  const indices: number[] = []
  for (const key of Object.keys(source)) {
    const index = Number(key)
    if (!(index < source.length)) break
    indices.push(index)
  }
  return indices
}

export function infoOf(value: object): ClassInfo | undefined {
  const prototype: object | null = getPrototypeOf(value)
  return prototype && prototype !== Object.prototype ? classInfo(prototype) : undefined
}

/** Not by `instanceof`, which asks Proxies. */
export function isAbortSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  for (let holder: object | null = value; holder && !types.isProxy(holder); holder = getPrototypeOf(holder)) {
    if (holder === Object.prototype || holder === Array.prototype) return false
    if (holder === AbortSignal.prototype) return true
  }
  return false
}

/** `[persistKey]` as a method, found without invoking accessors. */
export function findHook(value: object): ((this: unknown) => unknown) | undefined {
  for (let holder: object | null = value; holder && !types.isProxy(holder); holder = getPrototypeOf(holder)) {
    const property = getOwnPropertyDescriptor(holder, persistKey)
    if (property) return typeof property.value === 'function' ? property.value : undefined
  }
  return undefined
}

/** The own properties that are state: all but those that {@link atomToken} or the elements stand for. */
export function stateKeys(value: object, brand: string | undefined, info: ClassInfo): readonly (string | symbol)[] {
  if (brand === 'Array') return ownKeysBesideIndices(value as unknown[])
  if (brand === 'View') return types.isTypedArray(value) ? ownKeysBesideIndices(value) : allOwnKeys(value)
  const keys = allOwnKeys(value)
  if (brand === 'Arguments') return keys.filter((key) => key !== 'length' && key !== 'callee' && key !== Symbol.iterator)
  const isError = brand === 'Error' || info.base === 'DOMException'
  if (brand === undefined && info.base !== undefined && !isError) return keys.filter((key) => typeof key === 'string')
  if (brand === 'RegExp') return keys.filter((key) => key !== 'lastIndex')
  // The stack tells where it was made, not what it is; V8 keeps it as an own property.
  if (isError) return keys.filter((key) => key !== 'stack' && key !== 'message')
  if (brand === 'Boxed') return keys.filter((key) => typeof key === 'symbol' || !(key === 'length' || /^\d+$/.test(key)))
  return keys
}
