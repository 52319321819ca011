/** Sizes and times at which things change; tests make them small. */
export const limits: { inline: number; growth: number; hot: number; pause: number } = {
  /** Up to this size a payload stands in a bucket. */
  inline: 64 * 1024,
  /** A directory begins with one bucket; when that has this size, `hashSize` buckets take over. */
  growth: 1024 * 1024,
  /** Entries that are at hand without looking into an index. */
  hot: 4096,
  /** A look-up that comes later than this after the last one, milliseconds, takes nothing to be as it was: see stretch.ts. */
  pause: 0.15,
}
