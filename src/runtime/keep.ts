import { isPromise } from 'node:util/types'
import { messageOf, PersistError } from '../errors.ts'
import { now } from '../store/clock.ts'
import type { EntryMeta, NewEntry } from '../store/types.ts'
import { isWorthKeeping } from './admit.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { encodeEntry, entryOf } from './encode-entry.ts'
import { eventOf, events, publishRefusal } from './events.ts'
import type { Outcome } from './flight.ts'
import { decodeBytes, decodeEntry } from './codec-plan.ts'
import { blaming } from '../codec/blame.ts'
import { AbandonedError } from '../codec/spool.ts'
import type { Codec, SplitValue } from '../codec/types.ts'
import { noteVersion } from './note-version.ts'
import { saveFiles } from './out-file.ts'
import { onFailure } from './warn.ts'

/** How a computation went. */
export interface Computation {
  /** Milliseconds. */
  readonly duration: number
  readonly promised: boolean
}

/** What became of a computed value. */
export interface Kept {
  readonly meta: EntryMeta
  /** It is in the store. */
  readonly stored: boolean
  /** What callers that waited get. */
  readonly outcome: Outcome
}

/** What can be read but once is kept while the caller reads. */
export interface Splitting {
  readonly split: SplitValue
  readonly later: Promise<Kept>
}

/**
 * Admits, encodes and stores a computed value. The value itself is the caller's: whatever he does to it, what is stored are
 * the bytes as of now.
 *
 * @param wanted Others wait for the value, so that it is encoded even if it is not stored.
 * @returns A promise only for a promised value.
 */
export function keep(context: CallContext, value: unknown, computation: Computation, wanted: boolean): Kept | Promise<Kept> | Splitting {
  const { compiled, plan } = context
  const meta = metaOf(context, computation)
  try {
    const admitted = isAdmitted(context, value, computation)
    if (!admitted && !wanted) return { meta, stored: false, outcome: UNSHARED }
    const { split } = plan.codec as Codec
    if (!admitted && split) return { meta, stored: false, outcome: UNSHARED }
    const halves = split && blaming(`codec ${plan.label}: split()`, 'VALUE', () => split(value))
    if (halves) return { split: halves, later: keepSplit(context, halves, meta).catch((error: unknown) => refused(context, meta, error)) }
    const encoded = encodeEntry(plan, value, meta, computation.promised)
    const kept = isPromise(encoded) ? encoded.then((entry) => write(context, entry, admitted)) : write(context, encoded, admitted)
    return isPromise(kept) ? kept.catch((error: unknown) => refused(context, meta, error)) : kept
  } catch (error) {
    return refused(context, meta, error)
  } finally {
    compiled.computed++
  }
}

async function keepSplit(context: CallContext, split: SplitValue, meta: EntryMeta): Promise<Kept> {
  const clock = now()
  const noteEnd = (): void => {
    // What it takes to make the value is what it takes to read it.
    meta.duration = Math.ceil((meta.duration + now() - clock) * 1000) / 1000
    context.compiled.expected = Math.max(context.compiled.expected ?? 0, meta.duration)
  }
  let writing: Kept | Promise<Kept> | undefined
  const small = await split.collect((saveTo) => {
    writing = write(context, { codec: context.plan.label, meta, payload: { saveTo: (directory) => saveTo(directory).then(noteEnd) } }, true)
    // It is awaited when all has passed; until then nobody looks.
    if (isPromise(writing)) writing.catch(() => undefined)
  })
  if (small) noteEnd()
  return small ? write(context, entryOf(context.plan, small, meta), true) : writing!
}

const UNSHARED: Outcome = { kind: 'unshared' }

function metaOf({ compiled, callKey, options, marks }: CallContext, { duration, promised }: Computation): EntryMeta {
  const meta: EntryMeta = {
    created: Date.now(),
    duration: Math.ceil(duration * 1000) / 1000,
    fingerprint: options.version === undefined ? compiled.descriptor.fingerprint : `version:${options.version}`,
  }
  const preview = callKey.preview()
  if (preview !== '') meta.preview = preview
  if (promised) meta.promise = true
  if (options.tags.length > 0) meta.tags = options.tags
  if (marks && Object.keys(marks).length > 0) meta.extra = { tags: marks }
  return meta
}

function isAdmitted(context: CallContext, value: unknown, { duration }: Computation): boolean {
  const { mode, options: { minDuration } } = context
  if (mode !== 'read-only' && duration >= minDuration && isWorthKeeping(context, value)) return true
  publishRefusal(context, mode === 'read-only' ? 'mode is \'read-only\'' : duration < minDuration ? 'it took less than `minDuration`' : '`cacheIf` said no', duration)
  return false
}

function write(context: CallContext, entry: NewEntry, admitted: boolean): Kept | Promise<Kept> {
  if (!admitted) return { meta: entry.meta, stored: false, outcome: shared(context, entry) }
  const { store, callKey, options } = context
  const files = options.outFile.length > 0 ? saveFiles(context) : undefined
  const complete = files ? { ...entry, meta: { ...entry.meta, extra: { ...entry.meta.extra, files } } } : entry
  const writing = store.put(callKey.key, callKey.groups, complete)
  return isPromise(writing) ? writing.then(() => written(context, complete)) : written(context, complete)
}

function written(context: CallContext, entry: NewEntry): Kept {
  const { compiled, callKey } = context
  if (!compiled.noted) noteVersion(context)
  debug.call('%s: stored %s', compiled.label, callKey.key)
  if (events.store.hasSubscribers) {
    const size = entry.payload instanceof Uint8Array ? entry.payload.byteLength : 0
    events.store.publish(eventOf(context, { duration: entry.meta.duration, size }))
  }
  return { meta: entry.meta, stored: true, outcome: shared(context, entry) }
}

/** What others read: each decodes for himself. */
function shared({ plan, store, callKey }: CallContext, { payload }: NewEntry): Outcome {
  if (payload instanceof Uint8Array) return { kind: 'value', read: () => decodeBytes(plan, payload) }
  return {
    kind: 'value',
    read: () => {
      const entry = store.get(callKey.key, callKey.groups)
      if (!entry) throw new PersistError('STORE', 'what was just stored is gone')
      return decodeEntry(plan, entry)
    },
  }
}

function refused(context: CallContext, meta: EntryMeta, error: unknown): Kept {
  const { compiled, options } = context
  if (error instanceof AbandonedError) {
    debug.call('%s: not kept, as its caller did not read to the end', compiled.label)
    return { meta, stored: false, outcome: UNSHARED }
  }
  publishRefusal(context, messageOf(error), meta.duration)
  onFailure(compiled, options.onError, 'store', error)
  return { meta, stored: false, outcome: UNSHARED }
}
