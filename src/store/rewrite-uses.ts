import { attempt } from './fail.ts'
import { replaceFile } from './fs.ts'
import { formatLine } from './line-file.ts'
import { MOST_KEYS, type Uses, type UsesLine } from './uses.ts'

const DAY = 24 * 60 * 60 * 1000
/** Beyond so many bytes collection writes the file anew. */
const LONG = 1024 * 1024

/** Whether what was noted of uses has grown so long that it should be written anew. */
export function isLong({ file }: Uses): boolean {
  return file.size > LONG
}

/**
 * Writes anew what all processes have noted of uses: each key once, with the day of its last use. Keys that `isLive` denies are
 * forgotten. What is noted meanwhile may be lost: these are statistics.
 */
export function rewriteUses(uses: Uses, isLive: (shortKey: string) => boolean): void {
  uses.refresh()
  const { hits, saved, file } = uses
  const days = new Map<number, { at: number; keys: string[] }>()
  for (const [key, at] of uses.lastUse) {
    if (!isLive(key)) continue
    const day = Math.floor(at / DAY)
    const known = days.get(day)
    if (!known) days.set(day, { at, keys: [key] })
    else {
      known.at = Math.max(known.at, at)
      known.keys.push(key)
    }
  }
  const lines: UsesLine[] = [{ at: new Date().toISOString(), hits, saved, keys: '' }]
  for (const { at, keys } of days.values()) {
    for (let from = 0; from < keys.length; from += MOST_KEYS) {
      lines.push({ at: new Date(at).toISOString(), hits: 0, saved: 0, keys: keys.slice(from, from + MOST_KEYS).join('') })
    }
  }
  attempt('write', file.path, () => replaceFile(file.path, Buffer.from(lines.map(formatLine).join(''))))
  uses.refresh()
}
