import type { Claim, Claims } from './claims.ts'
import { judge, thisOwner, type Judgement } from './owner.ts'
import { sleepSync } from './sleep.ts'
import { endStretch } from './stretch.ts'
import type { Lease, LeaseAnswer } from './types.ts'
import type { Waits } from './waits.ts'

/** An owner that depends on the waiter, or may do so, is waited for no longer than this. */
const RELATED_BOUND = 1000
/** An owner that can't be judged is waited for this long, or for what computing is known to take if that is less. */
const FOREIGN_BOUND = 10_000
/** How often an owner's life is checked. */
const JUDGE_EVERY = 250
const LONGEST_PAUSE = 50
/** From when on a nested waiter tells others that it waits. */
const PUBLISH_AFTER = 50

/** How many leases this thread holds: a waiter that holds none can't be part of a circle. */
let heldHere = 0

export type WaitAnswer = Exclude<LeaseAnswer, { lease: Lease }>

/**
 * Tries to become the one that computes a key. `isStored` tells whether another has finished between the caller's look-up and
 * the claim: then there is nothing to compute, and the answer says to look up again at once.
 */
export function takeLease(
  claims: Claims, waits: Waits, id: string, expectedDuration: number | undefined, isStored: () => boolean,
): LeaseAnswer {
  // What is known may be old; the claim's place behind others tells the rest.
  const before = holder(claims, id)
  if (before) return waitFor(claims, waits, id, before, expectedDuration)
  const mine = claims.claim(id)
  // An owner that was released before this claim has stored what it computed.
  endStretch()
  const first = holder(claims, id)
  if (first !== undefined && first.token !== mine.token) {
    // Another one's append came first.
    claims.release(mine)
    return waitFor(claims, waits, id, first, expectedDuration)
  }
  let held = true
  heldHere++
  const release = (): void => {
    if (!held) return
    held = false
    heldHere--
    claims.release(mine)
  }
  try {
    if (isStored()) {
      release()
      return { waitSync: () => 'done', wait: async () => 'done' }
    }
  } catch (error) {
    release()
    throw error
  }
  return { lease: { release } }
}

/** The claim that counts: the first one whose owner isn't known to be dead. */
function holder(claims: Claims, id: string): Claim | undefined {
  const active = claims.active.get(id)
  if (!active) return undefined
  const me = thisOwner()
  for (const claim of [...active]) {
    if (claim.owner.pid === me.pid && claim.owner.thread === me.thread) return claim
    if (judge(claim.owner) !== 'dead') return claim
    // The dead stay dead: no need to judge them again.
    claim.file.settle(claim)
  }
  return undefined
}

function waitFor(claims: Claims, waits: Waits, id: string, claim: Claim, expectedDuration: number | undefined): WaitAnswer {
  const began = Date.now()
  let judged = began
  let judgement: Judgement = judge(claim.owner)
  let endWait: (() => void) | undefined

  /** What is known by now; `undefined`: still to be waited for. */
  const look = (sync: boolean): 'done' | 'compute-beside' | undefined => {
    let answer: 'done' | 'compute-beside' | undefined
    try {
      answer = lookNow(sync)
      return answer
    } finally {
      if (answer !== undefined) stop()
      else if (heldHere > 0 && Date.now() - began > PUBLISH_AFTER) endWait ??= waits.begin(claim.owner)
    }
  }
  const stop = (): void => {
    endWait?.()
    endWait = undefined
  }
  const lookNow = (sync: boolean): 'done' | 'compute-beside' | undefined => {
    const now = Date.now()
    claims.refresh()
    if (!claims.active.get(id)?.some((other) => other.token === claim.token)) {
      endStretch()
      return 'done'
    }
    if (now - judged >= JUDGE_EVERY || now < judged) {
      judged = now
      judgement = judge(claim.owner)
      if (heldHere > 0 && waits.isCircular(claim.owner)) return 'compute-beside'
    }
    if (judgement === 'dead') {
      claim.file.settle(claim)
      return 'done'
    }
    return now - began >= bound(judgement, sync, expectedDuration) ? 'compute-beside' : undefined
  }

  return {
    waitSync(limit = Infinity) {
      const until = Date.now() + limit
      for (let pause = 1; ; pause = Math.min(LONGEST_PAUSE, pause * 1.5)) {
        const answer = look(true)
        if (answer) return answer
        if (Date.now() >= until) {
          stop()
          return 'busy'
        }
        sleepSync(pause)
      }
    },
    wait(signal) {
      return new Promise((resolve, reject) => {
        let pause = 1
        let timer: NodeJS.Timeout | undefined
        const abort = (): void => {
          clearTimeout(timer)
          stop()
          reject(signal!.reason as Error)
        }
        const step = (): void => {
          try {
            const answer = look(false)
            if (!answer) {
              timer = setTimeout(step, pause)
              pause = Math.min(LONGEST_PAUSE, pause * 1.5)
              return
            }
            signal?.removeEventListener('abort', abort)
            resolve(answer)
          } catch (error) {
            signal?.removeEventListener('abort', abort)
            reject(error as Error)
          }
        }
        if (signal?.aborted) return abort()
        signal?.addEventListener('abort', abort, { once: true })
        step()
      })
    },
  }
}

/** How long an owner is waited for, by what it is to the waiter. A living one on this host otherwise for as long as it takes. */
function bound(judgement: Judgement, sync: boolean, expectedDuration: number | undefined): number {
  switch (judgement) {
    case 'same':
      // This thread itself is further up, or another copy of this package in it is.
      return 0
    case 'worker':
      // A worker may need the main thread: for its messages, its output, modules. Not the other way round.
      return sync && process.getBuiltinModule('node:worker_threads').isMainThread ? RELATED_BOUND : Infinity
    case 'descendant':
      return sync ? RELATED_BOUND : Infinity
    case 'ancestor':
      return RELATED_BOUND
    case 'foreign':
      return Math.min(FOREIGN_BOUND, expectedDuration ?? FOREIGN_BOUND)
    default:
      return Infinity
  }
}
