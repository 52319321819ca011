import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'
import { runCli } from './support.ts'

test('an unknown command is wrong usage, with what may have been meant', async () => {
  const { code, err, out } = await runCli(['scna'])
  expect(code).toBe(2)
  expect(err).toContain('Did you mean `scan`?')
  expect(out).toBe('')
})

test('an unknown option is wrong usage', async () => {
  const { code, err } = await runCli(['ls', '--jsn'])
  expect(code).toBe(2)
  expect(err).toContain('--jsn')
})

test('a missing argument is wrong usage', async () => {
  expect((await runCli(['why'])).code).toBe(2)
  expect((await runCli(['run'])).code).toBe(2)
  expect((await runCli(['rm'])).code).toBe(2)
})

test('a directory that is not there is wrong usage', async () => {
  const { code, err } = await runCli(['ls', '--cwd', '/nowhere/at/all'])
  expect(code).toBe(2)
  expect(err).toContain('/nowhere/at/all')
})

// Through tsx, so that no build is needed.
test('the program prints its version, without colours into a pipe', () => {
  const run = (...args: string[]): string => spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', ...args], { encoding: 'utf8' }).stdout
  expect(run('--version')).toMatch(/^persist\/\d+\.\d+\.\d+/)
  // eslint-disable-next-line no-control-regex
  expect(run('config')).not.toMatch(/\x1B\[/)
})
