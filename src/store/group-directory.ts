import type { AutomaticOptions } from './automatic.ts'
import type { BucketFile, FileOwner } from './bucket-file.ts'
import type { Bucket, Found } from './bucket.ts'
import { Buckets, type DirectoryHost } from './buckets.ts'
import { keyBytes, setKey } from './call-key.ts'
import { clearDirectory } from './clearing.ts'
import { BucketEntry, keyOf, readNotes, type EntryHome } from './entry.ts'
import { factsOf } from './facts.ts'
import { entryRecord, factsRecords, FLAG_DIRECTORY, FLAG_FILE, FLAG_PROMISE, KIND_ENTRY, KIND_TOMBSTONE, uint32At, type EntryFields, type Notes } from './format.ts'
import { unescapeSegment } from './escape.ts'
import { attempt } from './fail.ts'
import { ensureFile, files } from './fs.ts'
import { GROUP_FILE } from './layout.ts'
import { limits } from './limits.ts'
import type { Key, NewEntry, WriterContext } from './types.ts'
import { draftDirectory, removeValue, writeValueFile, type ValueFile } from './value-file.ts'

/** How a caller wants entries written. */
export interface WriteOptions {
  hashSize: number
  sync: boolean
  context: WriterContext
  /** What automatic collection goes by. */
  collection?: AutomaticOptions
}

/** A value as it goes into a record: in it, or in a file or directory of its own. */
interface Placed {
  payload?: Uint8Array
  value?: ValueFile
  flags: number
}

/** One directory of entries: that of a function, or of a group of its arguments. */
export class GroupDirectory implements FileOwner, EntryHome {
  readonly path: string
  readonly groups: readonly string[]
  readonly #host: DirectoryHost
  readonly buckets: Buckets
  #named = false
  readonly #hot = new Map<Key, { entry: BucketEntry; file: BucketFile }>()

  constructor(path: string, groups: readonly string[], host: DirectoryHost) {
    this.path = path
    this.groups = groups
    this.#host = host
    this.buckets = new Buckets(path, host, this)
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
    return this.#entry(key, this.buckets.find(key, hashSize))
  }

  put(key: Key, entry: NewEntry, options: WriteOptions): void | Promise<void> {
    setKey(key)
    const payload = entry.payload
    if (payload instanceof Uint8Array) {
      if (entry.extension === undefined && payload.length <= limits.inline) return this.#append(key, entry, options, { payload, flags: 0 })
      for (let tries = 0; ; tries++) {
        const value = writeValueFile(this.path, key, payload, entry.extension, options.sync)
        this.#append(key, entry, options, { value, flags: FLAG_FILE })
        // Clearing removes values that no entry names: in between, this one had none.
        if (files.exists(`${this.path}/${value.name}`) || tries > 8) return
      }
    }
    const draft = draftDirectory(this.path, key)
    const keep = (): void => this.#append(key, entry, options, { value: draft.keep(options.sync), flags: FLAG_DIRECTORY })
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
    if (this.buckets.find(key, hashSize)) return false
    setKey(key)
    for (const bucket of this.buckets.others(key, undefined)) if (bucket.isBuried()) return true
    return false
  }

  forget(key: Key, hashSize: number): void {
    for (let round = 0; round < 8 && this.buckets.find(key, hashSize); round++) this.#bury(key, undefined)
  }

  /** Drops everything. */
  clear(): void {
    clearDirectory(this, this.buckets)
  }

  *entries(): Iterable<BucketEntry> {
    this.buckets.list()
    for (const bucket of this.buckets.all) {
      bucket.refresh()
      for (const file of [...bucket.files]) {
        for (const slot of [...file.index.slots()]) {
          const body = file.body(slot)
          if (!body || body[0] !== KIND_ENTRY) continue
          const key = keyOf(body)
          // Another bucket or generation may have a newer record of the key.
          const found = this.buckets.find(key, bucket.size)
          if (found && found.body.equals(body) && found.file === file) {
            const entry = this.#entry(key, found)
            if (entry) yield entry
          }
        }
      }
    }
  }

  /** The names of own files that entries have. */
  valueNames(): Set<string> {
    const names = new Set<string>()
    for (const entry of this.entries()) if (entry.file !== undefined) names.add(entry.file.slice(this.path.length + 1))
    return names
  }

  discard(): void {
    this.buckets.discard()
    this.reset()
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
    // Asked where what was read a moment ago has turned out to be old.
    for (const bucket of this.buckets.others(key, undefined)) bucket.refresh()
    return this.#entry(key, this.buckets.find(key))
  }

  relist(): void {
    this.buckets.relist()
  }

  begun(): void {
    this.#named = false
  }

  /** Where the directories' names don't give the groups back, a file beside the entries does. */
  name(): void {
    const names = this.path.split('/').slice(-this.groups.length)
    const { groups, path } = this
    if (groups.some((text, at) => unescapeSegment(names[at]!) !== text)) {
      attempt('write', path, () => ensureFile(`${path}/${GROUP_FILE}`, `${JSON.stringify({ groups })}\n`))
    }
    this.#named = true
  }

  #entry(key: Key, found: Found | undefined): BucketEntry | undefined {
    if (found === undefined) return undefined
    const facts = found.file.facts.get(uint32At(found.body, 2))
    if (!facts) {
      this.damaged(found.file.path, 'what its entries have in common is lost')
      return undefined
    }
    const entry = new BucketEntry(key, this.groups, found.body, facts, this)
    if (this.#hot.size >= limits.hot) this.#hot.clear()
    this.#hot.set(key, { entry, file: found.file })
    return entry
  }

  #append(key: Key, entry: NewEntry, options: WriteOptions, placed: Placed): void {
    this.buckets.settle()
    setKey(key)
    const bucket = this.buckets.forWriting(key, options.hashSize)
    const previous = bucket.findRead()
    const { payload } = placed
    const facts = factsOf(entry, options.context)
    const fields = fieldsOf(entry, facts.id, placed)
    this.#host.appending(bucket.path(0), () => {
      for (;;) {
        const file = this.buckets.writable(bucket)
        if (!this.#named) this.name()
        setKey(key)
        const record = entryRecord(keyBytes, fields)
        if (payload && record.includes(file.marker)) {
          // A value that holds the file's own marker could pass for a record where it is torn.
          return this.#append(key, entry, options, { value: writeValueFile(this.path, key, payload, undefined, options.sync), flags: FLAG_FILE })
        }
        const known = file.facts.has(facts.id)
        if (file.append(known ? record : Buffer.concat([factsRecords(facts.id, facts.json), record]))) {
          if (options.sync) file.sync()
          break
        }
        bucket.refresh()
      }
    })
    if (previous) this.#removeValue(previous)
    this.#bury(key, bucket)
  }

  /** Makes older records of the key in buckets of other sizes count no longer, and removes the value's own file. */
  #bury(key: Key, except: Bucket | undefined): void {
    for (const bucket of this.buckets.others(key, except)) {
      // Another program, with another hashSize, may have put it there since.
      bucket.refresh()
      setKey(key)
      const found = bucket.find()
      if (!found) continue
      this.#host.appending(bucket.path(0), () => {
        for (;;) {
          const file = this.buckets.writable(bucket)
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
}

function fieldsOf({ meta }: NewEntry, facts: number, { payload, value, flags }: Placed): EntryFields {
  const notes: Notes = {}
  if (meta.preview !== undefined) notes.p = meta.preview
  if (meta.extra) notes.x = meta.extra
  if (value) notes.f = { name: value.name, size: value.size, crc: value.crc }
  return {
    kind: KIND_ENTRY,
    flags: flags | (meta.promise ? FLAG_PROMISE : 0),
    facts,
    created: meta.created,
    duration: meta.duration,
    notes: Object.keys(notes).length === 0 ? '' : JSON.stringify(notes),
    payload,
  }
}
