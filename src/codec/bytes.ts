import { PassThrough, type Readable } from 'node:stream'
import { PersistError } from '../errors.ts'
import { type BytesKind, contentOf, isStream, kindOf, makeOf } from './bytes-kinds.ts'
import { copyMemory } from './memory.ts'
import { compressed, type CompressionOptions } from './compression.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { Codec, SplitValue } from './types.ts'

export interface BytesOptions extends CompressionOptions {
  /** With one (`.png`) each entry is a file of its own that holds nothing but the bytes. */
  extension?: string
  /** What a file of its own comes back as; other values are refused. @default 'Buffer' */
  as?: 'Buffer' | 'Uint8Array' | 'ArrayBuffer'
}

/** The halves that `split` made for the store: only those may be read by `encode`. */
const forStore = new WeakSet<object>()

/** Buffers, typed arrays, ArrayBuffers, Blobs, Files and streams, each given back as what it was. */
export function bytes(options: BytesOptions = {}): Codec {
  const { extension, as = 'Buffer' } = options
  const codec: Codec = {
    name: extension === undefined ? 'bytes' : `bytes.${as}`,
    ...(extension !== undefined && { extension }),
    encode(value) {
      const kind = kindOf(value)
      if (extension !== undefined && kind.kind !== as) refuseValue('bytes', 'result', `is a ${kind.kind}, and the files hold ${as}s`, `Return a ${as}, or say as: '${kind.kind}'`)
      const head = extension === undefined ? headOf(kind) : NO_HEAD
      if (!isStream(kind)) {
        const content = contentOf(value, kind)
        return content instanceof Promise ? content.then((ready) => join(head, [ready])) : join(head, [content])
      }
      if (!forStore.has(value as object)) throw new PersistError('VALUE', 'result is a stream that its caller reads: only one of the two can have it.', { path: 'result' })
      return readAll(value as AsyncIterable<Uint8Array | string>).then((chunks) => join(head, chunks))
    },
    decode(stored) {
      const { kind, start } = extension === undefined ? readHead(stored) : { kind: { kind: as }, start: 0 }
      return makeOf(kind, copyMemory(stored, start, stored.byteLength - start))
    },
    split: (value) => (typeof value === 'object' && value !== null ? splitStream(value) : undefined),
  }
  return compressed(codec, options.compress)
}

const NO_HEAD = new Uint8Array()

/** Two bytes of length, and what the value is, as JSON. */
function headOf(kind: BytesKind): Uint8Array {
  const text = Buffer.from(JSON.stringify(kind))
  const head = Buffer.alloc(2 + text.length)
  head.writeUInt16LE(text.length)
  head.set(text, 2)
  return head
}

function readHead(stored: Uint8Array): { kind: BytesKind; start: number } {
  try {
    const view = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
    const start = 2 + view.readUInt16LE()
    return { kind: JSON.parse(view.toString('utf8', 2, start)) as BytesKind, start }
  } catch (cause) {
    refuseBytes('bytes', 'its head is damaged', cause)
  }
}

function join(head: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && head.length === 0 ? Buffer.from(chunks[0]!) : Buffer.concat([head, ...chunks])
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk))
    else if (ArrayBuffer.isView(chunk)) chunks.push(chunk)
    else refuseValue('bytes', 'result', 'is a stream of what is no bytes', 'Return a stream of bytes')
  }
  return chunks
}

function splitStream(value: object): SplitValue<unknown> | undefined {
  const kind = kindOf(value)
  if (!isStream(kind)) return undefined
  const [forCaller, other] = kind.kind === 'ReadableStream' ? (value as ReadableStream).tee() : splitReadable(value as Readable)
  forStore.add(other)
  return { forCaller, forStore: other }
}

/** Both halves fail where the source fails. Neither holds the other up: what one has not read yet is kept for it. */
function splitReadable(source: Readable): [Readable, Readable] {
  const make = (): PassThrough => new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER })
  const halves: [PassThrough, PassThrough] = [make(), make()]
  for (const half of halves) {
    source.pipe(half)
    source.once('error', (error) => half.destroy(error))
  }
  return halves
}
