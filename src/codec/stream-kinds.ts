import { Readable } from 'node:stream'

/** What a stream is, so that the same can be made of other chunks. */
export type StreamKind =
  | { readonly kind: 'ReadableStream'; readonly bytes: boolean }
  | { readonly kind: 'Readable'; readonly objectMode: boolean; readonly encoding: BufferEncoding | null }

/** What a stream is; `undefined` for what is none. */
export function streamKindOf(value: unknown): StreamKind | undefined {
  if (value instanceof ReadableStream) return { kind: 'ReadableStream', bytes: !value.locked && isOfBytes(value) }
  if (value instanceof Readable) return { kind: 'Readable', objectMode: value.readableObjectMode, encoding: value.readableEncoding }
  return undefined
}

/** Only streams of bytes have such readers. */
function isOfBytes(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** Whether where a chunk ends tells nothing: a stream of bytes may cut them as it likes. */
export function isUncut(kind: StreamKind): boolean {
  return kind.kind === 'ReadableStream' ? kind.bytes : !kind.objectMode
}

/**
 * The chunks of a stream, which nobody else reads from now on.
 *
 * @param onError Told of an error that comes before anybody reads.
 */
export function chunksOf(value: ReadableStream | Readable, onError: (error: unknown) => void): AsyncIterator<unknown> {
  if (value instanceof ReadableStream) {
    const reader = value.getReader()
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      return: (reason?: unknown) => reader.cancel(reason).then(() => ({ done: true, value: undefined })),
    }
  }
  value.on('error', onError)
  const encoding = value.readableObjectMode ? null : value.readableEncoding
  const iterator = value[Symbol.asyncIterator]()
  return {
    next: async () => {
      const result = await iterator.next()
      return encoding !== null && typeof result.value === 'string' ? { done: false, value: Buffer.from(result.value, encoding) } : result
    },
    return: async () => {
      value.destroy()
      return { done: true, value: undefined }
    },
  }
}

/** Makes a stream of a kind that reads when it is read. */
export function streamOf(kind: StreamKind, chunks: AsyncIterator<unknown>): ReadableStream | Readable {
  return kind.kind === 'ReadableStream' ? webStreamOf(kind.bytes, chunks) : nodeStreamOf(kind, chunks)
}

function webStreamOf(bytes: boolean, chunks: AsyncIterator<unknown>): ReadableStream {
  const cancel = async (reason: unknown): Promise<void> => void (await chunks.return?.(reason))
  if (!bytes) {
    const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    }
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
  }
  const pull = async (controller: ReadableByteStreamController): Promise<void> => {
    for (;;) {
      const { done, value } = await chunks.next()
      if (done) {
        controller.close()
        controller.byobRequest?.respond(0)
        return
      }
      const chunk = value as Uint8Array<ArrayBuffer>
      if (chunk.byteLength === 0) continue
      // Its memory goes over to the stream, so that it has to be all of it.
      controller.enqueue(chunk.byteLength === chunk.buffer.byteLength ? new Uint8Array(chunk.buffer) : new Uint8Array(chunk))
      return
    }
  }
  return new ReadableStream({ type: 'bytes', pull, cancel }, { highWaterMark: 0 })
}

function nodeStreamOf({ objectMode, encoding }: StreamKind & { kind: 'Readable' }, chunks: AsyncIterator<unknown>): Readable {
  return new Readable({
    objectMode,
    ...(encoding !== null && { encoding }),
    read() {
      chunks.next().then(
        ({ done, value }) => void this.push(done ? null : value),
        (error: unknown) => void this.destroy(isPrematureClose(error) ? undefined : (error as Error)),
      )
    },
    destroy(cause, callback) {
      const end = (): void => callback(cause)
      Promise.resolve(chunks.return?.(cause)).then(end, end)
    },
  })
}

/** The source was destroyed without an error: so is what stands for it. */
function isPrematureClose(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
