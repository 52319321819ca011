import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, runCli, SHOP } from './support.ts'
import type { Project } from './support.ts'

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
  expect(await runCli(['ls', '--cwd', 'package.json'])).toMatchObject({ code: 2, err: expect.stringContaining('is no directory') })
})

// Through tsx, so that no build is needed.
test('the program prints its version, without colours into a pipe', () => {
  const run = (...args: string[]): string => spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', ...args], { encoding: 'utf8' }).stdout
  expect(run('--version')).toMatch(/^persist\/\d+\.\d+\.\d+/)
  // eslint-disable-next-line no-control-regex
  expect(run('config')).not.toMatch(/\x1B\[/)
})

test('the help of a command says what it does', () => {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', 'scan', '--help'], { encoding: 'utf8' })
  expect(stdout).toContain('List every marked function')
  expect(stdout).toContain('--all')
})

test('the help for all tells where the store is said to be, and what exit codes mean', () => {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', '--help'], { encoding: 'utf8' })
  expect(stdout).toMatch(/PERSIST_PATH[\s\S]*Exit codes: 0 done, 1 failed or found damage, 2 wrong usage/)
})

test.each([
  [['rm', '--entry', '', '--yes'], '--entry was given nothing'],
  [['rm', '--fingerprint', '', '--yes'], '--fingerprint was given nothing'],
  [['rm', '--tag', 'a', '--tag', 'b'], '--tag takes one value, and was given 2'],
  [['gc', '--max-size', '1', '--max-size=2'], '--max-size takes one value, and was given 2'],
  [['ls', '--cwd', '.', '--cwd', '..'], '--cwd takes one value'],
  [['rm', 'price', '--all'], '`price` is not all'],
])('%j is wrong usage: %s', async (line, what) => {
  expect(await runCli(line)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(what) as string })
})

test('--dry-run runs no command', async () => {
  expect(await runCli(['run', '--dry-run', '--', process.execPath, '-e', 'process.exit(3)'])).toMatchObject({ code: 0, out: `would run ${process.execPath} -e process.exit(3)` })
  expect((await runCli(['run', '--dry-run', '--json', '--', 'none'])).json).toEqual({ command: ['none'], ran: false })
})

test('flags of a command to run without `--` before it are wrong usage, with the cure', async () => {
  expect(await runCli(['run', 'node', '-e', '1'])).toMatchObject({ code: 2, err: expect.stringContaining('persist run -- node') })
})

describe('with something stored', () => {
  let project: Project

  beforeAll(async () => {
    project = createProject(SHOP)
    await project.run('main.js')
  })

  afterAll(() => project.remove())

  const reading = [
    'ls', 'ls src', 'show src/price.js#price', 'stats', 'why src/price.js#price', 'scan', 'verify', 'config', 'config src/price.js#price', 'projects', 'doctor',
    'gc --dry-run', 'rm --all --dry-run', 'export --dry-run away.persist',
  ]

  test.each(reading)('`persist %s --json` prints one JSON document and nothing else, and exits with 0', async (line) => {
    const { code, out, err } = await project.cli(...line.split(' '), '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toBeTypeOf('object')
  })

  test.each(reading)('`persist %s --json` does the same where nothing is stored, or says that it can not', async (line) => {
    const empty = join(project.directory, `empty ${line.replaceAll('/', '+')}`)
    const { code, out, err } = await project.cliIn({ PERSIST_PATH: empty }, ...line.split(' '), '--json')
    if (out !== '') expect(JSON.parse(out)).toBeTypeOf('object')
    else expect({ code, err }).toEqual({ code: expect.toBeOneOf([1, 2]) as number, err: expect.stringMatching(/nothing is stored of|the store has nothing of/) as string })
    // What has been analysed has a hidden place of its own.
    expect(existsSync(empty) ? readdirSync(empty).filter((name) => !name.startsWith('.')) : []).toEqual([])
  })

  /** The built program, as a user to whom not all is permitted. */
  function unprivileged(env: Record<string, string>, ...args: string[]): SpawnSyncReturns<string> {
    const above = join(project.directory, '..')
    chmodSync(above, 0o755)
    // For root all can be read.
    const identity = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const cli = join(above, 'node_modules/unplugin-persist/dist/cli.js')
    return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: project.directory, env: { ...process.env, HOME: '/nonexistent', XDG_CONFIG_HOME: undefined, ...env }, ...identity })
  }

  test.each(['ls', 'stats', 'verify', 'gc', 'gc --dry-run', 'rm --all --yes', 'export away.persist', 'projects'])('`persist %s` does not take what is no store for one in which nothing is stored', async (line) => {
    const path = join(project.directory, 'package.json')
    expect(await project.cliIn({ PERSIST_PATH: path }, ...line.split(' '))).toEqual(expect.objectContaining({ code: 1, out: '', err: `failed: can't open ${path}: it is no directory` }))
  })

  test.skipIf(process.platform === 'win32')('nor what can not be read', () => {
    const locked = join(project.directory, 'locked')
    mkdirSync(locked)
    chmodSync(locked, 0o300)
    for (const line of ['ls', 'verify', 'gc']) {
      const { status, stdout, stderr } = unprivileged({ PERSIST_PATH: locked }, line)
      expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringContaining(`can't read ${locked}: EACCES`) as string })
    }
  })

  test.skipIf(process.platform === 'win32')('directories of the project that can not be read hold no functions', () => {
    const locked = join(project.directory, 'data/locked')
    mkdirSync(locked, { recursive: true })
    chmodSync(locked, 0)
    expect(unprivileged({}, 'scan', '--json')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('src/price.js#price') as string })
    expect(unprivileged({}, 'scan', 'data/locked')).toMatchObject({ status: 1, stderr: expect.stringContaining('EACCES') as string })
  })

  test.each(['verify', 'gc'])('`persist %s` says that there is no store', async (line) => {
    expect(await project.cliIn({ PERSIST_PATH: '/nowhere/at/all' }, line)).toMatchObject({ code: 0, err: 'there is no store in /nowhere/at/all' })
  })

  test('a pattern that means nothing is named as it was written', async () => {
    expect(await project.cli('rm', './nothing', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('nothing is stored of `./nothing`') as string })
  })

  test('long work shows no progress where nobody looks', () => {
    const env = { ...process.env, PERSIST_PATH: project.store }
    for (const args of [['verify'], ['gc'], ['export', 'progress.persist']]) {
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/index.ts', ...args, '--cwd', project.directory], { encoding: 'utf8', env })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\r\x1B]/)
    }
  })

  test('a flag of two words takes nothing after it', async () => {
    expect(await project.cli('rm', '--yes', '--dry-run', 'price')).toMatchObject({ code: 0, out: expect.stringContaining('would remove 2 entries') })
    const archive = join(project.directory, 'a.persist')
    expect(await project.cli('export', '--dry-run', archive, 'price')).toMatchObject({ code: 0, out: expect.stringContaining(`would write 2 entries to ${archive}`) })
    expect(readdirSync(project.directory)).not.toContain('price')
    expect(existsSync(archive)).toBe(false)
  })

  test.each(['1e5', '007', '0x1'])('a value that looks like a number is taken as it was written: %s', async (text) => {
    expect(await project.cli('rm', '--entry', text, '--cwd', text)).toMatchObject({ code: 2, err: expect.stringContaining(`/${text}, which isn't there`) })
  })

  test.each(['./src/price.js#price', 'ABSOLUTE#price'])('a function may be named by a path: %s', async (name) => {
    const given = name.replace('ABSOLUTE', join(project.directory, 'src/price.js'))
    expect(await project.cli('show', given)).toMatchObject({ code: 0, out: expect.stringContaining('src/price.js#price') })
    expect(await project.cli('why', given)).toMatchObject({ code: 0 })
    expect(await project.cli('rm', given, '--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('would remove 2 entries') })
    expect((await project.cli('ls', given.replace('#price', ''), '--json')).json.functions).toHaveLength(1)
    expect((await project.cli('ls', '.', '--json')).json.functions).toHaveLength(2)
  })

  test('a reader that has seen enough is no failure', () => {
    const cli = JSON.stringify(join(import.meta.dirname, '../../src/cli/index.ts'))
    const { stdout, stderr } = spawnSync('sh', ['-c', `(${JSON.stringify(process.execPath)} --import tsx ${cli} ls --cwd ${JSON.stringify(project.directory)}; echo code $? >&2) | true`], { encoding: 'utf8', env: { ...process.env, PERSIST_PATH: project.store } })
    expect(stdout).toBe('')
    expect(stderr).toBe('code 0\n')
  })
})
