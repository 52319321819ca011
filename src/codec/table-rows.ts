import { types } from 'node:util'
import { propertyLabel } from './path.ts'
import { refuseValue } from './refuse.ts'

export type Row = Record<string, unknown>

/** The columns of a table, and the rows if all of them are plain objects with these columns in this order. */
export function columnsOf(codec: string, value: unknown): string[] {
  if (!Array.isArray(value)) refuse(codec, 'result', 'is no array of rows')
  let columns: string[] | undefined
  value.forEach((row: unknown, index) => {
    const path = `result[${index}]`
    if (typeof row !== 'object' || row === null || types.isProxy(row) || Object.getPrototypeOf(row) !== Object.prototype) refuse(codec, path, 'is no plain object')
    const keys = Reflect.ownKeys(row)
    columns ??= keys as string[]
    const known = columns
    keys.forEach((key, place) => {
      if (typeof key === 'symbol') refuse(codec, path + propertyLabel(key), 'is keyed by a symbol')
      const property = Object.getOwnPropertyDescriptor(row, key)!
      if (!('value' in property) || !property.enumerable) refuse(codec, path + propertyLabel(key), 'is an accessor or hidden')
      if (key !== known[place]) refuse(codec, path + propertyLabel(key), `is not what the first row has at its place`)
    })
    if (keys.length !== known.length) refuse(codec, path, `has ${keys.length} columns, the first row ${known.length}`)
  })
  for (let i = 0; i < value.length; i++) if (!Object.hasOwn(value, i)) refuse(codec, `result[${i}]`, 'is a hole')
  return columns ?? []
}

export function refuse(codec: string, path: string, what: string): never {
  refuseValue(codec, path, what, 'Return rows of one shape with plain values, or use structured()')
}
