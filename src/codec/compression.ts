import type { Transform } from 'node:stream'
import { PersistError } from '../errors.ts'
import { ForeignFormatError, refuseBytes } from './refuse.ts'
import type { Codec } from './types.ts'

/** `true`: zstd where Node has it (22.15 and newer), else gzip. */
export type Compression = boolean | 'zstd' | 'gzip' | 'brotli'

export interface CompressionOptions {
  /** Compresses what is stored. Files keep a usual extension: `.json.gz`, `.json.zst`. @default false */
  compress?: Compression
}

type Zlib = typeof import('node:zlib') & {
  // @types/node of the oldest Node that we run on knows no zstd.
  zstdCompressSync?(bytes: Uint8Array): Uint8Array
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  createZstdCompress?(): Transform
  createZstdDecompress?(): Transform
}

/** Loaded when first used: most programs compress nothing. */
const zlib = (): Zlib => process.getBuiltinModule('node:zlib')

/** What a compressed file's name ends with. */
export const SUFFIX: Readonly<Record<Algorithm, string>> = { zstd: '.zst', gzip: '.gz', brotli: '.br' }

export type Algorithm = 'zstd' | 'gzip' | 'brotli'

export function algorithmOf(compress: Exclude<Compression, false>): Algorithm {
  if (compress === true) return zlib().zstdCompressSync ? 'zstd' : 'gzip'
  if (!Object.hasOwn(SUFFIX, compress)) {
    throw new PersistError('OPTION', `compress is ${JSON.stringify(compress)}. Give true, 'zstd', 'gzip' or 'brotli'.`)
  }
  if (compress === 'zstd' && !zlib().zstdCompressSync) throw new PersistError('OPTION', `compress is 'zstd', which Node ${process.version} doesn't have. Give true or 'gzip'.`)
  return compress
}

/** So much may come of however few bytes. */
const SMALL = 16 * 1024 * 1024
/** What every Node takes for a limit. */
const MOST = 2 ** 32
/** What deflate reaches at most, so that gzip can keep any value within it. Of the others, kilobytes may unpack to gigabytes. */
const MOST_TIMES = 1032

/**
 * How many bytes so many may unpack to. What claims to be more is damaged or forged: it is given up before memory is. A size written
 * beside it would be no such limit, as who forges the one forges the other.
 */
const mostOf = (length: number): number => Math.min(Math.max(SMALL, length * MOST_TIMES), MOST)

function compressBytes(bytes: Uint8Array, algorithm: Algorithm): Uint8Array {
  const { zstdCompressSync, gzipSync, brotliCompressSync } = zlib()
  const packed = algorithm === 'zstd' ? zstdCompressSync!(bytes) : algorithm === 'gzip' ? gzipSync(bytes) : brotliCompressSync(bytes)
  return bytes.length > mostOf(packed.length) ? gzipSync(bytes) : packed
}

/** What is stored of bytes under an option `compress`. */
export function squeeze(bytes: Uint8Array, compress: Compression | undefined): Uint8Array {
  return compress ? compressBytes(bytes, algorithmOf(compress)) : bytes
}

/** Compresses what passes through. */
export function compressor(algorithm: Algorithm): Transform {
  const { createZstdCompress, createGzip, createBrotliCompress } = zlib()
  if (algorithm === 'zstd') return createZstdCompress!()
  return algorithm === 'gzip' ? createGzip() : createBrotliCompress()
}

function refuseZstd(): never {
  throw new ForeignFormatError(`What is stored is compressed by zstd, which Node ${process.version} doesn't have.`)
}

export function decompressor(algorithm: Algorithm): Transform {
  const { createZstdDecompress, createGunzip, createBrotliDecompress } = zlib()
  if (algorithm === 'gzip') return createGunzip()
  if (algorithm === 'brotli') return createBrotliDecompress()
  if (!createZstdDecompress) refuseZstd()
  return createZstdDecompress()
}

/** By what the bytes begin with, as `true` means another algorithm in another Node. Brotli has no such mark. */
function decompressBytes(bytes: Uint8Array): Uint8Array {
  const { gunzipSync, brotliDecompressSync, zstdDecompressSync } = zlib()
  const within = { maxOutputLength: mostOf(bytes.length) }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, within)
  if (bytes[0] !== 0x28 || bytes[1] !== 0xb5 || bytes[2] !== 0x2f || bytes[3] !== 0xfd) return brotliDecompressSync(bytes, within)
  if (!zstdDecompressSync) refuseZstd()
  return zstdDecompressSync(bytes, within)
}

/** The same codec, compressing. */
export function compressed<T>(codec: Codec<T>, compress: Compression | undefined): Codec<T> {
  if (!compress) return codec
  const algorithm = algorithmOf(compress)
  const squeeze = (bytes: Uint8Array): Uint8Array => compressBytes(bytes, algorithm)
  return {
    ...codec,
    name: `${codec.name}+${compress === true ? 'compressed' : compress}`,
    ...(codec.extension !== undefined && { extension: codec.extension + SUFFIX[algorithm] }),
    encode(value) {
      const bytes = codec.encode(value)
      return bytes instanceof Promise ? bytes.then(squeeze) : squeeze(bytes)
    },
    decode(bytes) {
      let plain: Uint8Array
      try {
        plain = decompressBytes(bytes)
      } catch (cause) {
        if (cause instanceof ForeignFormatError) throw cause
        refuseBytes(codec.name, "it can't be decompressed", cause)
      }
      return codec.decode(plain)
    },
  }
}
