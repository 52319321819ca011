import type { Readable } from 'node:stream'
import { algorithmOf, type Compression } from './compression.ts'
import { Spool } from './spool.ts'
import { completeDirectory, type StreamFacts } from './stream-files.ts'
import { chunksOf, isUncut, type StreamKind, streamOf } from './stream-kinds.ts'
import type { SplitValue } from './types.ts'

/** How a value that holds a stream is split. */
export interface SplitPlan<T> {
  readonly stream: ReadableStream | Readable
  readonly kind: StreamKind
  readonly compress: Compression | undefined
  /** What stands beside the content, for `load` and `decode`. */
  readonly facts: unknown
  /** Makes the value with another stream. */
  wrap(stream: ReadableStream | Readable): T
  /** A whole value that turned out to be small. */
  pack(content: Uint8Array, cuts: readonly number[] | undefined): Uint8Array
}

/** Puts a {@link Spool} between a stream and its callers. */
export function splitStream<T>({ stream, kind, compress, facts, wrap, pack }: SplitPlan<T>): SplitValue<T> {
  const compressed = compress ? algorithmOf(compress) : undefined
  const cutsOf = (cuts: readonly number[]): readonly number[] | undefined => (isUncut(kind) ? undefined : cuts)
  const factsWith = (cuts: readonly number[]): StreamFacts => {
    const kept = cutsOf(cuts)
    return { value: facts, ...(kept && { cuts: kept }), ...(compressed && { compressed }) }
  }
  const streams: (ReadableStream | Readable)[] = []
  const source = chunksOf(stream, (error) => {
    spool.fail(error)
    for (const given of streams) if ('destroy' in given) given.destroy(error as Error)
  })
  const spool: Spool = new Spool(source, (directory, cuts) => completeDirectory(directory, factsWith(cuts)))
  const reader = spool.reader()!
  const make = (from: AsyncIterator<unknown>): T => {
    const made = streamOf(kind, from)
    streams.push(made)
    return wrap(made)
  }
  return {
    forCaller: make(reader),
    get progress() {
      return spool.count
    },
    another() {
      const other = spool.reader()
      return other && make(other)
    },
    drain: () => spool.drain(),
    dispose: () => void reader.return(),
    async collect(open) {
      const collected = await spool.collect(open)
      return collected && pack(collected.content, cutsOf(collected.cuts))
    },
  }
}
