// Taken now: a test may put a clock of its own in its place.
const { hrtime } = process

/**
 * Milliseconds of a clock that never goes back. The first use of `performance` loads a module of Node's, which takes longer than all the
 * files that a first hit reads.
 */
export function now(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
