import { PersistError } from '../errors.ts'
import { type BytesKind, contentOf, kindOf, makeOf } from './bytes-kinds.ts'
import { compressed, type CompressionOptions, squeeze } from './compression.ts'
import { asBuffer, copyMemory } from './memory.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import { splitStream } from './split-stream.ts'
import { chunksIn, openDirectory } from './stream-files.ts'
import { type StreamKind, streamKindOf, streamOf } from './stream-kinds.ts'
import type { Codec, InPlaceDecode } from './types.ts'

export interface BytesOptions extends CompressionOptions {
  /** With one (`.png`) each entry is a file of its own that holds nothing but the bytes. */
  extension?: string
  /** What a file of its own comes back as; other values are refused. @default 'Buffer' */
  as?: 'Buffer' | 'Uint8Array' | 'ArrayBuffer'
}

/** A stream as it stands at the head of a record. */
type StreamHead = StreamKind & { readonly cuts?: readonly number[] }

/**
 * Buffers, typed arrays, ArrayBuffers, Blobs, Files and streams, each given back as what it was. A stream goes to the caller at once,
 * and to disk as the caller reads on; it is kept when it was read to its end.
 */
export function bytes(options: BytesOptions = {}): Codec {
  const { extension, as = 'Buffer', compress } = options
  const startOf = extension === undefined ? headSize : (): number => 0
  const inPlace = (head: Uint8Array, memory: ArrayBuffer): unknown => {
    const kind = extension === undefined ? kindIn(head) : { kind: as }
    return isStreamHead(kind) ? streamOf(kind, chunksIn(new Uint8Array(memory), kind.cuts)) : makeOf(kind, memory)
  }
  const decode: InPlaceDecode = Object.assign((stored: Uint8Array) => {
    const start = startOf(stored)
    return inPlace(stored.subarray(0, start), copyMemory(stored, start, stored.byteLength - start))
  }, { headSize: startOf, inPlace })
  const codec = compressed<unknown>({
    name: extension === undefined ? 'bytes' : `bytes.${as}`,
    ...(extension !== undefined && { extension }),
    encode(value) {
      if (streamKindOf(value)) throw new PersistError('VALUE', 'result is a stream, which can be read but once: it can\'t be encoded beside its caller.', { path: 'result' })
      const kind = kindOf(value)
      if (extension !== undefined && kind.kind !== as) refuseValue('bytes', 'result', `is a ${kind.kind}, and the files hold ${as}s`, `Return a ${as}, or say as: '${kind.kind}'`)
      const head = extension === undefined ? headOf(kind) : NO_HEAD
      const content = contentOf(value, kind)
      return content instanceof Promise ? content.then((ready) => join(head, ready)) : join(head, content)
    },
    decode,
  }, compress)
  return {
    ...codec,
    split(value) {
      const kind = streamKindOf(value)
      if (kind === undefined) return undefined
      if (extension !== undefined) refuseValue('bytes', 'result', `is a ${kind.kind}, and the files hold ${as}s`, `Return a ${as}, or leave the extension out`)
      const stream = value as ReadableStream
      if (stream.locked) refuseValue('bytes', 'result', 'is a stream that somebody reads already', 'Return one that nobody reads')
      const pack = (content: Uint8Array, cuts: readonly number[] | undefined): Uint8Array => squeeze(join(headOf(cuts ? { ...kind, cuts } : kind), content), compress)
      return splitStream({ stream, kind, compress, facts: kind, wrap: (other) => other, pack })
    },
    load(directory) {
      const { facts, chunks } = openDirectory('bytes', directory)
      return streamOf(facts.value as StreamKind, chunks)
    },
  }
}

const NO_HEAD = new Uint8Array()

function isStreamHead(kind: BytesKind | StreamHead): kind is StreamHead {
  return kind.kind === 'ReadableStream' || kind.kind === 'Readable'
}

/** Four bytes of length, and what the value is, as JSON. */
function headOf(kind: BytesKind | StreamHead): Uint8Array {
  const text = Buffer.from(JSON.stringify(kind))
  const head = Buffer.alloc(4 + text.length)
  head.writeUInt32LE(text.length)
  head.set(text, 4)
  return head
}

function headSize(stored: Uint8Array): number {
  if (stored.byteLength < 4) refuseBytes('bytes', 'its head is damaged')
  return 4 + asBuffer(stored).readUInt32LE()
}

function kindIn(head: Uint8Array): BytesKind | StreamHead {
  try {
    return JSON.parse(asBuffer(head).toString('utf8', 4)) as BytesKind | StreamHead
  } catch (cause) {
    refuseBytes('bytes', 'its head is damaged', cause)
  }
}

function join(head: Uint8Array, content: Uint8Array): Uint8Array {
  return head.length === 0 ? Buffer.from(content) : Buffer.concat([head, content])
}
