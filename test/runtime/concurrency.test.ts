import { beforeEach, describe, expect, it } from 'vitest'
import { configure, handle, withMode } from '../../src/index.ts'
import { RUNTIME, TSX_API, marked, sandbox, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn', singleFlight: true }))

const later = (milliseconds = 10): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('in one process', () => {
  it.each([true, undefined])('concurrent calls compute once, and share nothing (async: %s)', async (async) => {
    const slow = marked(async (a: number) => {
      await later()
      return { a }
    }, { ...(async && { async }) })
    const results = await Promise.all([slow(1), slow(1), slow(1), slow(2)])
    expect(results).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }])
    expect(new Set(results).size).toBe(4)
    expect(slow.calls).toBe(2)
  })

  it('each compute on their own without singleFlight', async () => {
    configure({ singleFlight: false })
    const slow = marked(async () => later(), { async: true })
    await Promise.all([slow(), slow()])
    expect(slow.calls).toBe(2)
  })

  it('the error of the one that computes is that of all who wait', async () => {
    const error = new Error('no')
    const slow = marked(async () => {
      await later()
      throw error
    }, { async: true })
    const settled = await Promise.allSettled([slow(), slow(), slow()])
    expect(settled.every((one) => one.status === 'rejected' && one.reason === error)).toBe(true)
    expect(slow.calls).toBe(1)
    await expect(slow()).rejects.toBe(error)
    expect(slow.calls).toBe(2)
  })

  it('a value that can\'t be stored is computed for each', async () => {
    configure({ onError: 'ignore' })
    const slow = marked(async () => {
      await later()
      return { run: () => 1 }
    }, { async: true })
    const [first, second] = await Promise.all([slow(), slow()])
    expect(first).not.toBe(second)
    expect(slow.calls).toBe(2)
  })

  it('results that are not admitted are still shared by those who wait', async () => {
    const slow = marked(async () => {
      await later()
      return { n: 1 }
    }, { async: true, options: { cacheIf: () => false } })
    const [first, second] = await Promise.all([slow(), slow()])
    expect(second).toEqual(first)
    expect(second).not.toBe(first)
    expect(slow.calls).toBe(1)
    await slow()
    expect(slow.calls).toBe(2)
  })

  it('read-only calls share a computation too', async () => {
    const slow = marked(async () => later(), { async: true })
    await withMode('read-only', () => Promise.all([slow(), slow()]))
    expect(slow.calls).toBe(1)
  })

  it('the owner\'s abort is not that of those who wait', async () => {
    const slow = marked(async (id: number, signal?: AbortSignal) => {
      for (let turn = 0; turn < 5; turn++) {
        await later(5)
        signal?.throwIfAborted()
      }
      return id
    }, { async: true, params: ['id', 'signal'] })
    const owner = new AbortController()
    const first = slow(1, owner.signal)
    const second = slow(1)
    const third = slow(1, new AbortController().signal)
    owner.abort()
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    expect(await Promise.all([second, third])).toEqual([1, 1])
    expect(slow.calls).toBe(2)
  })

  it('one that waits and aborts leaves the others alone', async () => {
    const slow = marked(async (id: number, options: { signal?: AbortSignal }) => {
      for (let turn = 0; turn < 5; turn++) {
        await later(5)
        options.signal?.throwIfAborted()
      }
      return id
    }, { async: true, params: ['id', 'options'] })
    const waiter = new AbortController()
    const first = slow(1, {})
    const second = slow(1, { signal: waiter.signal })
    const third = slow(1, {})
    waiter.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(await Promise.all([first, third])).toEqual([1, 1])
  })

  it('a caller that changes its arguments while it waits stores nothing wrong', async () => {
    const slow = marked(async (rows: number[], signal?: AbortSignal) => {
      await later()
      signal?.throwIfAborted()
      return rows.length
    }, { async: true, params: ['rows', 'signal'] })
    const owner = new AbortController()
    const rows = [1]
    const first = slow([1], owner.signal).catch(() => 'aborted')
    const second = slow(rows)
    rows.push(2)
    owner.abort()
    expect(await first).toBe('aborted')
    expect(await second).toBe(2)
    expect(await handle(slow).has([1])).toBe(false)
  })
})

const slowProgram = (async: boolean, milliseconds = 300): string => `
  import { appendFileSync } from 'node:fs'
  import { call, define } from '${RUNTIME}'
  const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: ['a'], ${async ? 'async: true' : ''} }, () => f)
  ${async
    ? `async function f(a) { return call(m, void 0, [a], 0, async () => { appendFileSync('log', 'x'); await new Promise((r) => setTimeout(r, ${milliseconds})); return { a } }) }`
    : `function f(a) { return call(m, void 0, [a], 0, () => { appendFileSync('log', 'x'); wait(${milliseconds}); return { a } }) }`}
  console.log(JSON.stringify(await f(process.argv[2] ?? 'same')))`

describe('across processes', () => {
  it.each([true, false])('one computes, the others read (async: %s)', async (async) => {
    const { run, write, directory } = sandbox()
    write('a.ts', slowProgram(async))
    const results = await Promise.all(Array.from({ length: 5 }, () => run('a.ts')))
    expect(results.map(({ lines }) => lines)).toEqual(Array.from({ length: 5 }, () => [{ a: 'same' }]))
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(`${directory}/log`, 'utf8')).toBe('x')
  }, 30_000)

  it('one that gives promises without being declared async does not block those who wait', async () => {
    const { run, start, write, directory } = sandbox()
    const program = `
      import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
      import { call, define } from '${RUNTIME}'
      const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: [] }, () => f)
      function f() { return call(m, void 0, [], 0, () => { appendFileSync('log', 'x'); return until() }) }
      const until = () => new Promise((r) => { const t = setInterval(() => existsSync('go') && (clearInterval(t), r('done')), 10) })`
    write('a.ts', `${program}; await f()`)
    write('b.ts', `${program}
      // The owner goes on only when this process's event loop has turned while it waits.
      const running = f()
      setTimeout(() => writeFileSync('go', ''), 100)
      console.log(JSON.stringify(await running))`)
    const owner = start('a.ts')
    const { existsSync, readFileSync } = await import('node:fs')
    while (!existsSync(`${directory}/log`)) await later(5)
    expect((await run('b.ts')).lines).toEqual(['done'])
    expect(readFileSync(`${directory}/log`, 'utf8')).toBe('x')
    owner.kill()
  }, 30_000)

  it('when the one that computes is killed, another goes on', async () => {
    const { run, start, write, directory } = sandbox()
    write('a.ts', slowProgram(true, 60_000))
    write('b.ts', slowProgram(true, 10))
    const victim = start('a.ts')
    const { existsSync, readFileSync } = await import('node:fs')
    while (!existsSync(`${directory}/log`)) await later(20)
    const waiting = run('b.ts')
    await later(400)
    victim.kill('SIGKILL')
    expect((await waiting).lines).toEqual([{ a: 'same' }])
    expect(readFileSync(`${directory}/log`, 'utf8')).toBe('xx')
  }, 30_000)

  it('what one process computed, the next one reads', async () => {
    const { run, write, directory } = sandbox()
    write('a.ts', slowProgram(false, 1))
    await run('a.ts')
    await run('a.ts')
    await run('a.ts', { args: ['other'] })
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(`${directory}/log`, 'utf8')).toBe('xx')
  })

  it('worker threads compute once', async () => {
    const { run, write, directory } = sandbox()
    write('a.ts', slowProgram(true))
    // tsx's hooks don't reach worker threads by themselves.
    write('worker.mjs', `import { register } from '${TSX_API}'; register(); await import('./a.ts')`)
    write('main.ts', `
      import { Worker } from 'node:worker_threads'
      await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve) => new Worker(new URL('./worker.mjs', import.meta.url)).on('exit', resolve))))`)
    const { code } = await run('main.ts')
    expect(code).toBe(0)
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(`${directory}/log`, 'utf8')).toBe('x')
  }, 30_000)
})

describe('computations that wait for each other', () => {
  it('in one process: one of them computes instead', async () => {
    const make = (other: () => (x: number, depth: number) => Promise<number>) => marked(async (x: number, depth: number): Promise<number> => {
      await later(5)
      return depth === 0 ? x : (await other()(x, depth - 1)) + 1
    }, { params: ['x', 'depth'], async: true, options: { skip: ['depth'] } })
    const even: (x: number, depth: number) => Promise<number> = make(() => odd)
    const odd: (x: number, depth: number) => Promise<number> = make(() => even)
    const results = await Promise.all([even(1, 4), odd(1, 5)])
    expect(results.every((result) => result >= 1 && result <= 10)).toBe(true)
  })

  it.each([true, false])('across processes: one of them computes instead (async: %s)', async (async) => {
    const { run, write } = sandbox()
    const keyword = async ? 'async ' : ''
    const body = async ? 'await new Promise((r) => setTimeout(r, 1000)); return depth === 0 ? x : (await other(x, depth - 1)) + 1' : 'wait(1000); return depth === 0 ? x : other(x, depth - 1) + 1'
    const fn = (name: string, other: string): string => `
      const m_${name} = define({ v: 1, module: 'src/a.ts', name: '${name}', fingerprint: '${name}', project: { name: 'app', at: '' }, params: ['x', 'depth'], options: { skip: ['depth'] }${async ? ', async: true' : ''} }, () => ${name})
      ${keyword}function ${name}(x, depth) { return call(m_${name}, void 0, [x, depth], 0, ${keyword}() => { const other = ${other}; ${body} }) }`
    write('a.ts', `
      import { existsSync, writeFileSync } from 'node:fs'
      import { call, define } from '${RUNTIME}'
      const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      ${fn('even', 'odd')} ${fn('odd', 'even')}
      // Both begin at once.
      const [, , own, others] = process.argv
      writeFileSync(own, '')
      while (!existsSync(others)) wait(5)
      console.log(JSON.stringify(await (own === 'even' ? even(1, 2) : odd(1, 2))))`)
    const [one, two] = await Promise.all([run('a.ts', { args: ['even', 'odd'] }), run('a.ts', { args: ['odd', 'even'] })])
    expect([one.code, two.code]).toEqual([0, 0])
    expect([...one.lines, ...two.lines].every((result) => result >= 1 && result <= 5)).toBe(true)
  }, 60_000)
})

describe('two copies of the runtime', () => {
  it('share calls that are under way', async () => {
    const { run, write } = sandbox()
    write('a.ts', `
      let calls = 0
      const make = async (copy) => {
        const { call, define } = await import('${RUNTIME}?' + copy)
        const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: ['a'], async: true }, () => f)
        async function f(a) { return call(m, void 0, [a], 0, async () => { calls++; await new Promise((r) => setTimeout(r, 100)); return a }) }
        return f
      }
      const [f, g] = [await make(1), await make(2)]
      const results = await Promise.all([f(1), g(1)])
      console.log(JSON.stringify([results, calls]))`)
    expect((await run('a.ts')).lines).toEqual([[[1, 1], 1]])
  })
})
