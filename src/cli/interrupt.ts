import process from 'node:process'
import { setImmediate } from 'node:timers/promises'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** How long, in milliseconds, a signal may go unheard. */
const DEAF = 50

/** Does work in steps, between which a signal ends it: what was begun is cleared away first, then the process dies of the signal as it would have. */
export async function untilInterrupted<T>(steps: Generator<void, T>): Promise<T> {
  let signal: NodeJS.Signals | undefined
  const hear = (heard: NodeJS.Signals): void => void (signal ??= heard)
  for (const name of SIGNALS) process.on(name, hear)
  try {
    for (let heard = Date.now(); signal === undefined; ) {
      const { done, value } = steps.next()
      if (done) return value
      if (Date.now() - heard < DEAF) continue
      await setImmediate()
      heard = Date.now()
    }
    steps.return(undefined as never)
  } finally {
    for (const name of SIGNALS) process.off(name, hear)
  }
  process.kill(process.pid, signal)
  throw new Error(`interrupted by ${signal}`)
}
