import type { ByteSize, Duration } from './options.ts'

const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/
const SIZE_PATTERN = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB)$/

const MILLISECONDS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }
const BYTES: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** Milliseconds of a {@link Duration}, or `undefined` for what is none. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined
  const match = typeof value === 'string' ? DURATION_PATTERN.exec(value.trim()) : null
  return match ? Number(match[1]) * MILLISECONDS[match[2]!]! : undefined
}

/** Bytes of a {@link ByteSize} (decimal units, as disks are sold), or `undefined` for what is none. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined
  const match = typeof value === 'string' ? SIZE_PATTERN.exec(value.trim().toUpperCase()) : null
  return match ? Number(match[1]) * BYTES[match[2]!]! : undefined
}

/** {@link parseDuration} of a value that has been validated. */
export function toMilliseconds(value: Duration): number {
  return parseDuration(value) ?? 0
}

/** {@link parseSize} of a value that has been validated. */
export function toBytes(value: ByteSize): number {
  return parseSize(value) ?? 0
}
