/** How a computation ended, for the callers that waited for it. */
export type Outcome =
  /** Each caller makes a value of its own. */
  | { kind: 'value'; read: () => unknown }
  /** It is read and kept at the same time: each caller gets one of its own, unless it is too late. */
  | { kind: 'stream'; another: () => unknown }
  /** The value can't be given to more than one: each computes for itself. */
  | { kind: 'unshared' }
  | { kind: 'error'; error: unknown }
  /** It ended in a way that is no answer for the others (the owner's own abort), or was found elsewhere: look up again. */
  | { kind: 'again' }

/** A computation of a promise-returning function that is under way in this thread. */
export interface Flight {
  /** Never rejects. */
  readonly landed: Promise<Outcome>
  /** How many wait for it. */
  joined: number
  land(outcome: Outcome): void
}

export function createFlight(): Flight {
  let land!: (outcome: Outcome) => void
  const landed = new Promise<Outcome>((resolve) => {
    land = resolve
  })
  return { landed, joined: 0, land }
}
