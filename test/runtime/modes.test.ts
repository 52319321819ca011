import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CacheMissError, configure, handle, withMode, withOptions } from '../../src/index.ts'
import { sharedRegistry } from '../../src/runtime/state.ts'
import { INDEX, RUNTIME, marked, sandbox, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn' }))
afterEach(() => {
  delete sharedRegistry.off
  vi.restoreAllMocks()
})

describe('modes', () => {
  it('off: neither reads nor writes', () => {
    const double = marked((a: number) => a * 2)
    withMode('off', () => double(1))
    double(1)
    withMode('off', () => double(1))
    expect(double.calls).toBe(3)
  })

  it('refresh: computes, and replaces', () => {
    let factor = 2
    const scale = marked((a: number) => a * factor)
    scale(1)
    factor = 3
    expect(withMode('refresh', () => scale(1))).toBe(3)
    expect(scale(1)).toBe(3)
    expect(scale.calls).toBe(2)
  })

  it('refresh: a failure leaves the old result', () => {
    let broken = false
    const fragile = marked(() => {
      if (broken) throw new Error('broken')
      return 'old'
    })
    fragile()
    broken = true
    expect(() => withMode('refresh', () => fragile())).toThrow('broken')
    expect(fragile()).toBe('old')
  })

  it('read-only: a miss computes, nothing is written', () => {
    const double = marked((a: number) => a * 2)
    double(1)
    withMode('read-only', () => {
      expect([double(1), double(2), double(2)]).toEqual([2, 4, 4])
    })
    expect(double.calls).toBe(3)
    expect(handle(double).has(2)).toBe(false)
  })

  it('require: a miss throws, a hit does not', async () => {
    const double = marked((a: number) => a * 2)
    const late = marked(async (a: number) => a * 2, { async: true })
    double(1)
    withMode('require', () => {
      expect(double(1)).toBe(2)
      expect(() => double(2)).toThrow(CacheMissError)
    })
    const missing = withMode('require', () => late(1))
    await expect(missing).rejects.toMatchObject({ code: 'MISS', message: expect.stringContaining('a=1') })
    expect(double.calls).toBe(1)
  })

  it('last over await, and concern only what is below', async () => {
    const double = marked((a: number) => a * 2)
    const below = withMode('off', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      double(1)
      return withMode('cache', async () => {
        await null
        double(1)
        return double(1)
      })
    })
    double(1)
    double(1)
    await below
    expect(double.calls).toBe(2)
  })

  it('go on in what was started below and not awaited', async () => {
    const double = marked((a: number) => a * 2)
    const done = withMode('off', () => ({ promise: new Promise((resolve) => setTimeout(() => resolve(double(1)), 5)) }))
    await done.promise
    expect(handle(double).has(1)).toBe(false)
  })

  it('are checked by name', () => {
    expect(() => withMode('ofF' as never, () => 1)).toThrow(/withMode\(\) was given 'ofF', expected one of .* Did you mean `off`/)
  })

  it('of a function beat those of configure()', () => {
    configure({ mode: 'off' })
    const double = marked((a: number) => a * 2, { options: { mode: 'cache' } })
    double(1)
    double(1)
    expect(double.calls).toBe(1)
  })
})

describe('what turns the cache off', () => {
  it('a test file that mocks', async () => {
    const { off } = await import('../../src/runtime/index.ts')
    const double = marked((a: number) => a * 2)
    double(1)
    off('vi.mock')
    double(1)
    expect(double.calls).toBe(2)
    expect(withMode('cache', () => double(1))).toBe(2)
    expect(double.calls).toBe(2)
  })

  it('a note that was left before the runtime was loaded', async () => {
    const { run, write } = sandbox()
    write('a.ts', `
      globalThis[Symbol.for('unplugin-persist')] = { off: 'a mock' }
      const { call, define } = await import('${RUNTIME}')
      const m = define({ v: 1, module: 'a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: [] }, 0)
      let calls = 0
      const f = () => call(m, void 0, [], 0, () => ++calls)
      console.log(JSON.stringify([f(), f()]))`)
    expect((await run('a.ts')).lines).toEqual([[1, 2]])
  })

  it('collecting coverage, unless the mode is set', async () => {
    const { run, write, directory } = sandbox()
    write('a.ts', program('f(1); f(1); console.log(calls)'))
    expect((await run('a.ts', { env: { NODE_V8_COVERAGE: `${directory}/coverage` } })).lines).toEqual([2])
    expect((await run('a.ts', { env: { NODE_V8_COVERAGE: `${directory}/coverage`, PERSIST_MODE: 'cache' } })).lines).toEqual([1])
  })

  it('under nyc, and where Istanbul\'s counters are, from when they are there', async () => {
    const { run, write } = sandbox()
    write('a.ts', program('f(1); f(1); console.log(calls)'))
    expect((await run('a.ts', { env: { NYC_CONFIG: '{}' } })).lines).toEqual([2])
    write('b.ts', program('f(1); f(1); globalThis.__coverage__ = {}; f(1); f(1); withMode("cache", () => f(1)); console.log(calls)').replace('import * as persist', 'import { withMode }'))
    expect((await run('b.ts')).lines).toEqual([3])
  })
})

function program(body: string, descriptor = ''): string {
  return `
    import { call, define } from '${RUNTIME}'
    import * as persist from '${INDEX}'
    let calls = 0
    const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: ['a'], ${descriptor} }, () => f)
    function f(a) { return call(m, void 0, [a], 0, () => { calls++; return a }) }
    ${body}`
}

describe('the environment', () => {
  it('PERSIST_MODE beats the function\'s option, withMode beats it', async () => {
    const { run, write } = sandbox()
    write('a.ts', program('f(1); f(1); console.log(calls); persist.withMode("cache", () => { f(1); f(1) }); console.log(calls)', 'options: { mode: "cache" }'))
    expect((await run('a.ts', { env: { PERSIST_MODE: 'off' } })).lines).toEqual([2, 3])
  })

  it('a PERSIST_MODE that there is not is named, and left out', async () => {
    const { run, write } = sandbox()
    write('a.ts', program('f(1); f(1); console.log(calls)'))
    const { lines, stderr } = await run('a.ts', { env: { PERSIST_MODE: 'chace' } })
    expect(lines).toEqual([1])
    expect(stderr).toMatch(/\[unplugin-persist\] PERSIST_MODE is 'chace'.*Did you mean `cache`/)
  })

  it('PERSIST_REFRESH computes the named functions anew', async () => {
    const { run, write } = sandbox()
    write('a.ts', program('f(1); console.log(calls)'))
    expect((await run('a.ts')).lines).toEqual([1])
    expect((await run('a.ts')).lines).toEqual([0])
    expect((await run('a.ts', { env: { PERSIST_REFRESH: 'src/a.ts#f' } })).lines).toEqual([1])
    expect((await run('a.ts', { env: { PERSIST_REFRESH: 'src/b.ts#f,other' } })).lines).toEqual([0])
  })

  it('the machine\'s file sets options, below the environment', async () => {
    const { run, write, directory } = sandbox()
    write('a.ts', program('f(1); f(1); console.log(calls)'))
    write('../config/unplugin-persist/config.json', '{ "mode": "off" }')
    const env = { XDG_CONFIG_HOME: `${directory}/../config` }
    expect((await run('a.ts', { env })).lines).toEqual([2])
    expect((await run('a.ts', { env: { ...env, PERSIST_MODE: 'cache' } })).lines).toEqual([1])
  })
})

describe('withOptions', () => {
  it('lays options over those of each function, over await', async () => {
    const other = temporary()
    const double = marked((a: number) => a * 2)
    double(1)
    await withOptions({ persistPath: other }, async () => {
      await null
      double(1)
      double(1)
    })
    double(1)
    expect(double.calls).toBe(2)
  })

  it('sets an age for the calls below', async () => {
    const now = marked(() => 1)
    now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    withOptions({ maxAge: 1 }, () => now())
    now()
    expect(now.calls).toBe(2)
  })

  it('nested, the inner one is laid over the outer one', () => {
    const now = marked(() => 1)
    withOptions({ version: 'a' }, () => withOptions({ tags: ['x'] }, () => now()))
    expect(now.calls).toBe(1)
    withOptions({ version: 'a' }, () => now())
    expect(now.calls).toBe(1)
    now()
    expect(now.calls).toBe(2)
  })

  it('is checked', () => {
    expect(() => withOptions({ maxag: 1 } as never, () => 1)).toThrow(/withOptions\(\): unknown option `maxag`\. Did you mean `maxAge`/)
    expect(() => configure({ skip: [] } as never)).toThrow(/configure\(\): option `skip` belongs to one function/)
  })
})
