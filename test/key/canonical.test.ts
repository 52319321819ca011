import { Readable } from 'node:stream'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { canonicalHash } from '../../src/codec/canonical.ts'
import { registerClass } from '../../src/codec/class-registry.ts'
import { persistKey } from '../../src/codec/symbols.ts'
import { PersistError } from '../../src/errors.ts'

class Point {
  x: number
  y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}
class Vector extends Point {}
class Registry extends Map<string, number> {}
class Failure extends Error {}
class Named {
  readonly id: number
  readonly noise: number
  constructor(id: number, noise: number) {
    this.id = id
    this.noise = noise
  }

  [persistKey](): unknown {
    return this.id
  }
}

const one = { a: 1 }
const cyclic: { self?: unknown } = {}
cyclic.self = cyclic
const unrolled = { self: { self: cyclic } }
const memory = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7])
const holes = (length: number, entries: Record<number, unknown> = {}): unknown[] => Object.assign(new Array(length), entries)
const formOf = (value: string | File): FormData => {
  const form = new FormData()
  form.append('a', value as string)
  return form
}
const handedOver = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}
const viewOfHandedOver = (): Uint8Array => {
  const view = new Uint8Array(8)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}
/** The same array, whose element 700 can only be had by running code. */
const withGetter = <T>(array: T[]): T[] => Object.defineProperty(array, 700, { get() { throw new Error('invoked') }, enumerable: true, configurable: true })
const hidden = <T extends object>(value: T, key: PropertyKey, content: unknown): T => Object.defineProperty(value, key, { value: content, enumerable: false })

/** No two of these may share a key. */
const DISTINCT: [name: string, value: unknown][] = [
  ['1', 1], ['1n', 1n], ["'1'", '1'], ['true', true], ['false', false], ['new Number(1)', new Number(1)], ['new String(1)', new String('1')], ['new Boolean(true)', new Boolean(true)],
  ['Object(1n)', Object(1n)], ['[1]', [1]], ['{0: 1}', { 0: 1 }], ['Set of 1', new Set([1])], ['0', 0], ['-0', -0], ['NaN', Number.NaN], ['Infinity', Infinity], ['-Infinity', -Infinity],
  ['-1n', -1n], ['0n', 0n], ['undefined', undefined], ['null', null], ["''", ''], ["'undefined'", 'undefined'], ["'null'", 'null'], ["'d1;'", 'd1;'], ["'u'", 'u'],
  ['[]', []], ['{}', {}], ['[undefined]', [undefined]], ['[null]', [null]], ['one hole', holes(1)], ['two holes', holes(2)], ['a billion holes', holes(1_000_000_000)],
  ['hole first', holes(2, { 1: 1 })], ['hole last', holes(2, { 0: 1 })], ['[1, undefined]', [1, undefined]], ['a far element', holes(5_000_000, { 4_999_999: 1 })],
  ['{a: undefined}', { a: undefined }], ['{a: null}', { a: null }], ['hidden a', hidden({}, 'a', 1)], ['hidden a beside b', hidden({ b: 1 }, 'a', 1)], ['hidden a without prototype', hidden(Object.create(null) as object, 'a', 1)],
  ['null prototype', Object.assign(Object.create(null), { a: 1 })], ['{a: 1}', { a: 1 }], ['empty without prototype', Object.create(null)],
  ['{ab: 1}', { ab: 1 }], ['{a: {b: 1}}', { a: { b: 1 } }], ["{'a.b': 1}", { 'a.b': 1 }], ['{a: 1, b: 2}', { a: 1, b: 2 }], ['{a: 2, b: 1}', { a: 2, b: 1 }],
  ['own __proto__', JSON.parse('{"__proto__":1}')], ['own constructor', { constructor: 1 }], ['own toJSON', { toJSON: 1 }],
  ['registered symbol key', { [Symbol.for('k')]: 1 }], ['other registered symbol key', { [Symbol.for('l')]: 1 }], ['well-known symbol key', { [Symbol.toStringTag]: 'x' }],
  ['the name of that symbol', { k: 1 }], ['Symbol.for(k)', Symbol.for('k')], ['Symbol.for(Symbol.iterator)', Symbol.for('Symbol.iterator')], ['Symbol.iterator', Symbol.iterator], ["'k'", 'k'],
  ['Map 1→2', new Map([[1, 2]])], ["Map '1'→2", new Map([['1', 2]])], ['Map in order', new Map([[1, 1], [2, 2]])], ['Map in reverse', new Map([[2, 2], [1, 1]])], ['{1: 2}', { 1: 2 }],
  ['Map of nothing', new Map()], ['Set of nothing', new Set()], ['Set in order', new Set([1, 2])], ['Set in reverse', new Set([2, 1])], ['[[1, 2]]', [[1, 2]]], ['Map with a property', Object.assign(new Map(), { a: 1 })],
  ['Date 0', new Date(0)], ['Date 1', new Date(1)], ['invalid Date', new Date(Number.NaN)], ['Date as text', new Date(0).toISOString()], ['Date as {}', { date: 0 }],
  ['/a/', /a/], ['/a/g', /a/g], ['/b/', /b/], ['/a/g at 3', Object.assign(/a/g, { lastIndex: 3 })], ["'/a/'", '/a/'],
  ['Uint8Array', new Uint8Array([1, 2])], ['Int8Array', new Int8Array([1, 2])], ['Uint8ClampedArray', new Uint8ClampedArray([1, 2])], ['Buffer', Buffer.from([1, 2])], ['DataView', new DataView(new Uint8Array([1, 2]).buffer)],
  ['ArrayBuffer', new Uint8Array([1, 2]).buffer], ['SharedArrayBuffer', new SharedArrayBuffer(2)], ['array of bytes', [1, 2]], ['Uint16Array', new Uint16Array([0x0201])], ['Float32Array', new Float32Array([1, 2])], ['Float64Array', new Float64Array([1, 2])],
  ['window 0..4', memory.subarray(0, 4)], ['window 4..8', memory.subarray(4, 8)], ['BigInt64Array', new BigInt64Array([1n])], ['empty Uint8Array', new Uint8Array()], ['empty ArrayBuffer', new ArrayBuffer(0)], ['Uint8Array with a property', Object.assign(new Uint8Array([1, 2]), { a: 1 })],
  ['Error', new Error('m')], ['TypeError', new TypeError('m')], ['Error n', new Error('n')], ['Error with cause', new Error('m', { cause: 1 })], ['Error with cause undefined', new Error('m', { cause: undefined })], ['Error with code', Object.assign(new Error('m'), { code: 'E' })],
  ['Error named', Object.assign(new Error('m'), { name: 'E' })], ['Failure', new Failure('m')], ['AggregateError', new AggregateError([], 'm')], ['AggregateError of 1', new AggregateError([1], 'm')], ['DOMException', new DOMException('m', 'AbortError')], ['DOMException of another name', new DOMException('m', 'DataError')],
  ['URL', new URL('http://a/b')], ['URL c', new URL('http://a/c')], ["'http://a/b'", 'http://a/b'], ['URLSearchParams', new URLSearchParams('a=1&b=2')], ['URLSearchParams in reverse', new URLSearchParams('b=2&a=1')],
  ['Headers', new Headers({ a: '1' })], ['FormData', formOf('1')], ['FormData of another text', formOf('2')], ['Headers b', new Headers({ b: '1' })], ['Intl.NumberFormat de', new Intl.NumberFormat('de')], ['Intl.NumberFormat en', new Intl.NumberFormat('en')], ['Intl.Collator de', new Intl.Collator('de')],
  ['Intl.Locale', new Intl.Locale('de')],
  ['shared twice', [one, one]], ['equal twice', [{ a: 1 }, { a: 1 }]], ['cycle', cyclic], ['cycle unrolled', unrolled], ['array in itself', (() => { const a: unknown[] = []; a.push(a); return a })()],
  ['Point', new Point(1, 2)], ['Vector', new Vector(1, 2)], ['{x, y}', { x: 1, y: 2 }], ['Point 2,1', new Point(2, 1)], ['Registry', new Registry([['a', 1]])], ['Map like Registry', new Map([['a', 1]])],
  ['Point with hidden state', hidden(new Point(1, 2), 'z', 3)], ['Point with open state', Object.assign(new Point(1, 2), { z: 3 })],
  ['Named 1', new Named(1, 5)], ['Named 2', new Named(2, 5)], ['arguments', (function (..._: unknown[]) { return arguments })(1, 2)],
  ['Math.max', Math.max], ['Number', Number], ['String.prototype.trim', String.prototype.trim],
  ['a lone surrogate', '\ud800'], ['another lone surrogate', '\ud801'], ['U+FFFD', '\ufffd'], ['a pair', '\ud800\udc00'], ['a pair apart', ['\ud800', '\udc00']], ['lone in a key', { '\ud800': 1 }], ['U+FFFD in a key', { '\ufffd': 1 }],
  ['long text', 'x'.repeat(100_000)], ['longer text', 'x'.repeat(100_001)], ['long text with U+FFFD', `${'x'.repeat(99_999)}\ufffd`], ['long text with a lone surrogate', `${'x'.repeat(99_999)}\ud800`],
  ['a hundred numbers', Array.from({ length: 100 }, (_, i) => i)], ['a hundred texts', Array.from({ length: 100 }, (_, i) => String(i))], ['a hundred with -0', Array.from({ length: 100 }, (_, i) => i || -0)],
  ['a hundred doubles', Float64Array.from({ length: 100 }, (_, i) => i)], ['a hundred with NaN', Array.from({ length: 100 }, (_, i) => i || Number.NaN)], ['a hundred and a property', Object.assign(Array.from({ length: 100 }, (_, i) => i), { a: 1 })],
  ['match', /a/.exec('a')], ["['a']", ['a']],
]

describe('the canonical encoding tells values apart', () => {
  it('gives each value of the table a key of its own', () => {
    const seen = new Map<string, string>()
    for (const [name, value] of DISTINCT) {
      const key = canonicalHash(value)
      expect(key).toMatch(/^[0-9a-f]{64}$/)
      expect.soft(seen.get(key), `shares its key with ${name}`).toBeUndefined()
      seen.set(key, name)
    }
  })

  it('gives each the same key again, alone and inside others', () => {
    for (const [name, value] of DISTINCT) {
      expect.soft(canonicalHash(value), name).toBe(canonicalHash(value))
      expect.soft(canonicalHash({ a: [value] }), name).not.toBe(canonicalHash([{ a: value }]))
    }
  })

  it('tells what stands where: texts can not run into each other', () => {
    expect(canonicalHash(['a', 'b'])).not.toBe(canonicalHash(['ab', '']))
    expect(canonicalHash(['1:a', 'b'])).not.toBe(canonicalHash(['1', 'a1:b']))
    expect(canonicalHash(['as', 'b'])).not.toBe(canonicalHash(['a', 'sb']))
    expect(canonicalHash(['as1:', 'b'])).not.toBe(canonicalHash(['a', '1:s1:b']))
    expect(canonicalHash(['1;d2', 3])).not.toBe(canonicalHash(['1;', 'd2', 3]))
    expect(canonicalHash({ a: 'b', c: 'd' })).not.toBe(canonicalHash({ a: 'bc', 'd': '' }))
    expect(canonicalHash({ a: 'b}', c: 1 })).not.toBe(canonicalHash({ a: 'b', '}c': 1 }))
    expect(canonicalHash([[1], 2])).not.toBe(canonicalHash([[1, 2]]))
    expect(canonicalHash([new Map([[1, 2]]), 3])).not.toBe(canonicalHash([new Map([[1, 2], [3, undefined]])]))
  })
})

describe('what is equal has one key', () => {
  const same: [name: string, a: unknown, b: unknown][] = [
    ['the order of keys', { a: 1, b: 2, 1: 3 }, { 1: 3, b: 2, a: 1 }],
    ['{1: 2} and {"1": 2}', { 1: 2 }, { '1': 2 }],
    ['a window on a larger buffer and a copy of it', memory.subarray(2, 5), new Uint8Array([2, 3, 4])],
    ['a pooled Buffer and one of its own', Buffer.from('abc'), Buffer.concat([Buffer.from('ab'), Buffer.from('c')])],
    ['DOMExceptions made at different places', new DOMException('m', 'AbortError'), (() => new DOMException('m', 'AbortError'))()],
    ['errors made at different places', new Error('m'), (() => new Error('m'))()],
    ['what [persistKey]() leaves out', new Named(1, 2), new Named(1, 3)],
    ['an AbortSignal in options', { a: 1, signal: new AbortController().signal }, { a: 1 }],
    ['an AbortSignal alone and undefined', AbortSignal.abort(), undefined],
    ['NaN of any bits', [Number.NaN, 1], [0 / 0, 1]],
    ['a Date of a subclass-free copy', new Date(5), new Date(new Date(5))],
    ['frozen and not', Object.freeze({ a: 1 }), { a: 1 }],
    ['plain objects of another realm', runInNewContext('({ a: [1, new Map([[1, 2]])], d: new Date(3) })'), { a: [1, new Map([[1, 2]])], d: new Date(3) }],
    ['symbols of one key', [Symbol.for('k'), { [Symbol.for('b')]: 1, [Symbol.for('a')]: 2 }], [Symbol.for('k'), { [Symbol.for('a')]: 2, [Symbol.for('b')]: 1 }]],
    ['text made by pieces', ['ab', 'c'].join(''), 'abc'],
  ]
  it.each(same)('%s', (_, a, b) => {
    expect(canonicalHash(a)).toBe(canonicalHash(b))
  })
})

describe('what is too deep or too large for recursion', () => {
  const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = 1
    for (let i = 0; i < depth; i++) value = wrap(value)
    return value
  }

  it.each([
    ['arrays', (inner: unknown) => [inner]],
    ['objects', (inner: unknown) => ({ inner })],
    ['maps', (inner: unknown) => new Map([[1, inner]])],
    ['errors', (cause: unknown) => new Error('m', { cause })],
    ['instances', (inner: unknown) => Object.assign(new Point(1, 2), { inner })],
  ])('%s 10,000 deep', (_, wrap) => {
    expect(canonicalHash(nest(10_000, wrap))).not.toBe(canonicalHash(nest(10_001, wrap)))
  })

  it('an array of a million texts, in pieces', () => {
    const many = Array.from({ length: 1_000_000 }, (_, i) => `t${i}`)
    const before = canonicalHash(many)
    many[999_999] += '!'
    expect(canonicalHash(many)).not.toBe(before)
  })

  it('a lone surrogate far from the beginning', () => {
    const many = (last: string): string[] => [...Array.from({ length: 20_000 }, (_, i) => `text ${i}`), last]
    expect(new Set(['\ud800', '\ud801', '\ufffd', '?'].map((last) => canonicalHash(many(last)))).size).toBe(4)
  })
})

describe('what can not be part of a key is refused by path, with a cure', () => {
  class Secret {
    #state = 1
    read(): number {
      return this.#state
    }
  }
  class Base64 {
    a = 1
    #twice(): number {
      return this.a * 2
    }

    read(): number {
      return this.#twice()
    }
  }
  class Hidden extends Secret {}
  const map = new Map<unknown, unknown>([['k', () => 1]])
  const refused: [name: string, value: unknown, path: string, message: string | RegExp][] = [
    ['a function', { on: { done: () => 1 } }, 'opts.on.done', /the function done, whose code is not known/],
    ['a bound function', [Math.max.bind(null, 1)], 'opts[0]', /function/],
    ['a symbol of this process', [Symbol('x')], 'opts[0]', /Symbol\(x\).*Symbol\.for/],
    ['a symbol as a key', { a: { [Symbol('x')]: 1 } }, 'opts.a', /symbol of no other process/],
    ['an accessor', { users: [{ get name() { throw new Error('invoked') } }] }, 'opts.users[0].name', /accessor/],
    ['a hidden accessor', { a: Object.defineProperty({}, 'b', { get() { throw new Error('invoked') } }) }, 'opts.a.b', /accessor/],
    ['a Map that has the prototype of a plain object', [Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype)], 'opts[0]', /a Map with the prototype of another kind/],
    ['a Date without prototype', [Object.setPrototypeOf(new Date(1), null)], 'opts[0]', /a Date with the prototype of another kind/],
    ['what only has the prototype of an URL', { at: Object.create(URL.prototype) }, 'opts.at', /an URL/],
    ['memory that was handed over', { memory: handedOver() }, 'opts.memory', /an ArrayBuffer/],
    ['a view of memory that was handed over', [new Uint8Array(1), viewOfHandedOver()], 'opts[1]', /an Uint8Array/],
    ['an accessor of an array', [Object.defineProperty([1], 0, { get() { throw new Error('invoked') } })], 'opts[0][0]', /accessor/],
    ['an accessor of a long array of numbers', [withGetter(Array.from({ length: 1000 }, (_, i) => i))], 'opts[0][700]', /accessor/],
    ['an accessor of a long array of texts', [withGetter(Array.from({ length: 1000 }, String))], 'opts[0][700]', /accessor/],
    ['a setter of a long array', [Object.defineProperty(new Array(100).fill('a'), 80, { set() {} })], 'opts[0][80]', /accessor/],
    ['a boxed number with the prototype of another kind', [Object.setPrototypeOf(new Number(1), String.prototype)], 'opts[0]', /a Boxed with the prototype of another kind/],
    ['a view with the prototype of another kind', [Object.setPrototypeOf(new Uint8Array(2), Int8Array.prototype)], 'opts[0]', /a View with the prototype of another kind/],
    ['a Node stream', { input: Readable.from(['a']) }, 'opts.input', /an instance of Readable with the key Symbol\(\w+\), a symbol of no other process/],
    ['the environment', { env: process.env }, 'opts.env', /an object of the platform/],
    ['a promise', { 'odd name': Promise.resolve(1) }, 'opts["odd name"]', /a Promise.*Await it/],
    ['an async iterator', [(async function* () {})()], 'opts[0]', /Generator/i],
    ['a generator', [(function* () {})()], 'opts[0]', /Generator/i],
    ['an iterator', [[1].values()], 'opts[0]', /Iterator/],
    ['an iterator of a Map', [new Map().entries()], 'opts[0]', /Iterator/],
    ['a WeakMap', [new WeakMap()], 'opts[0]', /a WeakMap/],
    ['a WeakRef', [new WeakRef({})], 'opts[0]', /a WeakRef/],
    ['a Proxy', { p: new Proxy({}, { ownKeys() { throw new Error('invoked') }, getPrototypeOf() { throw new Error('invoked') } }) }, 'opts.p', /a Proxy/],
    ['a Proxy as prototype', [Object.create(new Proxy({}, { getOwnPropertyDescriptor() { throw new Error('invoked') }, getPrototypeOf() { throw new Error('invoked') } }))], 'opts[0]', /./],
    ['a stream', { s: new ReadableStream() }, 'opts.s', /a ReadableStream/],
    ['a Response', [new Response('x')], 'opts[0]', /a Response/],
    ['a Blob', [new Blob(['x'])], 'opts[0]', /a Blob.*synchronous function.*arrayBuffer.*async/],
    ['a FormData with a File', { form: formOf(new File(['x'], 'a')) }, 'opts.form', /a File.*synchronous/],
    ['what only has the prototype of a Blob', [Object.create(Blob.prototype)], 'opts[0]', /a Blob/],
    ['private state', { users: [{}, {}, {}, { address: new Secret() }] }, 'opts.users[3].address', /an instance of Secret, whose private state/],
    ['inherited private state', [new Hidden()], 'opts[0]', /an instance of Hidden, whose private state/],
    ['a class without a name', [new (class {})()], 'opts[0]', /anonymous class/],
    ['a prototype that is no class', [Object.create({ inherited: 1 })], 'opts[0]', /prototype/],
    ['in a Map', map, 'opts.get("k")', /function/],
    ['as the key of a Map', new Map([[() => 1, 1]]), 'opts (key of entry 0)', /function/],
    ['in a Set', new Set([1, () => 1]), 'opts (element 1)', /function/],
    ['a hook that throws', [Object.assign(new Named(1, 1), { [persistKey]() { throw new Error('no id') } })], 'opts[0]', /threw: no id/],
    ['a hook that gives itself', { [persistKey]() { return this } }, 'opts', /the object itself/],
    ['a hook without end', { [persistKey]: function again(): unknown { return { [persistKey]: again } } }, 'opts', /ever new objects/],
  ]
  it.each(refused)('%s', (_, value, path, message) => {
    let error: unknown
    try {
      canonicalHash(value, undefined, 'opts')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(PersistError)
    expect(error).toMatchObject({ code: 'KEY', path })
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(path)
  })

  it('takes private state as registerClass() says it', () => {
    class Account {
      readonly #balance: number
      constructor(balance: number) {
        this.#balance = balance
      }

      get balance(): number {
        return this.#balance
      }
    }
    registerClass(Account, { encode: (account) => account.balance, decode: (balance: number) => new Account(balance) })
    expect(canonicalHash([new Account(1)])).toBe(canonicalHash([new Account(1)]))
    expect(canonicalHash([new Account(1)])).not.toBe(canonicalHash([new Account(2)]))
    expect(canonicalHash([new Account(1)])).not.toBe(canonicalHash([1]))
  })

  it('takes classes that have private methods only', () => {
    expect(canonicalHash(new Base64())).toBe(canonicalHash(new Base64()))
  })
})

describe('what the compiler knows', () => {
  const known = (fingerprints: Map<unknown, string>) => ({ known: (value: object) => fingerprints.get(value) })
  const double = (n: number): number => n * 2

  it('keys functions by fingerprint', () => {
    const a = canonicalHash([double], known(new Map([[double, 'f1']])))
    expect(a).toBe(canonicalHash([(n: number) => n], { known: () => 'f1' }))
    expect(a).not.toBe(canonicalHash([double], known(new Map([[double, 'f2']]))))
    expect(a).not.toBe(canonicalHash(['f1']))
  })

  it('keys instances by the fingerprint of their class and by state', () => {
    const before = canonicalHash(new Point(1, 2), known(new Map([[Point, 'p1']])))
    expect(before).not.toBe(canonicalHash(new Point(1, 2), known(new Map([[Point, 'p2']]))))
    expect(before).not.toBe(canonicalHash(new Point(1, 3), known(new Map([[Point, 'p1']]))))
    expect(before).not.toBe(canonicalHash(new Point(1, 2)))
    expect(canonicalHash(new (class {})(), { known: () => 'x' })).not.toBe(before)
  })

  it('keys what [persistKey]() gives beside the class', () => {
    class Twin {
      id = 1;
      [persistKey](): unknown {
        return this.id
      }
    }
    expect(canonicalHash(new Twin())).not.toBe(canonicalHash(new Named(1, 1)))
    expect(canonicalHash(new Twin())).not.toBe(canonicalHash(1))
  })

  it('says which classes count by their name alone, but for those that say by [persistKey]() what counts', () => {
    const met: string[] = []
    canonicalHash({ a: [new Point(1, 2)], b: new Named(1, 1) }, { known: () => undefined, onUnknownClass: (name, path) => met.push(`${name} at ${path}`) }, 'opts')
    expect(met).toEqual(['Point at opts.a[0]'])
  })
})
