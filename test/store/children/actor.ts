/**
 * What child processes and worker threads of the tests do. Bundled by the tests, see `processes.ts`. The first argument says
 * what, the second is the store's root; each prints one line of JSON when it is done, and `ready` when it holds a lease or waits for one.
 */
import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { collect, openStore } from '../../../src/store/index.ts'
import type { FunctionStore } from '../../../src/store/types.ts'
import { entryOf, functionOf, groupsOf, keyOf, storeOptions, textOf, valueOf } from './entries.ts'

const [action, root, ...rest] = (isMainThread ? process.argv.slice(2) : (workerData as string[])) as [string, string, ...string[]]
const store = (hashSize = 500, name?: string): FunctionStore => functionOf(openStore(root, storeOptions({ hashSize })), name)

const say = (line: unknown): void => {
  if (parentPort) parentPort.postMessage(line)
  else process.stdout.write(`${JSON.stringify(line)}\n`)
}
const busy = (milliseconds: number): void => {
  for (const until = Date.now() + milliseconds; Date.now() < until; );
}
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** One call of a persisted function, as the runtime makes it. Each computation leaves a line in the log. */
async function call(of: FunctionStore, key: string, log: string, milliseconds: number, sync: boolean, inner?: () => Promise<void>): Promise<string> {
  for (;;) {
    const found = of.get(keyOf(key), [])
    if (found) return textOf(found)!
    const answer = of.lease(keyOf(key), [])
    if (!('lease' in answer)) {
      say('ready')
      const how = sync ? answer.waitSync() : await answer.wait()
      if (how === 'done') continue
    }
    try {
      appendFileSync(log, `${key}\n`)
      if (sync) busy(milliseconds)
      else await sleep(milliseconds)
      await inner?.()
      of.put(keyOf(key), [], entryOf(`value ${key}`))
    } finally {
      if ('lease' in answer) answer.lease.release()
    }
    return `value ${key}`
  }
}

const actions: Record<string, () => unknown> = {
  /** Calls with some keys, several times over. */
  async calls() {
    const [log, milliseconds, sync, ...keys] = rest as [string, string, string, ...string[]]
    const of = store()
    const values = []
    for (const key of keys) values.push(await call(of, key, log, Number(milliseconds), sync === 'sync'))
    return values
  },
  /** Which directory a project has. */
  project() {
    return openStore(root, storeOptions()).project({ name: 'app', path: rest[0]! }).directory
  },
  /** Takes a lease and keeps it: with a blocked thread, or an idle one. A line in the log, if there is one, is the last that it does with it. */
  async hold() {
    const [key, how, milliseconds, log] = rest as [string, string, string, string?]
    const answer = store().lease(keyOf(key), [])
    say('lease' in answer ? 'ready' : 'not first')
    if (how === 'blocked') busy(Number(milliseconds))
    else await sleep(Number(milliseconds))
    if (log !== undefined) appendFileSync(log, 'released\n')
    if ('lease' in answer) answer.lease.release()
    return 'released'
  },
  /** Kills a child that computes while another one waits for it: how soon that is done. */
  async replaced() {
    const [key, log] = rest as [string, string]
    const child = (milliseconds: number): ChildProcess =>
      spawn(process.execPath, [process.argv[1]!, 'calls', root, log, String(milliseconds), 'async', key], { stdio: ['ignore', 'pipe', 'inherit'] })
    const owner = child(60_000)
    while (!existsSync(log)) await sleep(5)
    const waiter = child(0)
    await once(waiter.stdout!, 'data')
    const ended = once(waiter, 'close')
    const killed = Date.now()
    owner.kill('SIGKILL')
    await ended
    // When it began to compute, not when it had ended.
    return statSync(log).mtimeMs - killed
  },
  /** Takes a lease in a worker thread that is then terminated; goes on itself. */
  async terminated() {
    const [key] = rest as [string]
    const worker = new Worker(new URL(import.meta.url), { argv: ['hold', root, key, 'idle', '60000'], workerData: ['hold', root, key, 'idle', '60000'] })
    await new Promise((resolve) => worker.once('message', resolve))
    await worker.terminate()
    say('ready')
    await sleep(60_000)
  },
  /** Holds a lease and waits, blocked, for a child that calls with the same key. */
  parent() {
    const [key, log] = rest as [string, string]
    const answer = store().lease(keyOf(key), [])
    const child = spawnSync(process.execPath, [process.argv[1]!, 'calls', root, log, '0', 'sync', key], { encoding: 'utf8', timeout: 20_000 })
    if ('lease' in answer) answer.lease.release()
    return JSON.parse(child.stdout.trim().split('\n').at(-1)!)
  },
  /** Says when a process is no longer there: how soon this machine lets anybody see that. */
  watch() {
    const pid = Number(rest[0])
    say('ready')
    for (;;) {
      try {
        process.kill(pid, 0)
      } catch {
        return Date.now()
      }
      busy(10)
    }
  },
  /** The main thread waits, blocked, for a worker's lease, while the worker waits for the main thread. */
  async blockedMain() {
    const [key, log] = rest as [string, string]
    const worker = new Worker(new URL(import.meta.url), { argv: [], workerData: ['hold', root, key, 'idle', '60000'] })
    await new Promise((resolve) => worker.once('message', resolve))
    const began = Date.now()
    await call(store(), key, log, 0, true)
    const took = Date.now() - began
    await worker.terminate()
    return took
  },
  /** Computes one key, and within it needs another that somebody else computes who needs this one. */
  async circle() {
    const [outer, inner, log] = rest as [string, string, string]
    const of = store(500, 'outer')
    await call(of, outer, log, 300, false, async () => void (await call(of, inner, log, 0, false)))
    return 'done'
  },
  /** Puts results into groups that are otherwise empty, takes some away again, and says how often it found their directory gone. */
  groups() {
    const [who, count] = rest as [string, string]
    const of = store()
    let gone = 0
    for (let i = 0; i < Number(count); i++) {
      const shared = ['shared', `${'n'.repeat(100)} ${i % 3}`]
      // Some are with others', some have a directory of their own below one that may go.
      for (const [key, groups] of [[`${who} ${i}`, shared], [`${who} ${i} lasting`, ['lasting', String(i % 4), who, String(i)]]] as const) {
        if (!existsSync(`${of.directory}/${groups[0]}`)) gone++
        of.put(keyOf(key), groups, entryOf(key, i % 5 === 0 ? { extension: '.txt' } : {}))
        if (textOf(of.get(keyOf(key), groups)) !== key) throw new Error(`${key} is lost`)
      }
      of.forget(keyOf(`${who} ${i}`), shared)
      // The last one of its parent stays.
      if (i % 10 !== 0) of.forget(keyOf(`${who} ${i} lasting`), ['lasting', String(i % 4), who, String(i)])
      else if (i % 20 === 0) busy(5)
    }
    return gone
  },
  /** Random operations, noted before and after, until it is killed or done. */
  async random() {
    const [who, log, count, keys, hashSize, seed] = rest as [string, string, string, string, string, string]
    let state = Number(seed)
    const next = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const shared = store(Number(hashSize))
    const own = store(Number(hashSize), who)
    const note = (line: string): void => appendFileSync(log, `${line}\n`)
    for (let i = 0; i < Number(count); i++) {
      // Each key belongs to one process, so that the order of its writes is known; all processes read all keys.
      const number = next(Number(keys))
      const key = `${who}:${number}`
      const [of, groups] = [number % 4 === 3 ? own : shared, groupsOf(number)]
      const roll = next(1000)
      if (roll < 550) {
        const value = `${i}:${'x'.repeat(roll < 20 ? 90_000 : roll < 60 ? 3000 : next(200))}`
        const how = roll >= 60 && roll < 100 ? { extension: '.txt' } : roll >= 100 && roll < 120 ? { payload: { saveTo: (directory: string) => writeFileSync(`${directory}/value`, value) } } : {}
        note(`> ${key} ${i}`)
        of.put(keyOf(key), groups, entryOf(value, how))
        note(`< ${key} ${i}`)
      } else if (roll < 650) {
        note(`> ${key} -`)
        of.forget(keyOf(key), groups)
        note(`< ${key} -`)
      } else if (roll < 660) {
        collect(root)
      } else if (roll < 664) {
        // What stands in a function of one's own is cleared as a whole.
        for (let other = 3; other < Number(keys); other += 4) note(`> ${who}:${other} -`)
        own.clear()
        for (let other = 3; other < Number(keys); other += 4) note(`< ${who}:${other} -`)
      } else {
        const writer = String.fromCharCode(97 + next(4))
        const other = next(Number(keys))
        const entry = (other % 4 === 3 ? store(Number(hashSize), writer) : shared).get(keyOf(`${writer}:${other}`), groupsOf(other))
        try {
          const text = valueOf(entry)
          if (text !== undefined && !/^\d+:x*$/.test(text)) note(`! ${writer}:${other} ${text.slice(0, 50)}`)
        } catch (error) {
          // A value's file may be replaced and forgotten between look-up and reading.
          const { code, cause } = error as { code?: string; cause?: { code?: string } }
          if (code !== 'STORE' && code !== 'ENOENT' && cause?.code !== 'ENOENT') note(`! ${writer}:${other} ${String(error)}`)
        }
      }
    }
    return 'done'
  },
}

Promise.resolve(actions[action]!()).then(say, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
