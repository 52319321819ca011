import { closeSync, openSync, read, write } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, PersistError } from '../errors.ts'
import { bytesOfChunk, chunkOf, cutOf, lengthOfCut } from './stream-chunks.ts'

const readAsync = promisify(read)
const writeAsync = promisify(write)

/** What is no longer than this is kept in memory, to become an entry like any other. */
const SMALL = 1 << 17

/** The name of the file that holds what a stream held. */
export const BODY = 'body'

/** All readers have turned away before the end: nothing is kept, and nobody needs to hear of it. */
export class AbandonedError extends Error {}

/** A stream that was read to its end. */
export interface Collected {
  readonly content: Uint8Array
  readonly cuts: readonly number[]
}

/** Makes a directory for what is to be written, and keeps it when the promise of `write` is fulfilled. */
export type OpenDirectory = (write: (directory: string) => Promise<void>) => void

/**
 * Lies between a stream and its readers: each gets all chunks, as they were, and what was read is kept on the way. The source is
 * asked only when the fastest reader asks; slower ones read from the file, so that nothing piles up in memory.
 */
export class Spool {
  readonly #source: AsyncIterator<unknown>
  /** Called when all is written, for what stands beside the content. */
  readonly #complete: (directory: string, cuts: readonly number[]) => Promise<void>
  readonly #readers = new Set<SpoolReader>()
  /** Lengths and types of the chunks that are kept. */
  readonly #cuts: number[] = []
  /** Kept chunks while they are small; later those that can be kept nowhere. */
  #memory: unknown[] = []
  /** The number of the first chunk in memory. */
  #memoryFrom = 0
  #size = 0
  #count = 0
  #descriptor: number | undefined
  #directory = ''
  #fresh: { index: number; chunk: unknown } | undefined
  #pulling: Promise<void> | undefined
  #end: { error?: unknown } | undefined
  #isKept = true
  #open: OpenDirectory | undefined
  #written: PromiseWithResolvers | undefined
  #collected: PromiseWithResolvers | undefined

  constructor(source: AsyncIterator<unknown>, complete: (directory: string, cuts: readonly number[]) => Promise<void>) {
    this.#source = source
    this.#complete = complete
  }

  /** How many chunks there were so far. */
  get count(): number {
    return this.#count
  }

  /** One more reader, from the first chunk on; `undefined` when that is no longer there. */
  reader(): SpoolReader | undefined {
    if (!this.#isKept || (this.#end !== undefined && 'error' in this.#end) || (this.#descriptor === undefined && this.#directory !== '')) return undefined
    const reader = new SpoolReader(this)
    this.#readers.add(reader)
    return reader
  }

  /**
   * Waits for the end. Gives the content if it is small; else has it written to a directory on the way, and gives `undefined`.
   * Rejects when the content can't be kept.
   */
  collect(open: OpenDirectory): Promise<Collected | undefined> {
    this.#open = open
    this.#collected = withResolvers()
    return this.#collected.promise as Promise<Collected | undefined>
  }

  /** Reads on by itself, as long as what is read can be kept. */
  async drain(): Promise<void> {
    while (this.#end === undefined && this.#isKept) await this.advance()
  }

  /** Reads one more chunk, if there is one. */
  advance(): Promise<void> {
    return (this.#pulling ??= this.#pull().finally(() => (this.#pulling = undefined)))
  }

  get end(): { error?: unknown } | undefined {
    return this.#end
  }

  /** A chunk that was read. `offset` is where it begins in the content. */
  async chunk(index: number, offset: number): Promise<{ chunk: unknown; size: number }> {
    const cut = this.#cuts[index]
    const size = cut === undefined ? 0 : lengthOfCut(cut)
    if (this.#fresh?.index === index) {
      const { chunk } = this.#fresh
      this.#fresh = undefined
      return { chunk, size }
    }
    const inMemory = index - this.#memoryFrom
    if (inMemory >= 0) {
      const chunk = this.#memory[inMemory]
      this.#forgetRead()
      return { chunk: cut === undefined ? chunk : chunkOf(bytesOfChunk(chunk)!.slice(), cut), size }
    }
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await readAsync(this.#descriptor!, bytes, at, size - at, offset + at)
      if (bytesRead === 0) throw new PersistError('STORE', `${this.#directory} lost what was written to it`)
      at += bytesRead
    }
    return { chunk: chunkOf(bytes, cut!), size }
  }

  /** A reader is done. */
  leave(reader: SpoolReader, reason: unknown): void {
    this.#readers.delete(reader)
    if (this.#readers.size > 0) return
    if (this.#end === undefined) {
      this.#end = {}
      this.#giveUp(new AbandonedError('nobody reads on'))
      void this.#source.return?.(reason)?.then(undefined, () => undefined)
    }
    if (this.#written === undefined) this.#close()
  }

  /** The source has failed. */
  fail(error: unknown): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#giveUp(new PersistError('VALUE', `result is a stream that failed: ${messageOf(error)}`, { cause: error, path: 'result' }))
  }

  async #pull(): Promise<void> {
    if (this.#end !== undefined) return
    let next: IteratorResult<unknown>
    try {
      next = await this.#source.next()
    } catch (error) {
      this.fail(error)
      return
    }
    // Given up meanwhile.
    if (this.#end !== undefined) return
    if (next.done) {
      this.#end = {}
      await this.#finish()
      return
    }
    await this.#take(next.value)
    this.#count++
  }

  async #take(chunk: unknown): Promise<void> {
    const index = this.#count
    const bytes = this.#isKept ? bytesOfChunk(chunk) : undefined
    if (this.#isKept && bytes === undefined) this.#giveUp(new PersistError('VALUE', 'result is a stream of what is neither bytes nor text: bytes() can\'t give it back exactly. Return a stream of bytes.', { path: 'result' }))
    if (bytes === undefined) {
      this.#memory.push(chunk)
      return
    }
    try {
      this.#size += bytes.byteLength
      if (this.#descriptor === undefined && this.#size > SMALL) await this.#spill()
      if (this.#descriptor === undefined) this.#memory.push(typeof chunk === 'string' ? chunk : bytes.slice())
      else await append(this.#descriptor, bytes)
      this.#cuts.push(cutOf(chunk))
      this.#fresh = { index, chunk }
    } catch (error) {
      // The program goes on with what it reads, whatever becomes of the copy.
      this.#giveUp(error)
      this.#memory.push(chunk)
    }
  }

  async #spill(): Promise<void> {
    const written = (this.#written = withResolvers())
    let descriptor: number | undefined
    this.#open?.((directory) => {
      this.#directory = directory
      descriptor = openSync(join(directory, BODY), 'wx+', 0o600)
      return written.promise as Promise<void>
    })
    if (descriptor === undefined) throw new PersistError('STORE', 'no directory could be had for a stream')
    try {
      for (const chunk of this.#memory) await append(descriptor, bytesOfChunk(chunk)!)
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
    this.#descriptor = descriptor
    this.#memory = []
    this.#memoryFrom = Number.MAX_SAFE_INTEGER
  }

  async #finish(): Promise<void> {
    if (!this.#isKept) return
    try {
      if (this.#descriptor === undefined) return this.#collected?.resolve({ content: Buffer.concat(this.#memory.map((chunk) => bytesOfChunk(chunk)!)), cuts: this.#cuts })
      await this.#complete(this.#directory, this.#cuts)
      this.#written!.resolve(undefined)
      this.#collected!.resolve(undefined)
    } catch (error) {
      this.#giveUp(error)
    } finally {
      this.#written = undefined
      if (this.#readers.size === 0) this.#close()
    }
  }

  /** The content is no longer kept. Readers go on: with what was kept so far, and what passes by from now on. */
  #giveUp(why: unknown): void {
    if (!this.#isKept) return
    this.#isKept = false
    if (this.#descriptor !== undefined) this.#memoryFrom = this.#count
    this.#written?.reject(why)
    this.#written?.promise.catch(() => undefined)
    this.#written = undefined
    this.#collected?.reject(why)
  }

  /** What can't be kept is let go when all have read it. */
  #forgetRead(): void {
    if (this.#isKept) return
    const slowest = Math.min(...[...this.#readers].map((reader) => reader.index))
    const read = slowest - this.#memoryFrom
    if (read <= 0) return
    this.#memory.splice(0, read)
    this.#memoryFrom += read
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

/** One reader of a {@link Spool}. No generator: one that was never begun would not say that it was left. */
export class SpoolReader implements AsyncIterator<unknown> {
  readonly #spool: Spool
  /** The next chunk. */
  index = 0
  #offset = 0
  #left = false

  constructor(spool: Spool) {
    this.#spool = spool
  }

  async next(): Promise<IteratorResult<unknown>> {
    const spool = this.#spool
    while (this.index >= spool.count && spool.end === undefined && !this.#left) await spool.advance()
    if (this.#left) return { done: true, value: undefined }
    if (this.index < spool.count) {
      const { chunk, size } = await spool.chunk(this.index, this.#offset)
      this.index++
      this.#offset += size
      return { done: false, value: chunk }
    }
    const { end } = spool
    this.#leave(undefined)
    if ('error' in end!) throw end.error
    return { done: true, value: undefined }
  }

  async return(reason?: unknown): Promise<IteratorResult<unknown>> {
    this.#leave(reason)
    return { done: true, value: undefined }
  }

  #leave(reason: unknown): void {
    if (this.#left) return
    this.#left = true
    this.#spool.leave(this, reason)
  }
}

async function append(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await writeAsync(descriptor, bytes, at, bytes.byteLength - at)).bytesWritten
}

interface PromiseWithResolvers {
  readonly promise: Promise<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

function withResolvers(): PromiseWithResolvers {
  let resolve!: (value: unknown) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<unknown>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
