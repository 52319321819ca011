/** What permacache (Python) documents and tests: keys made of arguments, parameters that come later, batches, output files, looking without computing. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { app } from './harness.ts'

describe('the spelling of a call does not matter', () => {
  it('a default left out, given as undefined, or given', () => {
    const project = app(`// @persist\nexport function f(x: number, y = 2, z = 3) { console.log('f'); return [x, y, z] }`)
    const { f } = project.start()
    expect([f(1), f(1, undefined), f(1, 2), f(1, 2, 3)]).toEqual(Array(4).fill([1, 2, 3]))
    expect(project.ran()).toHaveLength(1)
    f(2, 1)
    f(1, 1)
    expect(project.ran()).toHaveLength(2)
  })

  it('destructured parameters count by what they bind', () => {
    const project = app(`// @persist\nexport function f({ x, y = 2 }: { x: number; y?: number; z?: number }) { console.log('f'); return x + y }`)
    const { f } = project.start()
    expect([f({ x: 1 }), f({ y: 2, x: 1 }), f({ x: 1, z: 9 }), f({ x: 1, y: 3 })]).toEqual([3, 3, 3, 4])
    expect(project.ran()).toHaveLength(2)
  })

  it('surplus arguments do not count, rest arguments do', () => {
    const project = app(`
      // @persist
      export function f(x: number) { console.log('f'); return x }
      // @persist
      export function g(x: number, ...more: number[]) { console.log('g'); return x }`)
    const { f, g } = project.start()
    f(1)
    f(1, 2)
    g(1)
    g(1, 2)
    g(1, 2, 3)
    expect(project.ran().sort()).toEqual(['f', 'g', 'g', 'g'])
  })
})

describe('values told apart as arguments', () => {
  const project = (): ReturnType<typeof app> => app(`// @persist\nexport function f(x: unknown) { console.log('f'); return 0 }`)

  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['a number and a bigint', 1, 1n],
    ['a number and true', 1, true],
    ['a value and a list of it', 1, [1]],
    ['null and undefined', null, undefined],
    ['0 and -0', 0, -0],
    ['NaN and null', Number.NaN, null],
    ['keys of a Map by type', new Map<unknown, number>([[1, 2]]), new Map<unknown, number>([['1', 2]])],
    ['the order of a Map', new Map([[1, 2], [3, 4]]), new Map([[3, 4], [1, 2]])],
    ['the order of a Set', new Set([1, 2]), new Set([2, 1])],
    ['a Set and a list', new Set([1]), [1]],
    ['a Date and its text', new Date(0), new Date(0).toISOString()],
    ['two dates', new Date(0), new Date(1)],
    ['two patterns', /a/g, /a/i],
    ['typed arrays of one content', new Uint8Array([1]), new Int8Array([1])],
    ['a hole and undefined', Array(1), [undefined]],
    ['a key with undefined and none', { a: undefined }, {}],
    ['nesting', [[1], 2], [1, [2]]],
    ['one object twice and two equal ones, where it matters to a writer', ((x) => [x, x])({ a: 1 }), [{ a: 1 }, { a: 1 }]],
    ['texts that run into each other', ['ab', 'c'], ['a', 'bc']],
    ['symbols by their registered name', Symbol.for('a'), Symbol.for('b')],
    ['errors', new Error('a'), new TypeError('a')],
  ])('%s', (_, one, other) => {
    const { start, ran } = project()
    const { f } = start()
    f(one)
    f(other)
    expect(ran()).toHaveLength(2)
    f(structuredCloneable(one))
    f(structuredCloneable(other))
    expect(ran()).toEqual([])
  })

  it('an object\'s key written as a number or as a text is the same key, as in the language', () => {
    const { start, ran } = project()
    const { f } = start()
    f({ 1: 2 })
    f({ '1': 2 })
    expect(ran()).toHaveLength(1)
  })

  it('two classes with equal fields', () => {
    const { start, ran } = app(`
      export class Point { constructor(public x: number) {} }
      export class Size { constructor(public x: number) {} }
      // @persist
      export function f(it: Point | Size) { console.log('f'); return it instanceof Point ? 'point' : it instanceof Size ? 'size' : '' }`)
    const { f, Point, Size } = start()
    expect([f(new Point(1)), f(new Size(1)), f(new Point(1))]).toEqual(['point', 'size', 'point'])
    expect(ran()).toHaveLength(2)
  })

  it('a class may say itself what of it counts', () => {
    const { start, ran } = app(`
      import { persistKey } from 'unplugin-persist'
      export class Model { constructor(public name: string, public cache: object) {} [persistKey]() { return this.name } }
      // @persist
      export function f(model: Model) { console.log('f'); return model.name }`)
    const { f, Model } = start()
    expect([f(new Model('a', {})), f(new Model('a', { big: 1 })), f(new Model('b', {}))]).toEqual(['a', 'a', 'b'])
    expect(ran()).toHaveLength(2)
  })
})

/** Another value that equals it, where there is one. */
function structuredCloneable(value: unknown): unknown {
  return typeof value === 'symbol' ? value : Array.isArray(value) && !(0 in value) ? Array(value.length) : structuredClone(value)
}

describe('rules for the key', () => {
  const withKey = (rule: string): ReturnType<typeof app> => app(`
    import { dropIf, dropIfEqual, ignore, persist, stableHash } from 'unplugin-persist'
    export const f = persist((a: any, b: any = 0) => { console.log('f'); return 1 }, { key: { b: ${rule} } })`)

  it.each<[string, string, [unknown, unknown][], number]>([
    ['ignore: the parameter is left out', 'ignore', [[1, 1], [1, 2], [2, 1]], 2],
    ['a function: what it gives counts', '(b) => b % 2', [[1, 1], [1, 3], [1, 2]], 2],
    ['stableHash: by content', 'stableHash', [[1, { x: 1 }], [1, { x: 1 }], [1, { x: 2 }]], 2],
    ['dropIf: left out where the predicate holds', 'dropIf((b) => b < 10)', [[1, 1], [1, 2], [1, 11], [1, 12]], 3],
    ['dropIfEqual: left out where it equals, whatever its identity', 'dropIfEqual([0])', [[1, [0]], [1, [0]], [1, [1]], [1, '0']], 3],
  ])('%s', (_, rule, calls, computed) => {
    const project = withKey(rule)
    const { f } = project.start()
    for (const args of [...calls, ...calls]) f(...args)
    expect(project.ran()).toHaveLength(computed)
  })

  it('a parameter added later keeps what is there, while it has its neutral value', () => {
    const project = app(`
      import { dropIfEqual, persist } from 'unplugin-persist'
      export const area = persist((side: number) => { console.log('area'); return side * side }, { version: 1, name: 'area' })`)
    project.start().area(3)
    project.write('src/main.ts', `
      import { dropIfEqual, persist } from 'unplugin-persist'
      export const area = persist((side: number, scale = 1, shift = [0]) => { console.log('area'); return side * side * scale + shift[0]! }, { version: 1, name: 'area', key: { scale: dropIfEqual(1), shift: dropIfEqual([0]) } })`)
    const { area } = project.start()
    expect([area(3), area(3, 1), area(3, 2), area(3, 1, [0]), area(3, 1, [5])]).toEqual([9, 9, 18, 9, 14])
    expect(project.ran()).toHaveLength(3)
  })

  it('stableHash is the same in every process', () => {
    const value = { b: [1, 'x', null], a: new Date(5) }
    const first = app('export {}').start().api.stableHash(value)
    expect(app('export {}').start().api.stableHash({ a: new Date(5), b: [1, 'x', null] })).toBe(first)
    expect(first).toMatch(/^[0-9a-f]{32,}$/)
  })
})

describe('batches', () => {
  const SQUARES = `
    // @persist { batch: ['xs'] }
    export function squares(xs: number[], power = 2) { console.log(xs.join()); return xs.map((x) => x ** power) }`

  it('only elements that are missing are computed, in order', () => {
    const project = app(SQUARES)
    expect(project.start().squares([3, 1])).toEqual([9, 1])
    expect(project.start().squares([1, 2, 3, 4])).toEqual([1, 4, 9, 16])
    const { squares, api } = project.start()
    expect(api.withOptions({ singleFlight: false }, () => squares([5, 4, 3]))).toEqual([25, 16, 9])
    expect(project.ran()).toEqual(['3,1', '2,4', '5'])
  })

  it('an element that stands there twice is computed once', () => {
    const project = app(SQUARES)
    const { squares, api } = project.start()
    expect(squares([2, 5, 2])).toEqual([4, 25, 4])
    expect(api.withMode('refresh', () => squares([2, 2, 5]))).toEqual([4, 4, 25])
    expect(api.withOptions({ singleFlight: false }, () => squares([3, 3]))).toEqual([9, 9])
    expect(project.ran()).toEqual(['2,5', '2,5', '3'])
  })

  it('with nothing missing, or nothing asked, the function is not called', () => {
    const project = app(SQUARES)
    const { squares } = project.start()
    squares([1, 2])
    project.ran()
    expect([squares([2, 1]), squares([])]).toEqual([[4, 1], []])
    expect(project.ran()).toEqual([])
  })

  it('the other parameters count for each element', () => {
    const project = app(SQUARES)
    const { squares } = project.start()
    expect([squares([2], 2), squares([2], 3)]).toEqual([[4], [8]])
    expect(project.ran()).toHaveLength(2)
  })

  it('several lists go in step', () => {
    const project = app(`
      // @persist { batch: ['names', 'ages'] }
      export async function greet(names: string[], ages: number[]) { console.log(names.join()); return names.map((name, i) => name + ages[i]) }`)
    return (async () => {
      const { greet } = project.start()
      expect(await greet(['a', 'b'], [1, 2])).toEqual(['a1', 'b2'])
      expect(await greet(['b', 'a', 'a'], [2, 1, 3])).toEqual(['b2', 'a1', 'a3'])
      expect(project.ran()).toEqual(['a,b', 'a'])
    })()
  })

  it('lists of unequal lengths are an error', () => {
    const project = app(`
      // @persist { batch: ['names', 'ages'], onError: 'throw' }
      export function greet(names: string[], ages: number[]) { return names }`)
    const { greet } = project.start()
    expect(() => greet(['a'], [1, 2])).toThrow(/names.*1.*ages.*2/)
  })
})

describe('output files', () => {
  const WRITE = `
    import { writeFileSync } from 'node:fs'
    // @persist { outFile: 'path', impure: true }
    export function render(text: string, path: string) { console.log('render'); writeFileSync(path, text.toUpperCase()); return text.length }`

  it('the path is not in the key: a hit writes the file where this call names it', () => {
    const project = app(WRITE)
    const at = (name: string): string => join(project.directory, name)
    project.start().render('one', at('a.txt'))
    expect(project.start().render('one', at('b.txt'))).toBe(3)
    expect([readFileSync(at('a.txt'), 'utf8'), readFileSync(at('b.txt'), 'utf8')]).toEqual(['ONE', 'ONE'])
    expect(project.ran()).toHaveLength(1)
  })

  it('a file that was deleted or changed comes back without computing', () => {
    const project = app(WRITE)
    const path = join(project.directory, 'out.txt')
    const { render } = project.start()
    render('one', path)
    rmSync(path)
    render('one', path)
    expect(readFileSync(path, 'utf8')).toBe('ONE')
    writeFileSync(path, 'clobbered')
    render('one', path)
    expect(readFileSync(path, 'utf8')).toBe('ONE')
    expect(project.ran()).toHaveLength(1)
  })

  it('two results that are written to one path in turn', () => {
    const project = app(WRITE)
    const path = join(project.directory, 'out.txt')
    const { render } = project.start()
    for (const text of ['one', 'two', 'one', 'two']) {
      render(text, path)
      expect(readFileSync(path, 'utf8')).toBe(text.toUpperCase())
    }
    expect(project.ran()).toHaveLength(2)
  })

  it('a directory, and lists of paths', () => {
    const project = app(`
      import { mkdirSync, writeFileSync } from 'node:fs'
      import { join } from 'node:path'
      // @persist { outFile: ['directory', 'logs'], impure: true }
      export function build(directory: string, logs: string[]) {
        console.log('build')
        mkdirSync(join(directory, 'deep'), { recursive: true })
        writeFileSync(join(directory, 'deep/a.js'), 'a')
        for (const [i, log] of logs.entries()) writeFileSync(log, 'log ' + i)
      }`)
    const at = (name: string): string => join(project.directory, name)
    project.start().build(at('one'), [at('1.log'), at('2.log')])
    project.start().build(at('two'), [at('3.log'), at('4.log')])
    expect(['two/deep/a.js', '3.log', '4.log'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['a', 'log 0', 'log 1'])
    expect(project.ran()).toHaveLength(1)
  })

  it('is there too when nothing may be cached', () => {
    const project = app(WRITE)
    const path = join(project.directory, 'out.txt')
    const { render, api } = project.start()
    api.withMode('off', () => render('one', path))
    expect(existsSync(path)).toBe(true)
    api.withMode('require', () => expect(() => render('one', path)).toThrow(api.CacheMissError))
  })
})

describe('looking and switching', () => {
  const SQUARE = `// @persist\nexport function square(x: number) { console.log('square', x); return { x, square: x * x } }`

  it('asking whether a result is there computes nothing', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    const { has, peek } = api.handle(square) as any
    expect([has(2), peek(2)]).toEqual([false, undefined])
    expect(project.ran()).toEqual([])
    square(2)
    expect([has(2), peek(2).value, has(3)]).toEqual([true, { x: 2, square: 4 }, false])
    expect(project.ran()).toEqual(['square 2'])
  })

  it('caching is off for a block, over await too, and on behind it', async () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    await api.withMode('off', async () => {
      square(2)
      await new Promise((resolve) => setImmediate(resolve))
      square(2)
    })
    square(2)
    square(2)
    expect(project.ran()).toHaveLength(3)
  })

  it('a miss is an error for a block, for all functions or for one', () => {
    const project = app(`${SQUARE}\n// @persist { mode: 'require' }\nexport function strict(x: number) { return x }`)
    const { square, strict, api } = project.start()
    api.withMode('require', () => expect(() => square(2)).toThrow(api.CacheMissError))
    expect(() => strict(1)).toThrow(/strict.*no stored result/)
    api.withMode('cache', () => square(2))
    api.withMode('require', () => expect(square(2).square).toBe(4))
  })

  it('a store that is damaged is a miss, not an end', () => {
    const project = app(SQUARE)
    const { square, api } = project.start()
    square(2)
    const directory = api.handle(square).info.directory
    writeFileSync(join(directory, '@1-0.1.v1'), 'not a bucket at all')
    expect(project.start().square(2)).toEqual({ x: 2, square: 4 })
    expect(project.ran()).toHaveLength(2)
    project.start().square(2)
    expect(project.ran()).toEqual([])
  })
})

describe('what was stored under an older form', () => {
  it('is turned into today\'s by the codec', () => {
    const code = (version: number, migrate: string): string => `
      import { persist } from 'unplugin-persist'
      const codec = {
        name: 'user', version: ${version},
        encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
        decode: (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)), ${migrate}
      }
      export const user = persist((id: number) => { console.log('user'); return { id, name: 'Ann Lee' } }, { codec, version: 1, name: 'user' })`
    const project = app(code(1, ''))
    project.start().user(1)
    project.write('src/main.ts', code(2, `migrate: (value: any) => ({ id: value.id, names: value.name.split(' ') })`))
    expect(project.start().user(1)).toEqual({ id: 1, names: ['Ann', 'Lee'] })
    expect(project.start().user(1)).toEqual({ id: 1, names: ['Ann', 'Lee'] })
    expect(project.ran()).toHaveLength(1)
  })
})
