/** Modes that only read leave the store as it is: every file of it, and whether there is one at all. */
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { INDEX, RUNTIME, sandbox } from './support.ts'

/** Every path below a directory, with what would show that it was touched. */
function snapshot(directory: string): Record<string, string> {
  if (!existsSync(directory)) return {}
  const paths = ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })]
  return Object.fromEntries(paths.sort().map((path) => {
    const { mtimeMs, mode, size } = statSync(join(directory, path))
    const isFile = statSync(join(directory, path)).isFile()
    return [path, [mtimeMs, mode, isFile && size, isFile && hash('sha256', readFileSync(join(directory, path)), 'hex')].join()]
  }))
}

/** Does whatever may leave something in a store, and prints how often functions ran. */
const program = (mode: string): string => `
  import { writeFileSync } from 'node:fs'
  import { call, define } from '${RUNTIME}'
  import { handle, invalidateTag, store, withMode } from '${INDEX}'
  let calls = 0
  function make(name, options, params, body) {
    const m = define({ v: 1, module: 'src/a.ts', name, fingerprint: 'print-' + name, project: { name: 'app', at: '' }, params, options, dependencies: [] }, () => fn)
    const fn = (...args) => call(m, void 0, params.map((_, i) => args[i]), 0, () => { calls++; return body(...args) })
    return fn
  }
  const plain = make('plain', {}, ['a'], (a) => a)
  const grouped = make('grouped', { groupBy: ['a'] }, ['a'], (a) => a)
  const tagged = make('tagged', { tags: ['t'] }, ['a'], (a) => a)
  const wrote = make('wrote', { outFile: 'path' }, ['path'], (path) => writeFileSync(path, 'x'))
  const refused = make('refused', {}, ['a'], () => () => 1)
  const mutates = make('mutates', {}, ['list'], (list) => list.push(1))
  const big = make('big', {}, ['a'], (a) => 'x'.repeat(1e6))
  const late = make('late', {}, ['a'], async (a) => a)
  const other = make('moved' + process.env.PLACE, { lazy: true }, ['a'], (a) => [a])
  const run = async () => {
    const seen = []
    const note = (value) => seen.push(value)
    for (const fn of [plain, grouped, tagged, big, late, other]) note(typeof (await attempt(() => fn(Number(process.env.ARG)))))
    await attempt(() => wrote('out.txt'))
    await attempt(() => refused(1))
    await attempt(() => mutates([1]))
    const control = handle(plain)
    control.put([7], 'by hand')
    control.forget(1)
    control.clear()
    void control.info.directory
    invalidateTag('t')
    await attempt(() => tagged(1))
    const place = store('free')
    place.get()
    place.set(5)
    place.forget()
    return calls
  }
  const attempt = async (fn) => { try { return await fn() } catch (error) { if (error.code !== 'MISS') throw error } }
  console.log(JSON.stringify(await (${mode === '' ? 'run()' : `withMode('${mode}', run)`})))`

describe('the store is left as it is by', () => {
  it.each([['read-only', 'of the environment'], ['require', 'of withMode']])('%s %s', async (mode, how) => {
    const { run, write, store } = sandbox()
    write('fill.ts', program(''))
    write('read.ts', program(how === 'of withMode' ? mode : ''))
    const env = { ARG: '1', PLACE: '', ...(how === 'of withMode' ? {} : { PERSIST_MODE: mode }) }

    // No store yet: none is made.
    const absent = await run('read.ts', { env })
    expect(absent).toMatchObject({ code: 0, lines: [mode === 'require' ? 0 : 10] })
    expect(existsSync(store)).toBe(false)

    expect((await run('fill.ts', { env: { ARG: '1', PLACE: '' } })).code).toBe(0)
    const before = snapshot(store)
    expect(Object.keys(before).length).toBeGreaterThan(10)
    // Hits and misses, and what stands under another name.
    for (const own of [{ ARG: '2', PLACE: '' }, { ARG: '1', PLACE: 'Elsewhere' }]) {
      expect((await run('read.ts', { env: { ...env, ...own } })).code).toBe(0)
    }
    expect(snapshot(store)).toEqual(before)
  })
})

it('a lazy handle on what an alternative root has can be read where nothing is copied in', async () => {
  const { run, write, store, directory } = sandbox()
  const code = (options: string): string => `
    import { call, define } from '${RUNTIME}'
    const m = define({ v: 1, module: 'src/a.ts', name: 'f', fingerprint: 'x', project: { name: 'app', at: '' }, params: [], options: { lazy: true, ${options} } }, 0)
    console.log(JSON.stringify(call(m, void 0, [], 0, () => [1, 2]).load()))`
  write('fill.ts', code(''))
  await run('fill.ts')
  const before = snapshot(store)
  write('read.ts', code(`alternatives: [${JSON.stringify(store)}]`))
  expect((await run('read.ts', { env: { PERSIST_PATH: join(directory, 'own'), PERSIST_MODE: 'require' } })).lines).toEqual([[1, 2]])
  // Nor is it touched where what it has is copied in.
  expect((await run('read.ts', { env: { PERSIST_PATH: join(directory, 'own') } })).lines).toEqual([[1, 2]])
  expect(snapshot(store)).toEqual(before)
})
