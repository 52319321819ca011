import { isPromise } from 'node:util/types'
import type { Codec } from '../codec/types.ts'
import type { EntryMeta, NewEntry } from '../store/types.ts'
import { isDirectoryCodec } from './codec-plan.ts'
import type { CodecPlan } from './codec-plan.ts'

/** A value as what the store writes. A promise only where the codec's `encode` gives one. Throws {@link PersistError} `VALUE` for what it refuses. */
export function encodeEntry(plan: CodecPlan, value: unknown, meta: EntryMeta): NewEntry | Promise<NewEntry> {
  const { codec, label } = plan
  if (isDirectoryCodec(codec)) return { codec: label, meta, payload: { saveTo: (directory) => codec.save(value, directory) } }
  const payload = (codec as Codec).encode(value)
  return isPromise(payload) ? payload.then((bytes) => entryOf(plan, bytes, meta)) : entryOf(plan, payload, meta)
}

function entryOf({ codec, label }: CodecPlan, payload: Uint8Array, meta: EntryMeta): NewEntry {
  const { extension } = codec as Codec
  return extension === undefined ? { codec: label, meta, payload } : { codec: label, meta, payload, extension }
}
