import { isWellFormed } from './canonical-tokens.ts'
import { compressed, type CompressionOptions } from './compression.ts'
import { asBuffer } from './memory.ts'
import { refuseValue } from './refuse.ts'
import type { Codec } from './types.ts'

export interface TextOptions extends CompressionOptions {
  /** @default '.txt' */
  extension?: string
}

/** Strings as UTF-8 files. */
export function text(options: TextOptions = {}): Codec<string> {
  const codec: Codec<string> = {
    name: 'text',
    extension: options.extension ?? '.txt',
    encode(value) {
      if (typeof value !== 'string') refuseValue('text', 'result', `is no string but ${value === null ? 'null' : `a ${typeof value}`}`, 'Return a string, or use structured()')
      if (!isWellFormed(value)) refuseValue('text', 'result', 'has a lone surrogate, which UTF-8 can not hold', 'Use structured()')
      return Buffer.from(value)
    },
    decode: (bytes) => asBuffer(bytes).toString('utf8'),
  }
  return compressed(codec, options.compress)
}
