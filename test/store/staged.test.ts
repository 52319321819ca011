import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import { collect, verify } from '../../src/store/index.ts'
import { openAsAnother, temporaryDirectory } from './helpers.ts'

/*
 * The machine itself fails here, not a layer between it and the store: disks that are full or can only be read, other users' rights,
 * limits of the system. What can't be staged where the tests run is named in the test's output, and staged another way.
 */

const isRoot = process.getuid?.() === 0
const onLinux = process.platform === 'linux'
/** Nobody: for whom permissions hold, unlike for root. */
const NOBODY = 65_534

interface Calls {
  right: number
  computed: number
}

interface Caller {
  calls(from: number, count: number, size?: number): Promise<Calls>
  ask(what: string, command?: Record<string, number>): Promise<unknown>
  warnings(): Promise<string[]>
  /** Lets the program come to its end. */
  end(): Promise<void>
  /** Sends a signal, and gives the one that ended it. */
  kill(signal: NodeJS.Signals): Promise<NodeJS.Signals | null>
}

const bundle = join(fileURLToPath(new URL('../../node_modules/.cache/persist-store-tests', import.meta.url)), `caller-${process.pid}.mjs`)

/** Starts the program in `children/caller.ts`, by way of a shell that sets limits first, or as another user. */
function startCaller(root: string, how: { limits?: string; uid?: number } = {}): Caller {
  if (!existsSync(bundle)) {
    const entry = fileURLToPath(new URL('./children/caller.ts', import.meta.url))
    buildSync({ entryPoints: [entry], outfile: bundle, bundle: true, platform: 'node', format: 'esm', target: 'node20', external: ['proper-lockfile'], banner: { js: 'import { createRequire as _r } from "node:module"; const require = _r(import.meta.url);' } })
  }
  // Another user may not be let into the directory of this project.
  const script = how.uid === undefined ? bundle : join(readable(), 'caller.mjs')
  if (how.uid !== undefined) cpSync(bundle, script)
  const identity = how.uid === undefined ? {} : { uid: how.uid, gid: how.uid }
  const env = { ...process.env, PERSIST_PATH: undefined, PERSIST_MODE: undefined, NODE_V8_COVERAGE: undefined, VITEST: undefined, HOME: '/', XDG_CONFIG_HOME: '/nonexistent' }
  const command = how.limits === undefined ? [process.execPath, script, root] : ['sh', '-c', `${how.limits}; exec "$0" "$@"`, process.execPath, script, root]
  const child: ChildProcess = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', env, ...identity })
  onTestFinished(() => void child.kill('SIGKILL'))
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.resolve(line))
  child.on('close', (code, signal) => { for (const { reject } of waiting) reject(new Error(`it died: ${code ?? signal}`)) })
  const ask = async (what: string, command: Record<string, number> = {}): Promise<unknown> => {
    const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }))
    child.stdin!.write(`${JSON.stringify({ what, ...command })}\n`)
    return JSON.parse(await answer)
  }
  return {
    ask,
    calls: (from, count, size = 10) => ask('calls', { from, count, size }) as Promise<Calls>,
    warnings: () => ask('warnings') as Promise<string[]>,
    end: () => new Promise((resolve) => {
      child.once('close', () => resolve())
      child.stdin!.end()
    }),
    kill: (signal) => new Promise((resolve) => {
      child.once('close', (_, by) => resolve(by))
      child.kill(signal)
    }),
  }
}

/** A directory that everybody may look into. */
function readable(): string {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o755)
  return directory
}

/** A file system of its own, of a few hundred kilobytes. `undefined` where this user may not mount one: then the reason is said. */
function mountSmall(size: string): string | undefined {
  const directory = temporaryDirectory()
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', directory], { encoding: 'utf8' })
  if (status !== 0) {
    console.warn(`a small disk can't be mounted here (${stderr?.trim() || 'there is no mount'}): staged with a limit on the size of files instead`)
    return undefined
  }
  onTestFinished(() => void spawnSync('umount', ['-l', directory]))
  return directory
}

/** What a fresh process finds there, and that the store is whole. */
async function expectWhole(root: string, from: number, count: number, size: number): Promise<void> {
  const caller = startCaller(root)
  expect(await caller.calls(from, count, size)).toEqual({ right: count, computed: 0 })
  await caller.end()
  openAsAnother(root)
  expect(verify(root).problems.filter(({ kind }) => kind === 'damaged')).toEqual([])
}

describe.skipIf(!onLinux)('a disk that is full', { timeout: 60_000 }, () => {
  // In a bucket, and as a file of its own.
  it.each([3000, 100_000])('lets calls with results of %i bytes succeed, warns once, and is used again when there is space', async (size) => {
    const disk = mountSmall('700k')
    const root = join(disk ?? temporaryDirectory(), 'store')
    // Without a disk of its own, no file may be larger than 64 KB (in units of 512 bytes).
    const caller = startCaller(root, disk === undefined ? { limits: 'ulimit -f 128' } : {})
    expect(await caller.calls(0, 5, 10)).toEqual({ right: 5, computed: 5 })
    if (disk !== undefined) writeFileSync(join(disk, 'filler'), Buffer.alloc(600_000))
    expect(await caller.calls(100, 60, size)).toEqual({ right: 60, computed: 60 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(disk === undefined ? /EFBIG/ : /ENOSPC.*free some space/)
    // What was there is there.
    expect(await caller.calls(0, 5, 10)).toEqual({ right: 5, computed: 0 })
    if (disk === undefined) return expectWhole(root, 0, 5, 10)
    rmSync(join(disk, 'filler'))
    const free = Math.floor(400_000 / size)
    expect(await caller.calls(200, free, size)).toEqual({ right: free, computed: free })
    expect(await caller.calls(200, free, size)).toEqual({ right: free, computed: 0 })
    await expectWhole(root, 200, free, size)
    expect(await caller.warnings()).toHaveLength(1)
  })

  it('from the first byte on, lets the program run', async () => {
    const disk = mountSmall('16k')
    const root = join(disk ?? temporaryDirectory(), 'store')
    if (disk !== undefined) spawnSync('sh', ['-c', `cat /dev/zero > ${disk}/filler`])
    const caller = startCaller(root, disk === undefined ? { limits: 'ulimit -f 0' } : {})
    expect(await caller.calls(0, 20)).toEqual({ right: 20, computed: 20 })
    expect(await caller.warnings()).toHaveLength(1)
  })
})

describe.skipIf(!onLinux)('a store that can only be read', { timeout: 60_000 }, () => {
  /** A store with five results of a user for whom permissions hold. */
  async function filled(root: string, uid: number | undefined): Promise<void> {
    const caller = startCaller(root, uid === undefined ? {} : { uid })
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    await caller.end()
  }

  it('for want of permission gives what it has; the rest is computed, with one warning', async () => {
    const uid = isRoot ? NOBODY : undefined
    const directory = readable()
    if (uid !== undefined) chownSync(directory, uid, uid)
    const root = join(directory, 'store')
    await filled(root, uid)
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o500 : 0o400)
    chmodSync(root, 0o500)
    const caller = startCaller(root, uid === undefined ? {} : { uid })
    expect(await caller.calls(0, 10)).toEqual({ right: 10, computed: 5 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/EACCES.*check its permissions/)
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600)
    chmodSync(root, 0o700)
    expect(await caller.calls(5, 5)).toEqual({ right: 5, computed: 5 })
    expect(await caller.calls(5, 5), 'and is written again once it may be').toEqual({ right: 5, computed: 0 })
  })

  it('because its file system is gives what it has; the rest is computed, with one warning', async (context) => {
    const disk = mountSmall('4m')
    if (disk === undefined) return context.skip('a file system can only be made read-only where one may be mounted')
    const root = join(disk, 'store')
    await filled(root, undefined)
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0)
    const caller = startCaller(root)
    expect(await caller.calls(0, 10)).toEqual({ right: 10, computed: 5 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/EROFS.*can be written/)
    expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0)
    expect(await caller.calls(5, 5)).toEqual({ right: 5, computed: 5 })
    await expectWhole(root, 0, 10, 10)
  })

  it('and has no place yet is one warning, and no cache', async (context) => {
    if (!isRoot) return context.skip('only root can make a directory that is somebody else\'s')
    const caller = startCaller(join(readable(), 'store'), { uid: NOBODY })
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/EACCES/)
  })

  it('of another user is refused, with one warning', async (context) => {
    if (!isRoot) return context.skip('only root can make what is somebody else\'s')
    const root = join(readable(), 'store')
    await filled(root, undefined)
    chmodSync(root, 0o755)
    const caller = startCaller(root, { uid: NOBODY })
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/belongs to another user \(uid 0\)/)
  })
})

describe.skipIf(process.platform === 'win32')('a store', { timeout: 60_000 }, () => {
  it('that is deleted under way is made again', async () => {
    const root = join(temporaryDirectory(), 'store')
    const caller = startCaller(root)
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    for (let round = 1; round < 3; round++) {
      rmSync(root, { recursive: true })
      // A program may not have noticed yet; what it gives is right in any case.
      expect(await caller.calls(0, 5)).toMatchObject({ right: 5 })
      expect(await caller.calls(100 * round, 5, 100_000)).toEqual({ right: 5, computed: 5 })
      // Names are looked at once a second.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect(await caller.calls(1000 * round, 5)).toEqual({ right: 5, computed: 5 })
      await expectWhole(root, 1000 * round, 5, 10)
    }
    expect(await caller.warnings()).toEqual([])
  })

  it('whose place a file has taken is one warning, and no cache', async () => {
    const root = join(temporaryDirectory(), 'file')
    writeFileSync(root, 'mine')
    const caller = startCaller(root)
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    const warnings = await caller.warnings()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(root)
  })

  it('for which no descriptor is left is used again when there are some', async () => {
    const root = join(temporaryDirectory(), 'store')
    const caller = startCaller(root, { limits: 'ulimit -n 80' })
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    expect(await caller.ask('exhaust')).toBe('EMFILE')
    expect(await caller.calls(0, 5)).toMatchObject({ right: 5 })
    expect(await caller.calls(100, 20, 100_000)).toMatchObject({ right: 20 })
    expect((await caller.warnings()).length).toBeLessThanOrEqual(1)
    expect(await caller.ask('release')).toBe('released')
    expect(await caller.calls(200, 5)).toEqual({ right: 5, computed: 5 })
    await expectWhole(root, 200, 5, 10)
  })

  it('for which there never was one is one warning', async () => {
    const root = join(temporaryDirectory(), 'store')
    const caller = startCaller(root, { limits: 'ulimit -n 80' })
    expect(await caller.ask('exhaust')).toBe('EMFILE')
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    // The machine's configuration can't be read either, which is another cause.
    const warnings = (await caller.warnings()).filter((warning) => warning.includes(root))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/EMFILE/)
  })
})

describe.skipIf(process.platform === 'win32')('a program that has taken a lock', { timeout: 60_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is ended by %s while it computes, as without the cache', async (signal) => {
    const caller = startCaller(join(temporaryDirectory(), 'store'))
    // Which takes a lock.
    await caller.ask('number')
    expect(await caller.calls(0, 5)).toEqual({ right: 5, computed: 5 })
    expect(await caller.ask('busy', { milliseconds: 15_000 })).toBe('busy')
    const asked = Date.now()
    expect(await caller.kill(signal)).toBe(signal)
    expect(Date.now() - asked).toBeLessThan(10_000)
  })
})

describe.skipIf(process.platform === 'win32')('locks that can\'t be had', { timeout: 60_000 }, () => {
  it.each<[string, (locks: string) => void]>([
    ['a file in the place of their directory', (locks) => writeFileSync(locks, '')],
    ['a link to nowhere', (locks) => void spawnSync('ln', ['-s', '/nonexistent/nowhere', locks])],
  ])('because of %s keep nobody from computing and storing', async (_, stage) => {
    const root = join(temporaryDirectory(), 'store')
    openAsAnother(root)
    rmSync(join(root, '@locks'), { recursive: true, force: true })
    stage(join(root, '@locks'))
    const [one, two] = [startCaller(root), startCaller(root)]
    expect(await Promise.all([one.calls(0, 5), two.calls(100, 5)])).toEqual([{ right: 5, computed: 5 }, { right: 5, computed: 5 }])
    expect([...(await one.warnings()), ...(await two.warnings())]).toEqual([])
    expect(await one.calls(100, 5)).toEqual({ right: 5, computed: 0 })
    expect(await startCaller(root).calls(0, 5)).toEqual({ right: 5, computed: 0 })
    openAsAnother(root)
    expect(() => collect(root, { maxEntries: 1 })).toThrow(expect.objectContaining({ code: 'LOCK' }))
  })

  it('because their holder died are taken over', async () => {
    const root = join(temporaryDirectory(), 'store')
    await startCaller(root).calls(0, 5)
    openAsAnother(root)
    collect(root)
    // A holder's lock is a directory that it touches: this one has not been touched for a minute.
    const name = readLockName(root)
    mkdirSync(join(root, '@locks', name))
    const then = Date.now() / 1000 - 60
    utimesSync(join(root, '@locks', name), then, then)
    expect(collect(root, { maxEntries: 1 }).droppedEntries).toBe(4)
  })
})

/** The name of the lock that collection takes, seen while it is held. */
function readLockName(root: string): string {
  let name = ''
  collect(root, { progress: () => (name = readdirSync(join(root, '@locks')).find((found) => found.endsWith('.lock')) ?? name) })
  return name
}
