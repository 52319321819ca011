import { types } from 'node:util'
import { type Brand, unboxed, viewName } from './brand.ts'
import type { ClassInfo } from './class-info.ts'
import { isDetached } from './memory.ts'
import { TEMPORAL_CLASSES, temporalText } from './temporal.ts'
import { bytesDigest, scalarToken, stringToken, symbolToken } from './canonical-tokens.ts'

function getter<T>(prototype: object, name: string | symbol): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get as (this: unknown) => T
}

// Taken when this is loaded, so that subclasses can't answer for their base.
const regExpSource = getter<string>(RegExp.prototype, 'source')
const regExpFlags = getter<string>(RegExp.prototype, 'flags')
const dateTime = Date.prototype.getTime

/** The content of an object that has it in slots, not in properties; `''` for one without, `undefined` for one that has it where we can't see it. */
export function atomToken(value: object, brand: Brand | undefined, info: ClassInfo): string | undefined {
  switch (brand) {
    case undefined:
      return info.base === undefined ? (info.kind === 'built-in' ? undefined : '') : platformToken(value, info.base)
    case 'Date':
      return `D${dateTime.call(value as Date)};`
    case 'RegExp': {
      const { lastIndex } = value as RegExp
      return `R${stringToken(regExpSource.call(value))}${stringToken(regExpFlags.call(value))}${scalarToken(lastIndex) ?? 'u'}`
    }
    case 'Error': {
      // A native error in newer Nodes only; its name and message are no properties.
      if (info.base === 'DOMException') return platformToken(value, info.base)
      const message: unknown = Object.getOwnPropertyDescriptor(value, 'message')?.value
      return `E${stringToken(info.base ?? info.name)}${scalarToken(message) ?? 'u'}`
    }
    case 'Boxed':
      return boxedToken(value)
    case 'View':
      return viewToken(value as NodeJS.ArrayBufferView, info)
    case 'ArrayBuffer':
    case 'SharedArrayBuffer': {
      if (isDetached(value as ArrayBuffer)) return undefined
      const buffer = value as ArrayBuffer & { resizable?: boolean; growable?: boolean; maxByteLength: number }
      const limit = buffer.resizable || buffer.growable ? `/${buffer.maxByteLength}` : ''
      return `T${brand}${limit},${buffer.byteLength}:${bytesDigest(new Uint8Array(buffer))}`
    }
    case 'Arguments':
      return 'G'
    default:
      return undefined
  }
}

function boxedToken(value: object): string | undefined {
  const primitive = unboxed(value)
  const token = typeof primitive === 'symbol' ? symbolToken(primitive) : scalarToken(primitive)
  return token && `B${token}`
}

function viewToken(view: NodeJS.ArrayBufferView, info: ClassInfo): string | undefined {
  if (view.byteLength === 0 && isDetached(view.buffer)) return undefined
  const name = info.base === 'Buffer' ? 'Buffer' : viewName(view)
  const shared = types.isSharedArrayBuffer(view.buffer) ? 'Shared' : ''
  return `T${shared}${name},${view.byteLength}:${bytesDigest(view, 'BYTES_PER_ELEMENT' in view ? (view as Uint8Array).BYTES_PER_ELEMENT : 1)}`
}

const INTL_CLASSES = new Set([
  'Collator', 'DateTimeFormat', 'DisplayNames', 'DurationFormat', 'ListFormat', 'NumberFormat', 'PluralRules', 'RelativeTimeFormat', 'Segmenter',
])

/** Classes of the platform whose whole state can be read at once. */
function platformToken(value: object, base: string): string | undefined {
  let text: string | undefined
  try {
    text = platformText(value, base)
  } catch {
    // It only has the prototype.
  }
  return text === undefined ? undefined : `P${stringToken(base)}${stringToken(text)}`
}

function platformText(value: object, base: string): string | undefined {
  if (base === 'URL') return (value as URL).href
  if (base === 'URLSearchParams') return (value as URLSearchParams).toString()
  if (base === 'Headers') return JSON.stringify([...(value as Headers)])
  if (base === 'DOMException') return JSON.stringify([(value as DOMException).name, (value as DOMException).message])
  const tag: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]
  if (tag === `Intl.${base}` && INTL_CLASSES.has(base)) {
    const options = (value as Intl.Collator).resolvedOptions() as unknown as Record<string, unknown>
    return JSON.stringify(Object.keys(options).sort().map((name) => [name, options[name]]))
  }
  if (tag === 'Intl.Locale' && base === 'Locale') return String(value)
  if (tag === `Temporal.${base}` && TEMPORAL_CLASSES.has(base)) return temporalText(value, base)
  return undefined
}
