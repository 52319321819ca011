import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** What a watching driver prints after each run of the program. */
export interface Answer {
  result: unknown
  /** How many computations the run took. */
  computed: number
}

export interface DriverProcess {
  /**
   * The next answer. With a condition, answers before it are passed over: watchers may run twice for one edit. Their computations
   * are counted in.
   */
  next(accepts?: (answer: Answer) => boolean): Promise<Answer>
  /** Waits until the host has said something on its standard error output. */
  saying(text: RegExp): Promise<void>
  stop(): Promise<void>
}

/** How long a watcher may take for a rebuild, on a machine with other things to do. */
const PATIENCE = 30_000

function tooLate(): Promise<{ value: undefined; done: true }> {
  return new Promise((done) => setTimeout(() => done({ value: undefined, done: true }), PATIENCE).unref())
}

/** Starts a driver that goes on running. It prints a line of JSON per run and is ended by closing its input. */
export function startDriver(command: string, args: readonly string[], cwd: string, env: Record<string, string>): DriverProcess {
  const { VITEST, VITEST_MODE, VITEST_POOL_ID, VITEST_WORKER_ID, NODE_ENV, ...inherited } = process.env
  const child = spawn(command, args, { cwd, env: { ...inherited, NO_COLOR: '1', ...env } as NodeJS.ProcessEnv, stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  return {
    async next(accepts = () => true) {
      let computed = 0
      for (;;) {
        const { value, done } = await Promise.race([lines.next(), tooLate()])
        if (done) throw new Error(`the driver ended, or said nothing for ${PATIENCE / 1000} s:\n${said}`)
        if (!(value as string).startsWith('{"result"')) continue
        const answer = JSON.parse(value as string) as Answer
        computed += answer.computed
        if (accepts(answer)) return { ...answer, computed }
      }
    },
    async saying(text) {
      const late = tooLate()
      while (!text.test(said)) {
        const heard = await Promise.race([once(child.stderr, 'data'), late])
        if ('done' in heard) throw new Error(`the driver didn't say ${text} in ${PATIENCE / 1000} s, but:\n${said}`)
      }
    },
    async stop() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      clearTimeout(timer)
    },
  }
}
