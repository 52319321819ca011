import { keyBytes, keyTag } from './call-key.ts'
import { crc32 } from './crc32.ts'
import { attempt, storeError } from './fail.ts'
import {
  createHeader, ENTRY_HEAD, FLAG_COPY, HEADER_SIZE, KEY_AT, KEY_SIZE, KIND_CLEARED, KIND_ENTRY, KIND_FACTS, KIND_RELIST, KIND_SEALED,
  KIND_TOMBSTONE, readHeader, RECORD_HEAD, sealRecords, signRecord, uint32At, type Facts,
} from './format.ts'
import { APPEND, APPEND_OR_CREATE, codeOf, EXCLUSIVE, files, isMissing, openOrMake, READ, readFully } from './fs.ts'
import { KeyIndex } from './key-index.ts'
import { bookBytes, bookDescriptor, closeOthers, forgetResident, touch, unbookDescriptor, type Resident } from './residents.ts'
import { scanRecords, type ScanVisitor } from './scan.ts'
import { createReading, isRecent, noteReading, resumeStretch } from './stretch.ts'

/**
 * `sealed`: the next generation takes over. `cleared`: the same, and nothing in it counts. `gone`: removed. `foreign`: no bucket file of ours, though it has its name;
 * it is left alone and the next generation used.
 */
export type FileState = 'unread' | 'live' | 'sealed' | 'cleared' | 'gone' | 'foreign'

/** What a bucket file tells its directory. */
export interface FileOwner {
  /** A network file system: other machines' appends are seen only after opening anew. */
  readonly remote: boolean
  damaged(path: string, what: string): void
  /** A record of this key came in: what was known of it is old. */
  changed(body: Buffer, at: number): void
  /** All that was known may be old. */
  reset(): void
  /** Files have come or gone. */
  relist(): void
  /** The directory may be a new one. */
  begun(): void
}

/** Failures that say that this process may not write: `ERR_ACCESS_DENIED` is of Node's permission model. */
const DENIED_PATTERN = /ACCES|EROFS|EPERM/
/** Files up to this size are kept in memory as a whole. */
const KEEP_LIMIT = 2 * 1024 * 1024
const PIECE = 256 * 1024
/** What a record takes, in bytes, of values that are many. */
const LIKELY = 256
/** For so many keys room is made at once: larger values are fewer. */
const ROOM = 1500
/** How often, in milliseconds, a file is looked for under its name: it may have been deleted by hand. */
const NAME_CHECK = 1000

let piece: Buffer | undefined
const interned = new Map<string, Facts>()

/** One append-only file: read through an index, written by single appends. */
export class BucketFile implements Resident, ScanVisitor {
  readonly path: string
  readonly generation: number
  state: FileState = 'unread'
  used = 0
  descriptor = -1
  /** Up to where the file is understood. */
  scanned = 0
  /** Bytes of records that no longer count. */
  dead = 0
  /** Where the record is that ends the file's use. */
  endsAt: number = Infinity
  index: KeyIndex = new KeyIndex()
  readonly facts: Map<number, Facts> = new Map()
  readonly #reading = createReading()
  #owner: FileOwner
  #marker: Buffer | undefined
  #bytes: Buffer | undefined
  #keep = true
  #checked = 0
  #chunkStart = 0
  #chunk: Buffer | undefined
  /** Why the file can only be read. */
  #readOnly: unknown

  constructor(path: string, generation: number, owner: FileOwner) {
    this.path = path
    this.generation = generation
    this.#owner = owner
  }

  get kept(): number {
    return this.#bytes?.length ?? 0
  }

  get marker(): Buffer {
    return this.#marker!
  }

  dropBytes(): void {
    if (!this.#bytes) return
    bookBytes(this, -this.#bytes.length)
    this.#bytes = undefined
    this.#keep = false
    this.#owner.reset()
  }

  closeDescriptor(): void {
    if (this.descriptor < 0) return
    const descriptor = this.descriptor
    this.descriptor = -1
    unbookDescriptor()
    try {
      files.close(descriptor)
    } catch {
      // Nothing is buffered that could be lost.
    }
  }

  /** Ends the use of this object: memory and descriptor are given back. */
  discard(state: FileState = 'gone'): void {
    this.state = state
    forgetResident(this)
    this.#owner.reset()
  }

  /** {@link BucketFile.refresh}, unless that was done a moment ago. For look-ups: who decides anything by what is missing refreshes. */
  keepUp(): void {
    touch(this)
    if (this.state === 'live' && !this.#owner.remote && isRecent(this.#reading)) return
    this.refresh()
    resumeStretch()
  }

  /**
   * Takes in what has been appended since. One small read when there is nothing new: cheaper than asking for the size.
   * Afterwards `state` tells whether the file still counts.
   */
  refresh(): void {
    if (this.state === 'foreign' || this.state === 'gone' || this.state === 'cleared') return
    touch(this)
    const now = Date.now()
    if (now - this.#checked > NAME_CHECK || now < this.#checked) {
      this.#checked = now
      if (this.state !== 'unread' && !files.exists(this.path)) return this.#vanish()
    }
    if (this.#owner.remote) this.closeDescriptor()
    if (this.descriptor < 0 && !this.#open(APPEND)) return
    if (this.state === 'unread' && !this.#load()) return
    this.#readTail()
  }

  /**
   * Whether this is what stands under the file's name, as far as that has to be asked: who has it open hears in it of its end,
   * and afterwards its directory may be removed and made again.
   */
  isStill(): boolean {
    if (this.state !== 'sealed' && this.state !== 'cleared') return this.state !== 'gone'
    this.closeDescriptor()
    return this.#open(APPEND)
  }

  /** Creates the file, if it isn't there or with an error if it must not be, and makes sure that it can be appended to. */
  create(exclusive = false): void {
    if (this.state !== 'unread' || this.descriptor >= 0) return
    touch(this)
    if (!this.#open(APPEND_OR_CREATE | (exclusive ? EXCLUSIVE : 0))) return
    const header = Buffer.alloc(HEADER_SIZE)
    attempt('create', this.path, () => {
      // Two processes may both write a header: the first one in the file counts, the other is passed over.
      if (readFully(this.descriptor, header, 0) === 0) this.#write(createHeader())
    })
    this.#load()
    this.#readTail()
  }

  /**
   * Appends records with one write, `record` (which ends the buffer) being that of the current key, and takes in the file's tail.
   * Returns false when another process ended the file's use before: the record counts only in the next generation.
   */
  append(records: Buffer): boolean {
    for (let tries = 0; ; tries++) {
      sealRecords(records, this.marker)
      const before = this.scanned
      attempt('write', this.path, () => this.#write(records))
      attempt('read', this.path, () => this.#readTail())
      if (this.scanned > before) return this.endsAt === Infinity
      // The end of the file moved back: it was cut off or replaced. What is left of it is read anew.
      if (tries > 0) throw storeError('write', this.path, new Error('the file changes under the writer'))
      this.reread()
      if (this.state !== 'live') return false
    }
  }

  /** Appends a record without taking in what it does to others' state. */
  appendSign(kind: number): void {
    this.appendCopies(signRecord(kind))
  }

  /** Appends records, say those that compaction has copied, without taking them in. */
  appendCopies(records: Buffer): void {
    sealRecords(records, this.marker)
    attempt('write', this.path, () => this.#write(records))
  }

  sync(): void {
    attempt('sync', this.path, () => files.fsync(this.descriptor))
  }

  /** Forgets all that is known of the file and reads it again. */
  reread(): void {
    this.dropBytes()
    this.closeDescriptor()
    this.index = new KeyIndex()
    this.facts.clear()
    this.scanned = 0
    this.dead = 0
    this.endsAt = Infinity
    this.#keep = true
    this.state = 'unread'
    this.#owner.reset()
    this.refresh()
  }

  /** The slot of the current key's newest record, or -1. */
  find(): number {
    const tag = keyTag()
    for (let slot = this.index.first(tag); slot >= 0; slot = this.index.next(slot, tag)) {
      if (this.#holds(this.index.position(slot), keyBytes, 0)) return slot
    }
    return -1
  }

  /** The body of a record: a view of kept memory, or read and checked. `undefined` when the file no longer has it. */
  body(slot: number): Buffer | undefined {
    const position = this.index.position(slot)
    const length = this.index.length(slot)
    if (this.#bytes) return this.#bytes.subarray(position, position + length)
    if (this.descriptor < 0 && !this.#open(APPEND)) return undefined
    const record = Buffer.allocUnsafe(RECORD_HEAD + length)
    const whole = attempt('read', this.path, () => readFully(this.descriptor, record, position - RECORD_HEAD)) === record.length
    if (whole && crc32(record.subarray(12)) === record.readUInt32LE(8)) return record.subarray(RECORD_HEAD)
    this.#owner.damaged(this.path, `the record at ${position} has changed`)
    return undefined
  }

  record(chunk: Buffer, at: number, length: number, position: number): void {
    // A file may be cleared after it was sealed; else nothing behind its end counts.
    if (this.endsAt !== Infinity && !(chunk[at] === KIND_CLEARED && this.state === 'sealed')) return
    switch (chunk[at]) {
      case KIND_ENTRY:
      case KIND_TOMBSTONE:
        if (length >= ENTRY_HEAD) this.#enter(chunk, at, length, position)
        break
      case KIND_FACTS:
        this.#learn(chunk.readUInt32LE(at + 2), chunk.toString('utf8', at + 6, at + length))
        break
      case KIND_SEALED:
      case KIND_CLEARED:
        this.endsAt = position
        this.state = chunk[at] === KIND_SEALED ? 'sealed' : 'cleared'
        if (this.state === 'cleared') this.index = new KeyIndex()
        this.#owner.reset()
        this.#owner.relist()
        break
      case KIND_RELIST:
        this.#owner.relist()
    }
  }

  gap(position: number, length: number, torn: boolean): void {
    if (!torn) this.#owner.damaged(this.path, `${length} bytes at ${position} are damaged`)
  }

  #open(flags: number): boolean {
    try {
      this.descriptor = this.#tryOpen(flags)
    } catch (error) {
      if (isMissing(error)) {
        if ((flags & APPEND_OR_CREATE) === APPEND_OR_CREATE) throw storeError('create', this.path, error)
        this.#vanish()
        return false
      }
      const code = codeOf(error)
      if (code === 'EISDIR' || code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO') {
        this.#owner.damaged(this.path, 'something else stands in its place')
        this.discard('foreign')
        return false
      }
      throw storeError('open', this.path, error)
    }
    bookDescriptor(this)
    return this.state === 'unread' || this.#isSame()
  }

  #tryOpen(flags: number): number {
    try {
      return openOrMake(this.path, flags)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EMFILE' || code === 'ENFILE') {
        closeOthers(this)
        return files.open(this.path, flags)
      }
      // Somebody else's store, or a read-only one, can still be read.
      if (flags === APPEND && DENIED_PATTERN.test(code!)) {
        this.#readOnly = error
        return files.open(this.path, READ)
      }
      throw error
    }
  }

  /** Whether the file that was opened again is the one that was known. */
  #isSame(): boolean {
    const header = Buffer.alloc(HEADER_SIZE)
    attempt('read', this.path, () => readFully(this.descriptor, header, 0))
    const marker = readHeader(header)
    if (marker && this.#marker && marker.equals(this.#marker)) return true
    this.#vanish()
    return false
  }

  #load(): boolean {
    return attempt('read', this.path, () => {
      const size = files.fstat(this.descriptor).size
      this.#checked = Date.now()
      // Another process has just made it and is about to write its header, or died before: whoever writes first will.
      if (size === 0) {
        this.closeDescriptor()
        return false
      }
      const kept = size <= KEEP_LIMIT && this.#keep ? Buffer.allocUnsafeSlow(size + Math.max(4096, size >> 3)) : undefined
      const header = kept?.subarray(0, HEADER_SIZE) ?? Buffer.alloc(HEADER_SIZE)
      const read = readFully(this.descriptor, header, 0)
      this.#marker = readHeader(header.subarray(0, read))
      if (!this.#marker) {
        this.#owner.damaged(this.path, 'it has no header of this format')
        this.discard('foreign')
        return false
      }
      this.state = 'live'
      this.scanned = HEADER_SIZE
      if (kept) {
        this.#bytes = kept
        bookBytes(this, kept.length)
      }
      return true
    })
  }

  #readTail(): void {
    noteReading(this.#reading)
    for (;;) {
      const bytes = this.#bytes
      const target = bytes ?? (piece ??= Buffer.allocUnsafeSlow(PIECE))
      const at = bytes ? this.scanned : 0
      const room = target.length - at
      const read = room === 0 ? 0 : files.read(this.descriptor, target, at, room, this.scanned)
      if (read === 0 && room > 0) return
      const before = this.scanned
      if (read > 0) this.#scan(target.subarray(at, at + read))
      if (read < room) return
      if (bytes) this.#enlarge(bytes)
      else if (this.scanned === before && !this.#readLong()) return
    }
  }

  #scan(chunk: Buffer): void {
    this.#chunk = chunk
    this.#chunkStart = this.scanned
    this.index.reserve(Math.min(chunk.length / LIKELY, ROOM))
    this.scanned = scanRecords(chunk, this.scanned, this.marker, this)
    this.#chunk = undefined
  }

  /** A record that is longer than a piece. */
  #readLong(): boolean {
    const left = files.fstat(this.descriptor).size - this.scanned
    const chunk = Buffer.allocUnsafe(left)
    const before = this.scanned
    this.#scan(chunk.subarray(0, readFully(this.descriptor, chunk, this.scanned)))
    return this.scanned > before
  }

  #enlarge(bytes: Buffer): void {
    if (bytes.length * 2 > KEEP_LIMIT * 1.5) {
      this.dropBytes()
      return
    }
    // What was handed out keeps the old memory alive.
    this.#owner.reset()
    const larger = Buffer.allocUnsafeSlow(bytes.length * 2)
    bytes.copy(larger, 0, 0, this.scanned)
    this.#bytes = larger
    bookBytes(this, larger.length - bytes.length)
  }

  #enter(chunk: Buffer, at: number, length: number, position: number): void {
    const tag = uint32At(chunk, at + KEY_AT + 4)
    this.#owner.changed(chunk, at)
    for (let slot = this.index.first(tag); slot >= 0; slot = this.index.next(slot, tag)) {
      if (!this.#holds(this.index.position(slot), chunk, at + KEY_AT)) continue
      // What compaction copies is older than whatever a writer has put here meanwhile.
      if (chunk[at + 1]! & FLAG_COPY) return void (this.dead += length + RECORD_HEAD)
      this.dead += this.index.length(slot) + RECORD_HEAD
      this.index.replace(slot, position, length)
      return
    }
    this.index.add(tag, position, length)
    if (chunk[at] === KIND_TOMBSTONE) this.dead += length + RECORD_HEAD
  }

  /** Whether the record at a position has this key. */
  #holds(position: number, key: Buffer, keyAt: number): boolean {
    let known: Buffer
    let at: number
    if (this.#bytes) {
      known = this.#bytes
      at = position + KEY_AT
    } else if (this.#chunk && position >= this.#chunkStart) {
      known = this.#chunk
      at = position - this.#chunkStart + KEY_AT
    } else {
      if (this.descriptor < 0 && !this.#open(APPEND)) return false
      known = Buffer.allocUnsafe(KEY_SIZE)
      at = 0
      attempt('read', this.path, () => readFully(this.descriptor, known, position + KEY_AT))
    }
    for (let i = 0; i < KEY_SIZE; i++) if (known[at + i] !== key[keyAt + i]) return false
    return true
  }

  #learn(id: number, json: string): void {
    if (this.facts.has(id)) return
    let facts = interned.get(json)
    if (!facts) {
      facts = JSON.parse(json) as Facts
      interned.set(json, facts)
    }
    this.facts.set(id, facts)
  }

  #write(records: Buffer): void {
    if (this.#readOnly !== undefined) this.#reopen()
    if (this.descriptor < 0 && !this.#open(APPEND)) throw new Error('the file is gone')
    const written = files.write(this.descriptor, records, 0, records.length)
    if (written === records.length) return
    // A full disk may take a part: what stands there is passed over by readers. A signal may have cut it short, too.
    if (files.write(this.descriptor, records, 0, records.length) !== records.length) {
      throw Object.assign(new Error('ENOSPC: the disk took only a part'), { code: 'ENOSPC' })
    }
  }

  /** What could only be read may have become writable. */
  #reopen(): void {
    this.#readOnly = undefined
    this.closeDescriptor()
    if (!this.#open(APPEND)) throw new Error('the file is gone')
    if (this.#readOnly !== undefined) throw this.#readOnly
  }

  #vanish(): void {
    this.discard('gone')
    this.endsAt = 0
    this.#owner.reset()
    this.#owner.relist()
  }
}
