import { hash } from 'node:crypto'

/** How much of a process is hashed here, in characters or bytes: loading `node:crypto` takes longer than all the rest of a first hit. */
let left = 2048
let constants: { start: Uint32Array; rounds: Uint32Array } | undefined

/** SHA-256 of bytes or a text's UTF-8, 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  left -= data.length
  return left < 0 ? hash('sha256', data, 'hex') : digestOf(typeof data === 'string' ? Buffer.from(data) : data)
}

/** As in FIPS 180-4, whose names these are. */
function digestOf(bytes: Uint8Array): string {
  constants ??= { start: fractions(8, Math.sqrt), rounds: fractions(64, Math.cbrt) }
  const length = bytes.length
  const view = new DataView(new ArrayBuffer(((length + 72) >> 6) << 6))
  new Uint8Array(view.buffer).set(bytes)
  view.setUint8(length, 0x80)
  view.setUint32(view.byteLength - 4, length * 8)
  const sum = constants.start.slice()
  const w = new Uint32Array(64)
  for (let at = 0; at < view.byteLength; at += 64) {
    let [a, b, c, d, e, f, g, h] = sum as unknown as [number, number, number, number, number, number, number, number]
    for (let t = 0; t < 64; t++) {
      const x = w[t - 15]!
      const y = w[t - 2]!
      w[t] = t < 16 ? view.getUint32(at + t * 4) : w[t - 16]! + w[t - 7]! + (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) + (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10))
      const t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + constants.rounds[t]! + w[t]!
      const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((value, index) => (sum[index]! += value))
  }
  return Array.from(sum, (word) => word.toString(16).padStart(8, '0')).join('')
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

/** The first 32 bits behind the point of a root of each of the first primes. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const found = new Uint32Array(count)
  for (let n = 2, at = 0; at < count; n++) if (isPrime(n)) found[at++] = (root(n) % 1) * 2 ** 32
  return found
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}
