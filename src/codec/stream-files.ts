import { closeSync, createReadStream, createWriteStream, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import type { ReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Algorithm, compressor, decompressor, SUFFIX } from './compression.ts'
import { refuseBytes } from './refuse.ts'
import { BODY } from './spool.ts'
import { recut } from './stream-chunks.ts'

const FACTS = 'stream.json'

/** What stands beside the content of a stream. */
export interface StreamFacts {
  /** What the codec has to know to make the value anew. */
  readonly value: unknown
  /** Left out where chunks may be cut as one likes. */
  readonly cuts?: readonly number[]
  readonly compressed?: Algorithm
}

/** Writes what stands beside the content, which lies there already. */
export async function completeDirectory(directory: string, facts: StreamFacts): Promise<void> {
  const body = join(directory, BODY)
  if (facts.compressed) {
    await pipeline(createReadStream(body), compressor(facts.compressed), createWriteStream(body + SUFFIX[facts.compressed], { mode: 0o600 }))
    unlinkSync(body)
  }
  writeFileSync(join(directory, FACTS), JSON.stringify(facts), { mode: 0o600 })
}

/** Reads back what {@link completeDirectory} has completed: the file is opened at once, so that it may be removed meanwhile. */
export function openDirectory(codec: string, directory: string): { facts: StreamFacts; chunks: AsyncIterator<unknown> } {
  let facts: StreamFacts
  try {
    facts = JSON.parse(readFileSync(join(directory, FACTS), 'utf8')) as StreamFacts
  } catch (cause) {
    refuseBytes(codec, 'what stands beside its content is damaged', cause)
  }
  const { compressed, cuts } = facts
  const body = join(directory, BODY) + (compressed ? SUFFIX[compressed] : '')
  const transform = compressed && decompressor(compressed)
  const file = readFile(body)
  const pieces = transform ? file.on('error', (error) => transform.destroy(error)).pipe(transform) : file
  return { facts, chunks: iterate(pieces, cuts, () => file.destroy()) }
}

/** Closes the files of streams that nobody has read or left. */
const unread = new FinalizationRegistry<number>(closeSync)

function readFile(path: string): ReadStream {
  const descriptor = openSync(path, 'r')
  const file = createReadStream('', { fd: descriptor })
  unread.register(file, descriptor, file)
  return file.once('close', () => unread.unregister(file))
}

/** The chunks of content that is in memory. */
export function chunksIn(content: Uint8Array, cuts: readonly number[] | undefined): AsyncIterator<unknown> {
  return iterate(Readable.from(content.byteLength > 0 ? [content] : [], { objectMode: false }), cuts, () => undefined)
}

function iterate(pieces: Readable, cuts: readonly number[] | undefined, stop: () => void): AsyncIterator<unknown> {
  const chunks = (cuts ? recut(pieces, cuts) : pieces)[Symbol.asyncIterator]()
  return {
    next: () => chunks.next(),
    return: async () => {
      pieces.destroy()
      stop()
      return { done: true, value: undefined }
    },
  }
}
