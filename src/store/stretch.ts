import { steadily } from './clock.ts'
import { limits } from './limits.ts'

/**
 * Stretches of synchronous code. What another process or thread has done can't matter to code that had no chance to hear of it: within one
 * stretch a file that was just read need not be read again, which is most of what a look-up in memory would cost.
 *
 * A stretch ends with the event loop's turn, and at every pause long enough to have waited for somebody (`execSync`, `Atomics.wait`).
 */

/** How long a file is taken to be unchanged at most, milliseconds. */
const LONGEST = 100

// Taken now: a test may put one of its own in its place.
const { nextTick } = process

let number = 0
let last = -Infinity
let isOpen = false

/** When something was read: comparing two costs no more than two numbers. */
export interface Reading {
  stretch: number
  at: number
}

export function createReading(): Reading {
  return { stretch: -1, at: -Infinity }
}

/** Notes that something was read now. */
export function noteReading(reading: Reading): void {
  const now = proceed()
  reading.stretch = number
  reading.at = now
}

/** Whether what was read then needs no look now. */
export function isRecent(reading: Reading): boolean {
  const now = proceed()
  return reading.stretch === number && now - reading.at < LONGEST
}

/** Our own reading is no pause. */
export function resumeStretch(): void {
  last = steadily()
}

/** What others have done counts from now on: after waiting for them, or once a lease is had. */
export function endStretch(): void {
  number++
}

function proceed(): number {
  const now = steadily()
  if (!isOpen) {
    isOpen = true
    number++
    nextTick(close)
  } else if (now - last > limits.pause) {
    number++
  }
  last = now
  return now
}

function close(): void {
  isOpen = false
}
