import { beforeEach, describe, expect, it } from 'vitest'
import { PersistError, configure, handle, withMode } from '../../src/index.ts'
import { own } from '../../src/runtime/index.ts'
import { marked, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn' }))

describe('handle of a sync function', () => {
  it('has, peek and forget never compute', () => {
    const double = marked((a: number) => ({ value: a * 2 }))
    const control = handle(double)
    expect(control.has(1)).toBe(false)
    expect(control.peek(1)).toBeUndefined()
    control.forget(1)
    expect(double.calls).toBe(0)
    double(1)
    expect(control.has(1)).toBe(true)
    expect(control.peek(1)).toEqual({ value: { value: 2 }, meta: expect.objectContaining({ duration: expect.any(Number), fingerprint: double.compiled.descriptor.fingerprint, preview: 'a=1' }) })
    control.forget(1)
    expect(control.has(1)).toBe(false)
    double(1)
    expect(double.calls).toBe(2)
  })

  it('put stores without computing', () => {
    const double = marked((a: number) => a * 2)
    handle(double).put([4], 9)
    expect(double(4)).toBe(9)
    expect(double.calls).toBe(0)
  })

  it('put refuses what can\'t be stored, whatever onError says', () => {
    configure({ onError: 'ignore' })
    const give = marked((): unknown => 1)
    expect(() => handle(give).put([], () => 1)).toThrow(PersistError)
  })

  it('what can\'t be a key is for who asks', () => {
    const give = marked((a: unknown) => a)
    expect(() => handle(give).has(new WeakMap())).toThrow(/\ba is a WeakMap/)
    expect(() => handle(give).forget(Promise.resolve())).toThrow(PersistError)
  })

  it('rerun computes and replaces, only after success', () => {
    let result: number | Error = 1
    const give = marked(() => {
      if (result instanceof Error) throw result
      return result
    })
    give()
    result = 2
    expect(handle(give).rerun()).toBe(2)
    expect(give()).toBe(2)
    result = new Error('no')
    expect(() => handle(give).rerun()).toThrow('no')
    expect(give()).toBe(2)
  })

  it('rerun concerns the outermost call only', () => {
    const inner = marked((a: number) => a)
    const outer = marked((a: number) => inner(a))
    outer(1)
    handle(outer).rerun(1)
    expect([outer.calls, inner.calls]).toEqual([2, 1])
  })

  it('clear drops all of the function, and nothing of others', () => {
    const one = marked((a: number) => a)
    const other = marked((a: number) => a)
    for (const fn of [one, other]) [1, 2].forEach((a) => fn(a))
    handle(one).clear()
    expect([handle(one).has(1), handle(one).has(2), handle(other).has(1)]).toEqual([false, false, true])
  })

  it.each(['forget', 'clear'] as const)('%s drops what would be found under another name, too', (what) => {
    const before = marked((a: number) => a, { fingerprint: `moved ${what}` })
    const after = marked((a: number) => a, { fingerprint: `moved ${what}` })
    before(1)
    if (what === 'forget') handle(after).forget(1)
    else {
      expect(after(1)).toBe(1)
      handle(after).clear()
    }
    after(1)
    after(1)
    expect([before.calls, after.calls]).toEqual([1, 1])
    expect(handle(before).has(1)).toBe(true)
  })

  it('original computes and keeps the cache of what it calls', () => {
    const inner = marked((a: number) => a)
    const outer = marked((a: number) => inner(a) * 2)
    const { original } = handle(outer)
    expect([original(1), original(1)]).toEqual([2, 2])
    expect([outer.calls, inner.calls]).toEqual([2, 1])
    expect(handle(outer).has(1)).toBe(false)
  })

  it('info says who it is and where it lies', () => {
    const double = marked((a: number) => a, { module: 'src/deep/a.ts', name: 'Repo.load', fingerprint: 'cafe' })
    expect(handle(double).info).toEqual({ module: 'src/deep/a.ts', name: 'Repo.load', fingerprint: 'cafe', directory: expect.stringMatching(/src.deep.a\.ts.Repo\.load$/) })
  })

  it('defaults and destructuring are bound by JavaScript', () => {
    const scale = marked((a: number, factor: number) => a * factor, { params: ['a', 'factor'] })
    const shaped = (({ a, factor = 2 }: { a: number; factor?: number }) => scale(a, factor))
    shaped({ a: 1 })
    own(scale.compiled, shaped)
    expect(handle(shaped).has({ a: 1, factor: 2 })).toBe(true)
    expect(handle(shaped).has({ a: 1, factor: 3 })).toBe(false)
  })

  it('of a method takes this', () => {
    const load = marked(function (this: { id: number }, a: number) {
      return this.id + a
    }, { self: 'instance' })
    load.call({ id: 1 }, 2)
    expect(handle(load, { id: 1 }).has(2)).toBe(true)
    expect(handle(load, { id: 2 }).has(2)).toBe(false)
  })

  it('respects modes: nothing is written where nothing may be', () => {
    const double = marked((a: number) => a * 2)
    double(1)
    withMode('read-only', () => {
      handle(double).put([2], 5)
      handle(double).forget(1)
      expect(handle(double).has(1)).toBe(true)
    })
    withMode('off', () => expect([handle(double).has(1), handle(double).has(2)]).toEqual([true, false]))
  })
})

describe('handle of an async function', () => {
  it('gives promises', async () => {
    const double = marked(async (a: number) => a * 2, { async: true })
    const control = handle(double)
    const answers = [control.has(1), control.peek(1), control.forget(1), control.put([2], 5), control.clear()]
    for (const answer of answers) expect(answer).toBeInstanceOf(Promise)
    expect(await Promise.all(answers.slice(0, 3))).toEqual([false, undefined, undefined])
    expect(await control.rerun(1)).toBe(2)
    expect(await control.has(1)).toBe(true)
    expect((await control.peek(1))!.value).toBe(2)
    expect(double.calls).toBe(1)
  })

  it('rejects for a key that can\'t be, without an unhandled rejection', async () => {
    const give = marked(async (a: unknown) => a, { async: true })
    await expect(handle(give).has(new WeakMap())).rejects.toMatchObject({ code: 'KEY' })
  })

  it('passes on what binding the arguments throws', async () => {
    const inner = marked(async (a: number) => a, { async: true })
    const outer = async ({ a }: { a: number }): Promise<number> => inner(a)
    own(inner.compiled, outer)
    await expect(handle(outer).has(undefined as never)).rejects.toThrow(TypeError)
  })
})

it('is refused for what is not persisted, with the cure', () => {
  expect(() => handle(function plain() {})).toThrow(/`plain`, which is not persisted\. Mark it with \/\/ @persist/)
  expect(() => handle(5 as never)).toThrow(/5, expected a persisted function/)
})
