import { types } from 'node:util'
import { allOwnKeys, hasFixedLength, hasGetter, oddIndex, ownKeysBesideIndices } from './array-facts.ts'
import { brandOf } from './brand.ts'
import { describeObject } from './class-info.ts'
import { compressed, type CompressionOptions } from './compression.ts'
import { asBuffer } from './memory.ts'
import { propertyLabel } from './path.ts'
import { DEEPEST, isPlainJson } from './plain-json.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { Codec } from './types.ts'

export interface JsonOptions extends CompressionOptions {
  /** Indented by two spaces, for people. @default false */
  pretty?: boolean
}

/** Readable `.json` files. Strict: refuses what JSON would change, such as `undefined`, `NaN`, dates, shared references. */
export function json(options: JsonOptions = {}): Codec {
  const indent = options.pretty ? 2 : undefined
  const codec: Codec = {
    name: 'json',
    extension: '.json',
    encode(value) {
      if (!isPlainJson(value)) refuseCulprit(value)
      return Buffer.from(indent === undefined ? JSON.stringify(value) : `${JSON.stringify(value, null, indent)}\n`)
    },
    decode(bytes) {
      try {
        return JSON.parse(asBuffer(bytes).toString('utf8')) as unknown
      } catch (cause) {
        refuseBytes('json', "it can't be parsed", cause)
      }
    },
  }
  return compressed(codec, options.compress)
}

/** Finds what is not plain JSON, and names it. Recursion is bounded: what is deeper is refused for that. */
function refuseCulprit(value: unknown): never {
  new Search().visit(value, 'result', 0)
  refuse('result', "is not what JSON gives back, as objects have a toJSON() here")
}

function refuse(path: string, what: string, cure = 'Return plain data, or use structured()'): never {
  refuseValue('json', path, what, cure)
}

class Search {
  readonly #met = new Map<object, string>()

  visit(value: unknown, path: string, depth: number): void {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return
    if (typeof value === 'number') {
      if (value - value !== 0 || Object.is(value, -0)) refuse(path, `is ${Object.is(value, -0) ? '-0' : value}`)
      return
    }
    if (typeof value !== 'object') refuse(path, typeof value === 'function' ? 'is a function' : typeof value === 'undefined' ? 'is undefined' : `is a ${typeof value}`)
    if (types.isProxy(value)) refuse(path, 'is a Proxy')
    const before = this.#met.get(value)
    if (before !== undefined) refuse(path, `is the same object as ${before}`)
    if (depth > DEEPEST) refuse(path, `lies more than ${DEEPEST} levels deep`)
    this.#met.set(value, path)
    if (!Object.isExtensible(value)) refuse(path, 'is frozen, sealed or not extensible')
    if (Array.isArray(value)) this.#elements(value, path, depth)
    else this.#properties(value, path, depth)
  }

  #elements(array: readonly unknown[], path: string, depth: number): void {
    if (Object.getPrototypeOf(array) !== Array.prototype) refuse(path, `is ${describeObject(array)}`)
    for (const key of ownKeysBesideIndices(array)) refuse(path + propertyLabel(key), 'is a further property of an array')
    const odd = oddIndex(array)
    const refuseElement = (index: number): never => refuse(`${path}[${index}]`, 'is an accessor, hidden or read-only')
    if (odd >= 0) refuseElement(odd)
    if (hasFixedLength(array)) refuse(path, 'has a length that is read-only')
    for (let i = 0; i < array.length; i++) {
      if (hasGetter(array, i)) refuseElement(i)
      if (array[i] === undefined && !Object.hasOwn(array, i)) refuse(`${path}[${i}]`, 'is a hole')
      this.visit(array[i], `${path}[${i}]`, depth + 1)
    }
  }

  #properties(object: object, path: string, depth: number): void {
    if (Object.getPrototypeOf(object) !== Object.prototype) refuse(path, `is ${describeObject(object)}`)
    const brand = brandOf(object)
    if (brand !== undefined) refuse(path, `is a ${brand} with the prototype of a plain object`)
    for (const key of allOwnKeys(object)) {
      const place = path + propertyLabel(key)
      if (typeof key === 'symbol') refuse(place, 'is keyed by a symbol')
      const property = Object.getOwnPropertyDescriptor(object, key)!
      if (!('value' in property)) refuse(place, 'is an accessor')
      if (!property.enumerable || !property.writable || !property.configurable) refuse(place, 'is a hidden or read-only property')
      this.visit(property.value, place, depth + 1)
    }
  }
}
