import { types } from 'node:util'
import { describeObject } from './class-info.ts'
import { ForeignFormatError, refuseValue } from './refuse.ts'

/** What a value of bytes is, beside its bytes. */
export interface BytesKind {
  readonly kind: string
  readonly type?: string
  readonly name?: string
  readonly lastModified?: number
}

const VIEWS = [
  'Buffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array', 'DataView',
]

function globalClass(name: string): { prototype: object; new (...args: any[]): object } | undefined {
  return (globalThis as Record<string, any>)[name]
}

/** Which kind a value is; refuses what is none of bytes(). */
export function kindOf(value: unknown): BytesKind {
  if (typeof value !== 'object' || value === null) refuse(`is ${value === null ? 'null' : `a ${typeof value}`}`)
  if (types.isProxy(value)) refuse('is a Proxy')
  const prototype: object | null = Object.getPrototypeOf(value)
  if (ArrayBuffer.isView(value)) {
    const kind = VIEWS.find((name) => globalClass(name)?.prototype === prototype)
    if (kind === undefined) refuse(`is ${describeObject(value)}`)
    if (!types.isArrayBuffer(value.buffer) || (value.buffer as { resizable?: boolean }).resizable) refuse('shows shared or resizable memory')
    return { kind }
  }
  if (prototype === ArrayBuffer.prototype && !(value as { resizable?: boolean }).resizable) return { kind: 'ArrayBuffer' }
  if (prototype === Blob.prototype) return { kind: 'Blob', type: (value as Blob).type }
  if (prototype === globalClass('File')?.prototype) {
    const { type, name, lastModified } = value as File
    return { kind: 'File', type, name, lastModified }
  }
  refuse(`is ${describeObject(value)}`)
}

function refuse(what: string): never {
  refuseValue('bytes', 'result', what, 'Return a Buffer, typed array, ArrayBuffer, Blob or stream, or use structured()')
}

/** The bytes of a value: a view, where they lie in memory. */
export function contentOf(value: unknown, { kind }: BytesKind): Uint8Array | Promise<Uint8Array> {
  if (kind === 'Blob' || kind === 'File') return (value as Blob).arrayBuffer().then((buffer) => new Uint8Array(buffer))
  if (kind === 'ArrayBuffer') return new Uint8Array(value as ArrayBuffer)
  const { buffer, byteOffset, byteLength } = value as Uint8Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Makes the value anew of memory that is its own. */
export function makeOf({ kind, type = '', name = '', lastModified }: BytesKind, memory: ArrayBuffer): unknown {
  switch (kind) {
    case 'ArrayBuffer':
      return memory
    case 'Buffer':
      return Buffer.from(memory)
    case 'Blob':
      return new Blob([new Uint8Array(memory)], { type })
    case 'File':
      return new File([new Uint8Array(memory)], name, { type, ...(lastModified !== undefined && { lastModified }) })
    default: {
      const constructor = VIEWS.includes(kind) ? globalClass(kind) : undefined
      if (!constructor) throw new ForeignFormatError(`What is stored is a ${kind}, which this version of Node doesn't have.`)
      return new constructor(memory)
    }
  }
}
