import type { Codec } from '../../src/codec/types.ts'

export const json: Codec = {
  name: 'test-json',
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
}
