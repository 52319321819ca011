import { afterAll, beforeAll, expect, test } from 'vitest'
import process from 'node:process'
import { join } from 'node:path'
import { run as runProcess } from '../hosts/workspace.ts'
import type { Output } from '../hosts/workspace.ts'
import { createProject, SHOP } from './support.ts'
import type { Project } from './support.ts'

let project: Project

beforeAll(() => {
  project = createProject({
    ...SHOP,
    'fails.js': 'console.log("half"); process.exitCode = 3',
    'thread.js': `import { Worker } from 'node:worker_threads'
new Worker(new URL('./main.js', import.meta.url))
`,
    'reasons.js': `import { writeFileSync } from 'node:fs'
import { handle, invalidateTag, persist, store, withMode } from 'unplugin-persist'
const step = process.argv[2]
const aged = persist((n) => 'aged' + n, { name: 'aged', maxAge: step === 'fill' ? '1d' : new Date(Date.now() + 1e6) })
const tagged = persist((n) => 'tagged' + n, { name: 'tagged', tags: ['t'] })
const checked = persist((n) => 'checked' + n, { name: 'checked', validate: () => step === 'fill' })
const coded = persist((n) => 'coded' + n, { name: 'coded', codec: { name: 'c', encode: () => new Uint8Array(1), decode() { throw new Error('older') } }, onError: 'ignore' })
const dropped = persist((n) => 'dropped' + n, { name: 'dropped' })
const cleared = persist((n) => 'cleared' + n, { name: 'cleared' })
const forced = persist((n) => 'forced' + n, { name: 'forced' })
const keyed = persist((n, options, text) => n, { name: 'keyed' })
const versioned = persist((n) => 'versioned' + n, { name: 'versioned', version: step })
const captured = persist(() => process.env.WORD, { name: 'captured' })
const unkept = persist((n) => 'unkept' + n, { name: 'unkept', cacheIf: () => false })
const unkeyed = persist((n) => 1, { name: 'unkeyed', onError: 'ignore' })
const failing = persist((n) => { throw new Error('no') }, { name: 'failing' })
const listed = persist((list) => list.map((n) => aged(n)), { name: 'listed', batch: ['list'] })
for (const fn of [aged, tagged, checked, coded, dropped, cleared, versioned, captured, unkept]) fn(1)
step === 'fill' ? forced(1) : withMode('refresh', () => forced(1))
keyed(1, { a: 1, b: [1, 2] }, step === 'fill' ? 'a, b=2' : 'a, b=3')
unkeyed(Promise.resolve())
try { failing(1) } catch {}
listed(step === 'fill' ? [5, 6] : [6, 7, 8])
if (step === 'fill') { invalidateTag('t'); dropped.forget(1); cleared.clear() }
`,
    'refused.js': `import { persist } from 'unplugin-persist'
const give = persist((n) => ({ n, act: () => n }))
give(1)
`,
  })
})

afterAll(() => project.remove())

/** The built program, as a user runs it: what its child prints is seen by the same terminal. */
function persistRun(args: readonly string[], command: readonly string[]): Promise<Output> {
  const cli = join(project.directory, '../node_modules/unplugin-persist/dist/cli.js')
  return runProcess(process.execPath, [cli, 'run', ...args, '--', ...command], { cwd: project.directory, env: { PERSIST_PATH: project.store } })
}

const program = (file: string): string[] => [process.execPath, '--import', 'unplugin-persist/register', file]

test('reports the tree of calls: computed, then read back, then computed again where code changed', async () => {
  const first = JSON.parse((await persistRun(['--json'], program('main.js'))).stdout)
  expect(first.code).toBe(0)
  expect(first.calls).toEqual([expect.objectContaining({ id: 'src/total.js#total', misses: 2, hits: 0, stored: 2, reason: 'nothing stored before' })])
  const [total] = first.calls
  expect(total.children).toEqual([expect.objectContaining({ id: 'src/price.js#price', misses: 2, hits: 1 })])
  expect(total.spent).toBeGreaterThan(0)

  const second = JSON.parse((await persistRun(['--json'], program('main.js'))).stdout)
  expect(second.calls).toEqual([expect.objectContaining({ id: 'src/total.js#total', misses: 0, hits: 2, children: [] })])
  expect(second.calls[0].saved).toBeGreaterThan(0)

  project.write({ 'src/tax.js': SHOP['src/tax.js']!.replace('0.2', '0.3') })
  const third = JSON.parse((await persistRun(['--json'], program('main.js'))).stdout)
  expect(third.calls[0]).toMatchObject({ misses: 2, reason: 'code: src/tax.js#tax changed' })
  expect(third.calls[0].children[0]).toMatchObject({ misses: 2, reason: 'code: src/tax.js#tax changed' })

  project.write({ 'main.js': SHOP['main.js']!.replace('[10]', '[11]') })
  const fourth = JSON.parse((await persistRun(['--json'], program('main.js'))).stdout)
  expect(fourth.calls[0]).toMatchObject({ hits: 1, misses: 1, reason: 'new arguments: amounts' })
})

test('says of each miss why it was one', async () => {
  const command = (step: string): string[] => [...program('reasons.js'), step]
  await runProcess(process.execPath, command('fill').slice(1), { cwd: project.directory, env: { PERSIST_PATH: project.store, WORD: 'a' } })
  process.env.WORD = 'b'
  const { calls } = JSON.parse((await persistRun(['--json'], command('again'))).stdout)
  delete process.env.WORD
  const about = Object.fromEntries(calls.map(({ id, ...call }: { id: string }) => [id.replace('reasons.js#', ''), call]))
  expect(Object.fromEntries(Object.entries(about).map(([name, { reason }]: any) => [name, reason]))).toEqual({
    aged: 'older than `maxAge`',
    tagged: 'a tag was invalidated',
    checked: '`validate` said no',
    coded: 'could not be read back',
    dropped: 'forgotten before',
    cleared: 'its results were cleared',
    versioned: 'version fill → again',
    captured: expect.stringContaining('other captured values'),
    unkept: 'nothing stored before',
    forced: 'to be computed anew',
    keyed: 'new arguments: text',
    unkeyed: undefined,
    failing: 'nothing stored before',
    listed: 'new arguments: list',
  })
  expect(about.unkept).toMatchObject({ misses: 1, refused: 1, why: '`cacheIf` said no' })
  expect(about.unkeyed).toMatchObject({ misses: 0, unkeyed: 1, why: expect.stringContaining('Promise') })
  // A batch is counted by element, and what it calls stands below it.
  expect(about.listed).toMatchObject({ hits: 1, misses: 2, stored: 2, children: [expect.objectContaining({ misses: 2 })] })
})

test('leaves stdout to the command, and reports on stderr', async () => {
  const { stdout, stderr } = await persistRun([], program('main.js'))
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/src\/total\.js#total {2}2 hits saved/)
  expect(stderr).toMatch(/2 hits, 0 misses/)
})

test('exits as the command did, and says when no persisted call was seen', async () => {
  const { code, stdout, stderr } = await persistRun([], program('fails.js'))
  expect(code).toBe(3)
  expect(stdout).toContain('half')
  expect(stderr).toContain('no persisted call')
})

test('sees worker threads', async () => {
  const { calls } = JSON.parse((await persistRun(['--json'], program('thread.js'))).stdout)
  expect(calls).toEqual([expect.objectContaining({ id: 'src/total.js#total', hits: 2 })])
})

test('says what could not be stored', async () => {
  const { calls } = JSON.parse((await persistRun(['--json'], program('refused.js'))).stdout)
  expect(calls).toEqual([expect.objectContaining({ id: 'refused.js#give', refused: 1, stored: 0, why: expect.stringContaining('act') })])
})

test('a command that is not there fails', async () => {
  const { code, stderr } = await persistRun([], ['no-such-command-here'])
  expect(code).toBe(1)
  expect(stderr).toContain('no-such-command-here')
})
