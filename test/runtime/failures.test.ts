import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { PersistError, configure, handle } from '../../src/index.ts'
import type { Codec, OnError } from '../../src/index.ts'
import { json } from '../config/values.ts'
import { INDEX, RUNTIME, marked, sandbox, temporary } from './support.ts'

let warned: MockInstance
beforeEach(() => {
  configure({ persistPath: temporary(), mode: undefined, onError: undefined })
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => void vi.restoreAllMocks())
const said = (): string => warned.mock.calls.flat().join('\n')

class Thing {
  #secret = 1
  get secret(): number {
    return this.#secret
  }
}

const broken: Codec = { ...json, name: 'broken', encode: () => { throw new Error('full of sand') } }
const unreadable: Codec = { ...json, name: 'unreadable', decode: () => { throw new Error('cannot read that') } }

/** A step that fails, as a function to call and the words that name what is wrong. */
const STEPS: [step: string, make: (onError?: OnError) => () => unknown, words: RegExp][] = [
  ['an argument that can\'t be a key', (onError) => {
    const fn = marked((thing: Thing) => thing.secret, { params: ['thing'], options: { onError } })
    return () => fn(new Thing())
  }, /thing is an instance of Thing.*skip: \['thing'\]|thing is an instance of Thing.*persistKey/s],
  ['a captured variable that can\'t be', (onError) => {
    const fn = marked(() => 1, { captures: () => [new Thing()], captured: [{ name: 'db' }], options: { onError } })
    return () => fn()
  }, /db is an instance of Thing/],
  ['a key rule that throws', (onError) => {
    const fn = marked((a: number) => a, { options: { onError, key: { a: () => { throw new Error('odd rule') } } } })
    return () => fn(1)
  }, /key rule of a threw: odd rule/],
  ['a value that the codec refuses', (onError) => {
    const fn = marked((): unknown => ({ users: [{ address: new Thing() }] }), { options: { onError } })
    return () => fn()
  }, /result\.users\[0\]\.address is an instance of Thing/],
  ['a codec that throws', (onError) => {
    const fn = marked(() => 1, { options: { onError, codec: broken } })
    return () => fn()
  }, /full of sand/],
  ['a codec that throws nothing', (onError) => {
    const fn = marked(() => 1, { options: { onError, codec: { ...json, name: 'void', encode: () => { throw null } } } })
    return () => fn()
  }, /null/],
  ['a codec that gives text instead of bytes', (onError) => {
    const fn = marked(() => 1, { options: { onError, codec: { ...json, name: 'texts', encode: () => 'text' as never } } })
    return () => fn()
  }, /codec texts@1: encode\(\) gave 'text', expected a Uint8Array/],
  ['a codec that gives other memory than bytes', (onError) => {
    const fn = marked(() => 1, { options: { onError, codec: { ...json, name: 'words', encode: () => new Uint16Array(2) as never } } })
    return () => fn()
  }, /encode\(\) gave an object of the kind Uint16Array/],
  ['a `cacheIf` that answers by a promise', (onError) => {
    const fn = marked(() => 1, { options: { onError, cacheIf: (async () => false) as never } })
    return () => fn()
  }, /`cacheIf` gave a promise/],
  ['an entry that can\'t be decoded', (onError) => {
    const fn = marked(() => 1, { options: { onError, codec: unreadable } })
    fn()
    return () => fn()
  }, /cannot read that/],
]

describe('a value that can not be decoded', () => {
  it('leaves callers that waited for it to compute their own', async () => {
    let runs = 0
    const fn = marked(async (a: number) => [a, ++runs], { options: { codec: unreadable } })
    await fn(0)
    const results = await Promise.all([fn(1), fn(1), fn(1)])
    expect(results.map(([a]) => a)).toEqual([1, 1, 1])
    expect(said()).toMatch(/cannot read that/)
  })

  it('leaves equal elements of a batch one value', async () => {
    const sync = marked((items: number[]) => items.map((item) => ({ item })), { params: ['items'], options: { batch: ['items'], codec: unreadable } })
    expect(sync([1, 1, 2])).toEqual([{ item: 1 }, { item: 1 }, { item: 2 }])
    const later = marked(async (items: number[]) => items.map((item) => ({ item })), { params: ['items'], options: { batch: ['items'], codec: unreadable } })
    await later([0])
    expect(await Promise.all([later([1, 1]), later([1, 2, 1])])).toEqual([[{ item: 1 }, { item: 1 }], [{ item: 1 }, { item: 2 }, { item: 1 }]])
  })
})

it('equal elements of a batch whose codec reads by promises all have their value', async () => {
  const slow: Codec = { name: 'slow', encode: json.encode, decode: async (bytes) => json.decode(bytes) }
  const fn = marked(async (items: number[]) => items.map((item) => ({ item })), { params: ['items'], options: { batch: ['items'], codec: slow } })
  expect(await fn([1, 1])).toEqual([{ item: 1 }, { item: 1 }])
  expect(await fn([1, 1, 2, 1])).toEqual([{ item: 1 }, { item: 1 }, { item: 2 }, { item: 1 }])
  expect(said()).toBe('')
})

describe.each(STEPS)('%s', (_, make, words) => {
  it('runs the function uncached and says so once by default', () => {
    const call = make()
    expect(() => [call(), call(), call()]).not.toThrow()
    expect(said()).toMatch(words)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(said()).toMatch(/^\[unplugin-persist\] src\/test\.ts#f\d+: /)
  })

  it('throws with onError throw', () => {
    const call = make('throw')
    expect(call).toThrow(words)
    expect(call).toThrow(PersistError)
    expect(warned).not.toHaveBeenCalled()
  })

  it('says nothing with onError ignore', () => {
    const call = make('ignore')
    expect(() => [call(), call()]).not.toThrow()
    expect(warned).not.toHaveBeenCalled()
  })
})

describe('a store that can\'t be had', () => {
  it.each(['warn', 'ignore'] as const)('a file in its place: the function runs (%s)', async (onError) => {
    const path = join(temporary(), 'store')
    writeFileSync(path, 'not a directory')
    configure({ persistPath: path, onError })
    const fn = marked((a: number) => a * 2)
    const late = marked(async (a: number) => a * 2, { async: true })
    expect([fn(1), fn(1), await late(1), await late(1)]).toEqual([2, 2, 2, 2])
    expect([fn.calls, late.calls]).toEqual([2, 2])
    expect(warned).toHaveBeenCalledTimes(onError === 'warn' ? 2 : 0)
  })

  it('throws with onError throw', () => {
    const path = join(temporary(), 'store')
    writeFileSync(path, 'not a directory')
    configure({ persistPath: path, onError: 'throw' })
    expect(() => marked((a: number) => a)(1)).toThrow(PersistError)
  })

  it('deleted while the program runs: the function runs, and later results are kept again', () => {
    const path = temporary()
    configure({ persistPath: path })
    const fn = marked((a: number) => a * 2)
    fn(1)
    rmSync(path, { recursive: true })
    expect([fn(1), fn(2), fn(2)]).toEqual([2, 4, 4])
    expect(fn.calls).toBeLessThanOrEqual(4)
  })
})

describe('warnings', () => {
  const program = `
    import { call, define } from '${RUNTIME}'
    import '${INDEX}'
    const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: [] }, () => f)
    function f() { return call(m, void 0, [], 0, () => () => 1) }
    f(); f()`

  it('come once, over runs of the program too', async () => {
    const { run, write } = sandbox()
    write('a.ts', program)
    expect((await run('a.ts')).stderr).toMatch(/^\[unplugin-persist\] src\/a\.ts#f: [^\n]+\n$/)
    expect((await run('a.ts')).stderr).toBe('')
  })

  it('come in each run where the store can\'t remember', async () => {
    const { run, write, directory } = sandbox()
    write('a.ts', program)
    write('file', 'no directory')
    for (let turn = 0; turn < 2; turn++) {
      expect((await run('a.ts', { env: { PERSIST_PATH: `${directory}/file` } })).stderr.match(/\[unplugin-persist\]/g)).toHaveLength(1)
    }
  })
})

describe('feedback', () => {
  it('names the argument that the function changes', () => {
    const fn = marked((rows: number[], options: object) => rows.sort() && Object.keys(options).length, { params: ['rows', 'options'] })
    fn([2, 1], { a: 1 })
    expect(said()).toMatch(/f\d+ changes its argument `rows`/)
    expect(said()).not.toMatch(/`options`/)
  })

  it('names the argument that an async function changes later', async () => {
    const fn = marked(async (rows: number[]) => {
      await null
      rows.push(1)
      return 1
    }, { params: ['rows'], async: true })
    await fn([])
    expect(said()).toMatch(/changes its argument `rows`/)
  })

  it('says nothing of arguments that are left out of the key', () => {
    const fn = marked((rows: number[], out: number[]) => out.push(...rows), { params: ['rows', 'out'], options: { skip: ['out'] } })
    fn([1], [])
    expect(said()).toBe('')
  })

  it('gives the figures where hashing dominates', () => {
    const fn = marked((small: number[], big: object) => small.length + Object.keys(big).length, { params: ['small', 'big'] })
    fn([1], Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`key ${index}`, { index }])))
    expect(said()).toMatch(/hashing the arguments takes \d+ ms, computing [\d.]+ ms; most of it is `big` \(\d+ ms\)/)
  })

  it('gives the figures where the cache is slower than computing', () => {
    const slow: Codec = {
      ...json,
      encode(value) {
        const end = performance.now() + 130
        while (performance.now() < end);
        return json.encode(value) as Uint8Array
      },
    }
    const fn = marked((a: number) => a, { options: { codec: slow } })
    fn(1)
    // Once, it may be the machine.
    expect(said()).toBe('')
    fn(2)
    expect(said()).toMatch(/the cache took 1\d\d ms where computing takes [\d.]+ ms/)
  })

  it('names a class that goes by its name, once, unless the user vouches for it', () => {
    class Money {
      amount = 1
    }
    const fn = marked((price: Money) => price.amount, { params: ['price'] })
    fn(new Money())
    fn(new Money())
    expect(warned).toHaveBeenCalledTimes(1)
    expect(said()).toMatch(/price is an instance of Money, whose code the compiler hasn't seen.*untracked: \['Money'\]/)
    const vouched = marked((price: Money) => price.amount, { params: ['price'], options: { untracked: ['Money'] } })
    vouched(new Money())
    expect(warned).toHaveBeenCalledTimes(1)
  })

  it('gives the figures of hits that cost more than computing', () => {
    const slow: Codec = {
      ...json,
      decode(bytes) {
        const end = performance.now() + 130
        while (performance.now() < end);
        return json.decode(bytes)
      },
    }
    const fn = marked(() => 1, { options: { codec: slow } })
    fn()
    fn()
    expect(said()).toBe('')
    fn()
    expect(said()).toMatch(/the cache took \d+ ms where computing takes [\d.]+ ms/)
  })

  it('says nothing where all is well', () => {
    const fn = marked((rows: { a: number }[]) => rows.map(({ a }) => a), { params: ['rows'] })
    fn([{ a: 1 }])
    fn([{ a: 1 }])
    handle(fn).has([{ a: 2 }])
    expect(said()).toBe('')
  })
})
