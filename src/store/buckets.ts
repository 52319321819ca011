import type { BucketFile, FileOwner } from './bucket-file.ts'
import { Bucket, type Found } from './bucket.ts'
import { bucketOf, setKey } from './call-key.ts'
import { attempt } from './fail.ts'
import { KIND_RELIST } from './format.ts'
import { files, listDirectory } from './fs.ts'
import { parseBucketFileName } from './layout.ts'
import { limits } from './limits.ts'
import type { Key } from './types.ts'

/** What a directory needs of the store it belongs to. */
export interface DirectoryHost {
  readonly remote: boolean
  damaged(path: string, what: string): void
  /** Runs an append; on a network file system under a lock. */
  appending<T>(path: string, append: () => T): T
}

/**
 * The buckets of one directory, by the sizes into which entries have been spread so far. One bucket is always there, and in it is
 * announced what comes and goes beside it.
 */
export class Buckets {
  readonly #path: string
  readonly #host: DirectoryHost
  readonly #owner: FileOwner
  readonly #named = new Map<string, Bucket>()
  #sizes: number[] = []
  #stale = true
  #hashSize = 1

  constructor(path: string, host: DirectoryHost, owner: FileOwner) {
    this.#path = path
    this.#host = host
    this.#owner = owner
  }

  /** All that are known. */
  get all(): Bucket[] {
    return [...this.#named.values()]
  }

  /** The one that is always there; made when it isn't. */
  get first(): Bucket {
    return this.#at(1, 0)
  }

  /** Where the generations of a new file begin. */
  get firstGeneration(): number {
    return this.#named.get('1-0')?.newest?.generation ?? 1
  }

  /** Files have come or gone: the directory is listed before the next look-up. */
  relist(): void {
    this.#stale = true
  }

  /** Lists the directory if it may have changed since it was. */
  settle(): void {
    if (this.#stale || !this.#named.has('1-0')) this.list()
  }

  list(): void {
    const generations = new Map<string, number[]>()
    const sizes = new Set<number>()
    const listed = attempt('list', this.#path, () => (files.stat(this.#path) ? listDirectory(this.#path) : []))
    this.#stale = false
    for (const { name } of listed) {
      const parsed = parseBucketFileName(name)
      if (!parsed) continue
      sizes.add(parsed.size)
      const bucket = `${parsed.size}-${parsed.bucket}`
      const known = generations.get(bucket)
      if (known) known.push(parsed.generation)
      else generations.set(bucket, [parsed.generation])
    }
    for (const [name, bucket] of this.#named) {
      if (generations.has(name)) continue
      bucket.discard()
      this.#named.delete(name)
    }
    for (const [name, found] of generations) {
      const [size, number] = name.split('-').map(Number) as [number, number]
      let bucket = this.#named.get(name)
      if (!bucket) this.#named.set(name, (bucket = new Bucket(this.#path, size, number, this.#owner)))
      bucket.setGenerations(found)
    }
    // Sizes that came last are most likely still in use.
    this.#sizes = [...sizes].sort((a, b) => b - a)
  }

  /** The newest record of a key, whatever size its bucket is of. */
  find(key: Key, hashSize: number = this.#hashSize): Found | undefined {
    // A listing may be outdated again by what was read after it; a few rounds settle it.
    for (let round = 0; round < 8; round++) {
      this.settle()
      setKey(key)
      const current = this.#currentSize(hashSize)
      const found = this.#findAmong(key, current) ?? (current === 1 ? undefined : this.#findAmong(key, 1))
      // What is found when files have just come or gone may be of one that went.
      if (found && !(this.#stale && round === 0)) return found
      if (this.#stale) continue
      for (const size of this.#sizes) {
        const elsewhere = size === 1 || size === current ? undefined : this.#findAmong(key, size)
        if (elsewhere) return elsewhere
      }
      if (!this.#stale) return undefined
    }
    return undefined
  }

  /** The bucket that a key's records go to now. */
  forWriting(key: Key, hashSize: number): Bucket {
    const size = this.#currentSize(hashSize)
    const first = this.first
    const isNew = size !== 1 && !this.#sizes.includes(size)
    const bucket = this.#at(size, bucketOf(key, size))
    if (bucket.files.length === 0) first.refresh()
    if (isNew) {
      // In this order, whoever lists the directory because of the announcement finds the file.
      bucket.writable(this.firstGeneration)
      this.announce()
    }
    return bucket
  }

  /** The file of a bucket to append to. */
  writable(bucket: Bucket): BucketFile {
    const before = bucket.newest
    const file = bucket.writable(this.firstGeneration)
    if (bucket.size !== 1 && file !== before) {
      // Who has not met this bucket looks for it under one name only, and nowhere when the directory was made anew meanwhile.
      this.first.refresh()
      if (this.first.newest?.state !== 'live' || file.generation !== this.firstGeneration) this.announce()
    }
    return file
  }

  /** The known buckets that other sizes have put a key in. */
  *others(key: Key, except: Bucket | undefined): Iterable<Bucket> {
    if (except !== undefined && this.#sizes.length <= 1) return
    for (const size of this.#sizes) {
      const bucket = this.#named.get(`${size}-${bucketOf(key, size)}`)
      if (bucket && bucket !== except) yield bucket
    }
  }

  /** Tells all who know the directory that files have come or gone. */
  announce(): void {
    const { first } = this
    this.#host.appending(first.path(0), () => first.writable(1).appendSign(KIND_RELIST))
  }

  discard(): void {
    for (const bucket of this.#named.values()) bucket.discard()
    this.#named.clear()
    this.relist()
  }

  #findAmong(key: Key, size: number): Found | undefined {
    const number = bucketOf(key, size)
    let bucket = this.#named.get(`${size}-${number}`)
    if (!bucket) {
      if (!this.#sizes.includes(size)) return undefined
      // Others may have made it since the directory was listed.
      bucket = new Bucket(this.#path, size, number, this.#owner)
      const generation = this.firstGeneration
      const path = bucket.path(generation)
      if (!attempt('read', path, () => files.stat(path))) return undefined
      bucket.setGenerations([generation])
      this.#named.set(`${size}-${number}`, bucket)
    }
    bucket.keepUp()
    return bucket.find()
  }

  /** Into how many buckets entries go at present. */
  #currentSize(hashSize: number): number {
    this.#hashSize = hashSize
    if (hashSize === 1 || this.#sizes.includes(hashSize)) return hashSize
    const files = this.#named.get('1-0')?.files ?? []
    let size = 0
    for (let i = 0; i < files.length; i++) size += files[i]!.scanned
    return size >= limits.growth ? hashSize : 1
  }

  #at(size: number, number: number): Bucket {
    const name = `${size}-${number}`
    let bucket = this.#named.get(name)
    if (!bucket) {
      bucket = new Bucket(this.#path, size, number, this.#owner)
      this.#named.set(name, bucket)
    }
    if (bucket.files.length === 0 && !this.#sizes.includes(size)) this.#sizes.push(size)
    return bucket
  }
}
