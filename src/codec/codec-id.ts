import type { AnyCodec } from './types.ts'

/** What enters the key of a codec: `structured@1`, and of one per property `{meta:json@1,model:own@2}`. */
export function codecId(codec: AnyCodec | Record<string, AnyCodec> | undefined): string {
  if (codec === undefined) return 'structured@1'
  if (isCodec(codec)) return `${codec.name}@${codec.version ?? 1}`
  const parts = Object.keys(codec).sort().map((name) => `${name}:${codecId(codec[name])}`)
  return `{${parts.join(',')}}`
}

/** Tells a codec from a record of codecs, one per property. */
export function isCodec(value: AnyCodec | Record<string, AnyCodec>): value is AnyCodec {
  return typeof value.name === 'string' && (typeof (value as { encode?: unknown }).encode === 'function' || typeof (value as { save?: unknown }).save === 'function')
}
