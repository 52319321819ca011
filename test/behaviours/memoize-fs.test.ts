/** What memoize-fs documents and tests: functions of all kinds memoized on disk, their text in the key, forced and invalidated results, damaged files. */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { app } from './harness.ts'

describe('options that make no sense', () => {
  it.each<[string, string, RegExp]>([
    ['an option that is none', `// @persist { cacheId: 'x' }\nexport function f() {}`, /main\.ts:1[\s\S]*cacheId/],
    ['an age that is no duration', `// @persist { maxAge: 'soon' }\nexport function f() {}`, /maxAge[\s\S]*soon/],
    ['a name that is no text', `// @persist { name: 1 }\nexport function f() {}`, /name/],
    ['a mode that is none', `// @persist { mode: 'force' }\nexport function f() {}`, /mode[\s\S]*refresh/],
    ['what needs a function, in a comment', `// @persist { codec: 'json' }\nexport function f() {}`, /codec[\s\S]*persist\(/],
    ['a mark on what is no function', `// @persist\nexport const x = 1`, /main\.ts:1/],
  ])('%s is an error with place and cure', (_, code, message) => {
    expect(() => app(code).start()).toThrow(message)
  })

  it('what is no function can\'t be persisted', () => {
    expect(() => app(`import { persist } from 'unplugin-persist'\nexport const f = persist(5 as never)`).start()).toThrow(/5.*function/)
  })

  it('a codec must be one', () => {
    expect(() => app(`import { persist } from 'unplugin-persist'\nexport const f = persist(() => 1, { codec: { name: 'x' } as never })`).start()).toThrow(/codec/)
  })
})

describe('the store', () => {
  it('is made when first needed, for its user only', () => {
    const project = app(`// @persist\nexport function f() { return 1 }`)
    const { f } = project.start()
    expect(existsSync(project.store)).toBe(false)
    f()
    expect(existsSync(project.store)).toBe(true)
    if (process.platform !== 'win32') expect(statSync(project.store).mode & 0o77).toBe(0)
  })

  it('that can\'t be had is a warning, and the function runs', () => {
    const project = app(`// @persist\nexport function f() { console.log('f'); return 1 }`)
    writeFileSync(join(project.directory, 'occupied'), '')
    const { f } = project.start({ env: { PERSIST_PATH: join(project.directory, 'occupied') } })
    expect([f(), f()]).toEqual([1, 1])
    expect(project.ran()).toHaveLength(2)
    expect(project.warned().length).toBeGreaterThan(0)
  })

  it('that can\'t be had is an error for who wants to know', () => {
    const project = app(`// @persist { onError: 'throw' }\nexport function f() { return 1 }`)
    writeFileSync(join(project.directory, 'occupied'), '')
    const { f } = project.start({ env: { PERSIST_PATH: join(project.directory, 'occupied') } })
    expect(f).toThrow(expect.objectContaining({ code: 'STORE' }))
  })

  it('a function tells where its results are', () => {
    const project = app(`// @persist\nexport function f() { return 1 }`)
    const { f, api } = project.start()
    f()
    expect(readdirSync(api.handle(f).info.directory).length).toBeGreaterThan(0)
  })
})

describe('results come back as they were', () => {
  const giving = (expression: string): ReturnType<typeof app> => app(`// @persist\nexport function f() { console.log('f'); return ${expression} }`)

  it.each<[string, string]>([
    ['a number', '42.5'], ['a text', `'täxt'`], ['a text full of quotes', '`"\'\\`"\\\\"`'], ['true', 'true'], ['undefined', 'undefined'], ['null', 'null'],
    ['NaN', 'NaN'], ['-0', '-0'], ['Infinity', '-Infinity'], ['a bigint', '2n ** 70n'], ['a nested object', `{ a: [1, { b: undefined }], c: null }`],
    ['a Date', 'new Date(5)'], ['a Map and a Set', `new Map([[{ k: 1 }, new Set([1, 'x'])]])`], ['a pattern', '/a+/giu'], ['an error', `new RangeError('far')`],
    ['typed arrays', '[new Float64Array([1.5, NaN]), new Uint8Array([255])]'], ['a text with half of a pair', `'\\uD83D'`], ['a url', `new URL('https://a.b/c?d')`],
    ['a sparse list', '[1, , 3]'],
  ])('%s', (_, expression) => {
    const project = giving(expression)
    const first = project.start().f()
    const second = project.start().f()
    expect(second).toStrictEqual(first)
    expect(Object.is(second, first) || typeof first === 'object').toBe(true)
    expect(project.ran()).toHaveLength(1)
  })

  it('one object in two places, and a circle', () => {
    const project = app(`// @persist\nexport function f() { console.log('f'); const shared = { x: 1 }; const all: any = { a: shared, b: shared }; all.self = all; return all }`)
    project.start().f()
    const back = project.start().f()
    expect(back.a).toBe(back.b)
    expect(back.self).toBe(back)
    expect(project.ran()).toHaveLength(1)
  })

  it.each([
    ['a function', '{ users: [{ greet() {} }] }', /result\.users\[0\]\.greet/],
    ['an instance of a class', '{ at: new (class Point { x = 1 })() }', /result\.at.*Point/],
    ['a symbol', `[Symbol('x')]`, /result\[0\]/],
  ])('%s in them is told of by its place, and nothing is kept that would change', (_, expression, place) => {
    const project = giving(expression)
    const { f } = project.start()
    f()
    f()
    expect(project.ran()).toHaveLength(2)
    expect(project.warned()).toEqual([expect.stringMatching(place)])
  })

  it('codecs of one\'s own are used for both ways', () => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      const codec = {
        name: 'reversed',
        encode: (value: string) => new TextEncoder().encode([...value].reverse().join('')),
        decode: (bytes: Uint8Array) => [...new TextDecoder().decode(bytes)].reverse().join('') + '!',
      }
      export const f = persist(() => { console.log('f'); return 'abc' }, { codec })`)
    expect([project.start().f(), project.start().f()]).toEqual(['abc', 'abc!'])
    expect(project.ran()).toHaveLength(1)
  })
})

describe('functions', () => {
  it('that are synchronous stay so', () => {
    const project = app(`// @persist\nexport function f(x: number) { return x }`)
    expect([project.start().f(1), project.start().f(1)]).toEqual([1, 1])
  })

  it('that give promises give promises on a hit', async () => {
    const project = app(`
      // @persist
      export async function f(x: number) { console.log('f'); return x }
      // @persist
      export function g(x: number) { console.log('g'); return Promise.resolve(Promise.resolve(x)) }`)
    for (let i = 0; i < 2; i++) {
      const { f, g } = project.start()
      const [one, two] = [f(1), g(2)]
      expect([one, two].every((given) => given instanceof Promise)).toBe(true)
      expect(await Promise.all([one, two])).toEqual([1, 2])
    }
    expect(project.ran()).toEqual(['f', 'g'])
  })

  it('that throw are run again', () => {
    const project = app(`// @persist\nexport function f() { console.log('f'); throw new RangeError('no') }`)
    const { f } = project.start()
    for (let i = 0; i < 2; i++) expect(f).toThrow(RangeError)
    expect(project.ran()).toHaveLength(2)
  })

  it('that reject are run again', async () => {
    const project = app(`// @persist\nexport async function f() { console.log('f'); throw new Error('no') }`)
    const { f } = project.start()
    for (let i = 0; i < 2; i++) await expect(f()).rejects.toThrow('no')
    expect(project.ran()).toHaveLength(2)
  })

  it('with a callback as argument run, and say which argument can\'t be a key', () => {
    const project = app(`// @persist\nexport function f(x: number, done: (error: null, value: number) => void) { console.log('f'); done(null, x) }`)
    const seen: unknown[] = []
    const { f } = project.start()
    for (let i = 0; i < 2; i++) f(1, (_: null, value: number) => seen.push(value))
    expect([seen, project.ran().length]).toEqual([[1, 1], 2])
    expect(project.warned()).toEqual([expect.stringMatching(/done[\s\S]*skip/)])
  })

  it('with a callback that is left out of the key are cached', () => {
    const project = app(`// @persist { skip: ['onProgress'] }\nexport function f(x: number, onProgress: () => void) { console.log('f'); onProgress(); return x }`)
    const progress = vi.fn()
    const { f } = project.start()
    f(1, progress)
    f(1, progress)
    expect(progress).toHaveBeenCalledTimes(1)
  })

  it('run once for calls of one tick', async () => {
    const project = app(`// @persist\nexport async function f(x: number) { console.log('f'); await null; return x }`)
    const { f } = project.start()
    expect(await Promise.all([f(1), f(1), f(1)])).toEqual([1, 1, 1])
    expect(project.ran()).toHaveLength(1)
  })

  it('keep their name and length', () => {
    const { f, g, h } = app(`
      import { persist } from 'unplugin-persist'
      // @persist
      export function f(a: number, b: number) {}
      // @persist
      export const g = async (a: number, b = 1) => {}
      function elsewhere(a: number, b: number, c: number) {}
      export const h = persist(elsewhere)`).start()
    expect([f.name, f.length, g.name, g.length, h.name, h.length]).toEqual(['f', 2, 'g', 1, 'elsewhere', 3])
  })

  it('that were persisted by a call are themselves, with members', () => {
    const { f } = app(`import { persist } from 'unplugin-persist'\nexport const f = persist((x: number) => x + 1)`).start()
    expect(f(1)).toBe(2)
    expect(['rerun', 'has', 'peek', 'put', 'forget', 'clear', 'lazy', 'original', 'info'].filter((member) => !(member in f))).toEqual([])
    expect(Object.keys(f)).toEqual([])
  })
})

describe('what is in the key', () => {
  it('the text of the function: two with different bodies do not share', () => {
    const project = app(`
      // @persist
      export function f(x: number) { console.log('f'); return x + 1 }
      // @persist
      export function g(x: number) { console.log('g'); return x + 2 }`)
    const { f, g } = project.start()
    expect([f(1), g(1)]).toEqual([2, 3])
  })

  it('a version instead of the text', () => {
    const project = app(`// @persist { version: 1 }\nexport function f(x: number) { console.log('f'); return x + 1 }`)
    expect(project.start().f(1)).toBe(2)
    project.edit('src/main.ts', 'x + 1', 'x + 2')
    expect(project.start().f(1)).toBe(2)
    project.edit('src/main.ts', 'version: 1', 'version: 2')
    expect(project.start().f(1)).toBe(3)
    project.edit('src/main.ts', 'version: 2', 'version: 1')
    expect(project.start().f(1)).toBe(2)
    expect(project.ran()).toHaveLength(2)
  })

  it('a version of one function is not that of another', () => {
    const project = app(`
      // @persist { version: 1 }
      export function f(x: number) { return 'f' }
      // @persist { version: 1 }
      export function g(x: number) { return 'g' }`)
    const { f, g } = project.start()
    expect([f(1), g(1), f(1), g(1)]).toEqual(['f', 'g', 'f', 'g'])
  })

  it('not its formatting', () => {
    const project = app(`// @persist\nexport const f = (x: number) => { console.log('f'); return x }`)
    project.start().f(1)
    project.write('src/main.ts', `// @persist\nexport const f = (\n  y: number,\n) => {\n  // a comment\n  console.log("f")\n  return y;\n}\n`)
    project.start().f(1)
    expect(project.ran()).toHaveLength(1)
  })

  it('the codec', () => {
    const project = app(`
      import { persist } from 'unplugin-persist'
      const codec = { name: 'a', encode: () => new Uint8Array([1]), decode: () => 'from the codec' }
      export const f = persist((x: number) => { console.log('f'); return 'computed' }, { codec })`)
    project.start().f(1)
    expect(project.start().f(1)).toBe('from the codec')
    project.edit('src/main.ts', `name: 'a'`, `name: 'b'`)
    expect(project.start().f(1)).toBe('computed')
  })

  it('environment variables and files that it reads', () => {
    const project = app(`// @persist { env: ['TOKEN'], files: ['data.txt'] }\nexport function f() { console.log('f'); return 1 }`)
    project.write('data.txt', 'a')
    project.start({ env: { TOKEN: '1' } }).f()
    project.start({ env: { TOKEN: '1' } }).f()
    project.start({ env: { TOKEN: '2' } }).f()
    project.write('data.txt', 'b')
    project.start({ env: { TOKEN: '2' } }).f()
    expect(project.ran()).toHaveLength(3)
  })

  it('what is read from process.env in the body, by itself', () => {
    const project = app(`// @persist\nexport function f() { console.log('f'); return process.env.REGION }`)
    expect([project.start({ env: { REGION: 'eu' } }).f(), project.start({ env: { REGION: 'us' } }).f(), project.start({ env: { REGION: 'eu' } }).f()]).toEqual(['eu', 'us', 'eu'])
    expect(project.ran()).toHaveLength(2)
  })

  it('what others put into settings that a helper reads, and nothing else of these', () => {
    const project = app({
      'main.ts': `import { price } from './price'\nexport { settings } from './settings'\n// @persist\nexport function f(n: number) { console.log('f'); return price(n) }`,
      'price.ts': `import { settings } from './settings'\nexport const price = (n: number) => n * settings.rate`,
      'settings.ts': 'export const settings = { rate: 1, level: "info" }',
    })
    const price = (settings: object): unknown => {
      const started = project.start({ file: 'main.ts' })
      Object.assign(started.settings, settings)
      return started.f(2)
    }
    expect([price({}), price({ rate: 3 }), price({ rate: 3, level: 'debug' }), price({ rate: 1 })]).toEqual([2, 6, 6, 2])
    expect(project.ran()).toHaveLength(2)
  })

  it('variables of enclosing functions', () => {
    const project = app(`
      export const scaler = (factor: number) => {
        // @persist
        return function scale(x: number) { console.log('scale'); return x * factor }
      }`)
    const { scaler } = project.start()
    expect([scaler(2)(3), scaler(5)(3), scaler(2)(3)]).toEqual([6, 15, 6])
    expect(project.ran()).toHaveLength(2)
  })
})

describe('forcing and invalidating', () => {
  it.each(['src/main.ts#f', 'src/main.ts', 'f'])('a run computes the functions anew that the environment names: %s', (refresh) => {
    const project = app(`
      // @persist
      export function f() { console.log('f'); return 1 }
      // @persist { name: 'other' }
      export function g() { console.log('g'); return 2 }`)
    const all = (started: any): unknown => [started.f(), started.g()]
    all(project.start())
    all(project.start({ env: { PERSIST_REFRESH: refresh } }))
    expect(project.ran().filter((line) => line === 'f')).toHaveLength(2)
  })

  it('all results of one function are dropped, not those of others', () => {
    const project = app(`
      // @persist
      export function f(x: number) { console.log('f'); return x }
      // @persist
      export function g(x: number) { console.log('g'); return x + 1 }`)
    const { f, g, api } = project.start()
    for (const x of [1, 2]) [f(x), g(x)]
    project.ran()
    api.handle(f).clear()
    const again = project.start()
    for (const x of [1, 2]) [again.f(x), again.g(x)]
    expect(project.ran()).toEqual(['f', 'f'])
  })

  it('dropping what is not there is no error', () => {
    const { f, api } = app(`// @persist\nexport function f(x: number) { return x }`).start()
    expect(() => [api.handle(f).forget(1), api.handle(f).clear(), api.handle(f).clear()]).not.toThrow()
  })
})

describe('files that are damaged', () => {
  it.each<[string, (path: string) => void]>([
    ['emptied', (path) => writeFileSync(path, '')],
    ['cut', (path) => writeFileSync(path, Buffer.alloc(40, 7))],
  ])('%s: the function runs, and its result is kept again', (_, damage) => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); return x }`)
    const { f, api } = project.start()
    f(1)
    const directory = api.handle(f).info.directory
    for (const name of readdirSync(directory)) if (/^@\d+-\d+\./.test(name)) damage(join(directory, name))
    expect([project.start().f(1), project.start().f(1)]).toEqual([1, 1])
    expect(project.ran()).toHaveLength(2)
  })
})
