/** What cachified documents and tests: age, stale answers, checks of what is cached, forced fresh values, shared pending computations, batches. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { app } from './harness.ts'
import type { App } from './harness.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())
const pass = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds)
/** Lets everything run that is ready to: in its turn of the event loop, not by a clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

/** A function whose answers are what `next` says; it counts its computations in the log. */
const source = (options: string, from = 'async'): App => app(`
  import { persist } from 'unplugin-persist'
  export const next = { value: 'one' as any, error: undefined as any, gate: undefined as any }
  export const read = persist(${from} (id = 'a') => { console.log('read', id); return (globalThis as any).read(id) }, { impure: true, ${options} })`)

const answers = (from: (id: string) => unknown): void => void ((globalThis as any).read = from)
afterEach(() => void delete (globalThis as any).read)

describe('values', () => {
  it.each([['a text', 'x'], ['undefined', undefined], ['null', null], ['false', false], ['nothing', '']])('%s is cached', async (_, value) => {
    const project = source('')
    answers(() => value)
    expect(await project.start().read()).toBe(value)
    answers(() => 'other')
    expect(await project.start().read()).toBe(value)
    expect(project.ran()).toHaveLength(1)
  })

  it('keys are told apart', async () => {
    const project = source('')
    answers((id) => `value of ${id}`)
    const { read } = project.start()
    expect([await read('a'), await read('b'), await read('a')]).toEqual(['value of a', 'value of b', 'value of a'])
    expect(project.ran()).toHaveLength(2)
  })

  it('a fresh value that can\'t be had is an error, and the next call tries again', async () => {
    const project = source('')
    const { read } = project.start()
    answers(() => { throw new Error('offline') })
    await expect(read()).rejects.toThrow('offline')
    answers(() => 'online')
    expect(await read()).toBe('online')
    expect(project.ran()).toHaveLength(2)
  })
})

describe('age', () => {
  it('a value is computed anew when its time is over', async () => {
    const project = source(`maxAge: '5m'`)
    let n = 0
    answers(() => ++n)
    const { read } = project.start()
    expect([await read(), await read()]).toEqual([1, 1])
    pass(300_000)
    expect(await read()).toBe(1)
    pass(1)
    expect([await read(), await project.start().read()]).toEqual([2, 2])
  })

  it('an age of 0 is over at once', async () => {
    const project = source('maxAge: 0')
    answers(() => 1)
    const { read } = project.start()
    await read()
    pass(1)
    await read()
    expect(project.ran()).toHaveLength(2)
  })

  it('without one a value stays for ever', async () => {
    const project = source('')
    answers(() => 1)
    await project.start().read()
    pass(100 * 365 * 86_400_000)
    await project.start().read()
    expect(project.ran()).toHaveLength(1)
  })

  it('one call may want it fresher than others', async () => {
    const project = source('')
    let n = 0
    answers(() => ++n)
    const { read, api } = project.start()
    await read()
    pass(5000)
    expect(await api.withOptions({ maxAge: '10s' }, () => read())).toBe(1)
    expect(await api.withOptions({ maxAge: '1s' }, () => read())).toBe(2)
    expect(await read()).toBe(2)
  })

  it('may be counted from a moment', async () => {
    const project = source('')
    let n = 0
    answers(() => ++n)
    const { read, api } = project.start()
    await read()
    pass(1000)
    const deployed = new Date()
    expect(await api.withOptions({ maxAge: deployed }, () => read())).toBe(2)
    expect(await api.withOptions({ maxAge: deployed }, () => read())).toBe(2)
  })
})

describe('stale answers', () => {
  const swr = `maxAge: 1000, staleWhileRevalidate: 5000`

  it('are given while a fresh one is computed behind', async () => {
    const project = source(swr)
    let n = 0
    answers(() => ++n)
    const { read } = project.start()
    await read()
    pass(2000)
    expect(await read()).toBe(1)
    await settled()
    expect(await read()).toBe(2)
    expect(project.ran()).toHaveLength(2)
  })

  it('are refreshed once, however many ask', async () => {
    const project = source(swr)
    let n = 0
    answers(async () => ++n)
    const { read } = project.start()
    await read()
    pass(2000)
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
    await settled()
    expect(project.ran()).toHaveLength(2)
  })

  it('are not given beyond their time', async () => {
    const project = source(swr)
    let n = 0
    answers(() => ++n)
    const { read } = project.start()
    await read()
    pass(6001)
    expect(await read()).toBe(2)
  })

  it('an error behind them is nobody\'s', async () => {
    const project = source(swr)
    answers(() => 'good')
    const { read } = project.start()
    await read()
    pass(2000)
    answers(() => { throw new Error('bad') })
    expect(await read()).toBe('good')
    await settled()
    expect(await read()).toBe('good')
    await settled()
  })

  it('work for synchronous functions too', async () => {
    const project = source(swr, '')
    let n = 0
    answers(() => ++n)
    const { read } = project.start()
    expect(read()).toBe(1)
    pass(2000)
    expect(read()).toBe(1)
    await settled()
    expect(read()).toBe(2)
  })
})

describe('checks of what is cached', () => {
  it('a value that does not pass is computed anew, and replaced', async () => {
    const project = source(`validate: ({ value }) => typeof value === 'object'`)
    answers(() => 'old form')
    const { read } = project.start()
    await read()
    answers(() => ({ form: 'new' }))
    expect([await read(), await read()]).toEqual([{ form: 'new' }, { form: 'new' }])
    expect(project.ran()).toHaveLength(2)
  })

  it('may be asynchronous', async () => {
    const project = source(`validate: async ({ value }) => value === 'right'`)
    answers(() => 'wrong')
    const { read } = project.start()
    await read()
    answers(() => 'right')
    expect([await read(), await read()]).toEqual(['right', 'right'])
    expect(project.ran()).toHaveLength(2)
  })

  it('that throw count as not passed', async () => {
    const project = source(`onError: 'ignore', validate: async () => { throw new Error('cannot tell') }`)
    answers(() => 1)
    const { read } = project.start()
    await read()
    expect(await read()).toBe(1)
    expect(project.ran()).toHaveLength(2)
  })

  it('see when the value was made and how long it took', async () => {
    const project = source(`validate: ({ meta }) => { console.log(meta.created, typeof meta.duration); return true }`)
    answers(() => 1)
    const { read } = project.start()
    await read()
    await read()
    expect(project.ran()).toEqual(['read a', `${Date.now()} number`])
  })

  it('a computed value that is not good enough is returned, but not kept', async () => {
    const project = source(`cacheIf: (value: any, id: string) => value.length > 0 && id !== 'never'`)
    answers(() => [])
    const { read } = project.start()
    expect(await read()).toEqual([])
    answers(() => [1])
    expect([await read(), await read()]).toEqual([[1], [1]])
    await read('never')
    await read('never')
    expect(project.ran()).toEqual(['read a', 'read a', 'read never', 'read never'])
  })
})

describe('fresh values by force', () => {
  it('are computed and kept', async () => {
    const project = source('')
    let n = 0
    answers(() => ++n)
    const { read, api } = project.start()
    await read()
    expect(await api.handle(read).rerun()).toBe(2)
    expect(await read()).toBe(2)
  })

  it('leave the cached one where they can\'t be had', async () => {
    const project = source('')
    answers(() => 'cached')
    const { read, api } = project.start()
    await read()
    answers(() => { throw new Error('down') })
    await expect(api.handle(read).rerun()).rejects.toThrow('down')
    expect((await api.handle(read).peek())!.value).toBe('cached')
    expect(await read()).toBe('cached')
  })
})

describe('pending computations', () => {
  it('are shared by calls at the same time', async () => {
    const project = source('')
    answers(async () => {
      await settled()
      return { made: 'once' }
    })
    const { read } = project.start()
    const [one, two, three] = await Promise.all([read(), read(), read()])
    expect([one, two, three]).toEqual(Array(3).fill({ made: 'once' }))
    expect(project.ran()).toHaveLength(1)
    one.made = 'changed by the first'
    two.made = 'changed by one that waited'
    expect([three.made, (await read()).made]).toEqual(['once', 'once'])
  })

  it('fail for all that wait, and are not kept', async () => {
    const project = source('')
    answers(async () => {
      await settled()
      throw new Error('no')
    })
    const { read } = project.start()
    const all = await Promise.allSettled([read(), read()])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    answers(() => 'yes')
    expect(await read()).toBe('yes')
    expect(project.ran()).toHaveLength(2)
  })

  it('are not shared where that is switched off', async () => {
    const project = source('singleFlight: false')
    answers(async () => {
      await settled()
      return 1
    })
    const { read } = project.start()
    await Promise.all([read(), read()])
    expect(project.ran()).toHaveLength(2)
  })

  it('of different keys go side by side', async () => {
    const project = source('')
    const order: string[] = []
    answers(async (id) => {
      order.push(`begin ${id}`)
      await settled()
      order.push(`end ${id}`)
    })
    const { read } = project.start()
    await Promise.all([read('a'), read('b')])
    expect(order.slice(0, 2)).toEqual(['begin a', 'begin b'])
  })
})

describe('batches', () => {
  const users = (): App => app(`
    // @persist { batch: ['ids'], impure: true }
    export async function users(ids: number[]) { console.log(ids.join()); return (globalThis as any).read(ids) }`)

  it('each entry is a value of its own', async () => {
    const project = users()
    answers((ids: any) => ids.map((id: number) => ({ id })))
    const { users: load, api } = project.start()
    await load([1, 2])
    expect(await load([2, 3])).toEqual([{ id: 2 }, { id: 3 }])
    expect(await api.withOptions({ singleFlight: false }, () => load([3, 4]))).toEqual([{ id: 3 }, { id: 4 }])
    expect(project.ran()).toEqual(['1,2', '3', '4'])
  })

  it('that fail fail for all, and nothing is kept', async () => {
    const project = users()
    answers(() => { throw new Error('no users') })
    const { users: load } = project.start()
    await expect(load([1, 2])).rejects.toThrow('no users')
    answers((ids: any) => ids)
    expect(await load([1, 2])).toEqual([1, 2])
    expect(project.ran()).toEqual(['1,2', '1,2'])
  })

  it('of two calls at the same time compute a common element once', async () => {
    const project = users()
    answers(async (ids: any) => {
      await settled()
      return ids
    })
    const { users: load, api } = project.start()
    await load([9])
    expect(await Promise.all([load([1, 2]), load([2, 3])])).toEqual([[1, 2], [2, 3]])
    expect(project.ran()).toEqual(['9', '1,2', '3'])
    // No lease is asked for: calls of this thread share all the same.
    expect(await api.withMode('refresh', () => Promise.all([load([1, 2]), load([2, 3])]))).toEqual([[1, 2], [2, 3]])
    expect(project.ran()).toEqual(['1,2', '3'])
  })

  it('whose function gives another number of results are told of, and nothing is kept', async () => {
    const project = users()
    answers(() => ['only one'])
    const { users: load } = project.start()
    expect(await load([1, 2])).toEqual(['only one'])
    expect(project.warned()).toEqual([expect.stringMatching(/one result per element/)])
    answers((ids: any) => ids)
    expect(await load([1, 2])).toEqual([1, 2])
    expect(project.ran()).toHaveLength(2)
  })
})

describe('tags', () => {
  it('drop at once what carries them', async () => {
    vi.useRealTimers()
    const project = source(`tags: ['news']`)
    let n = 0
    answers(() => ++n)
    const { read, api } = project.start()
    await read('a')
    await read('b')
    api.invalidateTag('sports')
    expect(await read('a')).toBe(1)
    api.invalidateTag('news')
    expect([await read('a'), await read('b')]).toEqual([3, 4])
    expect(await project.start().read('a')).toBe(3)
  })
})

it('a cache that can\'t be written or read is no reason to fail', async () => {
  const project = source(`codec: { name: 'x', encode: () => new Uint8Array(), decode: () => { throw new Error('unreadable') } }`)
  answers(() => 'value')
  const { read } = project.start()
  expect([await read(), await read()]).toEqual(['value', 'value'])
  expect(project.ran()).toHaveLength(2)
  expect(project.warned()).toEqual([expect.stringMatching(/unreadable/)])
})

it('what a caller does to a value changes nothing for others', async () => {
  const project = source('')
  answers(() => ({ list: [1] }))
  const { read } = project.start()
  const first = await read()
  first.list.push(2)
  const second = await read()
  second.list.push(3)
  expect(await read()).toEqual({ list: [1] })
})
