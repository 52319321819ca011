import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configure, handle } from '../../src/index.ts'
import { marked, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: undefined }))
afterEach(() => void vi.restoreAllMocks())

const formOf = (...files: Blob[]): FormData => {
  const form = new FormData()
  form.append('title', 'text')
  for (const file of files) form.append('file', file)
  return form
}

/** Node takes the time of a Blob's File from the clock. */
async function nextMillisecond(): Promise<void> {
  for (const now = Date.now(); Date.now() === now;) await new Promise(setImmediate)
}

describe('Blobs as arguments of functions that give promises', () => {
  const size = (): ReturnType<typeof marked<(input: unknown) => Promise<number>>> => marked(async (input: unknown) => (input instanceof Blob ? input.size : 0), { async: true })

  it.each<[string, () => unknown]>([
    ['a Blob', () => new Blob(['ab', 'c'], { type: 'a/b' })],
    ['a File', () => new File(['abc'], 'a.txt', { lastModified: 5 })],
    ['several in an object', () => ({ list: [new Blob(['a']), new Blob(['b'])], name: 'x' })],
    ['the same twice', () => { const blob = new Blob(['a']); return [blob, blob] }],
    ['a FormData', () => formOf(new File(['x'], 'x', { lastModified: 1 }))],
    ['a FormData with a Blob', () => formOf(new Blob(['x'], { type: 'a/b' }))],
    ['a FormData with a named Blob', () => { const form = formOf(); form.append('file', new Blob(['x']), 'x.txt'); return form }],
    ['a large one', () => new Blob([Buffer.alloc(3_000_000, 'x')])],
  ])('%s counts by its content', async (_, make) => {
    const fn = size()
    await fn(make())
    await nextMillisecond()
    await fn(make())
    expect(fn.calls).toBe(1)
    expect(await handle(fn).has(make())).toBe(true)
    expect(await handle(fn).peek(make())).toMatchObject({ value: expect.any(Number) })
    await handle(fn).forget(make())
    expect(await handle(fn).has(make())).toBe(false)
  })

  it('those that differ in anything have results of their own', async () => {
    const fn = size()
    const all = [
      new Blob(['abc']), new Blob(['abd']), new Blob(['abc'], { type: 'a/b' }), new File(['abc'], 'a', { lastModified: 1 }), new File(['abc'], 'b', { lastModified: 1 }),
      new File(['abc'], 'a', { lastModified: 2 }), [new Blob(['a']), new Blob(['b'])], [new Blob(['b']), new Blob(['a'])], formOf(), formOf(new File(['a'], 'a', { lastModified: 1 })),
      formOf(new File(['b'], 'a', { lastModified: 1 })), formOf(new File(['b'], 'a', { lastModified: 2 })),
      formOf(new Blob(['a'])), formOf(new Blob(['b'])), formOf(new Blob(['a'], { type: 'a/b' })), new Uint8Array([97, 98, 99]),
    ]
    for (const one of all) await fn(one)
    expect(fn.calls).toBe(all.length)
  })

  it('the parts of a body, as a server reads them', async () => {
    const fn = size()
    const read = (text: string): Promise<FormData> => new Response(formOf(new File([text], 'a.txt', { type: 'text/plain' }))).formData()
    await fn(await read('a'))
    await nextMillisecond()
    await fn(await read('a'))
    expect(fn.calls).toBe(1)
    await fn(await read('b'))
    expect(fn.calls).toBe(2)
  })

  it('elements of a batch', async () => {
    const fn = marked(async (files: Blob[]) => Promise.all(files.map((file) => file.text())), { params: ['files'], async: true, options: { batch: ['files'] } })
    expect(await fn([new Blob(['a']), new Blob(['b']), new Blob(['a'])])).toEqual(['a', 'b', 'a'])
    expect(await fn([new Blob(['b']), new Blob(['a'])])).toEqual(['b', 'a'])
    expect(fn.calls).toBe(1)
  })

  it('also of a function that is not declared async, once it has shown what it gives', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const make = (): ReturnType<typeof size> => marked((blob: unknown) => (blob as Blob).text().then(() => 1), { name: 'undeclared', fingerprint: 'undeclared' })
    const first = make()
    await first(new Blob(['a']))
    await first(new Blob(['a']))
    await first(new Blob(['a']))
    expect(first.calls).toBe(2)
    const inAnotherProcess = make()
    await inAnotherProcess(new Blob(['a']))
    expect(inAnotherProcess.calls).toBe(0)
    expect(warned).not.toHaveBeenCalled()
  })

  it('the key is of the arguments as the function sees them', async () => {
    const fn = marked(async (input: { blob: Blob; n: number }) => input.n, { async: true })
    const input = { blob: new Blob(['a']), n: 1 }
    const running = fn(input)
    input.n = 2
    expect(await running).toBe(2)
    expect(await fn({ blob: new Blob(['a']), n: 2 })).toBe(2)
    expect(await fn({ blob: new Blob(['a']), n: 1 })).toBe(1)
    expect(fn.calls).toBe(2)
  })

  it('one that can not be read runs the function, with a warning', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const fn = size()
    const broken = new Blob(['abc'])
    vi.spyOn(Blob.prototype, 'stream').mockImplementation(() => new ReadableStream({ pull() { throw new Error('unreadable') } }) as never)
    expect(await fn(broken)).toBe(3)
    expect(warned.mock.calls.flat().join()).toMatch(/unreadable.*uncached/)
  })
})

it('a synchronous function is told what to do, and runs', () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const fn = marked((blob: Blob) => blob.size)
  expect([fn(new Blob(['ab'])), fn(new Blob(['ab']))]).toEqual([2, 2])
  expect(fn.calls).toBe(2)
  expect(warned.mock.calls.flat().join()).toMatch(/a is a Blob, which a synchronous function can't read.*make the function async/)
  const byName = marked((file: File) => file.size, { params: ['file'], options: { key: { file: (file: File) => [file.name, file.lastModified] } } })
  expect([byName(new File(['ab'], 'x', { lastModified: 1 })), byName(new File(['abc'], 'x', { lastModified: 1 }))]).toEqual([2, 2])
})
