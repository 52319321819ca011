/**
 * What one process does with one peer. The first argument says what, then come the peer's name and its directory; prints one line of JSON.
 * `peers.py` does the same for the peers of Python.
 */
import { appendFileSync, existsSync } from 'node:fs'
import process from 'node:process'
import { peers, type Compute } from './adapters.ts'

/** About a hundred bytes. */
const result = (id: number) => ({ id, name: 'a name of some length', tags: ['one', 'two'], ok: true, score: 0.125 })
/** What every writer expects of a call: up to some thousand bytes, told by the arguments. */
const text = (id: number): string => `${id}:${'x'.repeat((id * 131) % 5000)}`
const KEYS = 500

const [what, name, directory, ...rest] = process.argv.slice(2) as [string, string, string, ...string[]]
const peer = peers.find((one) => one.name === name)!

async function openWith(compute: Compute): Promise<(id: number, kind: string) => unknown> {
  return (await peer.open(directory))(compute)
}

/** Microseconds for one call, over so many. */
async function timeOf(times: number, call: (at: number) => unknown): Promise<number> {
  const began = performance.now()
  // What gives values is not awaited: a promise would cost it more than the call.
  if (peer.sync) for (let at = 0; at < times; at++) call(at)
  else for (let at = 0; at < times; at++) await call(at)
  return ((performance.now() - began) * 1000) / times
}

const actions: Record<string, () => Promise<unknown>> = {
  /** Hits and misses; the keys up to `KEYS` are there, but in the first round. */
  async measure() {
    const round = Number(rest[0])
    const work = await openWith(peer.sync ? (id) => result(id) : async (id) => result(id))
    for (let id = 0; id <= KEYS; id++) if (round === 0 || id === KEYS) await work(id, 'x')
    const first = await timeOf(KEYS, (at) => work(at, 'x'))
    await timeOf(50, () => work(1, 'x'))
    const hit = await timeOf(peer.sync ? 5000 : 300, () => work(1, 'x'))
    const miss = await timeOf(200, (at) => work(1_000_000 + round * 1000 + at, 'x'))
    return { first, hit, miss }
  },
  /** Calls at the same time as the other processes do. */
  async once() {
    const [log, start] = rest as [string, string]
    const work = await openWith(async (id) => {
      appendFileSync(log, 'computed\n')
      await new Promise((resolve) => setTimeout(resolve, 300))
      return result(id)
    })
    await rendezvous(start)
    return work(1, 'x')
  },
  /** Reads and writes what the others do, in an order of its own; counts what is wrong. */
  async write() {
    const [start, seed] = rest as [string, string]
    const work = await openWith(peer.sync ? text : async (id) => text(id))
    await rendezvous(start)
    let wrong = 0
    const errors: string[] = []
    for (let at = 0; at < 400; at++) {
      const id = (at * 37 + Number(seed) * 53) % 100
      try {
        if ((await work(id, 'x')) !== text(id)) wrong++
      } catch (error) {
        errors.push((error as Error).message)
      }
    }
    return { wrong, thrown: errors.length, error: errors[0] }
  },
}

/** Says that it is there, and waits for the others. */
async function rendezvous(start: string): Promise<void> {
  process.stderr.write('ready\n')
  while (!existsSync(start)) await new Promise((resolve) => setTimeout(resolve, 2))
}

const answer = await actions[what]!()
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0))
