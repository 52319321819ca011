/** What checkpointing (Python) documents and tests: results are identified by the code's logic, and the cache's own failures are a matter of options. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { app } from './harness.ts'
import type { App } from './harness.ts'

const PRICE = `
export const unrelated = 1
let rate = 0.5
const fee = { flat: 1 }
function scale(value: number) { return value * rate }

// @persist
export function price(net: number, tax = 2) {
  console.log('price', net)
  let total = net + tax
  total += fee.flat
  return [total].map((one) => scale(one))[0]
}
`

/** Calls `price(4)` before and after an edit. */
function around(edit: (project: App) => void): { computed: number; results: number[] } {
  const project = app(PRICE)
  const before = project.start().price(4)
  edit(project)
  const after = project.start().price(4)
  return { computed: project.ran().length, results: [before, after] }
}

describe('an edit that leaves the logic as it is keeps the results', () => {
  it.each<[string, string, string]>([
    ['a comment is added', 'let total', '/* net and tax */ let total'],
    ['the formatting changes', 'let total = net + tax', 'let total =\n      net\n      + tax;'],
    ['quotes change', `'price'`, `"price"`],
    ['a type annotation is added', 'let total = ', 'let total: number = '],
    ['a default changes, and the call gives the same value', 'tax = 2', 'tax = 1 + 1'],
    ['an assignment is written out', 'total += fee.flat', 'total = total + fee.flat'],
    ['an unrelated global changes', 'unrelated = 1', 'unrelated = 2'],
  ])('%s', (_, from, to) => {
    expect(around((project) => project.edit('src/main.ts', from, to))).toEqual({ computed: 1, results: [3.5, 3.5] })
  })

  it.each<[string, string, string]>([
    ['a local variable', 'total', 'sum'],
    ['a parameter', 'net', 'amount'],
    ['a referenced global', 'rate', 'factor'],
    ['a called function', 'scale', 'times'],
    ['the parameter of an inner function', 'one', 'each'],
  ])('%s is renamed', (_, from, to) => {
    expect(around((project) => project.write('src/main.ts', project.read('src/main.ts').replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to)))).toEqual({
      computed: 1, results: [3.5, 3.5],
    })
  })

  it('the function itself is renamed', () => {
    const project = app(PRICE)
    const before = project.start().price(4)
    project.write('src/main.ts', project.read('src/main.ts').replace('function price', 'function cost'))
    expect(project.start().cost(4)).toBe(before)
    expect(project.ran()).toEqual(['price 4'])
  })

  it('the function moves to another file', () => {
    const project = app(PRICE)
    const before = project.start().price(4)
    project.write('src/shop/price.ts', PRICE)
    expect(project.start({ file: 'src/shop/price.ts' }).price(4)).toBe(before)
    expect(project.ran()).toEqual(['price 4'])
  })

  it('two parameters are swapped together with the arguments', () => {
    const project = app(`
      // @persist
      export function area(width: number, height: number) { console.log('area'); return width * height - width }`)
    const before = project.start().area(2, 5)
    project.edit('src/main.ts', 'width: number, height: number', 'height: number, width: number')
    expect(project.start().area(5, 2)).toBe(before)
    expect(project.ran()).toEqual(['area'])
  })
})

describe('an edit of the logic computes anew', () => {
  it.each<[string, string, string, number]>([
    ['an operator', 'net + tax', 'net * tax', 4.5],
    ['a constant', '[0]', '[1 - 1]', 3.5],
    ['an inner function', '=> scale(one)', '=> scale(one) + 1', 4.5],
    ['the value of a referenced global', 'rate = 0.5', 'rate = 2', 14],
    ['a property of a referenced global', 'flat: 1', 'flat: 2', 4],
    ['the name of a property', '.map(', '.flatMap(', 3.5],
    ['a default that the call leaves to the function', 'tax = 2', 'tax = 3', 4],
    ['the body of a called function', 'value * rate', 'value - rate', 6.5],
  ])('%s', (_, from, to, expected) => {
    expect(around((project) => project.edit('src/main.ts', from, to))).toEqual({ computed: 2, results: [3.5, expected] })
  })

  it.each<[string, string, string, number, number]>([
    ['an operator of one operand', 'return -x', 'return ~x', -2, -3],
    ['the direction of a step', 'return ++x', 'return --x', 3, 1],
    ['a step that comes before its value is taken', 'return ++x', 'return x++', 3, 2],
    ['what a loop declares', `const all = []; for (let i = 0; i < x; i++) all.push(() => i); return all[0]()`, `const all = []; for (var i = 0; i < x; i++) all.push(() => i); return all[0]()`, 0, 2],
  ])('%s', (_, from, to, before, after) => {
    const project = app(`// @persist\nexport function f(x: number) { console.log('f'); ${from} }`)
    expect(project.start().f(2)).toBe(before)
    project.edit('src/main.ts', from, to)
    expect(project.start().f(2)).toBe(after)
    expect(project.ran()).toHaveLength(2)
  })

  it('a synchronous function becomes async', async () => {
    const project = app(PRICE)
    project.start().price(4)
    project.edit('src/main.ts', 'export function price', 'export async function price')
    expect(await project.start().price(4)).toBe(3.5)
    expect(project.ran()).toHaveLength(2)
  })

  it('a function two modules away changes', () => {
    const project = app({
      'src/main.ts': `import { middle } from './middle.ts'\n// @persist\nexport function top(x: number) { console.log('top'); return middle(x) }`,
      'src/middle.ts': `import { low } from './low.ts'\nexport const middle = (x: number) => low(x) + 1`,
      'src/low.ts': `export const low = (x: number) => x * 2`,
    })
    expect(project.start().top(3)).toBe(7)
    project.edit('src/low.ts', '* 2', '* 3')
    expect(project.start().top(3)).toBe(10)
  })

  it('a method of a class that it uses changes', () => {
    const project = app(`
      class Model { fit(x: number) { return x + 1 } }
      // @persist
      export function train(x: number) { console.log('train'); return new Model().fit(x) }`)
    expect(project.start().train(1)).toBe(2)
    project.edit('src/main.ts', 'x + 1', 'x + 2')
    expect(project.start().train(1)).toBe(3)
  })

  it('the old results are there again when the edit is taken back', () => {
    const project = app(PRICE)
    project.start().price(4)
    project.edit('src/main.ts', 'net + tax', 'net * tax')
    project.start().price(4)
    project.edit('src/main.ts', 'net * tax', 'net + tax')
    expect(project.start().price(4)).toBe(3.5)
    expect(project.ran()).toHaveLength(2)
  })
})

describe('calls', () => {
  it('with other arguments compute', () => {
    const project = app(PRICE)
    expect([project.start().price(4), project.start().price(6)]).toEqual([3.5, 4.5])
    expect(project.ran()).toEqual(['price 4', 'price 6'])
  })

  it('a mark needs no options, and may have some', () => {
    const project = app(`
      // @persist
      export function bare(x: number) { console.log('bare'); return x }
      // @persist { onError: 'throw' }
      export function strict(x: number) { console.log('strict'); return x }`)
    for (let i = 0; i < 2; i++) {
      const { bare, strict } = project.start()
      expect([bare(1), strict(2)]).toEqual([1, 2])
    }
    expect(project.ran()).toEqual(['bare', 'strict'])
  })

  it('a rerun computes at once, and its result is what later calls get', () => {
    const project = app(`
      import { readFileSync } from 'node:fs'
      // @persist { impure: true }
      export function load(file: string) { console.log('load'); return readFileSync(file, 'utf8') }`)
    const file = join(project.directory, 'data.txt')
    project.write('data.txt', 'old')
    const { load, api } = project.start()
    load(file)
    project.write('data.txt', 'new')
    expect([load(file), api.handle(load).rerun(file), load(file), project.start().load(file)]).toEqual(['old', 'new', 'new', 'new'])
    expect(project.ran()).toHaveLength(2)
  })

  it('a rerun that fails leaves the old result', () => {
    const project = app(`
      import { readFileSync } from 'node:fs'
      // @persist { impure: true }
      export function load(file: string) { console.log('load'); return readFileSync(file, 'utf8') }`)
    project.write('data.txt', 'old')
    const { load, api } = project.start()
    const file = join(project.directory, 'data.txt')
    load(file)
    rmSync(file)
    expect(() => api.handle(load).rerun(file)).toThrow('ENOENT')
    expect([load(file), project.start().load(file)]).toEqual(['old', 'old'])
    expect(project.ran()).toHaveLength(2)
  })
})

describe('what a failure of the cache does', () => {
  const broken = `
    import { persist } from 'unplugin-persist'
    export const work = persist((x: number) => { console.log('work'); return x }, {
      codec: { name: 'broken', encode() { throw new Error('disk on fire') }, decode: () => 0 }, onError: 'MODE',
    })`

  it('warn: the call has its result, and is told of once', () => {
    const project = app(broken.replace('MODE', 'warn'))
    const { work } = project.start()
    expect([work(1), work(1), work(2)]).toEqual([1, 1, 2])
    expect(project.ran()).toHaveLength(3)
    expect(project.warned()).toEqual([expect.stringMatching(/src\/main\.ts#work: codec broken@1: encode\(\) threw: disk on fire/)])
    project.start().work(1)
    expect(project.warned()).toEqual([])
  })

  it('throw: the call fails', () => {
    const { work } = app(broken.replace('MODE', 'throw')).start()
    expect(() => work(1)).toThrow('disk on fire')
  })

  it('ignore: nothing is said', () => {
    const project = app(broken.replace('MODE', 'ignore'))
    expect(project.start().work(1)).toBe(1)
    expect(project.warned()).toEqual([])
  })

  it.each(['warn', 'throw', 'ignore'] as const)('%s covers the identification of a call too', (onError) => {
    const project = app(`
      // @persist { onError: '${onError}' }
      export function work(task: unknown) { console.log('work'); return 1 }`)
    const { work } = project.start()
    const call = (): number => work(Promise.resolve())
    if (onError === 'throw') expect(call).toThrow(expect.objectContaining({ code: 'KEY', path: 'task' }))
    else expect([call(), call()]).toEqual([1, 1])
    expect(project.warned()).toHaveLength(onError === 'warn' ? 1 : 0)
  })

  it('a global setting of it holds where the function says nothing', () => {
    const project = app(`// @persist\nexport function work(task: unknown) { return 1 }`, { onError: 'throw' })
    expect(() => project.start().work(Promise.resolve())).toThrow(/task/)
  })

  it('a result that could not be saved leaves nothing behind', () => {
    const project = app(`// @persist\nexport function make() { console.log('make'); return { fn() {} } }`)
    const { make, api } = project.start()
    make()
    make()
    expect(api.handle(make).has()).toBe(false)
    expect(api.handle(make).peek()).toBeUndefined()
    // Nothing but the function's own book-keeping: no bucket, no file of a value.
    expect(readdirSync(api.handle(make).info.directory).filter((name) => !/^@(?:manifest|claims|noted|told)/.test(name))).toEqual([])
    expect(project.ran()).toHaveLength(2)
  })
})

it('a cache that is slower than the function is told of once, with the figures', () => {
  let clock = 0
  const now = vi.spyOn(process, 'hrtime').mockImplementation(() => [Math.floor(clock / 1e3), Math.round((clock % 1e3) * 1e6)])
  try {
    const project = app(`
      import { persist } from 'unplugin-persist'
      export const codec = { name: 'slow', encode: () => new Uint8Array(1), decode: () => 1 }
      export const quick = persist((x: number) => x, { codec })`)
    const { quick, codec } = project.start()
    codec.encode = () => {
      clock += 130
      return new Uint8Array(1)
    }
    quick(1)
    quick(2)
    expect(project.warned()).toEqual([expect.stringMatching(/quick: the cache took 130 ms where computing takes 0\.0 ms/)])
  } finally {
    now.mockRestore()
  }
})

it('how a call is identified can be replaced as a whole', () => {
  const project = app(`
    import { persist } from 'unplugin-persist'
    export const greet = persist((name: string, loud: boolean) => { console.log('greet'); return 'hi ' + name }, { key: (name) => name.toLowerCase() })`)
  const { greet } = project.start()
  expect([greet('Ann', true), greet('ANN', false), greet('Bob', false)]).toEqual(['hi Ann', 'hi Ann', 'hi Bob'])
  expect(project.ran()).toHaveLength(2)
})
