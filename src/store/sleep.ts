const cell = new Int32Array(new SharedArrayBuffer(4))

/** Stops this thread for some milliseconds, without spinning. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds)
}
