import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CacheMissError, configure, handle, withMode } from '../../src/index.ts'
import { INDEX, marked, sandbox, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn' }))
afterEach(() => void vi.restoreAllMocks())

const batch = { params: ['xs', 'factor'], options: { batch: ['xs'] } }

/** A function that notes what it was asked for. */
function scaler(async: boolean) {
  const asked: number[][] = []
  const fn = async
    ? marked(async (xs: number[], factor: number) => (asked.push(xs), await null, xs.map((x) => ({ x: x * factor }))), { ...batch, async: true })
    : marked((xs: number[], factor: number) => (asked.push(xs), xs.map((x) => ({ x: x * factor }))), batch)
  return { fn, asked }
}
const results = (...xs: number[]): { x: number }[] => xs.map((x) => ({ x }))

describe.each([true, false])('a batch (async: %s)', (async) => {
  it('computes only the missing elements, in order', async () => {
    const { fn, asked } = scaler(async)
    expect(await fn([3, 1], 2)).toEqual(results(6, 2))
    expect(await fn([1, 2, 3, 4], 2)).toEqual(results(2, 4, 6, 8))
    expect(await fn([4, 3, 2, 1], 2)).toEqual(results(8, 6, 4, 2))
    expect(await fn([1], 5)).toEqual(results(5))
    expect(asked).toEqual([[3, 1], [2, 4], [1]])
  })

  it('computes duplicates once, and gives each place a value of its own', async () => {
    const { fn, asked } = scaler(async)
    const first = await fn([1, 2, 1, 1], 2)
    expect(first).toEqual(results(2, 4, 2, 2))
    expect(asked).toEqual([[1, 2]])
    first[0]!.x = 99
    expect(first[2]).toEqual({ x: 2 })
    const second = await fn([1, 1], 2)
    expect(second[0]).not.toBe(second[1])
  })

  it('an empty list does not call the function, once it is known what that gives', async () => {
    const { fn, asked } = scaler(async)
    await fn([1], 2)
    const nothing = fn([], 2)
    expect(nothing instanceof Promise).toBe(async)
    expect(await nothing).toEqual([])
    expect(asked).toEqual([[1]])
  })

  it('questions about arguments that are no lists fail as the call would be refused, and put wants a result for each element', async () => {
    const { fn, asked } = scaler(async)
    const control = handle(fn)
    const noList = { name: 'PersistError', code: 'KEY', message: expect.stringMatching(/'xs', which is no array/) as string }
    for (const args of [[3, 2], [undefined, 2], [{ length: 1, 0: 3 }, 2], [new Float64Array(1), 2]] as unknown as [number[], number][]) {
      await expect((async () => control.put(args, results(6)))()).rejects.toMatchObject(noList)
      await expect((async () => control.has(...args))()).rejects.toMatchObject(noList)
    }
    for (const value of [results(6), { x: 6 }, undefined] as unknown as { x: number }[][]) {
      await expect((async () => control.put([[3, 4], 2], value))()).rejects.toMatchObject({ code: 'VALUE', message: expect.stringContaining('an array of 2 results') as string })
    }
    expect(await control.has([3], 2)).toBe(false)
    expect(asked).toEqual([])
  })

  it('has, peek, put, forget and rerun go by element', async () => {
    const { fn, asked } = scaler(async)
    const control = handle(fn)
    await control.put([[7, 8], 2], results(70, 80))
    expect(await control.has([7], 2)).toBe(true)
    expect(await control.has([7, 9], 2)).toBe(false)
    expect((await control.peek([8, 7], 2))!.value).toEqual(results(80, 70))
    await control.forget([7], 2)
    expect(await fn([7, 8], 2)).toEqual(results(14, 80))
    expect(await control.rerun([7, 8], 2)).toEqual(results(14, 16))
    expect(asked).toEqual([[7], [7, 8]])
  })

  it('in mode require throws where an element is missing', async () => {
    const { fn } = scaler(async)
    await fn([1], 2)
    expect(await withMode('require', () => fn([1], 2))).toEqual(results(2))
    await expect((async () => withMode('require', () => fn([1, 2], 2)))()).rejects.toThrow(CacheMissError)
  })
})

describe('batches', () => {
  it('several lists go in step; unequal ones run as they are, with a warning', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const add = marked((as: number[], bs: number[]) => as.map((a, index) => a + (bs[index] ?? 0)), { params: ['as', 'bs'], options: { batch: ['as', 'bs'] } })
    expect(add([1, 2], [10, 20])).toEqual([11, 22])
    expect(add([2, 1], [20, 10])).toEqual([22, 11])
    expect(add.calls).toBe(1)
    expect(add([1, 2], [10])).toEqual([11, 2])
    expect(warned.mock.calls.flat().join()).toMatch(/'as' has 2 elements and 'bs' has 1/)
  })

  it('a function that gives no list of results is left as it is, with a warning', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const sum = marked((xs: number[]) => xs.reduce((a, b) => a + b, 0), { params: ['xs'], options: { batch: ['xs'] } })
    expect([sum([1, 2]), sum([1, 2]), sum([1, 1])]).toEqual([3, 3, 2])
    expect(warned.mock.calls.flat().join()).toMatch(/gives one result per element; for 2 it gave no array/)
  })

  it('a failure stores nothing', () => {
    let broken = true
    const half = marked((xs: number[]) => {
      if (broken) throw new Error('no')
      return xs.map((x) => x / 2)
    }, { params: ['xs'], options: { batch: ['xs'] } })
    expect(() => half([2])).toThrow('no')
    broken = false
    expect(half([2])).toEqual([1])
  })

  it('concurrent ones that overlap compute each element once', async () => {
    const asked: number[] = []
    const slow = marked(async (xs: number[]) => {
      asked.push(...xs)
      await new Promise((resolve) => setTimeout(resolve, 10))
      return xs.map((x) => x * 2)
    }, { params: ['xs'], async: true, options: { batch: ['xs'] } })
    expect(await Promise.all([slow([1, 2]), slow([2, 3]), slow([3, 1])])).toEqual([[2, 4], [4, 6], [6, 2]])
    expect(asked.sort()).toEqual([1, 2, 3])
  })

  it('that would wait for each other compute instead', async () => {
    const make = (other: () => (xs: number[], depth: number) => Promise<number[]>) => marked(async (xs: number[], depth: number): Promise<number[]> => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return depth === 0 ? xs : other()(xs, depth - 1)
    }, { params: ['xs', 'depth'], async: true, options: { batch: ['xs'], skip: ['depth'] } })
    const even: (xs: number[], depth: number) => Promise<number[]> = make(() => odd)
    const odd: (xs: number[], depth: number) => Promise<number[]> = make(() => even)
    expect(await Promise.all([even([1, 2], 4), odd([2, 1], 5)])).toEqual([[1, 2], [2, 1]])
  })

  it('that call themselves with the same element don\'t wait for themselves', async () => {
    const walk: (xs: number[], depth: number) => Promise<number[]> = marked(async (xs: number[], depth: number): Promise<number[]> => {
      await null
      return depth === 0 ? xs : walk(xs, depth - 1)
    }, { params: ['xs', 'depth'], async: true, options: { batch: ['xs'], skip: ['depth'] } })
    expect(await walk([1, 2], 3)).toEqual([1, 2])
  })
})

describe('across processes', () => {
  const program = `
    import { appendFileSync } from 'node:fs'
    import { persist } from ${JSON.stringify(INDEX)}
    const [kind, list, fails] = process.argv.slice(2)
    const note = (xs) => appendFileSync('computed.txt', xs.map((x) => x + '\\n').join(''))
    const double = kind === 'sync'
      ? persist((xs) => { note(xs); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400); return xs.map((x) => x * 2) }, { name: 'double', batch: ['xs'] })
      : persist(async (xs) => { note(xs); await new Promise((resolve) => setTimeout(resolve, 400)); if (fails) throw new Error('no'); return xs.map((x) => x * 2) }, { name: 'double', batch: ['xs'] })
    process.send?.('ready')
    process.once('message', async () => {
      try { console.log(JSON.stringify(await double(JSON.parse(list)))) } catch (error) { console.log(JSON.stringify(error.message)) }
      process.disconnect()
    })
  `

  /** Starts processes, lets them all begin at once, and gives what each printed. */
  async function together(app: ReturnType<typeof sandbox>, lists: readonly (readonly string[])[]): Promise<unknown[]> {
    const children = lists.map((args) => app.start('main.ts', { args }))
    const outputs = children.map((child) => new Promise<unknown>((resolve) => {
      let text = ''
      child.stdout!.on('data', (data) => (text += data))
      child.once('close', () => resolve(text === '' ? undefined : JSON.parse(text.trim().split('\n').at(-1)!)))
    }))
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
    for (const child of children) child.send('go')
    return Promise.all(outputs)
  }

  it.each(['sync', 'async'])('overlapping lists compute each element once (%s)', async (kind) => {
    const app = sandbox()
    app.write('main.ts', program)
    expect(await together(app, [[kind, '[1,2,3]'], [kind, '[3,2,4]'], [kind, '[4,1,5]']])).toEqual([[2, 4, 6], [6, 4, 8], [8, 2, 10]])
    const computed = readFileSync(join(app.directory, 'computed.txt'), 'utf8').trim().split('\n')
    expect(computed.sort()).toEqual(['1', '2', '3', '4', '5'])
  }, 60_000)

  it('elements whose owner fails are computed by who waited for them', async () => {
    const app = sandbox()
    app.write('main.ts', program)
    const [failed, fine] = await together(app, [['async', '[1,2]', 'fails'], ['async', '[2,1]']])
    expect(failed === 'no' || (failed as number[])[0] === 2).toBe(true)
    expect(fine).toEqual([4, 2])
  }, 60_000)
})
