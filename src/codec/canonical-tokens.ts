import { hash, type Hash } from 'node:crypto'
import { endianness } from 'node:os'
import { sha256 } from '../sha256.ts'
import { wellKnownSymbolName } from './symbols.ts'

/** Strings beyond it enter by their digest, so that they are not copied. */
const LONG_STRING = 1 << 14
const BIG_ENDIAN = endianness() === 'BE'

/** Without lone surrogates: such text and its UTF-8 tell each other. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

export function stringToken(value: string): string {
  const length = value.length
  if (length <= LONG_STRING) return `s${length}:${value}`
  // As UTF-8, lone surrogates would all be U+FFFD.
  return isWellFormed(value) ? `S${length}:${sha256(value)}` : `Z${length}:${hash('sha256', Buffer.from(value, 'utf16le'), 'hex')}`
}

/** The token of a value that is no object, function or symbol; else `undefined`. */
export function scalarToken(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return stringToken(value)
    case 'number':
      return value === 0 && 1 / value < 0 ? 'd-0;' : `d${value};`
    case 'boolean':
      return value ? 't' : 'f'
    case 'undefined':
      return 'u'
    case 'bigint':
      return `i${value.toString(16)};`
    case 'object':
      return value === null ? 'n' : undefined
    default:
      return undefined
  }
}

/** `undefined` for a symbol that another process can't have. */
export function symbolToken(symbol: symbol): string | undefined {
  const registered = Symbol.keyFor(symbol)
  if (registered !== undefined) return `y${registered.length}:${registered}`
  const name = wellKnownSymbolName(symbol)
  return name === undefined ? undefined : `Y${name.length}:${name}`
}

/** Feeds a piece of text so that no two texts feed the same bytes: lone surrogates have no UTF-8. */
export function hashChunk(sink: Hash, text: string): Hash {
  if (isWellFormed(text)) return sink.update(text, 'utf8')
  const head = Buffer.alloc(5, 0xff)
  head.writeUInt32LE(text.length, 1)
  return sink.update(head).update(text, 'utf16le')
}

/** SHA-256 of the bytes that a view shows, elements in little-endian order. */
export function bytesDigest(view: NodeJS.ArrayBufferView, elementSize = 1): string {
  if (!BIG_ENDIAN || elementSize === 1) return hash('sha256', view, 'hex')
  const copy = Buffer.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  return hash('sha256', elementSize === 2 ? copy.swap16() : elementSize === 4 ? copy.swap32() : copy.swap64(), 'hex')
}
