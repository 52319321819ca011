import { randomBytes } from 'node:crypto'
import { PersistError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { attempt } from './fail.ts'
import { APPEND_OR_CREATE, files, listDirectory, openOrMake, removeFile } from './fs.ts'
import { thisOwner, type Owner } from './owner.ts'

/** A thread's statement that it computes a key. Of several for one key the first counts whose owner lives. */
export interface Claim {
  id: string
  owner: Owner
  since: number
  /** What its release names. */
  token: string
  file: ClaimsFile
}

const SIZE = 72
const MAGIC = 0x6d6c6370
const KIND_CLAIM = 1
const KIND_RELEASE = 2
/** Claims behind this count only in the next file. */
const KIND_SEALED = 3
const RELEASE_AGAIN = 500
const ROTATE_AT = 512 * 1024
/** The number of a file of claims, in its name. */
export const CLAIMS_PATTERN: RegExp = /^@claims\.(\d+)$/

/**
 * Who computes what, for one function: append-only files of small fixed-size records, where the order of appends decides.
 * Taking and releasing a claim costs two appends; a file that is made and removed for each costs twenty times as much.
 */
export class Claims {
  readonly #directory: string
  #files: ClaimsFile[] = []
  readonly active: Map<string, Claim[]> = new Map()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Takes in what others did since. */
  refresh(): void {
    attempt('read', this.#directory, () => {
      if (this.#files.length === 0) this.#list()
      for (const file of this.#files) file.refresh()
      while (this.#files.at(-1)?.sealed) {
        const next = new ClaimsFile(this.#directory, this.#files.at(-1)!.number + 1, this.active)
        next.open()
        next.refresh()
        this.#files.push(next)
      }
      if (this.#files.length > 1) this.#retire()
    })
  }

  /** Appends a claim of this thread. {@link Claims.active} then tells whether it was the first. */
  claim(id: string, owner: Owner = thisOwner()): Claim {
    return attempt('write', this.#directory, () => {
      if (this.#files.length === 0) this.refresh()
      for (let tries = 0; tries < 100; tries++) {
        const token = nextToken()
        const file = this.#current()
        file.append(KIND_CLAIM, id, owner, token)
        this.refresh()
        const claim = this.active.get(id)?.find((other) => other.token === token)
        if (claim) return claim
        // Sealed before, cut off or deleted: claim again in the file that counts now.
        if (!file.sealed) this.#forget()
      }
      throw new PersistError('LOCK', `can't claim in ${this.#directory}: claims don't stay where they are written`)
    })
  }

  /** Never fails: what can't be written now (a full disk) is tried again, as others would wait for this thread until it ends. */
  release(claim: Claim): void {
    claim.file.settle(claim)
    try {
      claim.file.append(KIND_RELEASE, claim.id, claim.owner, claim.token)
    } catch {
      setTimeout(() => this.release(claim), RELEASE_AGAIN).unref()
      return
    }
    try {
      this.#rotateIfLong(claim)
    } catch {
      // The next one will.
    }
  }

  #rotateIfLong(claim: Claim): void {
    if (claim.file.read > ROTATE_AT && claim.file === this.#files.at(-1) && !claim.file.sealed) this.#rotate(claim.file)
  }

  close(): void {
    for (const file of this.#files) file.close()
    this.#forget()
  }

  #current(): ClaimsFile {
    if (this.#files.length === 0) this.refresh()
    return this.#files.at(-1)!
  }

  #rotate(file: ClaimsFile): void {
    const next = new ClaimsFile(this.#directory, file.number + 1, this.active)
    next.open()
    next.close()
    file.append(KIND_SEALED, '0'.repeat(32), thisOwner(), '0'.repeat(16))
    this.refresh()
  }

  /** Files whose claims are all released or dead are no longer needed. */
  #retire(): void {
    const newest = this.#files.at(-1)
    const used = new Set([...this.active.values()].flat().map((claim) => claim.file))
    for (const file of this.#files) {
      if (file === newest || used.has(file)) continue
      file.close()
      removeFile(file.path)
    }
    this.#files = this.#files.filter((file) => file === newest || used.has(file))
  }

  #list(): void {
    const numbers = listDirectory(this.#directory).flatMap(({ name }) => {
      const match = CLAIMS_PATTERN.exec(name)
      return match ? [Number(match[1])] : []
    })
    if (numbers.length === 0) numbers.push(1)
    this.#files = numbers.sort((a, b) => a - b).map((number) => new ClaimsFile(this.#directory, number, this.active))
    for (const file of this.#files) file.open()
  }

  #forget(): void {
    for (const file of this.#files) file.close()
    this.#files = []
    this.active.clear()
  }
}

let tokenBase = ''
let tokenCount = 0

/** Unique without asking the system for randomness each time. */
function nextToken(): string {
  if (tokenBase === '' || tokenCount === 0xffffffff) {
    tokenBase = randomBytes(4).toString('hex')
    tokenCount = 0
  }
  return tokenBase + (++tokenCount).toString(16).padStart(8, '0')
}

const piece: Buffer = Buffer.alloc(SIZE * 512)
const record: Buffer = Buffer.alloc(SIZE)
/** Whose facts stand in the record already: mostly this thread's. */
let recordOwner: Owner | undefined

export class ClaimsFile {
  readonly path: string
  readonly number: number
  read = 0
  sealed = false
  readonly #active: Map<string, Claim[]>
  #descriptor = -1

  constructor(directory: string, number: number, active: Map<string, Claim[]>) {
    this.number = number
    this.path = `${directory}/@claims.${number}`
    this.#active = active
  }

  open(): void {
    this.#descriptor = openOrMake(this.path, APPEND_OR_CREATE)
  }

  close(): void {
    if (this.#descriptor >= 0) files.close(this.#descriptor)
    this.#descriptor = -1
  }

  append(kind: number, id: string, owner: Owner, token: string): void {
    if (this.#descriptor < 0) this.open()
    record.writeUInt32LE(MAGIC, 0)
    record.writeUInt32LE(kind, 8)
    if (owner !== recordOwner) {
      recordOwner = owner
      record.writeUInt32LE(owner.pid, 12)
      record.writeUInt32LE(owner.thread, 16)
      record.writeDoubleLE(owner.start, 20)
      record.write(owner.scope, 28, 'hex')
    }
    record.write(token, 36, 'hex')
    record.write(id, 44, 'hex')
    record.writeDoubleLE(Date.now(), 60)
    record.writeUInt32LE(crc32(record.subarray(8)), 4)
    if (files.write(this.#descriptor, record, 0, SIZE) !== SIZE) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
  }

  refresh(): void {
    if (this.#descriptor < 0) this.open()
    for (;;) {
      const read = files.read(this.#descriptor, piece, 0, piece.length, this.read)
      let at = 0
      while (at + SIZE <= read) {
        if (piece.readUInt32LE(at) === MAGIC && crc32(piece.subarray(at + 8, at + SIZE)) === piece.readUInt32LE(at + 4)) {
          this.#take(piece.subarray(at, at + SIZE))
          at += SIZE
        } else {
          // Damaged or torn: the next record begins somewhere behind.
          at++
        }
      }
      this.read += at
      if (read < piece.length) return
    }
  }

  /** A claim is no longer active. */
  settle(claim: Pick<Claim, 'id' | 'token'>): void {
    const claims = this.#active.get(claim.id)
    const at = claims?.findIndex((other) => other.token === claim.token) ?? -1
    if (!claims || at < 0) return
    if (claims.length === 1) this.#active.delete(claim.id)
    else claims.splice(at, 1)
  }

  #take(bytes: Buffer): void {
    const kind = bytes.readUInt32LE(8)
    if (kind === KIND_SEALED) {
      this.sealed = true
      return
    }
    // Most often one's own release: nothing is left that it could end.
    if (kind === KIND_RELEASE && this.#active.size === 0) return
    const id = bytes.toString('hex', 44, 60)
    const token = bytes.toString('hex', 36, 44)
    if (kind === KIND_RELEASE) this.settle({ id, token })
    if (kind !== KIND_CLAIM || this.sealed) return
    const owner: Owner = {
      pid: bytes.readUInt32LE(12), thread: bytes.readUInt32LE(16), start: bytes.readDoubleLE(20), scope: bytes.toString('hex', 28, 36),
    }
    const claim: Claim = { id, owner, since: bytes.readDoubleLE(60), token, file: this }
    const claims = this.#active.get(id)
    if (claims) claims.push(claim)
    else this.#active.set(id, [claim])
  }
}
