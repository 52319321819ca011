import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { PersistError, configure, handle, ignore, invalidateTag, json, persist, store, withMode, withOptions } from '../../src/index.ts'
import { call, define } from '../../src/runtime/index.ts'
import { INDEX, sandbox, temporary } from './support.ts'

let warned: MockInstance
let number = 0
beforeEach(() => {
  configure({ persistPath: temporary(), mode: undefined, onError: undefined })
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => void vi.restoreAllMocks())
const project = { name: 'unplugin-persist', at: '' }

describe('persist() as compiled', () => {
  it('around a function expression gives that function, with members', () => {
    let calls = 0
    const m = define({ v: 1, module: 'a.ts', name: `fit${++number}`, fingerprint: `${number}`, project, params: ['rows', 'seed'] }, () => fit)
    const inner = (rows: number[], seed = 0): number => call(m, undefined, [rows, seed], 0, () => (calls++, rows.length + seed))
    const fit = persist(inner, { key: { seed: ignore } }, m)
    expect(fit).toBe(inner)
    expect([fit([1]), fit([1], 5)]).toEqual([1, 1])
    expect(calls).toBe(1)
    expect(fit.has([1], 9)).toBe(true)
    expect(fit.info.name).toBe(`fit${number}`)
    expect(handle(fit).has([1])).toBe(true)
    expect(Object.keys(fit)).toEqual([])
  })

  it('around a function that stands elsewhere gives a wrapper of the same name and length', () => {
    function work(this: { n: number } | void, a: number, ...rest: number[]): number[] {
      return [a, ...rest, this?.n ?? 0]
    }
    let limit = 1
    const m = define({ v: 1, module: 'a.ts', name: `w${++number}`, fingerprint: `${number}`, project, params: ['a', '...rest'], wrapped: true, captures: [{ name: 'limit' }] }, 0)
    const spy = vi.fn(work)
    Object.defineProperties(spy, { name: { value: 'work' }, length: { value: 1 } })
    const fn = persist(spy, {}, m, () => [limit])
    expect([fn.name, fn.length]).toEqual(['work', 1])
    expect([fn(1, 2, 3), fn(1, 2, 3)]).toEqual([[1, 2, 3, 0], [1, 2, 3, 0]])
    fn(1, 2)
    expect(spy).toHaveBeenCalledTimes(2)
    limit = 2
    fn(1, 2)
    expect(spy).toHaveBeenCalledTimes(3)
  })

  it('each wrapper that is made has options of its own', () => {
    const m = define({ v: 1, module: 'a.ts', name: `each${++number}`, fingerprint: `${number}`, project, params: ['a'], wrapped: true }, 0)
    const make = (factor: number) => persist((a: number) => a * factor, { key: (a) => [a, factor] }, m)
    const [two, three] = [make(2), make(3)]
    expect([two(1), three(1), two(1), three(1)]).toEqual([2, 3, 2, 3])
    expect(warned).not.toHaveBeenCalled()
  })

  it('says so where one function is given other options again and again', () => {
    const m = define({ v: 1, module: 'a.ts', name: `again${++number}`, fingerprint: `${number}`, project, params: ['a'] }, 0)
    for (let turn = 0; turn < 3; turn++) persist((a: number) => call(m, undefined, [a], 0, () => a), { key: (a) => a }, m)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned.mock.calls[0]![0]).toMatch(/the last ones hold for all/)
  })

  it('refuses options that make no sense, by name', () => {
    const m = define({ v: 1, module: 'a.ts', name: `o${++number}`, fingerprint: `${number}`, project, params: ['a'] }, 0)
    expect(() => persist((a: number) => a, { skp: ['a'] } as never, m)).toThrow(/a\.ts#o\d+: unknown option `skp`\. Did you mean `skip`/)
    expect(() => persist((a: number) => a, { skip: ['b'] }, m)).toThrow(/no parameter `b`/)
    expect(() => persist(5 as never)).toThrow(PersistError)
  })
})

describe('what makes no sense is told of, with the value and the cure', () => {
  it.each<[string, () => unknown, string, RegExp]>([
    ['options that are none', () => persist(() => 1, null as never), 'OPTION', /persist\(\) was given null, expected an object of options/],
    ['a text for options', () => persist(() => 1, 'json' as never), 'OPTION', /persist\(\) was given 'json'/],
    ['an unknown option without a name', () => persist((a: number) => a, { skp: ['a'] } as never), 'OPTION', /unknown option `skp`\. Did you mean `skip`/],
    ['a mode without code', () => withMode('off', undefined as never), 'OPTION', /withMode\(\) was given undefined, expected a function to run/],
    ['options without code', () => withOptions({ mode: 'off' }, 5 as never), 'OPTION', /withOptions\(\) was given 5, expected a function/],
    ['withOptions without options', () => withOptions(undefined as never, () => 1), 'OPTION', /withOptions\(\) was given undefined/],
    ['configure without options', () => configure(null as never), 'OPTION', /configure\(\) was given null/],
    ['a tag that is no text', () => invalidateTag(5 as never), 'OPTION', /invalidateTag\(\) was given 5/],
    ['a codec that is none', () => store('k', { codec: 5 as never }), 'OPTION', /store\(\) was given the codec 5/],
    ['a key that can\'t be one', () => store({ a: [() => 1] }), 'KEY', /key\.a\[0\] is a function/],
    ['a handle of nothing', () => handle(3 as never), 'NOT_PERSISTED', /handle\(\) was given 3, expected a persisted function/],
    ['a handle of a plain function', () => handle(function plain() {}), 'NOT_PERSISTED', /`plain`, which is not persisted\. Mark it/],
  ])('%s', (_, run, code, message) => {
    expect(run).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })
})

describe('persist() that no compiler saw', () => {
  it('runs the function uncached and says so once', () => {
    let calls = 0
    const fn = persist((a: number) => (calls++, a))
    expect([fn(1), fn(1), fn.rerun(1), fn.original(1)]).toEqual([1, 1, 1, 1])
    expect(calls).toBe(4)
    expect(fn.has(1)).toBe(false)
    expect(fn.peek(1)).toBeUndefined()
    expect(() => fn.info).toThrow(/was not compiled/)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned.mock.calls[0]![0]).toMatch(/was not compiled, so that it runs uncached\. Add the plugin.*register/)
  })

  it('with a name works by the function\'s own text, with one warning', () => {
    let calls = 0
    const make = (): ((a: number, b?: { v: number }) => number) => persist((a: number, b?: { v: number }) => (calls++, a + (b?.v ?? 0)), { name: 'by text', skip: ['b'], codec: json() })
    expect([make()(1), make()(1, { v: 3 }), make()(2)]).toEqual([1, 1, 2])
    expect(calls).toBe(2)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned.mock.calls[0]![0]).toMatch(/name: 'by text' .*cached by its own text/)
    persist((a: number) => (calls++, a * 2), { name: 'by text' })(1)
    expect(calls).toBe(3)
  })

  it('knows its parameters past the texts in their defaults', () => {
    let calls = 0
    const make = (name?: string) => persist((a: number, sep = '(, ', b = "it's)") => (calls++, `${a}${sep}${b}`), { skip: ['b'], groupBy: ['sep'], ...(name !== undefined && { name }) })
    expect([make()(1), make('texts')(1, '(, '), make('texts')(1, '(, ', 'c')]).toEqual(["1(, it's)", "1(, it's)", "1(, it's)"])
    expect(calls).toBe(2)
  })

  it('without a name judges no parameters that are hard to read', () => {
    expect(persist((a: string, b = /x/) => b.test(a), { skip: ['b'], key: { a: ignore } })('x')).toBe(true)
  })

  it('with a name keeps this, arity and async', async () => {
    const fn = persist(async function named(this: { n: number }, a: number) {
      return this.n + a
    }, { name: 'late' })
    expect([fn.name, fn.length]).toEqual(['named', 1])
    expect(fn.call({ n: 1 }, 2)).toBeInstanceOf(Promise)
    expect(await fn.call({ n: 1 }, 2)).toBe(3)
    expect(await fn.has(2)).toBe(true)
  })

  it('never shares with compiled functions, nor between processes with other text', async () => {
    const { run, write } = sandbox()
    const text = (body: string): string => `
      import { persist } from '${INDEX}'
      let calls = 0
      globalThis.count = () => calls++
      const f = persist((a) => { globalThis.count(); return ${body} }, { name: 'f' })
      console.log(JSON.stringify([f(1), calls]))`
    write('a.ts', text('a + 1'))
    expect((await run('a.ts')).lines).toEqual([[2, 1]])
    expect((await run('a.ts')).lines).toEqual([[2, 0]])
    write('a.ts', text('a + 2'))
    expect((await run('a.ts')).lines).toEqual([[3, 1]])
    write('a.ts', text('a + 1'))
    expect((await run('a.ts')).lines).toEqual([[2, 0]])
  })
})

describe('store() for keys of one\'s own', () => {
  it('keeps a value', () => {
    const entry = store<{ a: number }>(['model', 1])
    expect([entry.get(), entry.has(), entry.meta]).toEqual([undefined, false, undefined])
    entry.set({ a: 1 })
    expect(store(['model', 1]).get()).toEqual({ a: 1 })
    expect(store(['model', 1]).get()).not.toBe(entry.get())
    expect(store(['model', '1']).has()).toBe(false)
    expect(entry.meta!.created).toBeGreaterThan(0)
    entry.forget()
    expect(entry.get()).toBeUndefined()
  })

  it('undefined is a value', () => {
    const entry = store('nothing')
    entry.set(undefined)
    expect([entry.has(), entry.get()]).toEqual([true, undefined])
  })

  it('refuses what can\'t be stored', () => {
    expect(() => store('f').set(() => 1)).toThrow(PersistError)
  })

  it('another process reads it', async () => {
    const { run, write } = sandbox()
    write('a.ts', `import { store } from '${INDEX}'; const e = store('k'); console.log(JSON.stringify(e.get() ?? null)); e.set(new Map([[1, 2]]).get(1))`)
    await run('a.ts')
    expect((await run('a.ts')).lines).toEqual([2])
  })
})
