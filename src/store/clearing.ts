import type { Buckets } from './buckets.ts'
import { attempt } from './fail.ts'
import { KIND_CLEARED } from './format.ts'
import { codeOf, removeFile } from './fs.ts'
import type { GroupDirectory } from './group-directory.ts'
import { VALUES } from './layout.ts'
import { isDraft, listValues, removeValue } from './value-file.ts'

/**
 * Drops everything. Whoever has the files open learns of it from a last record. The first bucket goes on in its next
 * generation, with which all later files begin: no file's name is ever used again.
 */
export function clearDirectory(directory: GroupDirectory, buckets: Buckets): void {
  buckets.list()
  if (buckets.all.length === 0) return
  const { path } = directory
  const values = attempt('list', path, () => listValues(path).filter((name) => !isDraft(name.slice(VALUES.length + 1))))
  // A compaction at the same time may have copied what was being cleared: then its copy is cleared too.
  for (let round = 0; round < 16 && !clearOnce(directory, buckets); round++) buckets.list()
  // Entries that others have put since keep their values.
  const named = values.length === 0 ? undefined : directory.valueNames()
  for (const name of values) if (!named!.has(name)) removeValue(`${path}/${name}`)
}

/** Tells whether what was cleared is all that there was. */
function clearOnce(directory: GroupDirectory, buckets: Buckets): boolean {
  const { first } = buckets
  first.refresh()
  try {
    if (first.newest?.state !== 'live') first.writable(1)
    else if (!first.advance()) return false
  } catch (error) {
    if (codeOf((error as Error).cause) === 'EEXIST') return false
    throw error
  }
  const successor = first.newest!
  try {
    for (const bucket of buckets.all) {
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
    buckets.announce()
    return true
  } finally {
    directory.reset()
    buckets.relist()
  }
}
