import { beforeEach, describe, expect, it, vi } from 'vitest'
import { configure, handle, isLazy } from '../../src/index.ts'
import type { Codec, Lazy } from '../../src/index.ts'
import { json } from '../config/values.ts'
import { marked, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn' }))

/** A codec that counts what it decodes. */
function counting(): Codec & { decoded: number } {
  return { ...json, decoded: 0, decode(bytes) { this.decoded++; return json.decode(bytes) } }
}

describe('lazy', () => {
  it('gives a handle on miss and on hit, which reads when asked', () => {
    const codec = counting()
    const load = marked((a: number): any => ({ a }), { options: { lazy: true, codec } })
    const handles: Lazy<unknown>[] = [load(1), load(1)]
    expect(load.calls).toBe(1)
    expect(codec.decoded).toBe(0)
    expect(handles.every(isLazy)).toBe(true)
    expect(handles[0]!.key).toBe(handles[1]!.key)
    expect(handles.map((one) => one.load())).toEqual([{ a: 1 }, { a: 1 }])
    expect(handles[0]!.load()).not.toBe(handles[0]!.load())
    expect(handles[1]!.meta).toMatchObject({ preview: 'a=1' })
  })

  it('an async function gives a promise of a handle whose load gives a promise', async () => {
    const load = marked(async (a: number): Promise<any> => ({ a }), { async: true })
    for (let turn = 0; turn < 2; turn++) {
      const lazy = await handle(load).lazy(1)
      const value = lazy.load()
      expect(value).toBeInstanceOf(Promise)
      expect(await value).toEqual({ a: 1 })
    }
    expect(load.calls).toBe(1)
  })

  it('what can\'t be stored stays in the handle', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const load = marked((): any => ({ run: () => 5 }), { options: { lazy: true } })
    expect(load().load().run()).toBe(5)
    expect(warned).toHaveBeenCalledTimes(1)
    warned.mockRestore()
  })

  it('says so when the entry is gone', () => {
    const load = marked((a: number): any => a, { options: { lazy: true } })
    const lazy = load(1)
    handle(load).clear()
    expect(() => lazy.load()).toThrow(/is gone from the store/)
  })

  it('as an argument its key stands for it: a second run loads no middle value', () => {
    const codec = counting()
    const first = marked((n: number): any => Array.from({ length: n }, (_, index) => index), { options: { lazy: true, codec } })
    const second = marked((rows: Lazy<number[]>): any => rows.load().map((row) => row * 2), { options: { lazy: true, codec } })
    const third = marked((rows: Lazy<number[]>) => rows.load().reduce((a, b) => a + b, 0))
    const run = (n: number): number => third(second(first(n)))
    expect(run(4)).toBe(12)
    const { decoded } = codec
    expect(decoded).toBe(2)
    expect(run(4)).toBe(12)
    expect(codec.decoded).toBe(decoded)
    expect([first.calls, second.calls, third.calls]).toEqual([1, 1, 1])
    expect(run(5)).toBe(20)
  })
})
