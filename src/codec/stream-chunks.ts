import { isWellFormed } from './canonical-tokens.ts'

/*
 * What a chunk was is kept as its cut: its length in bytes and its type. So a stream of texts comes back as one, and one of
 * messages in the same messages.
 */

const TYPES = 3
const BYTES = 0
const TEXT = 1
const BUFFER = 2

/** The bytes of a chunk; `undefined` for what is neither bytes nor text. */
export function bytesOfChunk(chunk: unknown): Uint8Array | undefined {
  if (typeof chunk === 'string') return isWellFormed(chunk) ? Buffer.from(chunk) : undefined
  if (!(chunk instanceof Uint8Array)) return undefined
  const prototype: object | null = Object.getPrototypeOf(chunk)
  return prototype === Buffer.prototype || prototype === Uint8Array.prototype ? chunk : undefined
}

export function cutOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk) * TYPES + TEXT
  return (chunk as Uint8Array).byteLength * TYPES + (Buffer.isBuffer(chunk) ? BUFFER : BYTES)
}

export function lengthOfCut(cut: number): number {
  return Math.floor(cut / TYPES)
}

/** A chunk as it was, of memory that is its own. */
export function chunkOf(bytes: Uint8Array, cut: number): unknown {
  const type = cut % TYPES
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === TEXT) return view.toString('utf8')
  return type === BUFFER ? view : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Cuts bytes that come in any pieces into the chunks that they were. */
export async function* recut(pieces: AsyncIterable<Uint8Array>, cuts: readonly number[]): AsyncGenerator<unknown> {
  let rest: Uint8Array[] = []
  let size = 0
  let index = 0
  for await (const piece of pieces) {
    rest.push(piece)
    size += piece.byteLength
    if (index < cuts.length && size < lengthOfCut(cuts[index]!)) continue
    const joined = Buffer.concat(rest)
    let at = 0
    for (; index < cuts.length && at + lengthOfCut(cuts[index]!) <= joined.byteLength; index++) {
      const end = at + lengthOfCut(cuts[index]!)
      yield chunkOf(joined.subarray(at, end).slice(), cuts[index]!)
      at = end
    }
    rest = [joined.subarray(at)]
    size = joined.byteLength - at
  }
  // Chunks of nothing at the end.
  for (; index < cuts.length; index++) yield chunkOf(new Uint8Array(0), cuts[index]!)
}
