import { crc32 as crc32OfZlib } from 'node:zlib'

/** How many bytes of a process are summed here: loading `node:zlib` takes longer. */
let left = 8192
let table: Int32Array | undefined

/** The CRC-32 of gzip (ISO 3309) of bytes or a text's UTF-8. @param before - that of what stands before */
export function crc32(data: string | Uint8Array, before = 0): number {
  left -= data.length
  if (left < 0) return crc32OfZlib(data, before)
  table ??= makeTable()
  let crc = ~before
  for (const byte of typeof data === 'string' ? Buffer.from(data) : data) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function makeTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, value) => {
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xEDB88320 : value >>> 1
    return value
  })
}
