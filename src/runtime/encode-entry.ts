import { isPromise, isUint8Array } from 'node:util/types'
import { blaming } from '../codec/blame.ts'
import type { Codec } from '../codec/types.ts'
import { show } from '../config/show.ts'
import { PersistError } from '../errors.ts'
import type { EntryMeta, NewEntry } from '../store/types.ts'
import { isDirectoryCodec } from './codec-plan.ts'
import type { CodecPlan } from './codec-plan.ts'

/**
 * A value as what the store writes. A promise only where the codec's `encode` gives one. Throws {@link PersistError} `VALUE`
 * for what it refuses.
 *
 * @param canWait False for a synchronous function: encoding would go on while the caller already has the value, and may change it.
 */
export function encodeEntry(plan: CodecPlan, value: unknown, meta: EntryMeta, canWait: boolean): NewEntry | Promise<NewEntry> {
  const { codec, label } = plan
  const admit = <T>(result: T): T => {
    if (!canWait && isPromise(result)) refuseToWait(label, result)
    return result
  }
  if (isDirectoryCodec(codec)) return { codec: label, meta, payload: { saveTo: (directory) => admit(blaming(`codec ${label}: save()`, 'VALUE', () => codec.save(value, directory))) } }
  const payload = admit(blaming(`codec ${label}: encode()`, 'VALUE', () => (codec as Codec).encode(value)))
  return isPromise(payload) ? payload.then((bytes) => entryOf(plan, bytes, meta)) : entryOf(plan, payload, meta)
}

function refuseToWait(label: string, encoding: Promise<unknown>): never {
  encoding.catch(() => undefined)
  throw new PersistError('VALUE', `codec ${label} works through a promise, which a synchronous function can't wait for. Make the function async, or take another codec.`)
}

/** What is encoded already as an entry. */
export function entryOf({ codec, label }: CodecPlan, payload: Uint8Array, meta: EntryMeta): NewEntry {
  if (!isUint8Array(payload)) throw new PersistError('VALUE', `codec ${label}: encode() gave ${describe(payload)}, expected a Uint8Array. Turn text into bytes: \`new TextEncoder().encode(text)\`.`)
  const { extension } = codec as Codec
  return extension === undefined ? { codec: label, meta, payload } : { codec: label, meta, payload, extension }
}

function describe(payload: unknown): string {
  return typeof payload === 'object' && payload !== null ? `an object of the kind ${Object.prototype.toString.call(payload).slice(8, -1)}` : show(payload)
}
