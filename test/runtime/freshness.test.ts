import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configure, handle, invalidateTag, withOptions } from '../../src/index.ts'
import { INDEX, RUNTIME, marked, sandbox, temporary } from './support.ts'

beforeEach(() => {
  configure({ persistPath: temporary(), mode: undefined, onError: 'warn' })
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
const pass = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds)

/** Until all has run that runs behind the calls so far: in its turn of the event loop, not by a clock. */
async function behind(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

describe('maxAge', () => {
  it('an older entry is computed anew, and replaced', () => {
    let n = 0
    const tick = marked(() => ++n, { options: { maxAge: '1h' } })
    expect([tick(), tick()]).toEqual([1, 1])
    pass(3_600_000)
    expect(tick()).toBe(1)
    pass(1)
    expect([tick(), tick()]).toEqual([2, 2])
  })

  it('may be a moment', () => {
    let n = 0
    const tick = marked(() => ++n)
    tick()
    expect(withOptions({ maxAge: new Date(Date.now() - 1) }, () => tick())).toBe(1)
    expect(withOptions({ maxAge: new Date(Date.now() + 1) }, () => tick())).toBe(2)
  })

  it('0 is always too old; has and peek say so', () => {
    const tick = marked(() => 1, { options: { maxAge: 0 } })
    tick()
    pass(1)
    expect(handle(tick).has()).toBe(false)
    expect(handle(tick).peek()).toBeUndefined()
  })

  it('concurrent calls of an entry that is too old compute once', async () => {
    let n = 0
    const tick = marked(async () => ++n, { async: true, options: { maxAge: 10 } })
    await tick()
    pass(11)
    expect(await Promise.all([tick(), tick(), tick()])).toEqual([2, 2, 2])
  })
})

describe('a clock that is set back', () => {
  it('makes nothing last longer', () => {
    let n = 0
    const tick = marked(() => ++n, { options: { maxAge: '1h' } })
    tick()
    pass(-86_400_000)
    expect([tick(), tick()]).toEqual([2, 2])
    // What two machines differ by is no such thing.
    pass(-5000)
    expect(tick()).toBe(2)
  })

  it('leaves invalidated what is', () => {
    const tagged = marked(() => 1, { options: { tags: ['x'] } })
    tagged()
    pass(-86_400_000)
    invalidateTag('x')
    tagged()
    pass(2 * 86_400_000)
    tagged()
    expect(tagged.calls).toBe(2)
  })
})

describe('staleWhileRevalidate', () => {
  it.each([true, false])('serves the old one and computes behind it, once (async: %s)', async (async) => {
    let n = 0
    const options = { maxAge: 1000, staleWhileRevalidate: 1000 }
    const tick = async ? marked(async () => ++n, { async: true, options }) : marked(() => ++n, { options })
    await tick()
    pass(1500)
    expect(await Promise.all([tick(), tick()])).toEqual([1, 1])
    await behind()
    expect(tick.calls).toBe(2)
    expect(await tick()).toBe(2)
  })

  it('beyond it nothing old is served', async () => {
    let n = 0
    const tick = marked(() => ++n, { options: { maxAge: 1000, staleWhileRevalidate: 1000 } })
    tick()
    pass(2001)
    expect(tick()).toBe(2)
  })

  it('a failure behind is nobody\'s, and the old one stays', async () => {
    let broken = false
    const tick = marked(async () => {
      if (broken) throw new Error('no')
      return 1
    }, { async: true, options: { maxAge: 1000, staleWhileRevalidate: 10_000 } })
    await tick()
    broken = true
    pass(1500)
    expect(await tick()).toBe(1)
    await behind()
    expect(await tick()).toBe(1)
  })

  it('computes nothing for arguments that were changed meanwhile', async () => {
    const sum = marked((rows: number[]) => rows.reduce((a, b) => a + b, 0), { params: ['rows'], options: { maxAge: 1000, staleWhileRevalidate: 10_000 } })
    sum([1, 2])
    pass(1500)
    const rows = [1, 2]
    sum(rows)
    rows.push(100)
    await behind()
    expect(sum([1, 2])).toBe(3)
    expect(handle(sum).peek([1, 2])!.value).toBe(3)
  })
})

describe('validate', () => {
  it('is given value and meta, and decides', () => {
    let version = 1
    const read = marked(() => ({ version }), { options: { validate: ({ value, meta }: any) => value.version === version && meta.duration >= 0 } })
    expect([read(), read()]).toEqual([{ version: 1 }, { version: 1 }])
    version = 2
    expect([read(), read()]).toEqual([{ version: 2 }, { version: 2 }])
    expect(read.calls).toBe(2)
  })

  it('may give a promise for functions that do', async () => {
    let valid = true
    const read = marked(async () => 1, { async: true, options: { validate: async () => valid } })
    await read()
    await read()
    valid = false
    await read()
    expect(read.calls).toBe(2)
  })

  it('a promise for a sync function computes, and is warned of', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const read = marked(() => 1, { options: { validate: async () => true } })
    expect([read(), read(), read()]).toEqual([1, 1, 1])
    expect(read.calls).toBe(3)
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned.mock.calls[0]![0]).toMatch(/`validate` or the codec gives a promise/)
  })

  it('that throws is a failing step: warned of, and computed', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const read = marked(() => 1, { options: { validate: () => { throw new Error('cannot say') } } })
    expect([read(), read()]).toEqual([1, 1])
    expect(warned.mock.calls.flat().join()).toMatch(/cannot say/)
  })
})

describe('admission', () => {
  it('cacheIf is given the value and the arguments', () => {
    const seen: unknown[] = []
    const half = marked((a: number, b: number) => a / b, { options: { cacheIf: (value: number, ...values: unknown[]) => (seen.push([value, ...values]), Number.isFinite(value)) } })
    half(1, 0)
    half(1, 0)
    half(4, 2)
    half(4, 2)
    expect(half.calls).toBe(3)
    expect(seen).toEqual([[Infinity, 1, 0], [Infinity, 1, 0], [2, 4, 2]])
  })

  it('cacheIf and minDuration hold for what another function of the same code has stored', () => {
    const anything = marked((a: number) => a, { fingerprint: 'same code' })
    const positive = marked((a: number) => a, { fingerprint: 'same code', options: { cacheIf: (value: number) => value > 0 } })
    const slow = marked((a: number) => a, { fingerprint: 'same code', options: { minDuration: '1h' } })
    for (const a of [-1, 1]) anything(a)
    for (const a of [-1, 1]) [positive(a), slow(a)]
    expect([positive.calls, slow.calls]).toEqual([1, 2])
  })

  it('minDuration keeps only what was slow', () => {
    // By a clock that stands still meanwhile, whatever else the machine does.
    vi.useFakeTimers({ toFake: ['hrtime'] })
    const work = marked((milliseconds: number) => {
      vi.advanceTimersByTime(milliseconds)
      return milliseconds
    }, { options: { minDuration: 20 } })
    work(0)
    work(0)
    work(30)
    work(30)
    expect(work.calls).toBe(3)
  })
})

describe('tags', () => {
  it('what carries an invalidated tag is computed anew, nothing else', () => {
    vi.useRealTimers()
    const users = marked((id: number) => id, { options: { tags: ['users', 'all'] } })
    const posts = marked((id: number) => id, { options: { tags: ['posts', 'all'] } })
    const bare = marked((id: number) => id)
    const call = (): void => [users, posts, bare].forEach((fn) => fn(1))
    const counts = (): number[] => [users, posts, bare].map((fn) => fn.calls)
    call()
    invalidateTag('users')
    call()
    expect(counts()).toEqual([2, 1, 1])
    call()
    expect(counts()).toEqual([2, 1, 1])
    invalidateTag('all')
    call()
    call()
    expect(counts()).toEqual([3, 2, 1])
  })

  it('a result whose computation began before is too old, though it ended after', async () => {
    vi.useRealTimers()
    let n = 0
    const slow = marked(async () => {
      const read = ++n
      await new Promise((resolve) => setTimeout(resolve, 20))
      return read
    }, { async: true, options: { tags: ['x'] } })
    const running = slow()
    await null
    invalidateTag('x')
    expect(await running).toBe(1)
    expect(await slow()).toBe(2)
    expect(await slow()).toBe(2)
  })

  it('what another function of the same code has stored is too old as well', () => {
    const bare = marked((a: number) => a, { fingerprint: 'one code' })
    const tagged = marked((a: number) => a, { fingerprint: 'one code', options: { tags: ['shared'] } })
    bare(1)
    invalidateTag('shared')
    tagged(1)
    tagged(1)
    expect(tagged.calls).toBe(1)
  })

  it('another process sees it', async () => {
    vi.useRealTimers()
    const { run, write } = sandbox()
    const setup = `
      import { call, define } from '${RUNTIME}'
      import { invalidateTag } from '${INDEX}'
      const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: [], options: { tags: ['t'] } }, () => f)
      let calls = 0
      function f() { return call(m, void 0, [], 0, () => ++calls) }`
    write('a.ts', `${setup}; f(); console.log(calls)`)
    write('b.ts', `${setup}; invalidateTag('t')`)
    expect((await run('a.ts')).lines).toEqual([1])
    expect((await run('a.ts')).lines).toEqual([0])
    await run('b.ts')
    expect((await run('a.ts')).lines).toEqual([1])
    expect((await run('a.ts')).lines).toEqual([0])
  })
})
