import { createHash } from 'node:crypto'
import { crc32 as crc32OfZlib } from 'node:zlib'
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'

// Each of them leaves it to Node after some characters of a process.
beforeEach(() => vi.resetModules())

test('the digests are those of node:crypto, at every length of a block and its rest, and beyond what is hashed here', async () => {
  for (const text of Array.from({ length: 140 }, (_, length) => 'aé€😀'.repeat(35).slice(0, length))) {
    vi.resetModules()
    const { sha256 } = await import('../../src/sha256.ts')
    const expected = createHash('sha256').update(text).digest('hex')
    expect(sha256(text)).toBe(expected)
    sha256('x'.repeat(5000))
    expect(sha256(text)).toBe(expected)
  }
})

test('the checksums are those of node:zlib, of bytes and of text, and go on from others', async () => {
  const { crc32 } = await import('../../src/store/crc32.ts')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 20 }), (bytes, text) => {
    expect(crc32(bytes)).toBe(crc32OfZlib(bytes))
    expect(crc32(text, crc32(bytes))).toBe(crc32OfZlib(text, crc32OfZlib(bytes)))
  }), { numRuns: 150 })
})
