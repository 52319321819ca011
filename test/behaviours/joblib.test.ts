/** What joblib.Memory (Python) documents and tests: functions of all shapes, ignored arguments, validation, shelved results, clearing, functions that change. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { app } from './harness.ts'

describe('functions', () => {
  it.each<[string, string, unknown[], unknown]>([
    ['without arguments', 'export const f = /* @persist */ () => { console.log("f"); return 1 }', [], 1],
    ['arrows', '// @persist\nexport const f = (x: number) => { console.log("f"); return x + 1 }', [1], 2],
    ['function expressions', '// @persist\nexport const f = function (x: number) { console.log("f"); return x + 1 }', [1], 2],
    ['the default export', '// @persist\nexport default function f(x: number) { console.log("f"); return x + 1 }\nexport { f }', [1], 2],
    ['with rest parameters', '// @persist\nexport function f(...xs: number[]) { console.log("f"); return xs.length }', [1, 2, 3], 3],
    ['with named options and defaults', '// @persist\nexport function f(x: number, { by = 2 } = {}) { console.log("f"); return x * by }', [2], 4],
    ['wrapped by a call', 'import { persist } from "unplugin-persist"\nexport const f = persist((x: number) => { console.log("f"); return x + 1 })', [1], 2],
    ['that stand elsewhere', 'import { persist } from "unplugin-persist"\nfunction plain(x: number) { console.log("f"); return x + 1 }\nexport const f = persist(plain)', [1], 2],
    ['that are generic and typed', '// @persist\nexport function f<T extends number>(x: T): T { console.log("f"); return x }', [1], 1],
    ['with a JSDoc tag', '/** Adds one. @persist */\nexport function f(x: number) { console.log("f"); return x + 1 }', [1], 2],
  ])('%s', (_, code, args, expected) => {
    const project = app(code)
    expect([project.start().f(...args), project.start().f(...args)]).toEqual([expected, expected])
    expect(project.ran()).toHaveLength(1)
  })

  it('asynchronous ones', async () => {
    const project = app(`// @persist\nexport async function f(x: number) { console.log('f'); await null; return [x] }`)
    expect([await project.start().f(1), await project.start().f(1)]).toEqual([[1], [1]])
    expect(project.ran()).toHaveLength(1)
  })

  it('static methods, and methods by the state of their object', () => {
    const project = app(`
      export class Model {
        constructor(public rate: number) {}
        // @persist
        static create(x: number) { console.log('create'); return x }
        // @persist
        fit(x: number) { console.log('fit', this.rate); return x * this.rate }
      }`)
    for (let i = 0; i < 2; i++) {
      const { Model } = project.start()
      expect([Model.create(1), new Model(2).fit(3), new Model(4).fit(3), new Model(2).fit(3)]).toEqual([1, 6, 12, 6])
    }
    expect(project.ran()).toEqual(['create', 'fit 2', 'fit 4'])
  })

  it('recursive ones reuse their own results', () => {
    const project = app(`// @persist\nexport function fib(n: number): number { console.log('fib'); return n < 2 ? n : fib(n - 1) + fib(n - 2) }`)
    expect(project.start().fib(15)).toBe(610)
    expect(project.ran()).toHaveLength(16)
    expect(project.start().fib(16)).toBe(987)
    expect(project.ran()).toHaveLength(1)
  })

  it('of one name in two scopes do not collide', () => {
    const project = app(`
      export function first() {
        // @persist
        function work(x: number) { return 'first ' + x }
        return work(1)
      }
      export function second() {
        // @persist
        function work(x: number) { return 'second ' + x }
        return work(1)
      }`)
    const { first, second } = project.start()
    expect([first(), second(), first(), second()]).toEqual(['first 1', 'second 1', 'first 1', 'second 1'])
  })

  it('of one name in two files do not collide', () => {
    const project = app({
      'src/a.ts': `// @persist\nexport function work() { return 'a' }`,
      'src/b.ts': `// @persist\nexport function work() { return 'b' }`,
    })
    expect([project.start({ file: 'src/a.ts' }).work(), project.start({ file: 'src/b.ts' }).work(), project.start({ file: 'src/a.ts' }).work()]).toEqual(['a', 'b', 'a'])
  })

  it('made by one piece of code with different variables do not collide', () => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      export const times = (factor: number) => persist((x: number) => { console.log('times', factor); return x * factor })`)
    const { times } = project.start()
    expect([times(2)(5), times(3)(5), times(2)(5)]).toEqual([10, 15, 10])
    expect(project.ran()).toEqual(['times 2', 'times 3'])
  })

  it('that take the result of another cached function', () => {
    const project = app(`
      // @persist
      export function a(x: number) { console.log('a'); return { x } }
      // @persist
      export function b(it: { x: number }) { console.log('b'); return it.x + 1 }`)
    for (let i = 0; i < 2; i++) {
      const { a, b } = project.start()
      expect(b(a(1))).toBe(2)
    }
    expect(project.ran()).toEqual(['a', 'b'])
  })

  it('that take a function', () => {
    const project = app(`
      export const double = (x: number) => x * 2
      export const triple = (x: number) => x * 3
      // @persist
      export function apply(fn: (x: number) => number, x: number) { console.log('apply'); return fn(x) }
      export const both = (x: number) => [apply(double, x), apply(triple, x)]`)
    expect([project.start().both(1), project.start().both(1)]).toEqual([[2, 3], [2, 3]])
  })
})

describe('exceptions', () => {
  it('are thrown each time, as themselves', () => {
    const project = app(`
      export class Bad extends Error { override name = 'Bad' }
      // @persist
      export function f(x: number) { console.log('f'); if (x > 0) throw new Bad('x is ' + x); return x }`)
    const { f, Bad } = project.start()
    for (let i = 0; i < 3; i++) expect(() => f(1)).toThrow(Bad)
    expect(project.ran()).toHaveLength(3)
    expect(f(0)).toBe(0)
  })

  it('while a result is loaded: it is computed again', () => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      export const f = persist(() => { console.log('f'); return 'value' }, { codec: { name: 'fragile', encode: () => new Uint8Array(), decode: () => { throw new Error('older format') } } })`)
    project.start().f()
    expect(project.start().f()).toBe('value')
    expect(project.ran()).toHaveLength(2)
    expect(project.warned().join()).toMatch(/older format/)
  })
})

describe('ignored arguments', () => {
  it('do not count', () => {
    const project = app(`// @persist { skip: ['verbose'] }\nexport function f(x: number, verbose = false) { console.log('f'); return x }`)
    const { f } = project.start()
    f(1, true)
    f(1, false)
    f(1)
    expect(project.ran()).toHaveLength(1)
  })

  it('must be arguments', () => {
    expect(() => app(`// @persist { skip: ['verbos'] }\nexport function f(x: number, verbose = false) {}`).start()).toThrow(/verbos[\s\S]*verbose/)
    expect(() => app(`import { persist } from 'unplugin-persist'\nexport const f = persist((x: number) => x, { skip: ['y'] })`).start()).toThrow(/'y'[\s\S]*`x`/)
  })

  it('may be several, and part of one', () => {
    const project = app(`// @persist { skip: ['a', 'c.d'] }\nexport function f(a: number, b: number, c: object) { console.log('f') }`)
    const { f } = project.start()
    f(1, 2, { d: 1, e: 1 })
    f(9, 2, { d: 9, e: 1 })
    f(1, 2, { d: 1, e: 2 })
    expect(project.ran()).toHaveLength(2)
  })
})

describe('no store', () => {
  it('off: functions are as they were written', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`, { mode: 'off' })
    const { f } = project.start()
    expect([f(1), f(1)]).toEqual([1, 1])
    expect(project.ran()).toHaveLength(2)
    expect(existsSync(project.store)).toBe(false)
  })

  it('the function without its cache is at hand', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`)
    const { f, api } = project.start()
    expect([api.handle(f).original(1), api.handle(f).original(1)]).toEqual([1, 1])
    expect(project.ran()).toHaveLength(2)
    expect(api.handle(f).has(1)).toBe(false)
  })
})

describe('big arguments and results', () => {
  it('arrays of numbers by their content', () => {
    const project = app(`// @persist\nexport function sum(xs: Float64Array) { console.log('sum'); return xs.reduce((a, b) => a + b, 0) }`)
    const { sum } = project.start()
    const xs = Float64Array.from({ length: 100_000 }, (_, i) => i)
    expect([sum(xs), sum(xs.slice())]).toEqual([4_999_950_000, 4_999_950_000])
    xs[50_000]! += 1
    expect(sum(xs)).toBe(4_999_950_001)
    expect(project.ran()).toHaveLength(2)
  })

  it('a part of a buffer counts as that part', () => {
    const project = app(`// @persist\nexport function f(xs: Uint8Array) { console.log(xs.join()); return xs.length }`)
    const { f } = project.start()
    const whole = Uint8Array.from([0, 1, 2, 3, 9])
    expect([f(whole.subarray(1, 4)), f(Uint8Array.from([1, 2, 3])), f(whole), f(whole.subarray(2))]).toEqual([3, 3, 5, 3])
    expect(project.ran()).toEqual(['1,2,3', '0,1,2,3,9', '2,3,9'])
  })

  it('results of megabytes come back equal, and each caller has its own', () => {
    const project = app(`// @persist\nexport function make(n: number) { console.log('make'); return new Float64Array(n).fill(1.5) }`)
    project.start().make(500_000)
    const { make } = project.start()
    const one = make(500_000)
    expect(one).toHaveLength(500_000)
    expect(one[499_999]).toBe(1.5)
    one[0] = 7
    expect(make(500_000)[0]).toBe(1.5)
    expect(project.ran()).toHaveLength(1)
  })
})

describe('validation', () => {
  it.each([[true, 1], [false, 2]])('a callback decides whether what is cached is good: %s', (good, computed) => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      export const f = persist(() => { console.log('f'); return 1 }, { validate: () => ${good} })`)
    const { f, api } = project.start()
    f()
    expect(api.handle(f).has()).toBe(good)
    f()
    expect(project.ran()).toHaveLength(computed)
  })

  it('only long runs are worth keeping', () => {
    let clock = 0
    const now = vi.spyOn(process, 'hrtime').mockImplementation(() => [Math.floor(clock / 1e3), Math.round((clock % 1e3) * 1e6)])
    ;(globalThis as any).pass = (milliseconds: number) => (clock += milliseconds)
    try {
      const project = app(`
        // @persist { minDuration: '40ms', impure: true }
        export function f(ms: number) { console.log('f'); (globalThis as any).pass(ms); return ms }`)
      const { f } = project.start()
      for (const ms of [39, 39, 40, 40]) f(ms)
      expect(project.ran()).toHaveLength(3)
    } finally {
      now.mockRestore()
      delete (globalThis as any).pass
    }
  })

  it('results expire after a while', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    try {
      const project = app(`// @persist { maxAge: '2d' }\nexport function f() { console.log('f'); return 1 }`)
      project.start().f()
      vi.setSystemTime(Date.now() + 2 * 86_400_000 - 1)
      project.start().f()
      expect(project.ran()).toHaveLength(1)
      vi.setSystemTime(Date.now() + 2)
      project.start().f()
      expect(project.ran()).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('must be a function', () => {
    expect(() => app(`import { persist } from 'unplugin-persist'\nexport const f = persist(() => 1, { validate: 'yes' as never })`).start()).toThrow(/validate[\s\S]*function/)
  })
})

describe('shelved results', () => {
  const MAKE = `// @persist\nexport function make(n: number) { console.log('make'); return Array(n).fill(0) }`

  it('are computed once, and loaded when asked', () => {
    const project = app(MAKE)
    const { make, api } = project.start()
    const shelved = api.handle(make).lazy(3) as any
    expect(project.ran()).toEqual(['make'])
    expect(shelved.load()).toEqual([0, 0, 0])
    expect(shelved.load()).not.toBe(shelved.load())
    expect(project.start().make(3)).toEqual([0, 0, 0])
    expect(project.ran()).toEqual([])
  })

  it('say so when what they stand for was dropped', () => {
    const { make, api } = app(MAKE).start()
    const shelved = api.handle(make).lazy(3) as any
    api.handle(make).forget(3)
    expect(() => shelved.load()).toThrow(/make.*gone/)
  })

  it('of a function that is not cached hold the value', () => {
    const { make, api } = app(MAKE).start()
    const shelved = api.withMode('read-only', () => api.handle(make).lazy(2)) as any
    expect(shelved.load()).toEqual([0, 0])
  })
})

describe('clearing', () => {
  it('one function, and computing goes on', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`)
    const { f, api } = project.start()
    f(1)
    api.handle(f).clear()
    expect(api.handle(f).has(1)).toBe(false)
    f(1)
    f(1)
    expect(project.ran()).toHaveLength(2)
  })

  it('everything, while a program runs', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`)
    const { f } = project.start()
    f(1)
    rmSync(project.store, { recursive: true })
    expect(f(1)).toBe(1)
    project.ran()
    expect([project.start().f(2), project.start().f(2)]).toEqual([2, 2])
    expect(project.ran()).toEqual(['f'])
  })

  it('the store says to backup programs that it is one', () => {
    const project = app(`// @persist\nexport function f(x: number) { return x }`)
    project.start().f(1)
    expect(readdirSync(project.store)).toContain('CACHEDIR.TAG')
  })
})

describe('functions that change', () => {
  it('compute again; the results of before stay', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x + 1 }`)
    expect(project.start().f(1)).toBe(2)
    project.edit('src/main.ts', 'x + 1', 'x + 2')
    expect(project.start().f(1)).toBe(3)
    project.edit('src/main.ts', 'x + 2', 'x + 1')
    expect(project.start().f(1)).toBe(2)
    expect(project.ran()).toHaveLength(2)
  })

  it('in lines above them only do not', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x + 1 }`)
    project.start().f(1)
    project.write('src/main.ts', `\n\nexport const other = () => 5\n\n${project.read('src/main.ts')}`)
    project.start().f(1)
    expect(project.ran()).toHaveLength(1)
  })

  it('their signature: another number of parameters', () => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`)
    expect(project.start().f(1)).toBe(1)
    project.write('src/main.ts', `// @persist\nexport function f(x: number, y = 1) { console.log('f'); return x + y }`)
    expect([project.start().f(1), project.start().f(1, 1), project.start().f(1, 2)]).toEqual([2, 2, 3])
    expect(project.ran()).toHaveLength(3)
  })

  it('in a package that they use', () => {
    const project = app({
      'src/main.ts': `import { one } from 'dep'\n// @persist\nexport function f() { console.log('f'); return one }`,
      'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0", "main": "index.js" }',
      'node_modules/dep/index.js': 'exports.one = 1',
    })
    expect([project.start().f(), project.start().f()]).toEqual([1, 1])
    project.write('node_modules/dep/package.json', '{ "name": "dep", "version": "1.0.1", "main": "index.js" }')
    project.start().f()
    expect(project.ran()).toHaveLength(2)
  })

  it('in a package that one which they use depends on', () => {
    const project = app({
      'src/main.ts': `import { one } from 'dep'\n// @persist\nexport function f() { console.log('f'); return one }`,
      'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0", "main": "index.js", "dependencies": { "deep": "1" } }',
      'node_modules/dep/index.js': `exports.one = 1`,
      'node_modules/deep/package.json': '{ "name": "deep", "version": "1.0.0" }',
      'node_modules/beside/package.json': '{ "name": "beside", "version": "1.0.0" }',
    })
    project.start().f()
    project.edit('node_modules/beside/package.json', '1.0.0', '1.0.1')
    project.start().f()
    expect(project.ran()).toHaveLength(1)
    project.edit('node_modules/deep/package.json', '1.0.0', '1.0.1')
    project.start().f()
    expect(project.ran()).toHaveLength(1)
  })

  it('in JSON that they import', () => {
    const project = app({
      'src/main.ts': `import data from './data.json'\n// @persist\nexport function f() { console.log('f'); return 1 + (data as any).n }`,
      'src/data.json': '{ "n": 1, "default": { "n": 1 } }',
    })
    project.start().f()
    project.edit('src/data.json', '{ "n": 1,', '{ "n": 2,')
    project.start().f()
    expect(project.ran()).toHaveLength(2)
  })
})

describe('arguments that the function changes', () => {
  it('count as they were before, and it is told of', () => {
    const project = app(`// @persist\nexport function take(xs: number[]) { console.log('take'); return xs.splice(0).length }`)
    const { take } = project.start()
    expect([take([1, 2]), take([1, 2]), take([])]).toEqual([2, 2, 0])
    expect(project.ran()).toHaveLength(2)
    expect(project.warned()).toEqual([expect.stringMatching(/take changes its argument `xs`/)])
  })
})

describe('impurity', () => {
  it.each([['Math.random()', 'Math.random'], ['Date.now()', 'Date.now']])('%s is reported when the code is compiled, and may be acknowledged', async (expression, name) => {
    const { createCompiler } = await import('./sources.ts')
    const project = app(`// @persist\nexport function f() { return ${expression} }`)
    const path = join(project.directory, 'src/main.ts')
    const warnings = (): string[] => createCompiler({ root: project.directory }).compile(project.read('src/main.ts'), path)!.warnings.map(({ code, message }) => `${code} ${message}`)
    expect(warnings()).toEqual([expect.stringMatching(new RegExp(`IMPURE[\\s\\S]*${name.replace('.', '\\.')}`))])
    writeFileSync(path, project.read('src/main.ts').replace('@persist', `@persist { impure: ['${name}'] }`))
    expect(warnings()).toEqual([])
  })
})
