import { beforeEach, describe, expect, it, vi } from 'vitest'
import { configure } from '../../src/index.ts'
import { call } from '../../src/runtime/index.ts'
import { marked, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: 'cache', onError: 'warn' }))

describe('one call', () => {
  it('runs the body once for the same arguments', () => {
    const add = marked((a: number, b: number) => ({ sum: a + b }))
    expect(add(1, 2)).toEqual({ sum: 3 })
    expect(add(1, 2)).toEqual({ sum: 3 })
    expect(add(2, 1)).toEqual({ sum: 3 })
    expect(add.calls).toBe(2)
  })

  it('keeps a sync function sync and an async one async', async () => {
    const sync = marked((a: number) => a * 2)
    const late = marked(async (a: number) => a * 2, { async: true })
    for (let turn = 0; turn < 2; turn++) {
      expect(sync(2)).toBe(4)
      expect(late(2)).toBeInstanceOf(Promise)
      expect(await late(2)).toBe(4)
    }
    expect([sync.calls, late.calls]).toEqual([1, 1])
  })

  it('gives a promise on a hit where a function that is not declared async gave one', async () => {
    const fetchLike = marked((a: number) => Promise.resolve({ a }))
    expect(await fetchLike(1)).toEqual({ a: 1 })
    const second = fetchLike(1)
    expect(second).toBeInstanceOf(Promise)
    expect(await second).toEqual({ a: 1 })
    expect(fetchLike.calls).toBe(1)
  })

  it('takes what a thenable gives, once', async () => {
    const query = marked((id: number) => ({ then: (resolve: (rows: unknown) => void) => resolve([{ id }]) }) as PromiseLike<unknown>)
    expect(await query(7)).toEqual([{ id: 7 }])
    expect(await query(7)).toEqual([{ id: 7 }])
    expect(query.calls).toBe(1)
  })

  it('gives both results where a function gives values at times and promises at others', async () => {
    const mixed = marked((a: number) => (a > 0 ? Promise.resolve('later') : 'now'))
    for (let turn = 0; turn < 2; turn++) {
      expect(mixed(0)).toBe('now')
      const later = mixed(1)
      expect(later).toBeInstanceOf(Promise)
      expect(await later).toBe('later')
    }
    expect(mixed.calls).toBe(2)
  })

  it.each([[undefined], [null], [false], [0], [-0], [NaN], ['']])('takes %o for a value', (value) => {
    const give = marked(() => value)
    expect(give()).toBe(value)
    expect(give()).toBe(value)
    expect(give.calls).toBe(1)
  })

  it('never caches what is thrown', () => {
    const fail = marked((a: number) => {
      throw new RangeError(`no ${a}`)
    })
    expect(() => fail(1)).toThrow(new RangeError('no 1'))
    expect(() => fail(1)).toThrow(RangeError)
    expect(fail.calls).toBe(2)
  })

  it('never caches a rejection, and gives the very error', async () => {
    const error = new TypeError('no')
    const fail = marked(async () => Promise.reject(error), { async: true })
    await expect(fail()).rejects.toBe(error)
    await expect(fail()).rejects.toBe(error)
    expect(fail.calls).toBe(2)
  })

  it('caches the success that follows on a failure', () => {
    let broken = true
    const flaky = marked(() => {
      if (broken) throw new Error('broken')
      return 'fine'
    })
    expect(() => flaky()).toThrow('broken')
    broken = false
    expect(flaky()).toBe('fine')
    expect(flaky()).toBe('fine')
    expect(flaky.calls).toBe(2)
  })

  it('gives each caller a value of its own, the first one included', () => {
    const list = marked(() => ({ items: [1, 2] }))
    const first = list()
    first.items.push(3)
    const second = list()
    expect(second).toEqual({ items: [1, 2] })
    second.items.length = 0
    expect(list()).toEqual({ items: [1, 2] })
    expect(list.calls).toBe(1)
  })

  it('runs the body where the record is not there yet: in an import cycle', () => {
    expect(call(undefined, undefined, [1, 2], 0, (a: number, b: number) => a + b)).toBe(3)
  })

  it('passes this on', () => {
    const method = marked(function (this: { factor: number }, a: number) {
      return a * this.factor
    }, { self: 'instance' })
    expect(method.call({ factor: 2 }, 4)).toBe(8)
    expect(method.call({ factor: 3 }, 4)).toBe(12)
    expect(method.call({ factor: 2 }, 4)).toBe(8)
    expect(method.calls).toBe(2)
  })

  it('runs code of another descriptor version uncached, and says so once', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const old = marked((a: number) => a, { v: 99 })
    expect([old(1), old(1)]).toEqual([1, 1])
    expect(old.calls).toBe(2)
    expect(warned.mock.calls.flat().filter((line) => String(line).includes('another version'))).toHaveLength(1)
    warned.mockRestore()
  })
})

describe('captured variables', () => {
  it('are part of the key, read when called', () => {
    let limit = 1
    const below = marked((a: number) => a < limit, { captures: () => [limit], captured: [{ name: 'limit' }] })
    expect(below(1)).toBe(false)
    limit = 2
    expect(below(1)).toBe(true)
  })

  it('that can\'t be read yet let the call run uncached, without an error', () => {
    const early = marked((a: number) => a, { captures: () => { throw new ReferenceError('Cannot access before initialization') } })
    expect([early(1), early(1)]).toEqual([1, 1])
    expect(early.calls).toBe(2)
  })
})

describe('calls within calls', () => {
  it('go through the cache: recursion', () => {
    const fib: ((n: number) => number) & { calls: number } = marked((n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)))
    expect(fib(40)).toBe(102334155)
    expect(fib.calls).toBe(41)
  })

  it('of a key that is being computed run directly, sync', () => {
    const depths: number[] = []
    const walk: (x: number, depth: number) => number = marked((x: number, depth: number): number => {
      depths.push(depth)
      return depth === 0 ? x : walk(x, depth - 1) + 1
    }, { params: ['x', 'depth'], options: { skip: ['depth'] } })
    expect(walk(1, 3)).toBe(4)
    expect(depths).toEqual([3, 2, 1, 0])
  })

  it('of a key that is being computed run directly, over await, whether declared async or not', async () => {
    for (const async of [true, undefined]) {
      const walk: (x: number, depth: number) => Promise<number> = marked(async (x: number, depth: number): Promise<number> => {
        await new Promise((resolve) => setImmediate(resolve))
        return depth === 0 ? x : (await walk(x, depth - 1)) + 1
      }, { params: ['x', 'depth'], options: { skip: ['depth'] }, ...(async && { async }) })
      expect(await walk(1, 3)).toBe(4)
    }
  })

  it('of a key that is being computed run directly through a second function', async () => {
    const even: (x: number, depth: number) => Promise<boolean> = marked(async (x: number, depth: number): Promise<boolean> => {
      await null
      return depth === 0 ? true : odd(x, depth - 1)
    }, { params: ['x', 'depth'], options: { skip: ['depth'] }, async: true })
    const odd: (x: number, depth: number) => Promise<boolean> = marked(async (x: number, depth: number): Promise<boolean> => {
      await null
      return depth === 0 ? false : even(x, depth - 1)
    }, { params: ['x', 'depth'], options: { skip: ['depth'] }, async: true })
    expect(await even(1, 4)).toBe(true)
  })
})
