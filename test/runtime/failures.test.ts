import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { PersistError, configure, defineCodec, dropIf, handle, persist, persistKey, registerClass, withOptions } from '../../src/index.ts'
import type { Codec, FunctionOptions, OnError } from '../../src/index.ts'
import { define } from '../../src/runtime/index.ts'
import type { Compiled } from '../../src/runtime/index.ts'
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

/** Code of the user's that throws, and the words that say whose it is. */
const OWN_CODE: [whose: string, options: FunctionOptions, words: RegExp][] = [
  ['`validate`', { validate: () => fail() }, /: `validate` threw: odd/],
  ['`validate`, later', { validate: async () => fail() }, /: `validate` threw: odd/],
  ['`cacheIf`', { cacheIf: () => fail() }, /: `cacheIf` threw: odd/],
  ['a rule of `key`', { key: { a: () => fail() } }, /: The key rule of a threw: odd/],
  ['a rule of `key` for a path', { key: { 'a.b': () => fail() } }, /: The key rule of a\.b threw: odd/],
  ['`dropIf`', { key: { a: dropIf(() => fail()) } }, /: The key rule of a threw: odd/],
  ['the function in `key`', { key: () => fail() }, /: The function in `key` threw: odd/],
  ['encode() of a codec', { codec: { ...json, name: 'own', encode: () => fail() } }, /: codec own@1: encode\(\) threw: odd/],
  ['encode() of a codec, later', { codec: { ...json, name: 'own', encode: async () => fail() } }, /: codec own@1: encode\(\) threw: odd/],
  ['decode() of a codec', { codec: { ...json, name: 'own', version: 2, decode: () => fail() } }, /: codec own@2: decode\(\) threw: odd/],
  ['save() of a codec', { codec: defineCodec({ name: 'own', save: () => fail(), load: () => 1 }) }, /: codec own@1: save\(\) threw: odd/],
  ['load() of a codec', { codec: defineCodec({ name: 'own', save: () => undefined, load: () => fail() }) }, /: codec own@1: load\(\) threw: odd/],
  ['encode() of a property\'s codec', { codec: { b: { ...json, name: 'own', encode: () => fail() } } }, /: codec own@1 of `b`: encode\(\) threw: odd/],
  ['decode() of a property\'s codec', { codec: { b: { ...json, name: 'own', decode: () => fail() } } }, /: codec own@1 of `b`: decode\(\) threw: odd/],
]

function fail(): never {
  throw new RangeError('odd')
}

describe('what the user\'s own code throws says whose it is, with the cause', () => {
  it.each(OWN_CODE)('%s', async (_, options, words) => {
    const failing = marked(async (a: unknown) => a, { params: ['a'], options: { ...options, onError: 'throw' } as FunctionOptions, async: true })
    const outcomes = [await caught(() => failing({ b: 1 })), await caught(() => failing({ b: 1 }))]
    const error = outcomes.find((outcome) => outcome instanceof PersistError) as PersistError
    expect(error.message).toMatch(words)
    expect(error.message).toMatch(/^\[unplugin-persist\] src\/test\.ts#f\d+: /)
    expect(error.cause).toBeInstanceOf(RangeError)
    const warning = marked(async (a: unknown) => a, { params: ['a'], options, async: true })
    for (let turn = 0; turn < 3; turn++) expect(await warning({ b: 1 })).toEqual({ b: 1 })
    expect(warned).toHaveBeenCalledTimes(1)
    expect(said()).toMatch(words)
  })

  it('decode() of a registered class', () => {
    class Amount {
      #cents = 1
      get cents(): number {
        return this.#cents
      }
    }
    registerClass(Amount, { encode: ({ cents }) => cents, decode: () => fail() })
    const fn = marked(() => new Amount())
    fn()
    expect(fn().cents).toBe(1)
    expect(said()).toMatch(/src\/test\.ts#f\d+: decode\(\) of the class Amount threw: odd \(the function runs\)/)
  })

  it('migrate() of a codec', () => {
    const body = (): number => 1
    const how = { fingerprint: 'migrating', name: 'migrating' }
    marked(body, { ...how, options: { codec: { ...json, name: 'own' } } })()
    const fn = marked(body, { ...how, options: { codec: { ...json, name: 'own', version: 2, migrate: () => fail() } } })
    expect(fn()).toBe(1)
    expect(said()).toMatch(/src\/test\.ts#migrating: codec own@2: migrate\(\) threw: odd/)
  })

  it('a question asked by handle()', () => {
    const fn = marked((a: number) => a, { options: { key: () => fail() } })
    expect(() => handle(fn).has(1)).toThrow(/src\/test\.ts#f\d+: The function in `key` threw: odd/)
  })
})

describe('a `cacheIf` that throws when it is asked about another function\'s entry', () => {
  it('is told of once, and the next place is asked', () => {
    const body = (a: number): number => a
    const earlier = marked(body, { fingerprint: 'shared-by-both', name: 'earlier' })
    earlier(1)
    const fn = marked(body, { fingerprint: 'shared-by-both', name: 'renamed', options: { cacheIf: () => fail() } })
    expect([fn(1), fn(1)]).toEqual([1, 1])
    expect(fn.calls).toBe(2)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(said()).toMatch(/#renamed: `cacheIf` threw: odd/)
  })
})

describe('wrappers of one factory with names of their own', () => {
  it('are each warned of, by name', () => {
    const refused = (): unknown => () => 1
    const compiled: Compiled = define({ v: 1, module: 'src/test.ts', name: 'make/persist', fingerprint: 'factory', project: { name: 'unplugin-persist', at: '' }, params: [], wrapped: true }, 0)
    for (const name of ['east', 'west']) persist(refused, { name }, compiled)()
    expect(said()).toMatch(/src\/test\.ts#make\/persist named 'east': result is a function/)
    expect(said()).toMatch(/src\/test\.ts#make\/persist named 'west': result is a function/)
  })
})

async function caught(run: () => unknown): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    return error
  }
}

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

it('onError of `withOptions` holds for every step of the calls below it', async () => {
  const keyless = marked((thing: Thing) => thing.secret, { params: ['thing'] })
  const valueless = marked((): unknown => ({ thing: new Thing() }))
  const late = marked(async (thing: Thing) => thing.secret, { params: ['thing'], async: true })
  expect(() => withOptions({ onError: 'throw' }, () => keyless(new Thing()))).toThrow(/#f\d+: thing is an instance of Thing/)
  expect(() => withOptions({ onError: 'throw' }, () => valueless())).toThrow(/#f\d+: result\.thing is an instance of Thing/)
  await expect(withOptions({ onError: 'throw' }, async () => late(new Thing()))).rejects.toThrow(/thing is an instance of Thing/)
  withOptions({ onError: 'ignore' }, () => [keyless(new Thing()), valueless()])
  expect(warned).not.toHaveBeenCalled()
  const path = join(temporary(), 'store')
  writeFileSync(path, 'not a directory')
  configure({ persistPath: path })
  expect(() => withOptions({ onError: 'throw' }, () => marked((a: number) => a)(1))).toThrow(PersistError)
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

  it('says that a method changes its `this`, where the compiler can\'t', () => {
    class Scanner {
      at = 0
      calls = 0
      next(): void {
        this.at++
      }
    }
    const eat = marked(function (this: Scanner) { this.calls++; this.next(); return true }, { self: 'instance' })
    const count = marked(function (this: Scanner) { this.calls++; return this.at }, { self: 'instance', counters: ['calls'] })
    count.call(new Scanner())
    expect(said()).not.toContain('changes')
    eat.call(new Scanner())
    expect(said()).toMatch(/f\d+ changes `this`, or somebody does/)
  })

  it.each([true, ['rows', 'this.at']])('says nothing of changes that are acknowledged: impure: %j', (impure) => {
    const push = marked((rows: number[]) => rows.push(1), { params: ['rows'], options: { impure } })
    const step = marked(function (this: { at: number }) { return this.at++ }, { self: 'instance', options: { impure } })
    push([])
    step.call({ at: 0 })
    expect(said()).toBe('')
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
    const [, took] = /the cache took (\d+) ms where computing takes [\d.]+ ms/.exec(said())!
    expect(Number(took)).toBeGreaterThanOrEqual(130)
  })

  it('takes no machine that is busy, once in each run of a program, for a slow cache', () => {
    const waiting: Codec = {
      ...json,
      encode(value) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 130)
        return json.encode(value) as Uint8Array
      },
    }
    for (const n of [1, 2, 3]) marked((a: number) => a, { name: 'one', fingerprint: 'one', options: { codec: waiting } })(n)
    expect(said()).toBe('')
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
    // The cure that it names cures.
    class Price extends Money {
      [persistKey](): unknown {
        return this.amount
      }
    }
    marked((price: Price) => price.amount, { params: ['price'] })(new Price())
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
