import { randomFillSync } from 'node:crypto'
import { crc32 } from './crc32.ts'

/**
 * The format of bucket files. All numbers are little-endian.
 *
 * ```
 * header   twice: magic 8 | version u16 | 0 u16 | marker 8 | 0 u64 | crc32 u32
 * record   marker 8 | crc32 of what follows u32 | length of the body u32 | body
 * body     kind u8 | flags u8 | …
 *   entry, tombstone   facts u32 | created f64 | duration f64 | length of the notes u32 | key 32 | notes (JSON) | payload
 *   facts              id u32 | JSON
 * ```
 *
 * The marker is random, one per file, and no body that holds it is ever written: wherever it stands a record begins, so
 * that a reader finds its way past anything torn or damaged, and no value can pass for a record.
 * The version stands in the file's name too: files of other versions are not even opened.
 */
export const FORMAT_VERSION = 1

export const MARKER_SIZE = 8
export const HEADER_SIZE = 64
export const HEADER_COPY = 32
export const RECORD_HEAD = 16
export const ENTRY_HEAD = 58
export const KEY_AT = 26
export const KEY_SIZE = 32

/** How far a lost marker is looked for. */
const SEARCHED = 64 * 1024
const MAGIC = Buffer.from('persist\n', 'latin1')

export const KIND_ENTRY = 1
/** The key has no entry from here on. */
export const KIND_TOMBSTONE = 2
/** What many entries have in common. */
export const KIND_FACTS = 3
/** Nothing behind this record counts: the next generation takes over. */
export const KIND_SEALED = 4
/** Nothing in this file counts. */
export const KIND_CLEARED = 5
/** Files have come or gone in the directory: list it again. */
export const KIND_RELIST = 6

/** The payload is a file of its own. */
export const FLAG_FILE = 1
/** The payload is a directory of its own. */
export const FLAG_DIRECTORY = 2
export const FLAG_PROMISE = 4
/** Copied by compaction: any other record of the key in the same file is newer, wherever it stands. */
export const FLAG_COPY = 8

/** A number of 32 bits, by itself: Buffer's own methods are slow as long as they are not compiled, in most processes all the time. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

/** A header with a fresh marker, or with one that is known. */
export function createHeader(marker?: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_SIZE)
  MAGIC.copy(header, 0)
  header.writeUInt16LE(FORMAT_VERSION, 8)
  if (marker) header.set(marker, 12)
  else {
    do randomFillSync(header, 12, MARKER_SIZE)
    while (header.readUInt32LE(12) === 0)
  }
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28)
  header.copy(header, HEADER_COPY, 0, HEADER_COPY)
  return header
}

/** The marker of a header, from whichever of its copies is whole; `undefined` for what is no header of this version. */
export function readHeader(header: Uint8Array): Buffer | undefined {
  for (const at of [0, HEADER_COPY]) {
    if (header.length < at + HEADER_COPY) break
    const copy = Buffer.from(header.buffer, header.byteOffset + at, HEADER_COPY)
    if (!MAGIC.equals(copy.subarray(0, 8)) || copy.readUInt16LE(8) !== FORMAT_VERSION) continue
    if (crc32(copy.subarray(0, 28)) === copy.readUInt32LE(28)) return Buffer.from(copy.subarray(12, 12 + MARKER_SIZE))
  }
  return undefined
}

/** The marker of a file whose header is damaged, from its first records: one that a checksum confirms. */
export function findMarker(bytes: Buffer): Buffer | undefined {
  if (bytes.length > HEADER_SIZE && bytes.compare(MAGIC, 0, 8, 0, 8) === 0 && bytes.readUInt16LE(8) > FORMAT_VERSION) return undefined
  for (let at = HEADER_SIZE; at + RECORD_HEAD < bytes.length && at < SEARCHED; at++) {
    const end = at + RECORD_HEAD + bytes.readUInt32LE(at + 12)
    const kind = bytes[at + RECORD_HEAD]!
    if (end > bytes.length || kind < KIND_ENTRY || kind > KIND_RELIST) continue
    if (crc32(bytes.subarray(at + 12, end)) === bytes.readUInt32LE(at + 8)) return Buffer.from(bytes.subarray(at, at + MARKER_SIZE))
  }
  return undefined
}

/** Whether a header begins there, be it of another writer's. */
export function isHeader(chunk: Buffer, at: number): boolean {
  return at + HEADER_SIZE <= chunk.length && chunk.compare(MAGIC, 0, 8, at, at + 8) === 0
}

/** Completes records whose bodies and lengths stand in place: with the marker of the file that they go to, and their checksums. */
export function sealRecords(records: Buffer, marker: Buffer): void {
  for (let start = 0; start < records.length; ) {
    const end = start + RECORD_HEAD + records.readUInt32LE(start + 12)
    marker.copy(records, start)
    records.writeUInt32LE(crc32(records.subarray(start + 12, end)), start + 8)
    start = end
  }
}

/** A record that says no more than its kind. */
export function signRecord(kind: number): Buffer {
  const record = Buffer.alloc(RECORD_HEAD + 10)
  record.writeUInt32LE(10, 12)
  record[RECORD_HEAD] = kind
  record.writeDoubleLE(Date.now(), RECORD_HEAD + 2)
  return record
}

/** What many entries of a file have in common; written once per file. */
export interface Facts {
  node: string
  package: string
  commit?: string
  fingerprint: string
  codec: string
  tags?: readonly string[]
}

/** Facts as a record, twice: damage to one copy costs no entry. */
export function factsRecords(id: number, json: string): Buffer {
  const text = Buffer.from(json)
  const size = RECORD_HEAD + 6 + text.length
  const records = Buffer.alloc(size * 2)
  for (const at of [0, size]) {
    records.writeUInt32LE(size - RECORD_HEAD, at + 12)
    records[at + RECORD_HEAD] = KIND_FACTS
    records.writeUInt32LE(id, at + RECORD_HEAD + 2)
    text.copy(records, at + RECORD_HEAD + 6)
  }
  return records
}

/** What stands in an entry's notes: facts of its own that are not binary. */
export interface Notes {
  /** Preview of the arguments. */
  p?: string
  /** {@link EntryMeta.extra} */
  x?: Record<string, unknown>
  /** The payload's own file or directory. */
  f?: { name: string; size: number; crc: number }
}

export interface EntryFields {
  kind: number
  flags: number
  facts: number
  created: number
  duration: number
  notes: string
  payload: Uint8Array | undefined
}

/** A record with room for its head; {@link sealRecords} completes it. */
export function entryRecord(key: Uint8Array, fields: EntryFields): Buffer {
  const notes = fields.notes === '' ? 0 : Buffer.byteLength(fields.notes)
  const payload = fields.payload
  const record = Buffer.allocUnsafe(RECORD_HEAD + ENTRY_HEAD + notes + (payload?.length ?? 0))
  record.writeUInt32LE(record.length - RECORD_HEAD, 12)
  record[RECORD_HEAD] = fields.kind
  record[RECORD_HEAD + 1] = fields.flags
  record.writeUInt32LE(fields.facts, RECORD_HEAD + 2)
  record.writeDoubleLE(fields.created, RECORD_HEAD + 6)
  record.writeDoubleLE(fields.duration, RECORD_HEAD + 14)
  record.writeUInt32LE(notes, RECORD_HEAD + 22)
  record.set(key, RECORD_HEAD + KEY_AT)
  if (notes > 0) record.write(fields.notes, RECORD_HEAD + ENTRY_HEAD, 'utf8')
  if (payload) record.set(payload, RECORD_HEAD + ENTRY_HEAD + notes)
  return record
}
