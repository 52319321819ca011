import { isPromise } from 'node:util/types'
import type { AnyCodec } from '../codec/types.ts'
import { blaming } from '../codec/blame.ts'
import { isCodec } from '../codec/codec-id.ts'
import type { StoredEntry } from '../store/types.ts'
import { createPlan, decodeEntry } from './codec-plan.ts'
import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { encodeEntry } from './encode-entry.ts'
import { makeKey } from './key.ts'
import { mayWrite } from './mode.ts'

/**
 * The entry that an earlier version of the codec left under its own key, turned into today's and stored under today's.
 * A codec whose version grows keeps what it has if it can `migrate`.
 */
export function migrateFormer(context: CallContext): StoredEntry | undefined {
  const { codec } = context.options
  if (codec === undefined || !isCodec(codec) || !codec.migrate || (codec.version ?? 1) < 2) return undefined
  for (let from = codec.version! - 1; from >= 1; from--) {
    const entry = readFormer(context, codec, from)
    if (entry) return moveTo(context, codec, from, entry)
  }
  return undefined
}

function readFormer(context: CallContext, codec: AnyCodec, version: number): StoredEntry | undefined {
  const { compiled, self, values, captures, store } = context
  const options = { ...context.options, codec: { ...codec, name: codec.name, version } as AnyCodec }
  const { key, groups } = makeKey({
    descriptor: compiled.descriptor,
    options,
    self,
    values,
    captures,
    known: compiled.knows,
    ...(compiled.project.path !== undefined && { projectPath: compiled.project.path }),
  })
  return store.get(key, groups)
}

function moveTo(context: CallContext, codec: AnyCodec, from: number, entry: StoredEntry): StoredEntry | undefined {
  const { store, callKey, compiled, mode } = context
  const former = decodeEntry(createPlan(codec), entry)
  // Migrating what takes a promise to read would make a sync look-up wait; such codecs compute anew.
  if (isPromise(former)) return undefined
  debug.store('%s: migrated from version %d of %s', compiled.label, from, context.plan.label)
  const value = blaming(`codec ${context.plan.label}: migrate()`, 'DECODE', () => codec.migrate!(former, from))
  const { node: _, package: __, commit: ___, ...meta } = entry.meta
  const written = encodeEntry(context.plan, value, meta, false)
  if (isPromise(written)) return undefined
  if (!mayWrite(mode)) {
    return written.payload instanceof Uint8Array ? { ...entry, codec: context.plan.label, bytes: () => written.payload as Uint8Array } : undefined
  }
  void store.put(callKey.key, callKey.groups, written)
  return store.get(callKey.key, callKey.groups)
}
