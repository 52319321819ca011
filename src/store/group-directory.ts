import { crc32 } from 'node:zlib'
import type { AutomaticOptions } from './automatic.ts'
import { BucketEntry, keyOf, readNotes, type EntryHome } from './entry.ts'
import type { BucketFile, FileOwner } from './bucket-file.ts'
import { Bucket, type Found } from './bucket.ts'
import { bucketOf, keyBytes, setKey } from './call-key.ts'
import { PersistError } from '../errors.ts'
import { attempt } from './fail.ts'
import {
  ENTRY_HEAD, entryRecord, factsRecords, FLAG_COPY, FLAG_DIRECTORY, FLAG_FILE, FLAG_PROMISE, KIND_CLEARED, KIND_ENTRY, KIND_RELIST,
  KIND_TOMBSTONE, RECORD_HEAD, type Facts, type Notes,
} from './format.ts'
import { codeOf, ensureDirectory, files, listDirectory, removeFile } from './fs.ts'
import { parseBucketFileName, VALUES } from './layout.ts'
import type { Key, NewEntry, WriterContext } from './types.ts'
import { draftDirectory, isDraft, listValues, removeValue, writeValueFile, type ValueFile } from './value-file.ts'

/** Sizes at which things change; tests make them small. */
export const limits: { inline: number; growth: number; hot: number } = {
  /** Up to this size a payload stands in a bucket. */
  inline: 64 * 1024,
  /** A directory begins with one bucket; when that has this size, `hashSize` buckets take over. */
  growth: 1024 * 1024,
  /** Entries that are at hand without looking into an index. */
  hot: 4096,
}

/** What a directory needs of the store it belongs to. */
export interface DirectoryHost {
  readonly remote: boolean
  damaged(path: string, what: string): void
  /** Runs an append; on a network file system under a lock. */
  appending<T>(path: string, append: () => T): T
}

/** How a caller wants entries written. */
export interface WriteOptions {
  hashSize: number
  sync: boolean
  context: WriterContext
  /** What automatic collection goes by. */
  collection?: AutomaticOptions
}

/** One directory of buckets: that of a function, or of a group of its arguments. */
export class GroupDirectory implements FileOwner, EntryHome {
  readonly path: string
  readonly groups: readonly string[]
  readonly #host: DirectoryHost
  readonly #buckets = new Map<string, Bucket>()
  /** Into how many buckets entries have been spread so far. */
  #sizes: number[] = []
  #stale = true
  readonly #hot = new Map<Key, { entry: BucketEntry; file: BucketFile }>()

  constructor(path: string, groups: readonly string[], host: DirectoryHost) {
    this.path = path
    this.groups = groups
    this.#host = host
  }

  get remote(): boolean {
    return this.#host.remote
  }

  get(key: Key, hashSize: number): BucketEntry | undefined {
    const hot = this.#hot.get(key)
    if (hot) {
      hot.file.keepUp()
      if (this.#hot.get(key) === hot) return hot.entry
    }
    const found = this.#find(key, hashSize)
    return found && this.#entry(key, found)
  }

  put(key: Key, entry: NewEntry, options: WriteOptions): void | Promise<void> {
    setKey(key)
    const payload = entry.payload
    if (payload instanceof Uint8Array) {
      if (entry.extension === undefined && payload.length <= limits.inline) return this.#append(key, entry, options, payload, undefined, 0)
      for (let tries = 0; ; tries++) {
        const value = writeValueFile(this.path, key, payload, entry.extension, options.sync)
        this.#append(key, entry, options, undefined, value, FLAG_FILE)
        // Clearing removes values that no entry names: in between, this one had none.
        if (files.exists(`${this.path}/${value.name}`) || tries > 8) return
      }
    }
    const draft = draftDirectory(this.path, key)
    const keep = (): void => this.#append(key, entry, options, undefined, draft.keep(options.sync), FLAG_DIRECTORY)
    const drop = (error: unknown): never => {
      draft.drop()
      throw error
    }
    let saved: void | Promise<void>
    try {
      saved = payload.saveTo(draft.path)
      if (!saved) return keep()
    } catch (error) {
      return drop(error)
    }
    return saved.then(keep).catch(drop)
  }

  /** Whether the newest that is known of a key is that it was forgotten. */
  isBuried(key: Key, hashSize: number): boolean {
    if (this.#find(key, hashSize)) return false
    setKey(key)
    return this.#sizes.some((size) => this.#buckets.get(`${size}-${bucketOf(key, size)}`)?.isBuried() === true)
  }

  forget(key: Key, hashSize: number): void {
    for (let round = 0; round < 8 && this.#find(key, hashSize); round++) this.#bury(key, undefined)
  }

  /**
   * Drops everything. Whoever has the files open learns of it from a last record. The first bucket goes on in its next
   * generation, with which all later files begin: no file's name is ever used again.
   */
  clear(): void {
    this.#list()
    if (this.#buckets.size === 0) return
    const values = attempt('list', this.path, () => listValues(this.path).filter((name) => !isDraft(name.slice(VALUES.length + 1))))
    // A compaction at the same time may have copied what was being cleared: then its copy is cleared too.
    for (let round = 0; round < 16 && !this.#clearOnce(); round++) this.#list()
    // Entries that others have put since keep their values.
    const named = values.length === 0 ? undefined : this.valueNames()
    for (const name of values) if (!named!.has(name)) removeValue(`${this.path}/${name}`)
  }

  /** Tells whether what was cleared is all that there was. */
  #clearOnce(): boolean {
    const first = this.#bucketNamed(1, 0)
    first.refresh()
    try {
      if (first.newest?.state === 'live') first.advance()
      else first.writable(1)
    } catch (error) {
      if (codeOf((error as Error).cause) === 'EEXIST') return false
      throw error
    }
    const successor = first.newest!
    try {
      for (const bucket of this.#buckets.values()) {
        for (const file of bucket.files) {
          if (file === successor) continue
          file.refresh()
          if (file.state === 'live' || file.state === 'sealed') file.appendSign(KIND_CLEARED)
          if (file.state !== 'gone' && file.state !== 'foreign') attempt('remove', file.path, () => removeFile(file.path))
        }
      }
      successor.refresh()
      if (successor.state !== 'live') return false
      // Who has met a file's end before it was cleared no longer reads it: but lists the directory now.
      this.#announce()
      return true
    } finally {
      this.reset()
      this.relist()
    }
  }

  /**
   * Copies what `keep` wants of a bucket into its next generation and removes the older ones. Readers and writers go on
   * meanwhile; a death on the way loses nothing. Returns the names of own files that entries no longer need.
   */
  compact(bucket: Bucket, keep: (entry: BucketEntry) => boolean): string[] {
    bucket.refresh()
    // A successor without a header: another process is at it.
    if (bucket.newest?.state !== 'live') return []
    const before = bucket.advance()
    const target = bucket.newest!
    // What was cleared since it was read must not come back.
    for (const file of before) file.refresh()
    const dropped: string[] = []
    let batch: Buffer[] = []
    let size = 0
    const flush = (): void => {
      if (batch.length > 0) target.appendCopies(Buffer.concat(batch))
      batch = []
      size = 0
    }
    const facts = new Set<number>()
    const seen = new Set<Key>()
    for (const file of [...before].reverse()) {
      if (file.state === 'cleared' || file.state === 'gone') continue
      for (const slot of [...file.index.slots()]) {
        const body = file.body(slot)
        if (!body || body.length < ENTRY_HEAD) continue
        const key = keyOf(body)
        if (seen.has(key)) continue
        seen.add(key)
        const own = file.facts.get(body.readUInt32LE(2))
        if (body[0] !== KIND_ENTRY || !own) continue
        if (!keep(new BucketEntry(key, this.groups, body, own, this))) {
          const name = readNotes(body).f?.name
          if (name !== undefined) dropped.push(name)
          continue
        }
        const id = body.readUInt32LE(2)
        const copy = copyRecord(body)
        if (copy.includes(target.marker)) throw new PersistError('STORE', `can't compact ${target.path}: a value holds its marker; try again`)
        if (!facts.has(id)) batch.push(factsRecords(id, JSON.stringify(own)))
        facts.add(id)
        batch.push(copy)
        size += copy.length
        if (size > 256 * 1024) flush()
      }
    }
    flush()
    target.sync()
    target.refresh()
    // Another compaction has taken over: what stands here is its to remove.
    if (target.state !== 'live') return []
    // Those who have not yet met this bucket must list the directory again.
    if (bucket.size !== 1) this.#announce()
    for (const file of before) if (file.state !== 'foreign') attempt('remove', file.path, () => removeFile(file.path))
    this.relist()
    this.reset()
    return dropped
  }

  *entries(): Iterable<BucketEntry> {
    this.#list()
    for (const bucket of [...this.#buckets.values()]) {
      bucket.refresh()
      for (const file of [...bucket.files]) {
        for (const slot of [...file.index.slots()]) {
          const body = file.body(slot)
          if (!body || body[0] !== KIND_ENTRY) continue
          const key = keyOf(body)
          // Another bucket or generation may have a newer record of the key.
          const found = this.#find(key, bucket.size)
          if (found && found.body.equals(body) && found.file === file) {
            const entry = this.#entry(key, found)
            if (entry) yield entry
          }
        }
      }
    }
  }

  /** The keys that a bucket has records of. */
  keysIn(bucket: Bucket): Key[] {
    const keys: Key[] = []
    for (const file of bucket.files) {
      for (const slot of file.index.slots()) {
        const body = file.body(slot)
        if (body) keys.push(keyOf(body))
      }
    }
    return keys
  }

  /** The names of own files that entries have. */
  valueNames(): Set<string> {
    const names = new Set<string>()
    for (const entry of this.entries()) if (entry.file !== undefined) names.add(entry.file.slice(this.path.length + 1))
    return names
  }

  /** Buckets as they are on disk now, for maintenance. */
  buckets(): Bucket[] {
    this.#list()
    return [...this.#buckets.values()]
  }

  discard(): void {
    for (const bucket of this.#buckets.values()) bucket.discard()
    this.#buckets.clear()
    this.reset()
    this.relist()
  }

  damaged(path: string, what: string): void {
    this.#host.damaged(path, what)
  }

  changed(body: Buffer, at: number): void {
    if (this.#hot.size > 0) this.#hot.delete(keyOf(at === 0 ? body : body.subarray(at)))
  }

  reset(): void {
    this.#hot.clear()
  }

  isCurrent(entry: BucketEntry): boolean {
    const hot = this.#hot.get(entry.key)
    if (hot?.entry !== entry) return false
    hot.file.keepUp()
    return this.#hot.get(entry.key) === hot
  }

  newestOf(key: Key): BucketEntry | undefined {
    const again = this.#find(key, this.#hashSize)
    return again && this.#entry(key, again)
  }

  relist(): void {
    this.#stale = true
  }

  #find(key: Key, hashSize: number): Found | undefined {
    // A listing may be outdated again by what was read after it; a few rounds settle it.
    for (let round = 0; round < 8; round++) {
      if (this.#stale || !this.#buckets.has('1-0')) this.#list()
      setKey(key)
      const current = this.#currentSize(hashSize)
      const found = this.#findAmong(key, current) ?? (current === 1 ? undefined : this.#findAmong(key, 1))
      if (found) return found
      if (this.#stale) continue
      for (const size of this.#sizes) {
        const elsewhere = size === 1 || size === current ? undefined : this.#findAmong(key, size)
        if (elsewhere) return elsewhere
      }
      if (!this.#stale) return undefined
    }
    return undefined
  }

  #findAmong(key: Key, size: number): Found | undefined {
    const number = bucketOf(key, size)
    let bucket = this.#buckets.get(`${size}-${number}`)
    if (!bucket) {
      if (!this.#sizes.includes(size)) return undefined
      // Others may have made it since the directory was listed.
      bucket = new Bucket(this.path, size, number, this)
      const generation = this.#firstGeneration()
      const path = bucket.path(generation)
      if (!attempt('read', path, () => files.stat(path))) return undefined
      bucket.setGenerations([generation])
      this.#buckets.set(`${size}-${number}`, bucket)
    }
    bucket.keepUp()
    return bucket.find()
  }

  #entry(key: Key, found: Found): BucketEntry | undefined {
    const facts = found.file.facts.get(found.body.readUInt32LE(2))
    if (!facts) {
      this.damaged(found.file.path, 'what its entries have in common is lost')
      return undefined
    }
    const entry = new BucketEntry(key, this.groups, found.body, facts, this)
    if (this.#hot.size >= limits.hot) this.#hot.clear()
    this.#hot.set(key, { entry, file: found.file })
    return entry
  }

  #hashSize = 1

  /** Into how many buckets entries go at present. */
  #currentSize(hashSize: number): number {
    this.#hashSize = hashSize
    if (hashSize === 1 || this.#sizes.includes(hashSize)) return hashSize
    let size = 0
    for (const file of this.#buckets.get('1-0')?.files ?? []) size += file.scanned
    return size >= limits.growth ? hashSize : 1
  }

  #append(
    key: Key, entry: NewEntry, options: WriteOptions, payload: Uint8Array | undefined, value: ValueFile | undefined, flags: number,
  ): void {
    if (this.#stale || !this.#buckets.has('1-0')) this.#list()
    setKey(key)
    const size = this.#currentSize(options.hashSize)
    const bucket = this.#bucketFor(key, size)
    const previous = this.#known(bucket)
    const notes: Notes = {}
    if (entry.meta.preview !== undefined) notes.p = entry.meta.preview
    if (entry.meta.extra) notes.x = entry.meta.extra
    if (value) notes.f = { name: value.name, size: value.size, crc: value.crc }
    const text = Object.keys(notes).length === 0 ? '' : JSON.stringify(notes)
    const facts = factsOf(entry, options.context)
    const fields = {
      kind: KIND_ENTRY, flags: flags | (entry.meta.promise ? FLAG_PROMISE : 0), facts: facts.id,
      created: entry.meta.created, duration: entry.meta.duration, notes: text, payload,
    }
    this.#host.appending(bucket.path(0), () => {
      for (;;) {
        const file = bucket.writable(this.#firstGeneration())
        setKey(key)
        const record = entryRecord(keyBytes, fields)
        if (payload && record.includes(file.marker)) {
          // A value that holds the file's own marker could pass for a record where it is torn.
          return this.#append(key, entry, options, undefined, writeValueFile(this.path, key, payload, undefined, options.sync), FLAG_FILE)
        }
        const known = file.facts.has(fields.facts)
        if (file.append(known ? record : Buffer.concat([factsRecords(facts.id, facts.json), record]))) {
          if (options.sync) file.sync()
          break
        }
        bucket.refresh()
      }
    })
    if (previous) this.#removeValue(previous)
    if (this.#sizes.length > 1) this.#bury(key, bucket)
  }

  /** What a bucket knows of the current key, as far as it was read. */
  #known(bucket: Bucket): Found | undefined {
    if (bucket.files.some((file) => file.state === 'unread')) bucket.refresh()
    return bucket.find()
  }

  /** Makes older records of the key in buckets of other sizes count no longer, and removes the value's own file. */
  #bury(key: Key, except: Bucket | undefined): void {
    for (const size of this.#sizes) {
      const bucket = this.#buckets.get(`${size}-${bucketOf(key, size)}`)
      if (!bucket || bucket === except) continue
      setKey(key)
      const found = this.#known(bucket)
      if (!found) continue
      this.#host.appending(bucket.path(0), () => {
        for (;;) {
          const file = bucket.writable(this.#firstGeneration())
          setKey(key)
          const fields = { kind: KIND_TOMBSTONE, flags: 0, facts: 0, created: Date.now(), duration: 0, notes: '', payload: undefined }
          if (file.append(entryRecord(keyBytes, fields))) break
          bucket.refresh()
        }
      })
      this.#removeValue(found)
    }
  }

  #removeValue(found: Found): void {
    if (!(found.body[1]! & (FLAG_FILE | FLAG_DIRECTORY))) return
    const name = readNotes(found.body).f?.name
    if (name !== undefined) removeValue(`${this.path}/${name}`)
  }

  #bucketFor(key: Key, size: number): Bucket {
    // The first bucket is always there: in it one announces what comes and goes in the directory.
    const first = this.#bucketNamed(1, 0)
    const isNew = size !== 1 && !this.#sizes.includes(size)
    const bucket = this.#bucketNamed(size, bucketOf(key, size))
    if (bucket.files.length === 0) first.refresh()
    if (isNew) {
      // In this order, whoever lists the directory because of the announcement finds the file.
      bucket.writable(this.#firstGeneration())
      this.#announce()
    }
    return bucket
  }

  /** Tells all who know the directory that files have come or gone. */
  #announce(): void {
    const first = this.#bucketNamed(1, 0)
    this.#host.appending(first.path(0), () => first.writable(1).appendSign(KIND_RELIST))
  }

  /** Where the generations of a new file begin. */
  #firstGeneration(): number {
    return this.#buckets.get('1-0')?.newest?.generation ?? 1
  }

  #bucketNamed(size: number, number: number): Bucket {
    const name = `${size}-${number}`
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      bucket = new Bucket(this.path, size, number, this)
      this.#buckets.set(name, bucket)
    }
    if (bucket.files.length === 0) {
      attempt('create', this.path, () => ensureDirectory(this.path))
      if (!this.#sizes.includes(size)) this.#sizes.push(size)
    }
    return bucket
  }

  #list(): void {
    const generations = new Map<string, number[]>()
    const sizes = new Set<number>()
    const listed = attempt('list', this.path, () => (files.stat(this.path) ? listDirectory(this.path) : []))
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
    for (const [name, bucket] of this.#buckets) {
      if (generations.has(name)) continue
      bucket.discard()
      this.#buckets.delete(name)
    }
    for (const [name, found] of generations) {
      const [size, number] = name.split('-').map(Number) as [number, number]
      let bucket = this.#buckets.get(name)
      if (!bucket) this.#buckets.set(name, (bucket = new Bucket(this.path, size, number, this)))
      bucket.setGenerations(found)
    }
    // Sizes that came last are most likely still in use.
    this.#sizes = [...sizes].sort((a, b) => b - a)
  }
}

/** A record for another file, with the body of an entry. */
function copyRecord(body: Buffer): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEAD + body.length)
  record.writeUInt32LE(body.length, 12)
  body.copy(record, RECORD_HEAD)
  record[RECORD_HEAD + 1]! |= FLAG_COPY
  return record
}

interface NumberedFacts {
  id: number
  json: string
  fingerprint: string
  codec: string
  tags: readonly string[] | undefined
  context: WriterContext
}

let latest: NumberedFacts | undefined

/** What an entry has in common with others. Mostly the same as last time. */
function factsOf(entry: NewEntry, context: WriterContext): NumberedFacts {
  const { codec } = entry
  const { fingerprint, tags } = entry.meta
  const same = latest?.fingerprint === fingerprint && latest.codec === codec && latest.context === context && latest.tags === tags
  if (same) return latest!
  const facts: Facts = { node: context.node, package: context.package, fingerprint, codec }
  if (context.commit !== undefined) facts.commit = context.commit
  if (tags && tags.length > 0) facts.tags = tags
  const json = JSON.stringify(facts)
  latest = { id: crc32(json), json, fingerprint, codec, tags, context }
  return latest
}
