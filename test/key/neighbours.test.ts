import { types } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '../../src/codec/canonical.ts'
import { structured } from '../../src/codec/structured.ts'
import { anyValue } from '../codec/arbitrary.ts'

const codec = structured()
const copyOf = (value: unknown): unknown => codec.decode(codec.encode(value) as Uint8Array)

/** Every way to change one thing of a value, in place. Gives what does it, or the changed value where there is no place. */
function changesOf(value: unknown, met: Set<object> = new Set()): (() => void)[] {
  if (typeof value !== 'object' || value === null || met.has(value)) return []
  met.add(value)
  const changes: (() => void)[] = []
  const inside = (child: unknown): void => {
    changes.push(...changesOf(child, met))
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    if (bytes.length > 0) changes.push(() => { bytes[bytes.length - 1]! ^= 1 }, () => { bytes[0]! ^= 128 })
    return changes
  }
  if (value instanceof ArrayBuffer) {
    if (value.byteLength > 0) changes.push(() => { new Uint8Array(value)[0]! ^= 1 })
    return changes
  }
  if (value instanceof Date) changes.push(() => value.setTime(value.getTime() === 5 ? 6 : 5))
  else if (value instanceof RegExp) changes.push(() => { value.lastIndex = value.lastIndex === 3 ? 4 : 3 })
  else if (value instanceof URL) changes.push(() => { value.hash = value.hash === '#x' ? '#y' : '#x' })
  else if (value instanceof URLSearchParams) changes.push(() => value.append('x', 'y'))
  else if (value instanceof Set) {
    for (const element of value) inside(element)
    changes.push(() => value.add(Symbol.for('new')))
    if (value.size > 0) changes.push(() => value.delete(value.values().next().value))
  } else if (value instanceof Map) {
    for (const [key, element] of value) {
      inside(key)
      inside(element)
      changes.push(() => value.set(key, other(element)))
    }
    changes.push(() => value.set(Symbol.for('new'), 1))
    if (value.size > 1) changes.push(() => {
      const [[key, element]] = value as unknown as [[unknown, unknown]]
      value.delete(key)
      value.set(key, element)
    })
  } else if (Array.isArray(value) && Object.isExtensible(value)) {
    changes.push(() => value.push(undefined), () => { value.length += 1 })
    if (value.length > 0) changes.push(() => value.pop())
    if (value.some((_, index) => !(index in value))) changes.push(() => { value[value.findIndex((_, index) => !(index in value))] = undefined })
  }
  if (value instanceof URL || value instanceof URLSearchParams || types.isBoxedPrimitive(value)) return changes
  for (const key of Object.keys(value)) {
    inside((value as Record<string, unknown>)[key])
    if (Object.isFrozen(value)) continue
    changes.push(() => { Object.defineProperty(value, key, { value: other(Object.getOwnPropertyDescriptor(value, key)!.value) }) })
    if (Object.isExtensible(value) && !Array.isArray(value)) changes.push(() => { Reflect.deleteProperty(value, key) })
  }
  if (Object.isExtensible(value)) changes.push(() => { (value as Record<string, unknown>)['a new name'] = undefined })
  return changes
}

/** What is close to a value but another. */
function other(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return `${value}\0`
    case 'number':
      return Object.is(value, 0) ? -0 : String(value)
    case 'bigint':
      return Number(value)
    case 'boolean':
      return !value
    case 'undefined':
      return null
    case 'symbol':
      return String(value)
    default:
      return value === null ? undefined : [value]
  }
}

describe('a value that differs in one thing', () => {
  it('has another key', () => {
    let tried = 0
    fc.assert(fc.property(anyValue, fc.nat(), (value, choice) => {
      const copy = copyOf(value)
      const changes = changesOf(copy)
      if (changes.length === 0) return
      const before = canonicalHash(copy)
      changes[choice % changes.length]!()
      tried++
      expect(canonicalHash(copy)).not.toBe(before)
    }), { numRuns: 2000 })
    expect(tried).toBeGreaterThan(500)
  })

  it('has another key alone too', () => {
    fc.assert(fc.property(anyValue, (value) => {
      expect(canonicalHash(other(value))).not.toBe(canonicalHash(value))
      expect(canonicalHash([value])).not.toBe(canonicalHash(value))
      expect(canonicalHash([value, value])).not.toBe(canonicalHash([value]))
    }), { numRuns: 500 })
  })
})
