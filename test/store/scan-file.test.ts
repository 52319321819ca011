import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createHeader, HEADER_SIZE, readHeader } from '../../src/store/format.ts'
import { files } from '../../src/store/fs.ts'
import { verify } from '../../src/store/index.ts'
import { scanFile } from '../../src/store/scan-file.ts'
import { scanRecords, type ScanVisitor } from '../../src/store/scan.ts'
import type { Problem } from '../../src/store/verify.ts'
import { verifyBucketFile } from '../../src/store/verify-files.ts'
import { bucketFiles, entryOf, keyOf, openAsAnother, openFunction, temporaryDirectory } from './helpers.ts'

/** A bucket with records of all lengths. */
function bucketOf(lengths: readonly number[]): { root: string; path: string } {
  const root = temporaryDirectory()
  const store = openFunction(root, { hashSize: 1 })
  for (const [index, length] of lengths.entries()) store.put(keyOf(index), [], entryOf(Buffer.alloc(length, index)))
  return { root, path: join(root, bucketFiles(root)[0]!) }
}

/** What a scan meets. */
function noting(): { met: unknown[]; visitor: ScanVisitor } {
  const met: unknown[] = []
  return {
    met,
    visitor: {
      record: (chunk, at, length, position) => void met.push(['record', position, length, chunk.readUInt32LE(at)]),
      gap: (position, length) => void met.push(['gap', position, length]),
    },
  }
}

/** Gaps that follow on each other are one. */
function joined(met: readonly unknown[]): unknown[] {
  const result: [string, number, number, number?][] = []
  for (const one of met as [string, number, number, number?][]) {
    const last = result.at(-1)
    if (one[0] === 'gap' && last?.[0] === 'gap' && last[1] + last[2] === one[1]) last[2] += one[2]
    else result.push([...one])
  }
  return result
}

it('a header that another process wrote late, behind records, is no damage', () => {
  const { root, path } = bucketOf([10, 333])
  appendFileSync(path, createHeader())
  const store = openFunction(root, { hashSize: 1 })
  for (const index of [0, 1]) expect(store.get(keyOf(index), [])).toBeDefined()
  store.put(keyOf(2), [], entryOf(Buffer.alloc(5)))
  expect(openFunction(root, { hashSize: 1 }).get(keyOf(2), [])).toBeDefined()
  expect(verify(root).problems).toEqual([])
})

it('a file that is read window by window is found as one that is read at once, whatever is damaged in it', () => {
  const { path } = bucketOf([0, 10, 300, 5000, 1, 900, 20_000, 64, 2, 4000])
  const whole = readFileSync(path)
  const damaged = join(temporaryDirectory(), 'damaged')
  const damage = fc.record({ at: fc.integer({ min: HEADER_SIZE, max: whole.length }), kind: fc.constantFrom('flip', 'cut', 'insert', 'drop'), length: fc.integer({ min: 1, max: 9000 }) })
  fc.assert(fc.property(fc.array(damage, { maxLength: 4 }), fc.constantFrom(100, 1000, 4096, 30_000), (list, window) => {
    let bytes = Buffer.from(whole)
    for (const { at, kind, length } of list) {
      if (at >= bytes.length) continue
      if (kind === 'flip') bytes[at]! ^= 0x10
      else if (kind === 'cut') bytes = bytes.subarray(0, at)
      else if (kind === 'insert') bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, 0x5a), bytes.subarray(at)])
      else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    }
    writeFileSync(damaged, bytes)
    const marker = readHeader(bytes.subarray(0, HEADER_SIZE))!
    const atOnce = noting()
    scanRecords(bytes.subarray(HEADER_SIZE), HEADER_SIZE, marker, atOnce.visitor)
    const descriptor = openSync(damaged, 'r')
    const inWindows = noting()
    scanFile(descriptor, fstatSync(descriptor).size, marker, inWindows.visitor, window)
    closeSync(descriptor)
    expect(joined(inWindows.met)).toEqual(joined(atOnce.met))
  }), { numRuns: 500 })
})

it('verify holds a few megabytes of a bucket at a time, of damage in it too', () => {
  const { root, path } = bucketOf(Array.from({ length: 900 }, () => 30_000))
  const bytes = readFileSync(path)
  expect(bytes.length).toBeGreaterThan(25_000_000)
  let longest = 0
  const { read } = files
  vi.spyOn(files, 'read').mockImplementation((descriptor, buffer, offset, length, position) => {
    longest = Math.max(longest, length)
    return read(descriptor, buffer, offset, length, position)
  })
  openAsAnother(root)
  expect(verify(root)).toMatchObject({ entries: 900, problems: [] })
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 8_000_000), Buffer.alloc(12_000_000, 7), bytes.subarray(8_000_000)]))
  const problems: Problem[] = []
  verifyBucketFile(path, { read: () => undefined, found: (problem) => void problems.push(problem) })
  vi.restoreAllMocks()
  expect(problems).toEqual([expect.objectContaining({ kind: 'damaged', what: expect.stringMatching(/^120\d{5} bytes at \d+ are damaged$/) })])
  expect(longest).toBeLessThanOrEqual(4 * 1024 * 1024)
})
