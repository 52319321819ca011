import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBlobs, UnreadBlobsError } from '../../src/codec/blob-digests.ts'
import { canonicalHash } from '../../src/codec/canonical.ts'
import { response, structured } from '../../src/index.ts'
import type { Codec } from '../../src/index.ts'
import { anyValue } from './arbitrary.ts'
import { blobs, fileFacts, formFacts, headerFacts, makeBlob, makeFile, makeForm, makeResponse, responseFacts } from './platform-arbitrary.ts'
import type { BlobFacts, FileFacts } from './platform-arbitrary.ts'
import { firstDifference } from './same.ts'

const codec = structured()
const roundTrip = async <T>(value: T, by: Codec<any> = codec): Promise<T> => by.decode(await by.encode(value)) as T

/** The key of a value that may hold Blobs. */
async function keyOf(value: unknown): Promise<string> {
  for (;;) {
    try {
      return canonicalHash(value)
    } catch (error) {
      if (!(error instanceof UnreadBlobsError)) throw error
      await readBlobs(error.blobs)
    }
  }
}

async function contentOf(blob: Blob): Promise<unknown> {
  const { name, lastModified } = blob as File
  return { kind: blob.constructor.name, bytes: [...new Uint8Array(await blob.arrayBuffer())], type: blob.type, name, lastModified }
}

/** Facts that differ in one thing. */
const otherBlobs = (facts: BlobFacts): BlobFacts[] => [
  { ...facts, bytes: Uint8Array.of(...facts.bytes, 0) },
  ...(facts.bytes.length > 0 ? [{ ...facts, bytes: facts.bytes.with(0, facts.bytes[0]! ^ 1) }] : []),
  { ...facts, type: `${facts.type}x` },
]
const otherFiles = (facts: FileFacts): FileFacts[] => [
  ...(otherBlobs(facts) as FileFacts[]),
  { ...facts, name: `${facts.name}x` },
  { ...facts, lastModified: facts.lastModified + 1 },
]

describe('structured()', () => {
  it('gives Blobs and Files back, among any other values', async () => {
    await fc.assert(fc.asyncProperty(blobs, fileFacts, anyValue, async (blob, file, beside) => {
      const value = { blob: makeBlob(blob), list: [makeFile(file)], beside }
      const read = await roundTrip(value)
      expect(await contentOf(read.blob)).toEqual(await contentOf(value.blob))
      expect(await contentOf(read.list[0]!)).toEqual(await contentOf(value.list[0]!))
      expect(firstDifference(value.beside, read.beside)).toBeUndefined()
      expect(await keyOf(read)).toBe(await keyOf(value))
    }), { numRuns: 200 })
  })

  it('gives Headers back', async () => {
    await fc.assert(fc.asyncProperty(headerFacts, async (facts) => {
      const headers = new Headers(facts)
      const read = await roundTrip({ headers })
      expect(firstDifference(headers, read.headers)).toBeUndefined()
      expect(canonicalHash(read)).toBe(canonicalHash({ headers }))
    }), { numRuns: 200 })
  })
})

describe('response()', () => {
  it('gives Responses back', async () => {
    await fc.assert(fc.asyncProperty(responseFacts, async (facts) => {
      const read = await roundTrip(makeResponse(facts), response())
      const made = makeResponse(facts)
      expect([read.status, read.statusText, [...read.headers], read.body === null]).toEqual([made.status, made.statusText, [...made.headers], made.body === null])
      expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), facts.body ?? Buffer.alloc(0))).toBe(0)
    }), { numRuns: 200 })
  })
})

describe('keys', () => {
  it('of Blobs and Files are those of their facts, however they are cut', async () => {
    await fc.assert(fc.asyncProperty(fileFacts, fc.nat(20), async (facts, cut) => {
      expect(await keyOf(makeFile({ ...facts, cut }))).toBe(await keyOf(makeFile(facts)))
      const keys = [await keyOf(makeFile(facts)), await keyOf(makeBlob(facts)), await keyOf(facts.bytes)]
      for (const other of otherFiles(facts)) keys.push(await keyOf(makeFile(other)))
      for (const other of otherBlobs(facts)) keys.push(await keyOf(makeBlob(other)))
      expect(new Set(keys).size).toBe(keys.length)
    }), { numRuns: 200 })
  })

  it('of forms are those of their entries, in their order', async () => {
    await fc.assert(fc.asyncProperty(formFacts, async (facts) => {
      const key = await keyOf(makeForm(facts))
      expect(await keyOf(makeForm(facts))).toBe(key)
      const others = [[...facts, ['new', '']] as typeof facts, ...facts.map((_, index) => facts.toSpliced(index, 1))]
      for (const [index, [name, value]] of facts.entries()) {
        others.push(facts.with(index, [`${name}x`, value]))
        for (const other of typeof value === 'string' ? [`${value}x`] : otherFiles(value)) others.push(facts.with(index, [name, other]))
      }
      for (const other of others) expect(await keyOf(makeForm(other))).not.toBe(key)
      const reversed = facts.toReversed()
      // Where Blobs are cut makes no difference.
      const whole = (form: unknown): string => JSON.stringify(form, (name, value: unknown) => (name === 'cut' ? undefined : value))
      if (whole(reversed) !== whole(facts)) expect(await keyOf(makeForm(reversed))).not.toBe(key)
    }), { numRuns: 200 })
  })
})
