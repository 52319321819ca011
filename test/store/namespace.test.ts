import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { Claims } from '../../src/store/claims.ts'
import type { Claim } from '../../src/store/claims.ts'
import { thisOwner } from '../../src/store/owner.ts'
import { entryOf, keyOf, openFunction, temporaryDirectory } from './helpers.ts'
import { buildActor, linesOf, start, startBy } from './processes.ts'
import type { Actor } from './processes.ts'

/*
 * Processes of two containers on one store: neither sees the other's. Where no namespace may be made, which is said, the other
 * container's claim is written by hand.
 */

beforeAll(buildActor)

const timeout = 90_000
/** What `src/store/lease.ts` allows an owner that can't be judged, in milliseconds. */
const BOUND = 10_000
const namespace = findNamespace()

/** The command that runs another one in a pid namespace of its own, as root or as a user who may make user namespaces. */
function findNamespace(): string[] | undefined {
  const tried: string[] = []
  for (const flags of [['-p'], ['-r', '-p']]) {
    const command = ['unshare', ...flags, '-f', '--kill-child', '--mount-proc']
    const { status, stderr, error } = spawnSync(command[0]!, [...command.slice(1), 'true'], { encoding: 'utf8' })
    if (status === 0) return command
    tried.push(stderr?.trim() || String(error))
  }
  console.warn(`no pid namespace can be made here (${tried.join('; ')}): another container's claims are written by hand instead`)
  return undefined
}

/** One who computes \`a\` in another container. */
interface Foreigner {
  /** Stores \`value a\` and gives up the lease. */
  finish(): Promise<unknown>
  kill(): Promise<void>
}

async function compute(root: string, milliseconds: number): Promise<Foreigner> {
  if (namespace === undefined) return computeByHand(root)
  const log = join(temporaryDirectory(), 'log')
  const owner = startBy(namespace, 'calls', root, log, milliseconds, 'async', 'a')
  await until(() => linesOf(log).length === 1)
  return { finish: () => owner.answer, kill: () => owner.kill() }
}

function computeByHand(root: string): Foreigner {
  const store = openFunction(root)
  const claims = new Claims(store.directory)
  const claim: Claim = claims.claim(keyOf('a').slice(0, 32), { ...thisOwner(), pid: 1, scope: 'ffffffffffffffff' })
  return {
    async finish() {
      await sleep(1500)
      store.put(keyOf('a'), [], entryOf('value a'))
      claims.release(claim)
    },
    async kill() {
      // Who can't see a process can't see it die.
    },
  }
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(5)
}

/** Callers of all kinds, in this container and in a third one, that wait; with what they compute in the log. */
async function startWaiters(root: string, log: string): Promise<Actor[]> {
  const waiters = [start('calls', root, log, 0, 'sync', 'a'), start('calls', root, log, 0, 'async', 'a')]
  if (namespace !== undefined) waiters.push(startBy(namespace, 'calls', root, log, 0, 'sync', 'a'))
  await Promise.all(waiters.map(({ ready, answer }) => Promise.race([ready, answer])))
  return waiters
}

describe.skipIf(process.platform === 'win32')('an owner in another pid namespace', { timeout }, () => {
  it('is waited for, and what it computes is read', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const owner = await compute(root, 3000)
    const waiters = await startWaiters(root, log)
    await owner.finish()
    for (const waiter of waiters) expect(await waiter.answer).toEqual(['value a'])
    expect(linesOf(log)).toEqual([])
  })

  it('that computes for long is waited for in bounds, and never robbed', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const owner = await compute(root, 60_000)
    const began = Date.now()
    const waiters = await startWaiters(root, log)
    const isTheirs = (): void => expect('lease' in openFunction(root).lease(keyOf('a'), [], 10)).toBe(false)
    const watch = setInterval(isTheirs, 500)
    try {
      for (const waiter of waiters) expect(await waiter.answer).toEqual(['value a'])
    } finally {
      clearInterval(watch)
    }
    // A machine that does other things may take longer.
    expect(Date.now() - began).toBeGreaterThanOrEqual(BOUND - 100)
    expect(Date.now() - began).toBeLessThan(BOUND * 2)
    expect(new Set(linesOf(log))).toEqual(new Set(['a']))
    isTheirs()
    await owner.kill()
    isTheirs()
  })

  it('that was killed is waited for no longer than one that lives', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const owner = await compute(root, 60_000)
    const waiters = await startWaiters(root, log)
    const began = Date.now()
    await owner.kill()
    for (const waiter of waiters) expect(await waiter.answer).toEqual(['value a'])
    expect(Date.now() - began).toBeLessThan(BOUND * 2)
    expect(linesOf(log).length).toBeGreaterThan(0)
    expect(await start('calls', root, log, 0, 'sync', 'a').answer, 'later calls read it').toEqual(['value a'])
  })

  it('is one for those in that namespace: killed, it is replaced there within two seconds', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    expect(await startBy(namespace ?? [], 'replaced', root, 'a', log).answer).toBeLessThan(2000)
    expect(linesOf(log)).toEqual(['a', 'a'])
  })
})
