import type { AnyCodec, Codec } from '../codec/types.ts'
import { canonicalHash } from '../codec/canonical.ts'
import { resolveOptions } from '../config/resolve.ts'
import { isCodec } from '../config/schema.ts'
import { show } from '../config/show.ts'
import { PersistError } from '../errors.ts'
import type { EntryMeta, FunctionStore, NewEntry } from '../store/types.ts'
import { callerFile, noteSite } from './call-site.ts'
import { createPlan, decodeEntry, isDirectoryCodec } from './codec-plan.ts'
import { encodeEntry } from './encode-entry.ts'
import { currentFrame } from './frame.ts'
import { mayWrite, modeIn } from './mode.ts'
import { findProject, surroundingIdentity } from './project.ts'
import { commonLevels } from './settle-options.ts'
import { openProject, readProject, rootOf } from './stores.ts'

const MODULE = '@store'

/** One value under a key of the program's own, in the project's directory. */
export interface FreeEntry<T> {
  /** `undefined` when there is none. */
  get(): T | undefined
  set(value: T): void
  has(): boolean
  forget(): void
  /** `undefined` when there is no entry. */
  readonly meta: Readonly<EntryMeta> | undefined
}

/**
 * A place for a value that is no function's result. In the modes `read-only` and `require`, `set()` and `forget()` do nothing.
 *
 * @param key Any value that can be an argument.
 */
export function store<T = unknown>(key: unknown, options: { codec?: Codec<T> } = {}): FreeEntry<T> {
  if (options.codec !== undefined && !isCodec(options.codec)) throw new PersistError('OPTION', `store() was given the codec ${show(options.codec)}, expected one as json() gives it.`)
  const identity = surroundingIdentity(callerFile(store))
  noteSite(identity, store)
  const project = findProject(identity, commonLevels().configure ?? {})
  const resolved = resolveOptions(commonLevels(), project.path)
  const plan = createPlan(options.codec as AnyCodec | undefined)
  if (isDirectoryCodec(plan.codec)) throw new PersistError('OPTION', `store() can't keep the directories of codec ${plan.label}: take a codec that gives bytes.`)
  const frame = currentFrame()
  const open = mayWrite((frame && modeIn(frame)) ?? resolved.mode) ? openProject : readProject
  const place: FunctionStore = open(rootOf(resolved), resolved, project).function(MODULE, 'values')
  const id = canonicalHash(['store', plan.label, canonicalHash(key, undefined, 'key')])
  return {
    get() {
      const entry = place.get(id, [])
      return entry && (decodeEntry(plan, entry) as T)
    },
    set(value) {
      const entry = encodeEntry(plan, value, { created: Date.now(), duration: 0, fingerprint: '' }, false) as NewEntry
      void place.put(id, [], entry)
    },
    has: () => place.get(id, []) !== undefined,
    forget: () => place.forget(id, []),
    get meta() {
      return place.get(id, [])?.meta
    },
  }
}
