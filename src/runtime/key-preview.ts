import { inspect, types } from 'node:util'
import { isSecretName } from './secret-names.ts'

const LONGEST = 200
const LONGEST_VALUE = 60

/** `dataset="MNIST", lr=0.001`: the arguments for people, at most 200 characters, without what looks like a secret. */
export function previewCall(names: readonly string[], values: readonly unknown[]): string {
  let text = ''
  for (let i = 0; i < names.length && text.length < LONGEST; i++) {
    text += `${i > 0 ? ', ' : ''}${names[i]}=${isSecretName(names[i]!) ? '…' : previewValue(values[i], 1)}`
  }
  return shorten(text, LONGEST)
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

function previewValue(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value, LONGEST_VALUE))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'ƒ'
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (types.isProxy(value)) return 'Proxy'
  if (Array.isArray(value)) {
    const shown = depth > 0 ? value.slice(0, 3).map((element) => previewValue(element, depth - 1)) : []
    return `[${shown.join(', ')}${value.length > shown.length ? `${shown.length > 0 ? ', ' : ''}… ${value.length}` : ''}]`
  }
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return shorten(inspect(value, { depth: -1, customInspect: false }), LONGEST_VALUE)
  if (depth === 0) return '{…}'
  const names = Object.keys(value)
  const shown = names.slice(0, 5).map((name) => {
    const property = Object.getOwnPropertyDescriptor(value, name)!
    return `${name}: ${isSecretName(name) || !('value' in property) ? '…' : previewValue(property.value, depth - 1)}`
  })
  return `{${shown.join(', ')}${names.length > shown.length ? ', …' : ''}}`
}
