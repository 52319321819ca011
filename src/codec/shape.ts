import { symbolToken } from './canonical-tokens.ts'

/** The own keys of an object in canonical order, and what is written for each. */
export interface Shape {
  readonly keys: readonly (string | symbol)[]
  readonly tokens: readonly string[]
}

interface RememberedShape extends Shape {
  readonly given: readonly string[]
}

const NO_KEYS: Shape = { keys: [], tokens: [] }
/** Rows of a table have the same keys in the same order: sorting them once is most of the work saved. */
const SLOTS = 256
const remembered: (RememberedShape | undefined)[] = new Array(SLOTS).fill(undefined)
const MAX_REMEMBERED_KEYS = 512
const MAX_REMEMBERED_LENGTH = 64

function slotOf(names: readonly string[]): number {
  const first = names[0]!
  const last = names[names.length - 1]!
  return (names.length * 31 + first.length * 7 + first.charCodeAt(0) + last.length * 13 + last.charCodeAt(last.length - 1) * 5) & (SLOTS - 1)
}

function isGiven(shape: RememberedShape | undefined, names: readonly string[]): shape is RememberedShape {
  if (shape === undefined) return false
  const given = shape.given
  if (given.length !== names.length) return false
  for (let i = 0; i < given.length; i++) if (given[i] !== names[i]) return false
  return true
}

/** The own names and symbols of a plain object, hidden ones too. `undefined` where a symbol is known to this process only. */
export function shapeOf(value: object): Shape | undefined {
  const names = Object.getOwnPropertyNames(value)
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length > 0) return keyTokens([...names, ...symbols])
  if (names.length === 0) return NO_KEYS
  const slot = slotOf(names)
  const known = remembered[slot]
  if (isGiven(known, names)) return known
  const given = names.slice()
  const keys = names.sort()
  const shape: RememberedShape = { keys, tokens: keys.map(nameToken), given }
  if (keys.length <= MAX_REMEMBERED_KEYS && keys.every((key) => key.length <= MAX_REMEMBERED_LENGTH)) remembered[slot] = shape
  return shape
}

function nameToken(name: string): string {
  return `${name.length}:${name}`
}

/** Names sorted by code units, then symbols by their tokens; `undefined` when a symbol is known to this process only. */
export function keyTokens(keys: readonly (string | symbol)[]): Shape | undefined {
  const names = keys.filter((key) => typeof key === 'string').sort()
  const symbols: { key: symbol; token: string }[] = []
  for (const key of keys) {
    if (typeof key !== 'symbol') continue
    const token = symbolToken(key)
    if (token === undefined) return undefined
    symbols.push({ key, token: `@${token}` })
  }
  symbols.sort((a, b) => (a.token < b.token ? -1 : 1))
  return { keys: [...names, ...symbols.map(({ key }) => key)], tokens: [...names.map(nameToken), ...symbols.map(({ token }) => token)] }
}
