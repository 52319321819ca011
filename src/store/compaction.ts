import { PersistError } from '../errors.ts'
import type { BucketFile } from './bucket-file.ts'
import type { Bucket } from './bucket.ts'
import { BucketEntry, keyOf, readNotes } from './entry.ts'
import { attempt } from './fail.ts'
import { ENTRY_HEAD, factsRecords, FLAG_COPY, FLAG_DIRECTORY, FLAG_FILE, KIND_ENTRY, RECORD_HEAD } from './format.ts'
import { removeFile } from './fs.ts'
import type { GroupDirectory } from './group-directory.ts'
import type { Key } from './types.ts'

/** So much is copied with one write. */
const BATCH = 256 * 1024

/**
 * Copies what `keep` wants of a bucket into its next generation and removes the older ones. Readers and writers go on
 * meanwhile; a death on the way loses nothing. Returns the names of own files that entries no longer need.
 */
export function compactBucket(directory: GroupDirectory, bucket: Bucket, keep: (entry: BucketEntry) => boolean): string[] {
  const { buckets } = directory
  bucket.refresh()
  // A successor without a header: who made it died, or sees below that this one has taken over.
  if (bucket.newest?.state === 'unread') bucket.writable(bucket.newest.generation)
  if (bucket.newest?.state !== 'live') return []
  const target = bucket.advance()
  if (!target) return []
  const before = bucket.files.filter((file) => file !== target)
  // What was cleared since it was read must not come back.
  for (const file of before) file.refresh()
  const dropped = copyEntries(directory, before, target, keep)
  target.sync()
  target.refresh()
  // Another compaction has taken over: what stands here is its to remove.
  if (target.state !== 'live') return []
  // Those who have not yet met this bucket must list the directory again.
  if (bucket.size !== 1) buckets.announce()
  for (const file of before) if (file.state !== 'foreign') attempt('remove', file.path, () => removeFile(file.path))
  buckets.relist()
  directory.reset()
  return dropped
}

/** Copies the newest record of each key. Returns the names of own files of what is not kept. */
function copyEntries(directory: GroupDirectory, sources: readonly BucketFile[], target: BucketFile, keep: (entry: BucketEntry) => boolean): string[] {
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
  for (const file of [...sources].reverse()) {
    if (file.state === 'cleared' || file.state === 'gone') continue
    for (const slot of [...file.index.slots()]) {
      const body = file.body(slot)
      if (!body || body.length < ENTRY_HEAD) continue
      const key = keyOf(body)
      if (seen.has(key)) continue
      seen.add(key)
      const id = body.readUInt32LE(2)
      const own = file.facts.get(id)
      if (body[0] !== KIND_ENTRY || !own) continue
      if (!keep(new BucketEntry(key, directory.groups, body, own, directory))) {
        const name = readNotes(body).f?.name
        if (name !== undefined) dropped.push(name)
        continue
      }
      const copy = copyRecord(body)
      if (copy.includes(target.marker)) throw new PersistError('STORE', `can't compact ${target.path}: a value holds its marker; try again`)
      if (!facts.has(id)) batch.push(factsRecords(id, JSON.stringify(own)))
      facts.add(id)
      batch.push(copy)
      size += copy.length
      if (size > BATCH) flush()
    }
  }
  flush()
  return dropped
}

/** A record for another file, with the body of an entry. */
function copyRecord(body: Buffer): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEAD + body.length)
  record.writeUInt32LE(body.length, 12)
  body.copy(record, RECORD_HEAD)
  record[RECORD_HEAD + 1]! |= FLAG_COPY
  return record
}

/** The buckets of a directory as they are on disk now. */
export function listBuckets({ buckets }: GroupDirectory): Bucket[] {
  buckets.list()
  return buckets.all
}

/** The keys that a bucket has records of. */
export function keysIn(bucket: Bucket): Key[] {
  return [...bodiesIn(bucket)].map(keyOf)
}

/** The own files that records of a bucket name. */
export function filesIn({ path }: GroupDirectory, bucket: Bucket): string[] {
  const named: string[] = []
  for (const body of bodiesIn(bucket)) {
    const name = body[0] === KIND_ENTRY && body[1]! & (FLAG_FILE | FLAG_DIRECTORY) ? readNotes(body).f?.name : undefined
    if (name !== undefined) named.push(`${path}/${name}`)
  }
  return named
}

function* bodiesIn(bucket: Bucket): Iterable<Buffer> {
  for (const file of bucket.files) {
    for (const slot of file.index.slots()) {
      const body = file.body(slot)
      if (body) yield body
    }
  }
}
