import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bucketFiles, entryOf, keyOf, listFiles, openAsAnother, valueOf } from '../store/helpers.ts'
import { createProject } from './support.ts'
import type { CliOutput, Project } from './support.ts'

/** So many that no command is done with them before it is interrupted. */
const MANY = 4000

let project: Project

beforeEach(() => void (project = createProject({})))
afterEach(() => project.remove())

const textOf = (number: number): string => `${number}:${'x'.repeat(5000)}`
const groupsOf = (number: number): string[] => (number % 2 === 0 ? [] : [`group ${number % 5}`])

/** Results of each kind: in a bucket, files and directories of their own. */
function fill(): void {
  const of = openAsAnother(project.store).project({ name: 'app', path: project.directory }).function('src/train.js', 'train')
  for (let number = 0; number < MANY; number++) {
    const text = textOf(number)
    const kind = number % 20 === 3 ? { extension: '.txt' } : number % 20 === 7 ? { payload: { saveTo: (directory: string) => writeFileSync(join(directory, 'value'), text) } } : {}
    void of.put(keyOf(number), groupsOf(number), entryOf(text, kind))
  }
}

/** What a store has, as one who comes later finds it: by key. All of it is right. */
function entriesOf(store: string): string[] {
  const of = openAsAnother(store).project({ name: 'app', path: project.directory }).function('src/train.js', 'train')
  const keys = [...of.entries()].map(({ key }) => key)
  for (let number = 0; number < MANY; number++) {
    const found = of.get(keyOf(number), groupsOf(number))
    if (found) expect(valueOf(found)).toBe(textOf(number))
  }
  return keys
}

interface Command {
  kill(signal: NodeJS.Signals): void
  /** How it ended, and what it had printed. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; json: any }>
}

/** The built program, in a process of its own. */
function start(store: string, ...args: string[]): Command {
  const cli = join(project.directory, '../node_modules/unplugin-persist/dist/cli.js')
  const child = spawn(process.execPath, [cli, ...args, '--json'], { cwd: project.directory, env: { ...process.env, PERSIST_PATH: store }, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  return {
    kill: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, out, get json() { return JSON.parse(out) } }))),
  }
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(1)
}

/** Of all but what is noted of reads. What goes while it is looked at has none. */
function sizeOf(directory: string): number {
  let size = 0
  for (const entry of entriesIn(directory)) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) size += sizeOf(path)
    else if (entry.name !== '@uses.jsonl') size += statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }
  return size
}

function entriesIn(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const verify = (store: string): Promise<CliOutput> => project.cliIn({ PERSIST_PATH: store }, 'verify', '--json')

describe.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)('an export that %s interrupts', (signal) => {
  test('leaves no file, and dies of it', { timeout: 60_000 }, async () => {
    fill()
    const archive = join(project.directory, 'all.persist')
    const command = start(project.store, 'export', 'all.persist')
    await until(() => existsSync(`${archive}.part`) && statSync(`${archive}.part`).size > 0)
    command.kill(signal)
    expect(await command.ended).toMatchObject({ code: null, signal, out: '' })
    expect(listFiles(project.directory)).toEqual(['package.json'])
    expect((await start(project.store, 'export', 'all.persist').ended).json).toMatchObject({ entries: MANY, damaged: [] })
  })
})

test('an export that fails leaves no file', async () => {
  fill()
  const limited = spawn('sh', ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, join(project.directory, '../node_modules/unplugin-persist/dist/cli.js'), 'export', 'all.persist'], { cwd: project.directory, env: { ...process.env, PERSIST_PATH: project.store }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  limited.stderr.on('data', (data: Buffer) => (said += data.toString()))
  expect(await new Promise((resolve) => limited.once('close', resolve))).toBe(1)
  expect(said).toContain('EFBIG')
  expect(listFiles(project.directory)).toEqual(['package.json'])
})

test('an import that is killed again and again goes on where it was: nothing is lost, nothing is there twice', { timeout: 120_000 }, async () => {
  fill()
  await start(project.store, 'export', 'all.persist').ended
  const [interrupted, undisturbed] = [join(project.directory, '../interrupted'), join(project.directory, '../undisturbed')]
  expect((await start(undisturbed, 'import', 'all.persist').ended).json).toMatchObject({ entries: MANY, skipped: 0 })
  const whole = sizeOf(undisturbed)

  let before = 0
  for (const share of [0.1, 0.3, 0.5, 0.7]) {
    const command = start(interrupted, 'import', 'all.persist')
    await until(() => existsSync(interrupted) && sizeOf(interrupted) > whole * share)
    command.kill('SIGKILL')
    expect(await command.ended).toMatchObject({ signal: 'SIGKILL', out: '' })
    const { length } = entriesOf(interrupted)
    expect(length).toBeGreaterThan(before)
    expect(length).toBeLessThan(MANY)
    before = length
  }
  const { entries, skipped } = (await start(interrupted, 'import', 'all.persist').ended).json
  expect({ entries, skipped }).toEqual({ entries: MANY - before, skipped: before })
  expect((await start(interrupted, 'import', 'all.persist').ended).json).toMatchObject({ entries: 0, skipped: MANY })

  expect(entriesOf(interrupted).sort()).toEqual(entriesOf(undisturbed).sort())
  const { entries: verified, problems } = (await verify(interrupted)).json
  expect(verified).toBe(MANY)
  // Of each kill a record may have been half written. That costs nothing, and it is all that may be left.
  expect(problems.filter(({ kind }: { kind: string }) => kind !== 'torn')).toEqual([])
  expect(problems.length).toBeLessThanOrEqual(4)
  expect(sizeOf(interrupted)).toBeLessThanOrEqual(whole + 4 * 16_384)
})

test.skipIf(process.platform === 'win32')('a collection that is interrupted loses nothing, and the next one ends as if it had not been', { timeout: 60_000 }, async () => {
  fill()
  const directory = join(project.store, 'app-1/src/train.js/train')
  const compacted = (): boolean => readdirSync(directory).some((name) => /^@500-.*\.2\.v1$/.test(name))
  const command = start(project.store, 'gc', '--max-entries', '1000')
  await until(compacted)
  command.kill('SIGINT')
  expect(await command.ended).toMatchObject({ code: null, signal: 'SIGINT', out: '' })
  const left = entriesOf(project.store)
  expect(left.length).toBeGreaterThanOrEqual(1000)
  expect((await verify(project.store)).json.problems.filter(({ kind }: { kind: string }) => kind === 'damaged')).toEqual([])

  expect((await start(project.store, 'gc', '--max-entries', '1000').ended).json).toMatchObject({ entries: left.length, droppedEntries: left.length - 1000 })
  expect(entriesOf(project.store)).toHaveLength(1000)
  const files = listFiles(project.store)
  expect(files.filter((file) => /draft|\.lock/.test(file))).toEqual([])
  const buckets = bucketFiles(project.store).map((path) => path.replace(/\.\d+\.v1$/, ''))
  expect(new Set(buckets).size, 'one generation of each').toBe(buckets.length)
  for (const file of files) if (file.endsWith('.txt')) expect(readFileSync(join(project.store, file), 'utf8')).toMatch(/^\d+:x+$/)
})
