import { Readable } from 'node:stream'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { registerClass } from '../../src/codec/class-registry.ts'
import { structured } from '../../src/codec/structured.ts'
import { PersistError } from '../../src/errors.ts'
import { firstDifference } from './same.ts'

const codec = structured()
const encode = (value: unknown): Uint8Array => codec.encode(value) as Uint8Array
/** The same array, whose element 700 can only be had by running code. */
const withGetter = <T>(array: T[]): T[] => Object.defineProperty(array, 700, { get() { throw new Error('invoked') }, enumerable: true, configurable: true })
const isJson = (value: unknown): boolean => encode(value)[0] === 'J'.charCodeAt(0)

class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}
class Address {}
class Tree {
  readonly name: string
  readonly children: unknown[] = []
  constructor(name: string) {
    this.name = name
  }
}
registerClass(Point, { encode: (point) => [point.x, point.y] as const, decode: ([x, y]) => new Point(x, y) })
registerClass(Tree, { encode: (tree) => ({ name: tree.name, children: tree.children }), decode: ({ name, children }) => Object.assign(new Tree(name), { children }) })

describe('what is kept as plain JSON text', () => {
  it.each([
    [1], ['text'], [null], [true], ['\ud800'], [[]], [{}], [{ a: [1, 'x', null, { b: false }] }], [JSON.parse('{"__proto__":1,"2":0,"1":0}')], [{ toJSON: 1 }], [1e21], [5e-324],
  ])('%j', (value) => {
    expect(isJson(value)).toBe(true)
    expect(firstDifference(value, codec.decode(encode(value)))).toBeUndefined()
  })

  const shared = {}
  it.each<[string, unknown]>([
    ['-0', -0], ['NaN', [Number.NaN]], ['Infinity', Infinity], ['undefined', { a: undefined }], ['bigint', 1n], ['a hole', new Array(1)], ['shared', [shared, shared]], ['no prototype', Object.create(null)], ['Date', new Date(0)],
    ['frozen', Object.freeze({})], ['a Map', new Map()],
  ])('but not what JSON would change: %s', (_, value) => {
    expect(isJson(value)).toBe(false)
    expect(firstDifference(value, codec.decode(encode(value)))).toBeUndefined()
  })

  it('nor anything while Object.prototype has a toJSON', () => {
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'wrong', configurable: true })
    try {
      const bytes = encode({ a: { b: 1 } })
      expect(codec.decode(bytes)).toEqual({ a: { b: 1 } })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON')
    }
  })
})

describe('what comes back', () => {
  it.each<[string, unknown]>([
    ['text that looks like an operation', ['~', '~~', '~u', '~o', '~~u', '']],
    ['integer-like and other names, in order', { b: undefined, 2: 1, a: 1, 1: 1 }],
    ['an own __proto__ among what is not JSON', JSON.parse('{"__proto__":{"x":1},"a":2}', (key, value: unknown) => (key === 'a' ? 1n : value))],
    ['holes at each end', Object.assign(new Array(6), { 2: 1, 3: undefined })],
    ['a billion holes', Object.assign(new Array(1_000_000_000), { 5000: 1 })],
    ['lastIndex', Object.assign(/a/g, { lastIndex: 2 })],
    ['an error with cause, name and code', Object.assign(new TypeError('m', { cause: new Error('inner', { cause: { a: 1n } }) }), { code: 'E', name: 'Own' })],
    ['an error without message', new Error()],
    ['an AggregateError', new AggregateError([new Error('a'), 1], 'm')],
    ['boxed values', [Object(1), Object('ab'), Object(false), Object(1n), Object(Symbol.for('x'))]],
    ['two windows on one buffer that do not overlap', (() => { const b = new Uint8Array([1, 2, 3, 4]); return [b.slice(0, 2), b.slice(2)] })()],
    ['a pooled Buffer', { a: Buffer.from('ab'), b: Buffer.from('cd') }],
    ['Headers with two cookies', new Headers([['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x', 'y']])],
    ['a registered class', [new Point(1, -0), new Point(2, 3)]],
    ['registered classes within each other', (() => { const root = new Tree('root'); const leaf = new Tree('leaf'); root.children.push(leaf, leaf, new Point(1, 2)); return { root, leaf } })()],
    ['a million numbers with -0 and NaN', Array.from({ length: 1_000_000 }, (_, i) => (i === 5 ? -0 : i === 6 ? Number.NaN : i / 3))],
    ['a Map with objects as keys, within itself', (() => { const m = new Map<unknown, unknown>(); m.set(m, [m]); m.set({ a: 1 }, new Set([m])); return m })()],
  ])('%s', (_, value) => {
    expect(firstDifference(value, codec.decode(encode(value)))).toBeUndefined()
  })

  it('a value 10,000 deep', () => {
    for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner }), (inner: unknown) => new Map([[1, inner]])]) {
      let value: unknown = 'end'
      for (let i = 0; i < 10_000; i++) value = wrap(value)
      let read = codec.decode(encode(value))
      for (let i = 0; i < 10_000; i++) read = read instanceof Map ? read.get(1) : Object.values(read as object)[0]
      expect(read).toBe('end')
    }
  })

  it('Blobs and Files, by a promise', async () => {
    const value = { blob: new Blob(['ab', 'c'], { type: 'text/plain' }), more: [new File([new Uint8Array([1, 2])], 'a.bin', { lastModified: 5, type: 'x/y' })], empty: new Blob([]) }
    const encoded = codec.encode(value)
    expect(encoded).toBeInstanceOf(Promise)
    const read = codec.decode(await encoded) as typeof value
    expect(read.blob.constructor).toBe(Blob)
    expect(await read.blob.text()).toBe('abc')
    expect(read.blob.type).toBe('text/plain')
    expect(read.more[0]).toBeInstanceOf(File)
    expect([...new Uint8Array(await read.more[0]!.arrayBuffer())]).toEqual([1, 2])
    expect(read.more[0]).toMatchObject({ name: 'a.bin', lastModified: 5, type: 'x/y' })
    expect(read.empty.size).toBe(0)
  })

  it('200 MB of bytes', () => {
    const value = Buffer.alloc(200_000_000, 7)
    const read = codec.decode(encode(value)) as Buffer
    expect(Buffer.isBuffer(read) && read.equals(value)).toBe(true)
    expect(read.buffer.byteLength).toBe(value.length)
  })

  it('typed arrays with memory of exactly their size', () => {
    const read = codec.decode(encode([new Float64Array(3), new Uint8Array(5)])) as [Float64Array, Uint8Array]
    expect([read[0].byteOffset, read[0].buffer.byteLength, read[1].byteOffset, read[1].buffer.byteLength]).toEqual([0, 24, 0, 5])
    expect(read[0].buffer).not.toBe(read[1].buffer)
  })
})

describe('what is refused, by path', () => {
  const memory = new ArrayBuffer(8)
  it.each<[string, unknown, string, RegExp]>([
    ['an instance', { users: [{}, {}, {}, { address: new Address() }] }, 'result.users[3].address', /is an instance of Address.*registerClass\(Address/s],
    ['an instance of a subclass of a registered class', [new (class Point3 extends Point {})(1, 2)], 'result[0]', /an instance of Point3/],
    ['a subclass of Map', { m: new (class Registry extends Map {})() }, 'result.m', /an instance of Registry/],
    ['a subclass of Error', [new (class Failure extends Error {})('m')], 'result[0]', /an instance of Failure/],
    ['a function', { a: () => 1 }, 'result.a', /the function a/],
    ['a method', { 'odd name': { run() {} } }, 'result["odd name"].run', /the function run/],
    ['a symbol', [Symbol('x')], 'result[0]', /Symbol\(x\)/],
    ['a symbol as key', { a: { [Symbol.for('x')]: 1 } }, 'result.a[Symbol.for("x")]', /symbol/],
    ['an arguments object', [(function () { return arguments })()], 'result[0]', /an arguments object/],
    ['an object of another realm', { a: runInNewContext('({})') }, 'result.a', /of another realm.*structuredClone/],
    ['a Map of another realm', [runInNewContext('new Map()')], 'result[0]', /of another realm.*a Map/],
    ['a Date that has no prototype', [Object.setPrototypeOf(new Date(1), null)], 'result[0]', /a Date with the prototype of another kind/],
    ['a Map that has the prototype of a plain object', Object.setPrototypeOf(new Map(), Object.prototype), 'result', /a Map with the prototype of another kind/],
    ['a view that has the prototype of another', [Object.setPrototypeOf(new Int8Array(2), Uint8Array.prototype)], 'result[0]', /Uint8Array/],
    ['what only has the prototype of an URL', { at: Object.create(URL.prototype) }, 'result.at', /by its prototype only/],
    ['memory that was handed over', { at: ((buffer) => (structuredClone(buffer, { transfer: [buffer] }), buffer))(new ArrayBuffer(8)) }, 'result.at', /handed over/],
    ['a view of memory that was handed over', [((view) => (structuredClone(view.buffer, { transfer: [view.buffer] }), view))(new Uint8Array(8))], 'result[0]', /handed over/],
    ['a read-only element', [Object.defineProperty([1, 2], 1, { writable: false })], 'result[0][1]', /read-only/],
    ['a hidden element', [Object.defineProperty([1, 2], 1, { enumerable: false })], 'result[0][1]', /hidden/],
    ['a read-only length', [Object.defineProperty([1], 'length', { writable: false })], 'result[0].length', /read-only/],
    ['a fixed property of an error', Object.defineProperty(new Error('m'), 'code', { value: 1, writable: true }), 'result.code', /read-only/],
    ['a boxed number with the prototype of another kind', [Object.setPrototypeOf(new Number(1), String.prototype)], 'result[0]', /a boxed number with the prototype of another kind/],
    ['a generator', { rows: (function* () {})() }, 'result.rows', /a Generator.*Array\.from/],
    ['an async generator', (async function* () {})(), 'result', /a Generator/],
    ['the environment', { env: process.env }, 'result.env', /an object of the platform/],
    ['a read-only property of an error', Object.defineProperty(new Error('m'), 'code', { value: 1 }), 'result.code', /read-only/],
    ['an accessor', { a: { get b() { throw new Error('invoked') } } }, 'result.a.b', /accessor/],
    ['an accessor of an array', [Object.defineProperty([1], 0, { get() { throw new Error('invoked') } })], 'result[0][0]', /accessor/],
    ['an accessor of a long array of numbers', [withGetter(Array.from({ length: 1000 }, (_, i) => i))], 'result[0][700]', /accessor/],
    ['an accessor of a long array of texts', [withGetter(Array.from({ length: 1000 }, String))], 'result[0][700]', /accessor/],
    ['a setter of a long array', [Object.defineProperty(new Array(100).fill('a'), 80, { set() {} })], 'result[0][80]', /accessor/],
    ['a hidden property', { a: Object.defineProperty({}, 'h', { value: 1 }) }, 'result.a.h', /not enumerable/],
    ['a read-only property', { a: Object.defineProperty({}, 'h', { value: 1, enumerable: true, configurable: true }) }, 'result.a.h', /read-only/],
    ['a further property of an array', [Object.assign([1], { extra: 1 })], 'result[0].extra', /further property of an array/],
    ['a match', /a/.exec('a'), 'result.index', /further property/],
    ['a further property of a long array', [Object.assign(new Array(100).fill(0), { extra: 1 })], 'result[0].extra', /further property/],
    ['a further property of a Map', [Object.assign(new Map(), { extra: 1 })], 'result[0].extra', /further property of a Map/],
    ['a further property of a typed array', [Object.assign(new Uint8Array(100), { extra: 1 })], 'result[0].extra', /further property/],
    ['in a Map', new Map([['k', () => 1]]), 'result.get("k")', /function/],
    ['in a Set', new Set([() => 1]), 'result (element 0)', /function/],
    ['in a cause', new Error('m', { cause: { f: () => 1 } }), 'result.cause.f', /function/],
    ['a promise', { p: Promise.resolve() }, 'result.p', /a Promise/],
    ['a Proxy', [new Proxy({}, {})], 'result[0]', /a Proxy/],
    ['a Response', new Response('x'), 'result', /a Response.*response\(\)/],
    ['a stream', { body: new ReadableStream() }, 'result.body', /a ReadableStream.*bytes\(\)/],
    ['a stream of Node\'s', { body: Readable.from([]) }, 'result.body', /an instance of Readable.*bytes\(\)/],
    ['a WeakMap', [new WeakMap()], 'result[0]', /a WeakMap/],
    ['a generator', [(function* () {})()], 'result[0]', /./],
    ['shared memory', [new SharedArrayBuffer(1)], 'result[0]', /SharedArrayBuffer/],
    ['a view on shared memory', [new Uint8Array(new SharedArrayBuffer(1))], 'result[0]', /SharedArrayBuffer/],
    ['two views of the same bytes', { a: new Uint8Array(memory), b: new Uint16Array(memory) }, 'result.b', /memory that another part/],
    ['a view and its buffer', [new Uint8Array(memory, 2, 2), memory], 'result[1]', /memory that another part/],
    ['arguments', [(function () { return arguments })()], 'result[0]', /./],
    ['an object of a class without name', [new (class {})()], 'result[0]', /anonymous class/],
    ['an object with an own prototype', [Object.create({})], 'result[0]', /./],
    ['a reference back to a registered instance', (() => { const tree = new Tree('a'); tree.children.push(tree); return { tree } })(), 'result.tree (encoded).children[0]', /back to the instance/],
  ])('%s', (_, value, path, message) => {
    let error: unknown
    try {
      codec.encode(value)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(PersistError)
    expect(error).toMatchObject({ code: 'VALUE', path })
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(path)
  })
})

describe('registerClass', () => {
  class Money {
    readonly cents: number
    constructor(cents: number) {
      this.cents = cents
    }
  }
  const [first, second] = [class Twin { a = 1 }, class Twin { b = 2 }]

  it('refuses a second class of one name, but takes another name', () => {
    registerClass(first, { encode: (twin) => twin.a, decode: () => new first() })
    expect(() => registerClass(second, { encode: (twin) => twin.b, decode: () => new second() })).toThrow(/already knows another class as 'Twin'/)
    registerClass(second, { name: 'other/Twin', encode: (twin) => twin.b, decode: () => new second() })
    expect(codec.decode(encode([new first(), new second()]))).toEqual([new first(), new second()])
  })

  it('names the class whose values are read where it is not registered', () => {
    registerClass(Money, { encode: (money) => money.cents, decode: (cents: number) => new Money(cents) })
    const bytes = encode(new Money(5))
    const renamed = Buffer.from(Buffer.from(bytes).toString('latin1').replace('Money', 'Monex'), 'latin1')
    expect(() => codec.decode(renamed)).toThrow(/an instance of Monex/)
  })

  it('says where encode() threw', () => {
    class Bad {}
    registerClass(Bad, { encode: () => { throw new Error('no way') }, decode: () => new Bad() })
    expect(() => codec.encode({ a: [new Bad()] })).toThrow(/result\.a\[0\].*no way/)
  })
})

describe('damaged bytes', () => {

  it('are a DECODE error or another value, never a crash or a hang', () => {
    const bytes = encode({ a: [1n, new Map([[1, new Date(0)]])], b: new Float64Array(4), c: new Error('m') })
    for (let i = 0; i < bytes.length; i++) {
      for (const damaged of [bytes.subarray(0, i), Buffer.from(bytes).fill(bytes[i]! ^ 0x11, i, i + 1)]) {
        try {
          codec.decode(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(PersistError)
          expect(error).toMatchObject({ code: 'DECODE' })
        }
      }
    }
  })
})
