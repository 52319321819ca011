import { HEADER_SIZE, RECORD_HEAD } from './format.ts'
import { readFully } from './fs.ts'
import { scanRecords, type ScanVisitor } from './scan.ts'

/** So much of a file is in memory at once; more only for a record that is longer. */
const WINDOW = 4 * 1024 * 1024

/** {@link scanRecords} of a whole file, a window at a time. Its gaps are those of the file, wherever the windows end. */
export function scanFile(descriptor: number, size: number, marker: Buffer, visitor: ScanVisitor, window: number = WINDOW): number {
  let length = window
  let position = HEADER_SIZE
  /** Where a gap began of which earlier windows were a part. */
  let open: number | undefined
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)))
    const end = position + readFully(descriptor, chunk, position)
    const isLast = end >= size || end < position + chunk.length
    const closeGap = (until: number, torn: boolean): void => {
      const start = open!
      open = undefined
      visitor.gap(start, until - start, torn)
    }
    const settled = scanRecords(chunk.subarray(0, end - position), position, marker, {
      record(bytes, at, recordLength, start) {
        if (open !== undefined) closeGap(start - RECORD_HEAD, false)
        visitor.record(bytes, at, recordLength, start)
      },
      gap(start, gapLength, torn) {
        // How far it goes, only the next window tells.
        if (!isLast && start + gapLength === end) return
        if (open === undefined) visitor.gap(start, gapLength, torn)
        else closeGap(start + gapLength, false)
      },
    })
    if (isLast) {
      if (open !== undefined) closeGap(end, false)
      return settled
    }
    if (settled > position) {
      position = settled
      length = window
    } else if (chunk.subarray(0, 4).equals(marker.subarray(0, 4))) {
      // As for the scan itself: it may be a record that is longer, or in the writing.
      length *= 2
    } else {
      open ??= position
      // A marker may begin in the last bytes.
      position = end - marker.length + 1
    }
  }
}
