import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Claims } from '../../src/store/claims.ts'
import type { Lease } from '../../src/store/types.ts'
import { thisOwner } from '../../src/store/owner.ts'
import { entryOf, keyOf, openFunction, temporaryDirectory } from './helpers.ts'
import { buildActor, linesOf, start } from './processes.ts'

beforeAll(buildActor)

/** Long enough on a machine that does other things too. */
const timeout = 60_000

describe('single flight', { timeout }, () => {
  it.each(['sync', 'async'])('computes once among processes that call at the same time (%s)', async (kind) => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const actors = Array.from({ length: 6 }, () => start('calls', root, log, 150, kind, 'a', 'b', 'c'))
    for (const actor of actors) expect(await actor.answer).toEqual(['value a', 'value b', 'value c'])
    expect(linesOf(log).sort()).toEqual(['a', 'b', 'c'])
  })

  it('takes over within two seconds from an owner that was killed', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const owner = start('hold', root, 'a', 'idle', 60_000)
    await owner.ready
    const others = [start('calls', root, log, 10, 'sync', 'a'), start('calls', root, log, 10, 'async', 'a')]
    const watch = start('watch', root, owner.pid)
    await Promise.all([watch, ...others].map(({ ready }) => ready))
    // They wait, while others go on: nothing of it is computed as long as the owner lives.
    expect(await start('calls', root, join(root, 'other'), 300, 'sync', 'b').answer).toEqual(['value b'])
    expect(linesOf(log)).toEqual([])
    await owner.kill()
    for (const other of others) expect(await other.answer).toEqual(['value a'])
    expect(linesOf(log)).toEqual(['a'])
    // By the clock of those who could see it: not by that of a machine that does other things.
    expect(statSync(log).mtimeMs - (await watch.answer as number)).toBeLessThan(2000)
  })

  it('does not take a blocked event loop for death', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const owner = start('hold', root, 'a', 'blocked', process.env.PERSIST_TEST_THOROUGH ? 60_000 : 3000, log)
    await owner.ready
    expect(await start('calls', root, log, 0, 'sync', 'a').answer).toEqual(['value a'])
    expect(linesOf(log)).toEqual(['released', 'a'])
    expect(await owner.answer).toBe('released')
  })

  it.skipIf(process.platform !== 'linux')('notices that a worker thread was terminated, though its process lives', async () => {
    const root = temporaryDirectory()
    const owner = start('terminated', root, 'a')
    await owner.ready
    const store = openFunction(root)
    const answer = store.lease(keyOf('a'), [])
    // The system may take a moment to be rid of the thread.
    expect('lease' in answer ? 'done' : answer.waitSync(3000)).toBe('done')
    expect('lease' in answer ? answer : store.lease(keyOf('a'), [])).toHaveProperty('lease')
    await owner.kill()
  })

  it('does not hang when a process waits for a child that wants what it computes itself', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    expect(await start('parent', root, 'a', log).answer).toEqual(['value a'])
  })

  it('bounds how long a blocked main thread waits for its own worker', async () => {
    const root = temporaryDirectory()
    const took = await start('blockedMain', root, 'a', join(root, 'log')).answer
    expect(took).toBeGreaterThanOrEqual(900)
    expect(took).toBeLessThan(4000)
  })

  it('recognises that two processes wait for each other', async () => {
    const root = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const one = start('circle', root, 'x', 'y', log)
    const two = start('circle', root, 'y', 'x', log)
    expect(await one.answer).toBe('done')
    expect(await two.answer).toBe('done')
  })
})

describe('a lease', () => {
  it('is had by one at a time and can be had again', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    const take = (of: typeof store, groups: string[] = []): Lease | undefined => {
      const answer = of.lease(keyOf(1), groups)
      return 'lease' in answer ? answer.lease : undefined
    }
    const lease = take(store)
    expect(lease).toBeDefined()
    expect(take(store)).toBeUndefined()
    expect(take(openFunction(root)), 'nor by who looks with other eyes').toBeUndefined()
    expect(take(store, ['other']), 'another group is another call').toBeDefined()
    lease!.release()
    lease!.release()
    expect(take(openFunction(root))).toBeDefined()
  })

  it('of this very thread is not waited for', async () => {
    const store = openFunction(temporaryDirectory())
    store.lease(keyOf(1), [])
    const answer = store.lease(keyOf(1), [])
    expect('lease' in answer || answer.waitSync()).toBe('compute-beside')
    expect('lease' in answer || (await answer.wait())).toBe('compute-beside')
  })

  it('is not needed when somebody has finished meanwhile', () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    expect(store.get(keyOf(1), [])).toBeUndefined()
    openFunction(root).put(keyOf(1), [], entryOf('x'))
    const answer = store.lease(keyOf(1), [])
    expect('lease' in answer || answer.waitSync()).toBe('done')
    const stale = store.lease(keyOf(1), [], undefined, () => false)
    expect(stale, 'unless what is stored does not do').toHaveProperty('lease')
  })

  it('of another host or container is waited for in bounds and never taken away', async () => {
    const root = temporaryDirectory()
    const store = openFunction(root)
    const claims = new Claims(store.directory)
    claims.claim(keyOf(1).slice(0, 32), { ...thisOwner(), pid: 4_000_000, scope: 'ffffffffffffffff' })
    const answer = store.lease(keyOf(1), [], 300)
    const began = Date.now()
    expect('lease' in answer || (await answer.wait())).toBe('compute-beside')
    expect(Date.now() - began).toBeGreaterThanOrEqual(290)
    expect(store.lease(keyOf(1), [], 10), 'it is still theirs').not.toHaveProperty('lease')
  })

  it('can be waited for by one who gives up, without harm to others', async () => {
    const store = openFunction(temporaryDirectory())
    const claims = new Claims(store.directory)
    const claim = claims.claim(keyOf('a').slice(0, 32), { ...thisOwner(), pid: 4_000_000, scope: 'ffffffffffffffff' })
    const answer = store.lease(keyOf('a'), [])
    if ('lease' in answer) throw new Error('it is held')
    const abort = new AbortController()
    const given = answer.wait(abort.signal)
    const other = answer.wait()
    abort.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await expect(answer.wait(abort.signal)).rejects.toThrow('enough')
    claims.release(claim)
    expect(await other).toBe('done')
  })

  it('leaves files that stay small', () => {
    const store = openFunction(temporaryDirectory())
    for (let i = 0; i < 9000; i++) {
      const answer = store.lease(keyOf(i), [])
      if ('lease' in answer) answer.lease.release()
    }
    let size = 0
    for (let n = 1; n < 10; n++) {
      try {
        size += readFileSync(join(store.directory, `@claims.${n}`)).length
      } catch {
        // Rotated away.
      }
    }
    expect(size).toBeLessThan(700_000)
  })
})
