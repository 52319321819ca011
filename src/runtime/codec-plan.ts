import { blaming } from '../codec/blame.ts'
import { codecId, isCodec } from '../codec/codec-id.ts'
import { properties } from '../codec/properties.ts'
import { structured } from '../codec/structured.ts'
import type { AnyCodec, Codec, DirectoryCodec, InPlaceDecode } from '../codec/types.ts'
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
  if (!entry.directory) {
    if (isDirectoryCodec(codec)) throw new PersistError('DECODE', `the entry of codec ${label} has no directory`)
    const { decode } = codec as Codec
    return isInPlace(decode) ? decodeInPlace(decode, entry) : decodeBytes({ codec, label }, entry.bytes())
  }
  if (codec.load === undefined) throw new PersistError('DECODE', `the entry of codec ${label} is a directory, which it can't read`)
  checkOnce(entry)
  const load = codec.load.bind(codec)
  return blaming(`codec ${label}: load()`, 'DECODE', () => load(entry.file!))
}

/** Decodes what one `encode` has given. */
export function decodeBytes({ codec, label }: CodecPlan, bytes: Uint8Array): unknown {
  return blaming(`codec ${label}: decode()`, 'DECODE', () => (codec as Codec).decode(bytes))
}

function isInPlace(decode: Codec['decode']): decode is InPlaceDecode {
  return (decode as Partial<InPlaceDecode>).inPlace !== undefined
}

function decodeInPlace(decode: InPlaceDecode, entry: StoredEntry): unknown {
  // Not taken apart by a pattern: that goes by the array's iterator, at each hit.
  const pieces = entry.divide(decode.headSize)
  return pieces[1] === undefined ? decode(pieces[0]) : decode.inPlace(pieces[0], pieces[1])
}

/** Directories whose checksum was right. Each has a name of its own, so that it is enough to ask once. */
const checked = new Set<string>()
const REMEMBERED = 10_000

function checkOnce(entry: StoredEntry): void {
  const path = entry.file!
  if (checked.has(path)) return
  entry.check()
  if (checked.size >= REMEMBERED) checked.clear()
  checked.add(path)
}
