/**
 * Where in a file the newest record of each key stands. Open addressing over typed arrays: 12 bytes a slot,
 * so 16 to 48 bytes an entry. Keys are hashes already, so a piece of one serves as its hash.
 */
export class KeyIndex {
  count = 0
  #tags: Uint32Array = new Uint32Array(16)
  #positions: Uint32Array = new Uint32Array(16)
  #lengths: Uint32Array = new Uint32Array(16)
  #mask = 15

  /** The first slot that may hold the key, or -1. Whether it does the caller tells from the record. */
  first(tag: number): number {
    return this.#probe(tag & this.#mask, tag)
  }

  /** The next slot after one that held another key with the same tag. */
  next(slot: number, tag: number): number {
    return this.#probe((slot + 1) & this.#mask, tag)
  }

  position(slot: number): number {
    return this.#positions[slot]!
  }

  length(slot: number): number {
    return this.#lengths[slot]!
  }

  replace(slot: number, position: number, length: number): void {
    this.#positions[slot] = position
    this.#lengths[slot] = length
  }

  /** Makes room for so many keys. */
  reserve(count: number): void {
    // At three quarters full, probing runs get long.
    while (count * 4 > (this.#mask + 1) * 3) this.#grow()
  }

  add(tag: number, position: number, length: number): void {
    this.reserve(this.count + 1)
    this.#put(tag, position, length)
    this.count++
  }

  /** All slots in use. */
  *slots(): Iterable<number> {
    for (let slot = 0; slot <= this.#mask; slot++) if (this.#positions[slot] !== 0) yield slot
  }

  #probe(slot: number, tag: number): number {
    while (this.#positions[slot] !== 0) {
      if (this.#tags[slot] === tag) return slot
      slot = (slot + 1) & this.#mask
    }
    return -1
  }

  #put(tag: number, position: number, length: number): void {
    let slot = tag & this.#mask
    while (this.#positions[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#tags[slot] = tag
    this.#positions[slot] = position
    this.#lengths[slot] = length
  }

  #grow(): void {
    const tags = this.#tags
    const positions = this.#positions
    const lengths = this.#lengths
    const size = tags.length * 2
    this.#tags = new Uint32Array(size)
    this.#positions = new Uint32Array(size)
    this.#lengths = new Uint32Array(size)
    this.#mask = size - 1
    for (let i = 0; i < tags.length; i++) if (positions[i] !== 0) this.#put(tags[i]!, positions[i]!, lengths[i]!)
  }
}
