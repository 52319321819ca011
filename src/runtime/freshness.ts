import type { StoredEntry } from '../store/types.ts'
import type { CallContext } from './context.ts'
import { isInvalidated } from './tags.ts'

/** Whether an entry may be used: `stale` is past its age, but within `staleWhileRevalidate`. */
export type Verdict = 'fresh' | 'stale' | 'expired'

/** Judges an entry by age and tags. `validate` is asked later, as it wants the value. */
export function judge({ options, compiled, mode }: CallContext, { meta }: StoredEntry): Verdict {
  if (meta.tags !== undefined && isInvalidated(compiled, options, mode, meta)) return 'expired'
  const { maxAge } = options
  if (maxAge === undefined) return 'fresh'
  if (maxAge instanceof Date) return meta.created >= maxAge.getTime() ? 'fresh' : 'expired'
  const age = Date.now() - meta.created
  if (age <= maxAge) return 'fresh'
  return age <= maxAge + options.staleWhileRevalidate ? 'stale' : 'expired'
}
