import { createHash } from 'node:crypto'
import { PersistError } from '../errors.ts'

/** What Blobs hold never changes, so that each is read once. */
const digests = new WeakMap<Blob, string>()

/** Blobs among the values, whose content is not known yet: reading it takes a promise. */
export class UnreadBlobsError extends PersistError {
  readonly blobs: readonly Blob[]

  constructor(blobs: readonly Blob[], path: string) {
    super('KEY', `${path} is a ${blobs[0]!.constructor.name}, which a synchronous function can't read: it can't be part of a key. Pass its bytes: new Uint8Array(await blob.arrayBuffer()), or make the function async.`, { path })
    this.blobs = blobs
  }
}

/** SHA-256 of a Blob that was read; else `undefined`. */
export function blobDigest(blob: Blob): string | undefined {
  return digests.get(blob)
}

/** Reads Blobs, piece by piece. */
export async function readBlobs(blobs: readonly Blob[]): Promise<void> {
  for (const blob of blobs) {
    if (digests.has(blob)) continue
    const sum = createHash('sha256')
    for await (const piece of Blob.prototype.stream.call(blob) as ReadableStream<Uint8Array>) sum.update(piece)
    digests.set(blob, sum.digest('hex'))
  }
}
