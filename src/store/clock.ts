// Taken now: a test may put a clock of its own in its place.
const { hrtime } = process

/** Milliseconds of a clock that never goes back, and that nobody can stop. The first use of `performance` loads a module of Node's, which takes longer than all the files that a first hit reads. */
export function steadily(): number {
  return milliseconds(hrtime())
}

/** Milliseconds by the process's own clock, for durations. */
export function now(): number {
  return milliseconds(process.hrtime())
}

function milliseconds(time: readonly [seconds: number, nanoseconds: number]): number {
  // Not taken apart by a pattern: that goes by the array's iterator, at each hit.
  return time[0] * 1e3 + time[1] / 1e6
}
