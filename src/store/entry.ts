import { PersistError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { storeError } from './fail.ts'
import { ENTRY_HEAD, FLAG_DIRECTORY, FLAG_FILE, FLAG_PROMISE, KEY_AT, KEY_SIZE, RECORD_HEAD, uint32At, type Facts, type Notes } from './format.ts'
import { files, isMissing, READ, readFully } from './fs.ts'
import type { Key, StoredEntry } from './types.ts'
import type { Use } from './uses.ts'
import { checksumDirectory } from './value-file.ts'

/** The directory that an entry stands in. */
export interface EntryHome {
  readonly path: string
  /** Whether the entry is still the newest one of its key, as far as this thread can have heard. */
  isCurrent(entry: BucketEntry): boolean
  /** Looks the key up again: a value's own file may have been replaced meanwhile. */
  newestOf(key: Key): BucketEntry | undefined
}

/** An entry as it stands in a bucket. What a look-up rarely needs is taken apart only when asked for. */
export class BucketEntry implements StoredEntry {
  readonly key: Key
  readonly groups: readonly string[]
  #body: Buffer
  readonly #facts: Facts
  readonly #home: EntryHome
  /** Counts the entry's uses. */
  use: Use | undefined
  isMet = false
  #notes: Notes | undefined
  #meta: StoredEntry['meta'] | undefined

  constructor(key: Key, groups: readonly string[], body: Buffer, facts: Facts, home: EntryHome) {
    this.key = key
    this.groups = groups
    this.#body = body
    this.#facts = facts
    this.#home = home
  }

  isCurrent(): boolean {
    return this.#home.isCurrent(this)
  }

  detach(): void {
    this.#body = Buffer.from(this.#body)
  }

  noteUse(): void {
    if (this.use !== undefined) this.use.hits++
  }

  get codec(): string {
    return this.#facts.codec
  }

  get meta(): StoredEntry['meta'] {
    return (this.#meta ??= this.#readMeta())
  }

  get duration(): number {
    return this.#body.readDoubleLE(14)
  }

  get promise(): boolean {
    return (this.#body[1]! & FLAG_PROMISE) !== 0
  }

  get tags(): readonly string[] | undefined {
    return this.#facts.tags
  }

  get fingerprint(): string {
    return this.#facts.fingerprint
  }

  get created(): number {
    return this.#body.readDoubleLE(6)
  }

  get stored(): number {
    return this.#body.length + RECORD_HEAD + (this.inOwnFile ? this.size : 0)
  }

  get size(): number {
    return this.inOwnFile ? (this.#read().f?.size ?? 0) : this.#body.length - this.#payloadAt()
  }

  get file(): string | undefined {
    const own = this.inOwnFile ? this.#read().f : undefined
    return own && `${this.#home.path}/${own.name}`
  }

  get directory(): true | undefined {
    return this.#body[1]! & FLAG_DIRECTORY ? true : undefined
  }

  get inOwnFile(): boolean {
    return (this.#body[1]! & (FLAG_FILE | FLAG_DIRECTORY)) !== 0
  }

  bytes(): Uint8Array {
    return this.divide(nowhere)[0]
  }

  divide(headSize: HeadSize): Pieces {
    if (this.#body[1]! & FLAG_FILE) return this.#readFile(headSize)
    if (this.#body[1]! & FLAG_DIRECTORY) throw new PersistError('STORE', `${this.file} is a directory: its codec loads it`)
    return [this.#body.subarray(this.#payloadAt())]
  }

  check(): void {
    if (this.#body[1]! & FLAG_FILE) this.#readFile(nowhere)
    if (!(this.#body[1]! & FLAG_DIRECTORY)) return
    const own = this.#read().f!
    const found = readOrFail(this.file!, () => checksumDirectory(this.file!))
    if (found.crc !== own.crc || found.size !== own.size) throw damaged(this.file!)
  }

  #payloadAt(): number {
    return ENTRY_HEAD + uint32At(this.#body, 22)
  }

  #read(): Notes {
    return (this.#notes ??= readNotes(this.#body))
  }

  #readMeta(): StoredEntry['meta'] {
    const facts = this.#facts
    const notes = this.#read()
    const meta: StoredEntry['meta'] = {
      created: this.#body.readDoubleLE(6),
      duration: this.#body.readDoubleLE(14),
      fingerprint: facts.fingerprint,
      node: facts.node,
      package: facts.package,
    }
    if (facts.commit !== undefined) meta.commit = facts.commit
    if (facts.tags) meta.tags = facts.tags
    if (this.#body[1]! & FLAG_PROMISE) meta.promise = true
    if (notes.p !== undefined) meta.preview = notes.p
    if (notes.x) meta.extra = notes.x
    return meta
  }

  #readFile(headSize: HeadSize, again = true): Pieces {
    const own = this.#read().f!
    const path = this.file!
    let descriptor: number
    try {
      descriptor = files.open(path, READ)
    } catch (error) {
      // A refresh may have replaced it since the entry was looked up.
      const newest = again && isMissing(error) ? this.#home.newestOf(this.key) : undefined
      if (newest?.inOwnFile) return newest.#readFile(headSize, false)
      if (newest) return newest.divide(headSize)
      throw storeError('read', path, error)
    }
    try {
      return readOrFail(path, () => {
        const pieces = readPieces(descriptor, own.size, headSize)
        if (pieces === undefined || checksumOf(pieces) !== own.crc) throw damaged(path)
        return pieces
      })
    } finally {
      files.close(descriptor)
    }
  }
}

type HeadSize = (start: Uint8Array) => number | undefined
type Pieces = ReturnType<StoredEntry['divide']>

const nowhere = (): undefined => undefined
/** What `headSize` gets to see. */
const START = 4096

/** A file of this size, in one or two pieces; `undefined` if it has another size. */
function readPieces(descriptor: number, size: number, headSize: HeadSize): Pieces | undefined {
  const start = Buffer.allocUnsafe(Math.min(START, size))
  if (readFully(descriptor, start, 0) !== start.length || files.read(descriptor, Buffer.alloc(1), 0, 1, size) !== 0) return undefined
  if (size <= START) return [start]
  const cut = headSize(start)
  if (cut === undefined || cut >= size) {
    const whole = readPiece(descriptor, 0, size)
    return whole && [whole]
  }
  const head = readPiece(descriptor, 0, cut)
  const rest = readPiece(descriptor, cut, size - cut)
  return head && rest && [head, rest.buffer as ArrayBuffer]
}

function readPiece(descriptor: number, position: number, length: number): Buffer | undefined {
  // Zeroing is cheaper to skip than to do for what is overwritten at once.
  const piece = Buffer.allocUnsafeSlow(length)
  return readFully(descriptor, piece, position) === length ? piece : undefined
}

function checksumOf([head, rest]: Pieces): number {
  const crc = crc32(head)
  return rest === undefined ? crc : crc32(new Uint8Array(rest), crc)
}

/** The notes in an entry's body. */
export function readNotes(body: Buffer): Notes {
  const length = body.readUInt32LE(22)
  return length === 0 ? {} : (JSON.parse(body.toString('utf8', ENTRY_HEAD, ENTRY_HEAD + length)) as Notes)
}

/** The key in a record's body. */
export function keyOf(body: Buffer): Key {
  return body.toString('hex', KEY_AT, KEY_AT + KEY_SIZE)
}

function readOrFail<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw storeError('read', path, error)
  }
}

function damaged(path: string): PersistError {
  return new PersistError('DECODE', `${path} is damaged: it does not have the checksum that it was stored with`)
}
