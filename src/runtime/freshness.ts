import type { StoredEntry } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { isInvalidated } from './tags.ts'

/** Whether an entry may be used: `stale` is past its age, but within `staleWhileRevalidate`. */
export type Verdict = 'fresh' | 'stale' | 'expired' | 'invalidated'

/** An entry that is dated further ahead than clocks of machines differ was made before the clock was set back: nobody knows its age. */
const AHEAD = 60_000

/** Judges an entry by age and tags. `validate` is asked later, as it wants the value. */
export function judge(context: CallContext, entry: StoredEntry): Verdict {
  const { maxAge, staleWhileRevalidate, tags } = context.options
  if ((entry.tags !== undefined || tags.length > 0) && isInvalidated(context, entry.meta)) return 'invalidated'
  if (maxAge === undefined) return 'fresh'
  const age = Date.now() - entry.created
  if (age < -AHEAD) return 'expired'
  if (maxAge instanceof Date) return entry.created >= maxAge.getTime() ? 'fresh' : 'expired'
  if (age <= maxAge) return 'fresh'
  return age <= maxAge + staleWhileRevalidate ? 'stale' : 'expired'
}
