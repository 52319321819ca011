import { crc32 } from './crc32.ts'
import { HEADER_SIZE, isHeader, RECORD_HEAD } from './format.ts'

/** What a scan met. Offsets are the file's. */
export interface ScanVisitor {
  /** A whole record: where its body begins and how long it is. `chunk` and `at` say where the body stands in memory. */
  record(chunk: Buffer, at: number, length: number, position: number): void
  /** Bytes that belong to no record. `torn`: what a killed writer left; else damage. */
  gap(position: number, length: number, torn: boolean): void
}

/**
 * Finds the records in a piece of a bucket file and returns up to which position it is settled: from there on a record may still
 * be in the writing, so that a later scan begins there.
 *
 * No length is trusted before the checksum has confirmed it. Where a record is broken, the next marker is looked for from its beginning on.
 */
export function scanRecords(chunk: Buffer, start: number, marker: Buffer, visitor: ScanVisitor): number {
  // Not the Buffer's own methods, which are slow as long as they are not compiled: in most processes that is all the time.
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
  const low = marker.readInt32LE(0)
  const high = marker.readInt32LE(4)
  const end = chunk.length
  let at = 0
  while (at + RECORD_HEAD <= end) {
    if (view.getInt32(at, true) === low && view.getInt32(at + 4, true) === high) {
      const length = view.getUint32(at + 12, true)
      const next = at + RECORD_HEAD + length
      if (next <= end && length >= 2 && crc32(new Uint8Array(chunk.buffer, chunk.byteOffset + at + 12, next - at - 12)) === view.getUint32(at + 8, true)) {
        visitor.record(chunk, at + RECORD_HEAD, length, start + at + RECORD_HEAD)
        at = next
        continue
      }
    }
    if (isHeader(chunk, at)) {
      // Two processes created the file at once and both wrote a header, the other maybe after records of the first.
      at += HEADER_SIZE
      continue
    }
    const found = chunk.indexOf(marker, at + 1)
    if (found < 0) {
      // The last piece may be a record that is being written. If it is all there, it is damaged.
      const complete = end >= at + RECORD_HEAD && at + RECORD_HEAD + chunk.readUInt32LE(at + 12) <= end
      if (complete || chunk.readInt32LE(at) !== low) visitor.gap(start + at, end - at, false)
      break
    }
    const claimed = at + RECORD_HEAD + chunk.readUInt32LE(at + 12)
    visitor.gap(start + at, found - at, claimed > found && chunk.readInt32LE(at) === low)
    at = found
  }
  return start + at
}
