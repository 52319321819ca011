import { beforeEach, describe, expect, it } from 'vitest'
import { configure, handle, withMode, withOptions } from '../../src/index.ts'
import { INDEX, RUNTIME, TSX_API, marked, sandbox, temporary } from './support.ts'

beforeEach(() => configure({ persistPath: temporary(), mode: undefined, onError: 'warn' }))

describe('a result that is at hand', () => {
  it('is a fresh value for each caller', () => {
    const make = marked((a: number) => ({ list: [a] }))
    for (let call = 0; call < 4; call++) {
      const value = make(1)
      expect(value).toEqual({ list: [1] })
      value.list.push(99)
    }
    expect(make.calls).toBe(1)
  })

  it('is told apart by arguments and captures', () => {
    let rate: unknown = 1
    const show = marked((a: unknown) => `${typeof a} ${String(a)} ${String(rate)}`, { captures: () => [rate], captured: [{ name: 'rate' }] })
    const all = (): string[] => [1, '1', 1n, true, undefined, null].map((a) => show(a))
    const first = all()
    expect([all(), all()]).toEqual([first, first])
    rate = '1'
    expect(all()).not.toBe(first)
    rate = 2
    expect(show(1)).toBe('number 1 2')
    rate = 1
    expect([show(1), show.calls]).toEqual(['number 1 1', 13])
  })

  it('is gone after forget(), clear(), put() and a rerun', () => {
    let version = 0
    const count = marked((a: number) => a + ++version)
    const control = handle(count)
    const settled = (): number => [count(10), count(10), count(10)][2]!
    expect(settled()).toBe(11)
    control.rerun(10)
    expect(settled()).toBe(12)
    control.put([10], 77)
    expect(settled()).toBe(77)
    control.forget(10)
    expect(settled()).toBe(13)
    control.clear()
    expect(settled()).toBe(14)
    withMode('refresh', () => count(10))
    expect(settled()).toBe(15)
  })

  it('is not used where options of the call say otherwise', () => {
    const count = marked((a: number) => ({ a, at: count.calls }))
    for (let call = 0; call < 3; call++) count(1)
    expect(count.calls).toBe(1)
    withMode('off', () => count(1))
    withOptions({ maxAge: 0, validate: () => false }, () => count(1))
    withOptions({ persistPath: temporary() }, () => count(1))
    expect(count.calls).toBe(4)
  })

  it('counts as a use and as a hit', () => {
    const count = marked((a: number) => a)
    for (let call = 0; call < 5; call++) count(1)
    expect(count.compiled.hits).toBe(4)
  })

  it('is given through a promise where the function gives one', async () => {
    const late = marked(async (a: number) => [a], { async: true })
    const plain = marked((a: number) => Promise.resolve([a]))
    for (let call = 0; call < 4; call++) {
      expect(late(1)).toBeInstanceOf(Promise)
      expect([await late(1), await plain(1)]).toEqual([[1], [1]])
    }
    expect([late.calls, plain.calls]).toEqual([1, 1])
  })
})

const SHARED = `
import { spawnSync, fork } from 'node:child_process'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { call, define } from ${JSON.stringify(RUNTIME)}
import { handle } from ${JSON.stringify(INDEX)}
let version = process.argv[2] ?? '1'
const m = define({ v: 1, module: 'src/shared.ts', name: 'read', fingerprint: 'shared', project: { name: 'app', at: '' }, params: ['a'] }, () => read)
function read(a) { return call(m, undefined, [a], 0, () => version) }
`

describe('what another process or thread replaces', () => {
  it('is seen by code that waited for it synchronously', async () => {
    const box = sandbox()
    box.write('src/main.ts', `${SHARED}
if (version === '1') {
  const seen = []
  for (let round = 2; round < 5; round++) {
    for (let call = 0; call < 100; call++) read(1)
    spawnSync(process.execPath, [...process.execArgv, process.argv[1], String(round)], { stdio: 'inherit' })
    seen.push(read(1))
  }
  console.log(JSON.stringify(seen))
} else handle(read).rerun(1)
`)
    const { lines } = await box.run('src/main.ts')
    expect(lines).toEqual([['2', '3', '4']])
  })

  it('is seen by code that was sent a message', async () => {
    const box = sandbox()
    box.write('worker.mjs', `import { register } from '${TSX_API}'; register(); await import('./src/main.ts')`)
    box.write('src/main.ts', `${SHARED}
if (isMainThread) {
  const worker = new Worker(new URL('../worker.mjs', import.meta.url))
  const seen = []
  for (let round = 0; round < 20; round++) {
    for (let call = 0; call < 20; call++) read(1)
    worker.postMessage(String(round))
    await new Promise((resolve) => worker.once('message', resolve))
    seen.push(read(1))
  }
  await worker.terminate()
  console.log(JSON.stringify(seen))
} else parentPort.on('message', (text) => {
  version = text
  handle(read).rerun(1)
  parentPort.postMessage('done')
})
`)
    const { lines } = await box.run('src/main.ts')
    expect(lines).toEqual([Array.from({ length: 20 }, (_, round) => String(round))])
  })
})
