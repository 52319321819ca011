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
  expect(first.calls).toEqual([expect.objectContaining({ id: 'src/total.js#total', misses: 2, hits: 0, stored: 2, reason: 'never computed before' })])
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
  expect(fourth.calls[0]).toMatchObject({ hits: 1, misses: 1, reason: 'new arguments' })
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
