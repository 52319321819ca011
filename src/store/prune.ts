import type { LockGranularity } from '../config/options.ts'
import { attempt } from './fail.ts'
import { listDirectory, files, quietly, removeFile } from './fs.ts'
import type { FunctionState } from './function-store.ts'
import type { GroupDirectory } from './group-directory.ts'
import { GROUP_FILE, VALUES } from './layout.ts'
import { lockName, withLock } from './lock.ts'
import { openState } from './store.ts'
import { walkFunctions, type Selection } from './walk.ts'

/** Removes the directories of groups that hold no entries any more. What can't be removed now is left to collection. */
export function pruneGroups(root: string, selection: Selection, lockGranularity: LockGranularity): void {
  for (const { state } of walkFunctions(openState(root), selection)) {
    const empty = [...state.directories()].filter((group) => group.groups.length > 0 && isEmpty(group))
    quietly(() => {
      for (const group of lowestFirst(empty)) pruneAlone(state, group, lockGranularity)
    })
  }
}

/** Groups as a function lists them, in an order in which those above can become empty. */
export function lowestFirst(groups: readonly GroupDirectory[]): GroupDirectory[] {
  return [...groups].reverse()
}

/** {@link pruneDirectory}, one at a time. */
export function pruneAlone({ path, root }: FunctionState, group: GroupDirectory, lockGranularity: LockGranularity): void {
  const subject = { root: root.path, functionDirectory: path, bucket: group.buckets.first.path(0) }
  attempt('remove', group.path, () => withLock(root.path, lockName(subject, lockGranularity), () => pruneDirectory(group)))
  group.discard()
}

/**
 * Removes a directory of entries that holds none any more. Others may be reading and writing in it: its files are ended first, so
 * that whoever has them open goes on in a next one, and nothing goes in which something was put before.
 */
function pruneDirectory(group: GroupDirectory): void {
  const { path, buckets } = group
  // Not empty where a value is in the writing.
  if (!isEmpty(group) || !removeIfEmpty(`${path}/${VALUES}`)) return
  const { all } = buckets
  if (all.length > 0) {
    // The first one first: whoever looks at it from then on lists the directory.
    for (const bucket of [buckets.first, ...all]) {
      bucket.refresh()
      for (const file of bucket.files) if (file.state === 'live') bucket.seal(file)
    }
    const ended = all.flatMap((bucket) => bucket.files)
    if (ended.some(({ state }) => state !== 'sealed') || !isEmpty(group)) return buckets.announce()
    for (const file of ended) removeFile(file.path)
  }
  const rest = listDirectory(path)
  if (rest.some(({ name }) => name !== GROUP_FILE)) return
  if (rest.length > 0) removeFile(`${path}/${GROUP_FILE}`)
  // Somebody may have begun again a moment ago.
  if (!removeIfEmpty(path)) group.name()
}

/** Whether a directory has no entries. */
export function isEmpty(group: GroupDirectory): boolean {
  for (const _ of group.entries()) return false
  return true
}

/** Tells whether the directory is gone. */
function removeIfEmpty(path: string): boolean {
  if (!files.lstat(path)) return true
  try {
    files.rmdir(path)
    return true
  } catch {
    return false
  }
}
