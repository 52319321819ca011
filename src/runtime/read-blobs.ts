import { isPromise } from 'node:util/types'
import { readBlobs, UnreadBlobsError } from '../codec/blob-digests.ts'
import { noteReturn } from './define.ts'
import type { Compiled } from './define.ts'
import { publishUnkeyed } from './events.ts'
import type { Frame } from './frame.ts'
import { isPromiseKind, notePromiseKind } from './kinds.ts'
import { optionsIn } from './settle-options.ts'
import { onFailure } from './warn.ts'

/**
 * Goes on with a call whose key failed for Blobs that nobody had read, when they are read. `undefined` for any other failure, and
 * for functions that can't wait.
 *
 * @param proceed Makes the key anew: of the arguments as they are by then, which is what the function will see.
 * @param fail What becomes of the call when they can't be read.
 */
export function whenBlobsAreRead(compiled: Compiled, error: unknown, proceed: () => unknown, fail: (error: unknown) => unknown): Promise<unknown> | undefined {
  if (!(error instanceof UnreadBlobsError)) return undefined
  if (compiled.returns === undefined && isPromiseKind(compiled)) noteReturn(compiled, 'promise')
  return compiled.returns === 'promise' ? readBlobs(error.blobs).then(proceed, fail) : undefined
}

/** A call that has no key runs uncached. */
export function runUnkeyed(compiled: Compiled, frame: Frame | undefined, error: unknown, values: readonly unknown[], body: (...values: any[]) => unknown): unknown {
  const tell = (): void => {
    publishUnkeyed(compiled, frame, error)
    onFailure(compiled, optionsIn(frame, compiled).onError, 'key', error)
  }
  if (!(error instanceof UnreadBlobsError) || compiled.returns !== undefined) {
    tell()
    return body(...values)
  }
  // Of a function that has never run nobody knows whether it gives promises. The next call knows.
  const result = body(...values)
  noteReturn(compiled, isPromise(result) ? 'promise' : 'value')
  if (isPromise(result)) notePromiseKind(compiled)
  else tell()
  return result
}
