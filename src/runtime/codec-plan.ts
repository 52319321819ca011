import { codecId, isCodec } from '../codec/codec-id.ts'
import { properties } from '../codec/properties.ts'
import { structured } from '../codec/structured.ts'
import type { AnyCodec, Codec, DirectoryCodec } from '../codec/types.ts'
import { PersistError } from '../errors.ts'
import type { StoredEntry } from '../store/types.ts'

/** How one function's values become entries and come back. */
export interface CodecPlan {
  /** `name@version`, as entries have it. */
  readonly label: string
  readonly codec: AnyCodec
}

/** The plan for the option `codec`. */
export function createPlan(option: AnyCodec | Record<string, AnyCodec> | undefined): CodecPlan {
  const codec = option === undefined ? structured() : isCodec(option) ? option : properties(option)
  return { label: codecId(option), codec }
}

/** Whether a codec keeps its values as directories. */
export function isDirectoryCodec(codec: AnyCodec): codec is DirectoryCodec {
  return typeof (codec as DirectoryCodec).save === 'function'
}

/** Decodes an entry. A promise only where the codec's `load` gives one. */
export function decodeEntry({ codec, label }: CodecPlan, entry: StoredEntry): unknown {
  if (!isDirectoryCodec(codec)) return (codec as Codec).decode(entry.bytes())
  if (entry.file === undefined) throw new PersistError('DECODE', `the entry of codec ${label} has no directory`)
  return codec.load(entry.file)
}
