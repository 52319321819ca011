import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '../../src/codec/canonical.ts'
import { structured } from '../../src/codec/structured.ts'
import { anyValue } from './arbitrary.ts'
import { firstDifference, objectsIn } from './same.ts'

const codec = structured()
const encode = (value: unknown): Uint8Array => codec.encode(value) as Uint8Array

describe('any value that structured() takes', () => {
  it('comes back exactly: types, order, attributes, shared parts', () => {
    fc.assert(fc.property(anyValue, (value) => {
      expect(firstDifference(value, codec.decode(encode(value)))).toBeUndefined()
    }), { numRuns: 1000 })
  })

  it('comes back sharing nothing with the value, the bytes or the next reading', () => {
    fc.assert(fc.property(anyValue, (value) => {
      const bytes = encode(value)
      const before = Buffer.from(bytes)
      const first = objectsIn(codec.decode(bytes))
      const memories = [value, codec.decode(bytes)].map((other) => objectsIn(other)).concat(new Set([bytes.buffer]))
      for (const object of first) for (const others of memories) expect(others.has(object)).toBe(false)
      for (const object of first) if (ArrayBuffer.isView(object)) new Uint8Array(object.buffer).fill(0xaa)
      expect(before.equals(bytes)).toBe(true)
    }), { numRuns: 300 })
  })

  it('is not changed by being encoded', () => {
    fc.assert(fc.property(anyValue, (value) => {
      const copy = codec.decode(encode(value))
      encode(value)
      canonicalHash(value)
      expect(firstDifference(copy, value)).toBeUndefined()
    }), { numRuns: 300 })
  })

  it('comes back from bytes that lie anywhere in a larger buffer', () => {
    fc.assert(fc.property(anyValue, fc.integer({ min: 1, max: 9 }), (value, offset) => {
      const bytes = encode(value)
      const larger = Buffer.alloc(bytes.length + offset + 3, 0xee)
      larger.set(bytes, offset)
      expect(firstDifference(value, codec.decode(larger.subarray(offset, offset + bytes.length)))).toBeUndefined()
    }), { numRuns: 300 })
  })
})

describe('keys', () => {
  it('are the same for a value and its copy', () => {
    fc.assert(fc.property(anyValue, (value) => {
      expect(canonicalHash(codec.decode(encode(value)))).toBe(canonicalHash(value))
    }), { numRuns: 1000 })
  })

  it('differ where values differ', () => {
    fc.assert(fc.property(anyValue, anyValue, (a, b) => {
      if (canonicalHash(a) === canonicalHash(b)) expect(firstDifference(sorted(a), sorted(codec.decode(encode(b))))).toBeUndefined()
    }), { numRuns: 1000 })
  })
})

/** What keys do not tell apart is made alike: the order of names, whether an object is frozen. */
function sorted(value: unknown, met: Map<object, unknown> = new Map()): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (met.has(value)) return met.get(value)
  if (Array.isArray(value)) {
    const copy: unknown[] = new Array(value.length)
    met.set(value, copy)
    value.forEach((element, index) => (copy[index] = sorted(element, met)))
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map()
    met.set(value, copy)
    for (const [key, element] of value) copy.set(sorted(key, met), sorted(element, met))
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set()
    met.set(value, copy)
    for (const element of value) copy.add(sorted(element, met))
    return copy
  }
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return value
  const copy: object = Object.create(prototype)
  met.set(value, copy)
  for (const name of Object.keys(value).sort()) {
    Object.defineProperty(copy, name, { value: sorted((value as Record<string, unknown>)[name], met), enumerable: true, writable: true, configurable: true })
  }
  return copy
}
