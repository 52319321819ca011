import { messageOf, PersistError } from '../errors.ts'
import { compressed, type CompressionOptions } from './compression.ts'
import { asBuffer } from './memory.ts'
import { isPlainJson } from './plain-json.ts'
import { decodeProgram, encodeProgram, programEnd } from './structured-program.ts'
import type { Codec, InPlaceDecode } from './types.ts'

export type StructuredOptions = CompressionOptions

/** The first byte says how the rest is to be read: as JSON text in UTF-8, or as a program (structured-ops.ts). */
const JSON_TEXT = 0x4a
const PROGRAM = 0x50

const decode: InPlaceDecode = Object.assign((bytes: Uint8Array) => readable(decodeAny, bytes), {
  headSize: (start: Uint8Array) => (start[0] === PROGRAM ? programEnd(asBuffer(start)) : undefined),
  inPlace: (head: Uint8Array, memory: ArrayBuffer) => readable(decodeProgram, head, memory),
})

const CODEC: Codec = {
  name: 'structured',
  version: 1,
  encode(value) {
    return isPlainJson(value) ? encodeJson(value) : encodeProgram(value, PROGRAM)
  },
  decode,
}

function readable(read: (head: Buffer, rest: any, memory?: ArrayBuffer) => unknown, head: Uint8Array, memory?: ArrayBuffer): unknown {
  try {
    return read(asBuffer(head), memory && new Uint8Array(memory), memory)
  } catch (cause) {
    if (cause instanceof PersistError) throw cause
    throw new PersistError('DECODE', `A structured() value can't be read: ${messageOf(cause)}`, { cause })
  }
}

function decodeAny(bytes: Buffer): unknown {
  switch (bytes[0]) {
    case JSON_TEXT:
      return JSON.parse(bytes.toString('utf8', 1))
    case PROGRAM:
      return decodeProgram(bytes, bytes.subarray(programEnd(bytes)))
    default:
      throw new PersistError('DECODE', `What is stored is no structured() value: it begins with byte ${bytes[0]}.`)
  }
}

function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value)
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(text))
  bytes[0] = JSON_TEXT
  bytes.write(text, 1)
  return bytes
}

/**
 * The default codec: exact for plain objects and arrays, Map, Set, Date, RegExp, BigInt, Errors, typed arrays and buffers,
 * boxed primitives, URL, Headers, Blob, `undefined`, `NaN`, `-0`, holes, shared references, cycles, frozen objects and
 * instances of registered classes. It refuses all else by path, and stays readable by every Node version.
 */
export function structured(options: StructuredOptions = {}): Codec {
  return compressed(CODEC, options.compress)
}
