/** A copy of bytes in memory of exactly their size. Not `slice`, which fills the memory with zeros before it copies. */
export function copyMemory(bytes: Uint8Array, offset: number, length: number): ArrayBuffer {
  const copy = Buffer.allocUnsafeSlow(length)
  copy.set(bytes.subarray(offset, offset + length))
  return copy.buffer as ArrayBuffer
}

/** The same bytes as a Buffer. Making another view costs as much as reading a small value. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Whether the memory of a buffer was handed over to another thread: nothing of it is left here. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    buffer.slice(0, 0)
    return false
  } catch {
    return true
  }
}
