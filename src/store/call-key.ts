import { PersistError } from '../errors.ts'
import { KEY_SIZE, uint32At } from './format.ts'

/**
 * The key that is being worked with, as bytes. One per thread: everything here is synchronous, and a buffer per
 * look-up would cost more than the look-up.
 */
export const keyBytes: Buffer = Buffer.alloc(KEY_SIZE)
let current: string | undefined
let currentTag = 0

/** Makes a key the current one. */
export function setKey(key: string): void {
  if (key === current) return
  if (key.length !== KEY_SIZE * 2 || keyBytes.write(key, 0, KEY_SIZE, 'hex') !== KEY_SIZE) {
    current = undefined
    throw new PersistError('STORE', `${JSON.stringify(key)} is no key: 64 hexadecimal digits are`)
  }
  current = key
  currentTag = uint32At(keyBytes, 4)
}

/** The part of the current key that an index goes by. The part that chooses the bucket is another one. */
export function keyTag(): number {
  return currentTag
}

/** The bucket of a key among so many. */
export function bucketOf(key: string, size: number): number {
  return size === 1 ? 0 : Number.parseInt(key.slice(0, 8), 16) % size
}
