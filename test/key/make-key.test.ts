import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { json } from '../../src/codec/json.ts'
import { structured } from '../../src/codec/structured.ts'
import { persistKey } from '../../src/codec/symbols.ts'
import type { CaptureDescriptor, Descriptor } from '../../src/descriptor.ts'
import { PersistError } from '../../src/errors.ts'
import { type CallKey, type KeyRequest, makeKey } from '../../src/runtime/key.ts'
import type { KeyOptions } from '../../src/runtime/key-plan.ts'
import { dropIf, dropIfEqual, ignore, stableHash } from '../../src/runtime/key-rules.ts'

const FINGERPRINT = '0123456789abcdef0123456789abcdef'

interface Call extends Partial<Omit<KeyRequest, 'descriptor' | 'values'>> {
  descriptor?: Partial<Descriptor>
}

function callKey(params: string, values: readonly unknown[], options: KeyOptions = {}, call: Call = {}): CallKey {
  const { descriptor, ...rest } = call
  return makeKey({
    descriptor: { v: 1, module: 'src/a.ts', name: 'f', fingerprint: FINGERPRINT, project: { name: 'p', at: '' }, params: params === '' ? [] : params.split(' '), ...descriptor },
    options,
    self: undefined,
    values,
    captures: [],
    known: () => undefined,
    ...rest,
  })
}

const keyOf = (...args: Parameters<typeof callKey>): string => callKey(...args).key

function refusal(run: () => unknown): PersistError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(PersistError)
    return error as PersistError
  }
  throw new Error('was not refused')
}

describe('values', () => {
  it('count by place and content', () => {
    expect(keyOf('a b', [1, 2])).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf('a b', [1, 2])).toBe(keyOf('a b', [1, 2]))
    expect(keyOf('a b', [1, 2])).not.toBe(keyOf('a b', [2, 1]))
    expect(keyOf('a b', [1, undefined])).not.toBe(keyOf('a b', [undefined, 1]))
    expect(keyOf('a ...rest', [1, [2]])).not.toBe(keyOf('a ...rest', [1, [2, undefined]]))
    expect(keyOf('', [])).not.toBe(keyOf('a', [undefined]))
  })

  it('count in the order that the compiler gives: renamed and swapped parameters are the same code', () => {
    expect(keyOf('a b', [1, 2], {}, { descriptor: { order: [1, 0] } })).toBe(keyOf('y x', [2, 1]))
  })

  it('know what is shared between parameters', () => {
    const shared = { a: 1 }
    expect(keyOf('a b', [shared, shared])).not.toBe(keyOf('a b', [{ a: 1 }, { a: 1 }]))
  })

  it('have one key by the short way for scalars and by the long one', () => {
    const scalars = [1, 'text', true, null, undefined, 5n, -0]
    expect(keyOf('a b c d e f g', scalars)).toBe(keyOf('a b c d e f g', scalars, { skip: [] , env: [] }))
    expect(keyOf('a', ['\ud800'])).not.toBe(keyOf('a', ['\ufffd']))
    expect(keyOf('a b', ['x', { y: 1 }])).not.toBe(keyOf('a b', ['x', '{ y: 1 }']))
  })

  it('are refused by parameter, path and cure', () => {
    const error = refusal(() => keyOf('dataset opts', ['x', { users: [0, 0, 0, { socket: new WeakMap() }] }]))
    expect(error).toMatchObject({ code: 'KEY', path: 'opts.users[3].socket' })
    expect(error.message).toBe("[unplugin-persist] opts.users[3].socket is a WeakMap: it can't be part of a key. Leave it out with skip: ['opts'], say by a rule in `key` what of it counts.")
    expect(refusal(() => keyOf('...rest', [[1, () => 1]])).message).toContain("skip: ['rest']")
  })

  it('of the same content but another function, version, codec differ', () => {
    const keys = [
      keyOf('a', [1]), keyOf('a', [1], {}, { descriptor: { fingerprint: 'f'.repeat(32) } }), keyOf('a', [1], { version: 1 }), keyOf('a', [1], { version: '1' }), keyOf('a', [1], { version: 2 }), keyOf('a', [1], { codec: json() }),
      keyOf('a', [1], { codec: { ...structured(), version: 2 } }), keyOf('a', [1], { codec: { a: json() } }), keyOf('a', [1], { codec: { b: json() } }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(keyOf('a', [1], { codec: structured() })).toBe(keyOf('a', [1]))
  })
})

describe('skip', () => {
  it('leaves parameters out', () => {
    const options: KeyOptions = { skip: ['device'] }
    expect(keyOf('n device', [1, 'cpu'], options)).toBe(keyOf('n device', [1, () => 'anything'], options))
    expect(keyOf('n device', [1, 'cpu'], options)).not.toBe(keyOf('n device', [2, 'cpu'], options))
  })

  it('leaves paths into objects, arrays and rest parameters out', () => {
    const options: KeyOptions = { skip: ['opts.verbose', 'opts.log.level', 'rows.*.time', 'rest.0'] }
    const params = 'opts rows ...rest'
    const base = keyOf(params, [{ a: 1, verbose: true, log: { level: 1, to: 'x' } }, [{ id: 1, time: 5 }, { id: 2, time: 6 }], ['x', 2]], options)
    expect(keyOf(params, [{ a: 1, log: { to: 'x', level: () => 1 } }, [{ id: 1 }, { id: 2, time: 9 }], ['y', 2]], options)).toBe(base)
    expect(keyOf(params, [{ a: 2, log: { to: 'x' } }, [{ id: 1 }, { id: 2 }], ['y', 2]], options)).not.toBe(base)
    expect(keyOf(params, [{ a: 1, log: { to: 'y' } }, [{ id: 1 }, { id: 2 }], ['y', 2]], options)).not.toBe(base)
    expect(keyOf(params, [{ a: 1, log: { to: 'x' } }, [{ id: 1 }, { id: 3 }], ['y', 2]], options)).not.toBe(base)
    expect(keyOf(params, [{ a: 1, log: { to: 'x' } }, [{ id: 1 }, { id: 2 }], ['y', 3]], options)).not.toBe(base)
  })

  it('leaves out where it says so only, also of an object that stands in two places', () => {
    const options: KeyOptions = { skip: ['a.v'] }
    const call = (v: number): string => {
      const shared = { v, w: 1 }
      return keyOf('a b', [shared, shared], options)
    }
    expect(call(1)).not.toBe(call(2))
  })

  it('never invokes an accessor that it leaves out', () => {
    const opts = { get verbose() { throw new Error('invoked') }, a: 1 }
    expect(keyOf('opts', [opts], { skip: ['opts.verbose'] })).toBe(keyOf('opts', [{ a: 1 }], { skip: ['opts.verbose'] }))
  })

  it('of one or another parameter is another key, as is none', () => {
    const keys = [keyOf('a b', [1, 1], { skip: ['a'] }), keyOf('a b', [1, 1], { skip: ['b'] }), keyOf('a b', [1, 1]), keyOf('a b', [1, 1], { skip: ['a', 'b'] })]
    expect(new Set(keys).size).toBe(4)
  })

  it('refuses a name that is no parameter', () => {
    expect(refusal(() => keyOf('a b', [1, 2], { skip: ['c.x'] }))).toMatchObject({ code: 'OPTION' })
    expect(refusal(() => keyOf('a b', [1, 2], { skip: ['c'] })).message).toContain("skip names 'c', which is no parameter of the function. It has 'a', 'b'.")
    expect(refusal(() => keyOf('a', [1], { groupBy: ['c'] })).message).toContain("groupBy names 'c'")
    expect(refusal(() => keyOf('a', [1], { key: { c: ignore } })).message).toContain("key names 'c'")
  })

  it('is what outFile does too', () => {
    expect(keyOf('n out', [1, '/a'], { outFile: 'out' })).toBe(keyOf('n out', [1, '/b'], { outFile: ['out'] }))
  })
})

describe('key rules', () => {
  it('ignore is skip', () => {
    expect(keyOf('a b', [1, {}], { key: { b: ignore } })).toBe(keyOf('a b', [1, () => 1], { skip: ['b'] }))
  })

  it('a function puts what it gives in the value\'s place', () => {
    const options: KeyOptions = { key: { user: (user: { id: number }) => user.id } }
    expect(keyOf('user', [{ id: 1, seen: 5, f: () => 1 }], options)).toBe(keyOf('user', [{ id: 1, seen: 6 }], options))
    expect(keyOf('user', [{ id: 1 }], options)).not.toBe(keyOf('user', [{ id: 2 }], options))
    expect(keyOf('user', [{ id: 1 }], options)).not.toBe(keyOf('user', [1]))
  })

  it('stableHash puts a pinned digest there, that knows classes by name', () => {
    class Point {
      x = 1
    }
    const known = (value: object): string | undefined => (value === Point ? 'p1' : undefined)
    expect(keyOf('a', [new Point()], { key: { a: stableHash } }, { known })).toBe(keyOf('a', [new Point()], { key: { a: stableHash } }))
    expect(keyOf('a', [new Point()], {}, { known })).not.toBe(keyOf('a', [new Point()]))
    expect(stableHash({ b: 2, a: 1 })).toBe(stableHash({ a: 1, b: 2 }))
    expect(stableHash({ 1: 2 })).not.toBe(stableHash(new Map([[1, 2]])))
    expect(stableHash([1, 2])).toMatch(/^[0-9a-f]{64}$/)
  })

  it('dropIf and dropIfEqual keep the entries from before a parameter was added', () => {
    const before = keyOf('rows', [[1]], { version: 1 })
    expect(keyOf('rows seed', [[1], 0], { version: 1, key: { seed: dropIfEqual(0) } })).toBe(before)
    expect(keyOf('seed rows', [0, [1]], { version: 1, key: { seed: dropIfEqual(0) } })).toBe(before)
    expect(keyOf('rows seed', [[1], 7], { version: 1, key: { seed: dropIfEqual(0) } })).not.toBe(before)
    expect(keyOf('rows seed', [[1], undefined], { version: 1, key: { seed: dropIf((seed) => seed === undefined) } })).toBe(before)
    expect(keyOf('rows opts', [[1], { a: { b: 1 } }], { version: 1, key: { opts: dropIfEqual({ a: { b: 1 } }) } })).toBe(before)
    expect(keyOf('rows opts', [[1], { a: { b: 2 } }], { version: 1, key: { opts: dropIfEqual({ a: { b: 1 } }) } })).not.toBe(before)
  })

  it('dropIfEqual tells types and signs apart', () => {
    const options: KeyOptions = { key: { a: dropIfEqual<unknown>(0) } }
    const dropped = keyOf('a', [0], options)
    for (const other of [-0, '0', false, null, undefined, 0n]) expect(keyOf('a', [other], options), String(other)).not.toBe(dropped)
    expect(keyOf('a', [Number.NaN], { key: { a: dropIfEqual(Number.NaN) } })).toBe(dropped)
  })

  it('of a value that is kept leave no trace: the rule can be added later', () => {
    expect(keyOf('a b', [1, 2], { key: { b: dropIfEqual(0) } })).toBe(keyOf('a b', [1, 2]))
  })

  it('apply to paths, and to elements', () => {
    const options: KeyOptions = { key: { 'opts.seed': dropIfEqual(0), 'opts.at': (at: Date) => at.getFullYear(), 'list.*': (value: number) => value % 2 } }
    expect(keyOf('opts list', [{ seed: 0, at: new Date('2020-05-05') }, [1, 2, 3]], options)).toBe(keyOf('opts list', [{ at: new Date('2020-07-07') }, [5, 4, 9]], options))
    expect(keyOf('opts list', [{ seed: 1, at: new Date('2020-05-05') }, [1, 2, 3]], options)).not.toBe(keyOf('opts list', [{ seed: 0, at: new Date('2020-05-05') }, [1, 2, 3]], options))
  })

  it('one function of all arguments replaces them, not the captures', () => {
    const options: KeyOptions = { key: (url: string, ...rest: number[]) => [new URL(url).pathname, rest.length] }
    const captured = (limit: number): Call => ({ descriptor: { captures: [{ name: 'limit' }] }, captures: [limit] })
    expect(keyOf('url ...rest', ['http://a/x?1', [1, 2]], options, captured(1))).toBe(keyOf('url ...rest', ['http://b/x?2', [3, 4]], options, captured(1)))
    expect(keyOf('url ...rest', ['http://a/x', [1, 2]], options, captured(1))).not.toBe(keyOf('url ...rest', ['http://a/x', [1]], options, captured(1)))
    expect(keyOf('url ...rest', ['http://a/x', [1, 2]], options, captured(1))).not.toBe(keyOf('url ...rest', ['http://a/x', [1, 2]], options, captured(2)))
  })

  it('that throw are named', () => {
    const boom = (): never => { throw new Error('boom') }
    expect(refusal(() => keyOf('a', [1], { key: { a: boom } }))).toMatchObject({ code: 'KEY', path: 'a' })
    expect(refusal(() => keyOf('a', [{ b: 1 }], { key: { 'a.b': boom } }))).toMatchObject({ code: 'KEY', path: 'a.b' })
    expect(refusal(() => keyOf('a', [1], { key: boom })).message).toContain('boom')
    expect(refusal(() => keyOf('a', [1], { key: { a: 5 as never } }))).toMatchObject({ code: 'OPTION' })
  })

  it('of the user\'s own count by fingerprint where that is known', () => {
    const first = (value: number): number => value
    const second = (value: number): number => value + 0
    const known = (value: object): string | undefined => (value === first ? 'one' : value === second ? 'two' : undefined)
    expect(keyOf('a', [1], { key: { a: first } }, { known })).not.toBe(keyOf('a', [1], { key: { a: second } }, { known }))
    expect(keyOf('a', [1], { key: { a: first } })).toBe(keyOf('a', [1], { key: { a: second } }))
  })
})

describe('groupBy', () => {
  const groups = (params: string, values: unknown[], groupBy: KeyOptions['groupBy']): readonly string[] => callKey(params, values, { groupBy }).groups

  it('makes directories of parameters, paths and lists of them', () => {
    expect(groups('dataset epochs opts', ['MNIST', 20, { user: { id: 7 } }], ['dataset', ['epochs', 'opts.user.id'], 'opts.none'])).toEqual(['MNIST', '20,7', 'undefined'])
    expect(groups('...rest', [['a', 2]], ['rest', 'rest.0'])).toEqual(['a,2', 'a'])
    expect(groups('a', [1], undefined)).toEqual([])
  })

  it('names values as people would', () => {
    expect(groups('a b c d e f', [true, null, undefined, 5n, -0, new Date(0)], ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual(['true', 'null', 'undefined', '5', '-0', '1970-01-01T00:00:00.000Z'])
    expect(groups('a', [{ x: 1 }], ['a'])[0]).toMatch(/^#[0-9a-f]{16}$/)
    // What can't be part of a key is no directory either, but a group of its own.
    expect(callKey('a', [() => 1], { groupBy: ['a'], skip: ['a'] }).groups).toEqual(['function'])
    expect(callKey('a', [new Map([[1, () => 1]])], { groupBy: ['a'], skip: ['a'] }).groups).toEqual(['#'])
  })

  it('hides what looks like a secret', () => {
    const [name] = groups('apiToken', ['hunter2'], ['apiToken'])
    expect(name).toMatch(/^#[0-9a-f]{16}$/)
    expect(groups('apiToken', ['hunter2'], ['apiToken'])).toEqual([name])
    expect(groups('apiToken', ['other'], ['apiToken'])).not.toEqual([name])
    expect(groups('opts', [{ password: 'x' }], ['opts.password'])[0]).toMatch(/^#/)
    expect(groups('monkey', ['x'], ['monkey'])).toEqual(['x'])
  })

  it('never invokes accessors, and reads own properties only', () => {
    const opts = Object.defineProperty({}, 'a', { get() { throw new Error('invoked') } })
    expect(callKey('opts', [opts], { groupBy: ['opts.a', 'opts.toString'], skip: ['opts.a'] }).groups).toEqual(['undefined', 'undefined'])
  })

  it('does not change the key', () => {
    expect(keyOf('a', [1], { groupBy: ['a'] })).toBe(keyOf('a', [1]))
  })
})

describe('this', () => {
  class Repo {
    static limit = 5
    name: string
    constructor(name: string) {
      this.name = name
    }
  }
  class Mirror extends Repo {}
  const of = (self: unknown, kind: NonNullable<Descriptor['self']>, known?: KeyRequest['known']): string => keyOf('a', [1], {}, { self, descriptor: { self: kind }, ...(known && { known }) })

  it('of an instance counts by class and state', () => {
    expect(of(new Repo('a'), 'instance')).toBe(of(new Repo('a'), 'instance'))
    expect(of(new Repo('a'), 'instance')).not.toBe(of(new Repo('b'), 'instance'))
    expect(of(new Repo('a'), 'instance')).not.toBe(of(new Mirror('a'), 'instance'))
    expect(of(new Repo('a'), 'instance', () => 'x')).not.toBe(of(new Repo('a'), 'instance', () => 'y'))
  })

  it('of a static method counts by the class that it is called on', () => {
    expect(of(Repo, 'static')).toBe(of(Repo, 'static'))
    expect(of(Repo, 'static')).not.toBe(of(Mirror, 'static'))
    expect(of(Repo, 'static', () => 'x')).not.toBe(of(Repo, 'static', () => 'y'))
    const before = of(Repo, 'static')
    Repo.limit = 6
    expect(of(Repo, 'static')).not.toBe(before)
  })

  it('around an arrow function may be nothing or the global object', () => {
    const keys = [of(undefined, 'lexical'), of(globalThis, 'lexical'), of({ a: 1 }, 'lexical'), keyOf('a', [1])]
    expect(new Set(keys).size).toBe(4)
  })

  it('that can not be seen is refused, with the cure', () => {
    class Closed {
      #state = 1
      read(): number {
        return this.#state
      }
    }
    expect(refusal(() => of(new Closed(), 'instance'))).toMatchObject({ code: 'KEY', path: 'this' })
    expect(refusal(() => of(new Closed(), 'instance')).message).toContain('Define [persistKey]() on Closed')
    class Open extends Closed {
      [persistKey](): string {
        return 'open'
      }
    }
    expect(of(new Open(), 'instance')).toBe(of(new Open(), 'instance'))
  })
})

describe('captures', () => {
  const of = (value: unknown, capture: Omit<CaptureDescriptor, 'name'> = {}, call: Call = {}): string =>
    keyOf('a', [1], {}, { descriptor: { captures: [{ name: 'limit', ...capture }] }, captures: [value], ...call })

  it('count by value', () => {
    const values = [1, '1', undefined, null, { a: 1 }, [1], new Map([[1, 1]]), new Date(0), -0]
    expect(new Set(values.map((value) => of(value))).size).toBe(values.length)
    expect(of({ a: 1 })).toBe(of({ a: 1 }))
  })

  it('that are no data count by their provenance', () => {
    class Client {
      url = 'x'
    }
    const odd = [new Client(), () => 1, new WeakMap(), { get a() { throw new Error('invoked') } }, new Proxy({}, {}), Promise.resolve(), { socket: new Client() }]
    for (const value of odd) {
      expect(of(value, { provenance: 'p1' })).toBe(of(new WeakSet(), { provenance: 'p1' }))
      expect(of(value, { provenance: 'p1' })).not.toBe(of(value, { provenance: 'p2' }))
    }
    // Where others put functions, these count by their text.
    const open = (value: unknown): string => of(value, { provenance: 'p1', open: true })
    for (const put of [(step: unknown) => step, (step: unknown) => [step], (step: unknown) => new Map([['a', { step }]])]) {
      expect(open(put(() => 1))).toBe(open(put(() => 1)))
      expect(open(put(() => 1))).not.toBe(open(put(() => 2)))
    }
    expect(of({ a: 1 }, { provenance: 'p1' })).not.toBe(of({ a: 2 }, { provenance: 'p1' }))
    expect(refusal(() => of(() => 1))).toMatchObject({ code: 'KEY', path: 'limit' })
  })

  it('that are functions count by their fingerprint', () => {
    const helper = (): number => 1
    expect(of(helper, { provenance: 'p' }, { known: () => 'f1' })).not.toBe(of(helper, { provenance: 'p' }, { known: () => 'f2' }))
  })

  it('that are stable are hashed once, but for another value', () => {
    const descriptor: Partial<Descriptor> = { captures: [{ name: 'table', stable: true }] }
    let reads = 0
    const table = { [persistKey]: () => ++reads && 'content' }
    const first = keyOf('a', [1], {}, { descriptor, captures: [table] })
    expect(keyOf('a', [1], {}, { descriptor, captures: [table] })).toBe(first)
    expect(reads).toBe(1)
    expect(keyOf('a', [1], {}, { descriptor, captures: [{ other: 1 }] })).not.toBe(first)
  })

  it('of which members are read count by these, where they are plain objects', () => {
    class Client {
      url = 'x'
    }
    const members = ['a', 'b']
    const same = (one: unknown, other: unknown): boolean => of(one, { provenance: 'p', members }) === of(other, { provenance: 'p', members })
    expect(same({ a: 1, b: [2], c: 3 }, { a: 1, b: [2], c: 4, d: new Client(), get e() { throw new Error('invoked') } })).toBe(true)
    expect(same(Object.assign(Object.create(null), { a: 1, c: 1 }), Object.assign(Object.create(null), { a: 1, c: 2 }))).toBe(true)
    expect(same({ a: 1 }, { a: 2 })).toBe(false)
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false)
    expect(same({ a: 1, b: { c: 1 } }, { a: 1, b: { c: 2 } })).toBe(false)
    const [loop, other] = [1, 2].map((c) => {
      const it: { a: { it?: unknown }; c: number } = { a: {}, c }
      it.a.it = it
      return it
    })
    expect(same(loop, other)).toBe(false)
    // Where one of these is no data, all of it counts, as far as it is.
    expect(same({ a: () => 1, c: 1 }, { a: () => 1, c: 2 })).toBe(false)
    expect(same(['a', 'b'], ['a', 'c'])).toBe(false)
    expect(same(new Map([['a', 1]]), new Map([['a', 2]]))).toBe(false)
    expect(same(new Proxy({ a: 1 }, {}), new WeakSet())).toBe(true)
  })

  it('that are paths below the project are the same in each clone', () => {
    const at = (root: string, path: string): string => of(path, {}, { projectPath: root })
    const [one, two] = [join(tmpdir(), 'one'), join(tmpdir(), 'two')]
    expect(at(one, join(one, 'data', 'x'))).toBe(at(two, join(two, 'data', 'x')))
    expect(at(one, one)).toBe(at(two, two))
    expect(at(one, pathToFileURL(join(one, 'a.ts')).href)).toBe(at(two, pathToFileURL(join(two, 'a.ts')).href))
    expect(at(one, join(one, 'data', 'x'))).not.toBe(at(one, join(one, 'data', 'y')))
    expect(at(one, `${one}rous${sep}x`)).not.toBe(at(two, `${two}rous${sep}x`))
    expect(at(one, '<project>')).not.toBe(at(one, one))
  })
})

describe('further inputs', () => {
  const root = mkdtempSync(join(tmpdir(), 'persist-key-'))
  afterEach(() => {
    delete process.env.PERSIST_TEST_INPUT
    rmSync(root, { recursive: true, force: true })
    mkdirSync(root)
  })

  it('env counts by value, unset and empty apart', () => {
    const of = (): string => keyOf('a', [1], { env: ['PERSIST_TEST_INPUT'] })
    const unset = of()
    process.env.PERSIST_TEST_INPUT = ''
    const empty = of()
    process.env.PERSIST_TEST_INPUT = 'x'
    expect(new Set([unset, empty, of(), keyOf('a', [1])]).size).toBe(4)
  })

  it('files count by content, missing ones and directories too', () => {
    const of = (): string => keyOf('a', [1], { files: ['data.txt', 'set'] }, { projectPath: root })
    const keys = [of()]
    writeFileSync(join(root, 'data.txt'), 'one')
    keys.push(of())
    writeFileSync(join(root, 'data.txt'), 'two')
    keys.push(of())
    mkdirSync(join(root, 'set'))
    keys.push(of())
    writeFileSync(join(root, 'set', 'a'), '1')
    keys.push(of())
    writeFileSync(join(root, 'set', 'b'), '1')
    keys.push(of())
    expect(new Set(keys).size).toBe(keys.length)
    rmSync(join(root, 'set', 'b'))
    expect(of()).toBe(keys[4])
  })

  it('a change of a file is seen though its size and time stay', () => {
    const path = join(root, 'data.txt')
    const old = new Date(Date.now() - 60_000)
    const of = (): string => keyOf('a', [1], { files: ['data.txt'] }, { projectPath: root })
    writeFileSync(path, 'one')
    utimesSync(path, old, old)
    const before = of()
    writeFileSync(path, 'two')
    utimesSync(path, old, old)
    expect(of()).not.toBe(before)
  })
})

describe('preview', () => {
  const of = (params: string, values: unknown[], options?: KeyOptions): string => callKey(params, values, options).preview()

  it('shows the arguments, shortened', () => {
    expect(of('dataset lr opts list', ['MNIST', 0.001, { a: 1, deep: { b: 1 } }, [1, 2, 3, 4]])).toBe('dataset="MNIST", lr=0.001, opts={a: 1, deep: {…}}, list=[1, 2, 3, … 4]')
    expect(of('text', ['x'.repeat(500)]).length).toBeLessThan(80)
    expect(of(Array.from({ length: 100 }, (_, i) => `p${i}`).join(' '), Array.from({ length: 100 }, () => 'value')).length).toBeLessThanOrEqual(200)
  })

  it('leaves out what looks like a secret', () => {
    expect(of('user password opts', ['me', 'hunter2', { apiKey: 'k', cookie: 'c', a: 1 }])).toBe('user="me", password=…, opts={apiKey: …, cookie: …, a: 1}')
  })

  it('runs nothing of the arguments', () => {
    const boom = (): never => { throw new Error('invoked') }
    expect(of('a b c', [{ get x() { return boom() } }, new Proxy({}, { get: boom, ownKeys: boom, getPrototypeOf: boom }), boom], { skip: ['a', 'b', 'c'] })).toBe('a={x: …}, b=Proxy, c=ƒ')
  })
})

describe('batch', () => {
  it('is another key than that of the whole list', () => {
    expect(keyOf('ids', [1], { batch: ['ids'] })).not.toBe(keyOf('ids', [1]))
  })
})
