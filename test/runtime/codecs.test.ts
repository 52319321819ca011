import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bytes, configure, defineCodec, handle, json, registerClass, response, structured, withMode } from '../../src/index.ts'
import type { AnyCodec, DirectoryCodec } from '../../src/index.ts'
import { marked, temporary, until } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: undefined }))
afterEach(() => void vi.restoreAllMocks())

describe('codecs in calls', () => {
  it('a codec of its own, with an extension: a readable file beside the buckets', () => {
    const fn = marked((a: number) => ({ a }), { options: { codec: json() } })
    fn(1)
    expect(fn(1)).toEqual({ a: 1 })
    expect(fn.calls).toBe(1)
    expect(handle(fn).lazy(1).path).toMatch(/\.json$/)
  })

  it('one per property of the result', async () => {
    const lines: DirectoryCodec<string[]> = {
      name: 'lines',
      save: (value, directory) => writeFileSync(join(directory, 'lines'), value.join('\n')),
      load: (directory) => readFileSync(join(directory, 'lines'), 'utf8').split('\n'),
    }
    const fn = marked((n: number) => ({ model: ['a', 'b'], metrics: { n } }), { options: { codec: { model: lines, metrics: json() } } })
    expect([fn(1), fn(1)]).toEqual([{ model: ['a', 'b'], metrics: { n: 1 } }, { model: ['a', 'b'], metrics: { n: 1 } }])
    expect(fn.calls).toBe(1)
  })

  it('that saves through a promise is for functions that give one', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const slow: DirectoryCodec<number> = {
      name: 'slow',
      save: async (value, directory) => {
        await null
        writeFileSync(join(directory, 'n'), String(value))
      },
      load: async (directory) => Number(readFileSync(join(directory, 'n'), 'utf8')),
    }
    const late = marked(async (a: number) => a, { async: true, options: { codec: slow } })
    expect([await late(1), await late(1)]).toEqual([1, 1])
    expect(late.calls).toBe(1)
    const sync = marked((a: number) => a, { options: { codec: slow } })
    expect([sync(1), sync(1)]).toEqual([1, 1])
    expect(sync.calls).toBe(2)
    expect(warned.mock.calls.flat().join()).toMatch(/codec slow@1 works through a promise/)
  })

  it('what is large comes back in memory of its own, which the caller may change', () => {
    const floats = (n: number): Float64Array => new Float64Array(50_000).fill(n)
    const makers: [codec: AnyCodec | undefined, make: (n: number) => unknown][] = [
      [undefined, floats],
      [undefined, (n) => floats(n).buffer],
      [undefined, (n) => new DataView(floats(n).buffer)],
      [undefined, (n) => Buffer.from(floats(n).buffer)],
      [undefined, (n) => ({ rows: floats(n), name: 'one' })],
      [undefined, (n) => ({ first: floats(n), second: new Uint16Array(30_000).fill(n), none: new Uint8Array(0) })],
      [undefined, (n) => Array.from(floats(n), (value, i) => (i % 7 === 0 ? new Date(i) : value))],
      [structured({ compress: true }), floats],
      [bytes(), floats],
      [bytes({ compress: 'gzip' }), floats],
      [bytes({ extension: '.bin', as: 'Uint8Array' }), (n) => new Uint8Array(floats(n).buffer)],
    ]
    for (const [codec, make] of makers) {
      const fn = marked(make, codec && { options: { codec } })
      const given = fn(1)
      const first = fn(1)
      expect(isDeepStrictEqual(first, given)).toBe(true)
      const views = (ArrayBuffer.isView(first) ? [first] : Object.values(first as object)).filter((part) => ArrayBuffer.isView(part))
      for (const view of views) {
        expect([view.byteOffset, view.byteLength]).toEqual([0, view.buffer.byteLength])
        new Uint8Array(view.buffer).fill(255)
      }
      expect([isDeepStrictEqual(fn(1), make(1)), isDeepStrictEqual(fn(2), make(2)), fn.calls]).toEqual([true, true, 2])
    }
  })

  it('one that is made of another decodes by its own, also what is large', () => {
    const turned = (given: Uint8Array): Uint8Array => Uint8Array.from(given, (byte) => byte ^ 255)
    for (const inner of [bytes({ extension: '.bin' }), bytes(), structured()]) {
      const codec = defineCodec({
        ...inner,
        name: `turned-${inner.name}`,
        encode: (value) => turned(inner.encode(value) as Uint8Array),
        decode: (stored) => inner.decode(turned(stored)),
      })
      const fn = marked((n: number) => Buffer.alloc(100_000, n), { options: { codec } })
      fn(1)
      expect([Buffer.alloc(100_000, 1).equals(fn(1)), fn.calls]).toEqual([true, 1])
    }
  })

  it('a new version migrates what older ones kept, at a look-up', () => {
    let version = 1
    const codecOf = (): AnyCodec => defineCodec<{ version: number; name: string }>({
      name: 'user',
      version,
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (stored) => JSON.parse(Buffer.from(stored).toString()),
      migrate: (value, from) => ({ ...(value as { name: string }), version: from * 10 }),
    })
    const make = () => marked((name: string) => ({ version, name }), { name: 'user', fingerprint: 'user', params: ['name'], options: { codec: codecOf() } })
    const first = make()
    first('ann')
    version = 2
    const second = make()
    expect([second('ann'), second('ann')]).toEqual([{ version: 10, name: 'ann' }, { version: 10, name: 'ann' }])
    expect(second('bob')).toEqual({ version: 2, name: 'bob' })
    expect([first.calls, second.calls]).toEqual([1, 1])
    expect(withMode('require', () => second('ann'))).toEqual({ version: 10, name: 'ann' })
  })

  it('classes that are registered come back as such', () => {
    class Point {
      x: number
      constructor(x: number) {
        this.x = x
      }
    }
    registerClass(Point, { encode: ({ x }) => x, decode: (x) => new Point(x as number) })
    const fn = marked((x: number) => ({ at: new Point(x) }))
    fn(1)
    const { at } = fn(1)
    expect(at).toBeInstanceOf(Point)
    expect(at.x).toBe(1)
    expect(fn.calls).toBe(1)
  })
})

describe('streams and responses', () => {
  it('the caller reads a stream at once, the store keeps the other half', async () => {
    const fn = marked((word: string) => Readable.from([Buffer.from(word), Buffer.from('!')]), { options: { codec: bytes() } })
    expect(await readText(fn('hi'))).toBe('hi!')
    await until(() => handle(fn).has('hi'))
    const again = fn('hi')
    expect(again).toBeInstanceOf(Readable)
    expect(await readText(again)).toBe('hi!')
    expect(fn.calls).toBe(1)
  })

  it('callers that wait for an async one get streams of their own', async () => {
    const fn = marked(async (word: string) => {
      await null
      return new Blob([word]).stream() as ReadableStream
    }, { async: true, options: { codec: bytes() } })
    const both = await Promise.all([fn('hi'), fn('hi')])
    expect(await Promise.all(both.map((stream) => readText(stream as never)))).toEqual(['hi', 'hi'])
    expect(fn.calls).toBe(1)
  })

  it('a stream that fails fails its reader, is warned of and not kept', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fn = marked(() => Readable.from((async function* () {
      yield Buffer.from('a')
      throw new Error('cut off')
    })()), { options: { codec: bytes(), onError: 'throw' } })
    await expect(readText(fn())).rejects.toThrow('cut off')
    await until(() => warned.mock.calls.length > 0)
    expect(warned.mock.calls.flat().join()).toMatch(/cut off/)
    expect(handle(fn).has()).toBe(false)
  })

  it('results of fetch can be read by each caller', async () => {
    const fn = marked(async (id: number) => new Response(`body ${id}`, { status: 201, headers: { 'x-id': String(id) } }), { async: true, options: { codec: response() } })
    const all = await Promise.all([fn(1), fn(1)])
    all.push(await fn(1))
    expect(await Promise.all(all.map((one) => one.text()))).toEqual(['body 1', 'body 1', 'body 1'])
    expect(all.map((one) => [one.status, one.headers.get('x-id')])).toEqual([[201, '1'], [201, '1'], [201, '1']])
    expect(fn.calls).toBe(1)
  })
})
