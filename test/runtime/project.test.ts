import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { INDEX, RUNTIME, sandbox } from './support.ts'
import type { Sandbox } from './support.ts'

/** A module with one marked function that says where its results go, and how often it ran. */
function module(how: { name?: string; fn?: string; module?: string; at?: string; project?: string; fingerprint?: string; extra?: string; after?: string } = {}): string {
  const { fn = 'f', at = '', project = 'app', fingerprint = 'fp', extra = '', after = '' } = how
  return `
    import { call, define } from '${RUNTIME}'
    import * as persist from '${INDEX}'
    let calls = 0
    const m = define({ v: 1, module: '${how.module ?? 'src/a.ts'}', name: '${fn}', fingerprint: '${fingerprint}', project: { name: '${project}', at: '${at}' }, params: ['a'], ${extra} }, () => f)
    function f(a) { return call(m, void 0, [a], 0, () => (calls++, { a })) }
    ${after || `f(1); console.log(JSON.stringify([calls, persist.handle(f).info.directory]))`}`
}

/** The directory that a run printed, below the store. */
async function place({ run, store }: Sandbox, file: string, options?: Parameters<Sandbox['run']>[1]): Promise<string> {
  const { lines, stderr } = await run(file, options)
  if (!lines[0]) throw new Error(stderr)
  return lines[0][1].slice(store.length + 1)
}

describe('the project of a function is found', () => {
  it('from where the code stands, whatever the working directory', async () => {
    const box = sandbox()
    const file = box.write('src/deep/a.ts', module())
    expect(await place(box, file, { cwd: '/' })).toBe('app-1/src/a.ts/f')
    expect(await place(box, file)).toBe('app-1/src/a.ts/f')
  })

  it('through nameless and foreign package.json files in between', async () => {
    const box = sandbox()
    box.write('dist/package.json', '{ "type": "module" }')
    box.write('dist/cjs/package.json', '{ "name": "other", "type": "module" }')
    expect(await place(box, box.write('dist/cjs/a.ts', module()), { cwd: '/' })).toBe('app-1/src/a.ts/f')
  })

  it('at its place in the workspace, for a bundle that holds a sibling package', async () => {
    const box = sandbox('root')
    box.write('packages/lib/package.json', '{ "name": "lib" }')
    box.write('apps/web/package.json', '{ "name": "web" }')
    const bundled = box.write('apps/web/dist/a.ts', module({ project: 'lib', at: 'packages/lib' }))
    const own = box.write('packages/lib/src/a.ts', module({ project: 'lib', at: 'packages/lib' }))
    expect(await place(box, bundled, { cwd: '/' })).toBe('lib-1/src/a.ts/f')
    expect(await place(box, own, { cwd: '/' })).toBe('lib-1/src/a.ts/f')
  })

  it('through a link in node_modules', async () => {
    const box = sandbox()
    box.write('../elsewhere/lib/package.json', '{ "name": "lib" }')
    mkdirSync(join(box.directory, 'node_modules'))
    symlinkSync(join(box.directory, '../elsewhere/lib'), join(box.directory, 'node_modules/lib'))
    await place(box, box.write('a.ts', module({ project: 'lib' })))
    expect(await place(box, box.write('../elsewhere/lib/b.ts', module({ project: 'lib' })), { cwd: '/' })).toBe('lib-1/src/a.ts/f')
  })

  it('from the script or the working directory, where the code stands outside', async () => {
    const box = sandbox()
    const outside = box.write('../outside/a.ts', module())
    expect(await place(box, outside, { cwd: box.directory })).toBe('app-1/src/a.ts/f')
  })

  it('by the name of its directory, where no package.json has a name', async () => {
    const box = sandbox()
    box.write('../scripts/package.json', '{ "type": "module" }')
    const file = box.write('../scripts/src/a.ts', module({ project: 'scripts' }))
    const first = await place(box, file, { cwd: '/' })
    expect(await place(box, file, { cwd: box.directory })).toBe(first)
  })

  it('where it was published by a host', async () => {
    const box = sandbox()
    box.write('../hosted/package.json', '{ "name": "other" }')
    const publish = `import { publishRoot } from '${RUNTIME}'; publishRoot({ name: 'app', at: '' }, ${JSON.stringify(box.directory)});`
    const file = box.write('../hosted/a.ts', publish + module())
    await place(box, box.write('src/a.ts', module()))
    expect(await place(box, file, { cwd: '/' })).toBe('app-1/src/a.ts/f')
  })

  it('nowhere: it has a directory of its own, the same from everywhere', async () => {
    const box = sandbox()
    const first = await place(box, box.write('../lost/a.ts', module({ project: 'gone' })), { cwd: '/' })
    expect(first).toMatch(/^gone-[^/]+\/src\/a\.ts\/f$/)
    expect(await place(box, box.write('../lost too/a.ts', module({ project: 'gone' })), { cwd: '/' })).toBe(first)
  })

  it('in two clones: two directories, or one by projectId', async () => {
    const box = sandbox()
    box.write('../clone/package.json', '{ "name": "app", "type": "module" }')
    const [one, two] = [box.write('a.ts', module()), box.write('../clone/a.ts', module())]
    expect(await place(box, one)).not.toBe(await place(box, two, { cwd: '/' }))
    const shared = module({ extra: 'defaults: { projectId: "team" }' })
    const [three, four] = [box.write('b.ts', shared), box.write('../clone/b.ts', shared)]
    expect(await place(box, three)).toBe('app-team/src/a.ts/f')
    expect(await place(box, four, { cwd: '/' })).toBe('app-team/src/a.ts/f')
  })

  it('projectPath, relative to the package, is what the tree is of', async () => {
    const box = sandbox()
    const file = box.write('a.ts', module({ module: 'train.ts', extra: 'defaults: { projectPath: "./pipeline" }' }))
    mkdirSync(join(box.directory, 'pipeline'))
    expect(await place(box, file)).toBe('app-1/train.ts/f')
  })
})

describe('results are found again', () => {
  it('when a function is renamed or moved; but not by a version or a text', async () => {
    const box = sandbox()
    const run = async (how: Parameters<typeof module>[0]): Promise<number> => (await box.run(box.write('a.ts', module(how)))).lines[0][0]
    expect(await run({})).toBe(1)
    expect(await run({ fn: 'renamed' })).toBe(0)
    expect(await run({ fn: 'renamed', module: 'src/moved.ts' })).toBe(0)
    expect(await run({ fn: 'renamed', module: 'src/moved.ts', fingerprint: 'other' })).toBe(1)
    const version = 'options: { version: 1 }'
    expect(await run({ fn: 'v', fingerprint: 'a', extra: version })).toBe(1)
    expect(await run({ fn: 'v', fingerprint: 'b', extra: version })).toBe(0)
    expect(await run({ fn: 'w', fingerprint: 'a', extra: version })).toBe(1)
  })

  it('when a named function moves', async () => {
    const box = sandbox()
    const extra = 'options: { name: "pinned" }'
    expect(await place(box, box.write('a.ts', module({ extra })))).toBe(await place(box, box.write('b.ts', module({ extra, fn: 'g', module: 'src/b.ts' }))))
  })

  it('in alternative roots, and are copied in', async () => {
    const box = sandbox()
    const other = join(box.directory, 'other')
    const file = box.write('a.ts', module({ extra: `defaults: { alternatives: ${JSON.stringify([other])} }` }))
    expect((await box.run(file, { env: { PERSIST_PATH: other } })).lines[0][0]).toBe(1)
    expect((await box.run(file)).lines[0][0]).toBe(0)
    renameSync(other, `${other} gone`)
    expect((await box.run(file)).lines[0][0]).toBe(0)
  })

  it('below localPath with local', async () => {
    const box = sandbox()
    const local = join(box.directory, 'fast')
    const file = box.write('a.ts', module({ extra: `options: { local: true, localPath: ${JSON.stringify(local)} }` }))
    expect((await box.run(file)).lines[0][0]).toBe(1)
    expect((await box.run(file)).lines[0][0]).toBe(0)
    expect(readdirSync(local)).toContain('app-1')
    expect(existsSync(join(box.store, 'app-1/src'))).toBe(false)
  })
})

describe('observers', () => {
  it('are told of each event, with the call that it was made from', async () => {
    const box = sandbox()
    const file = box.write('a.ts', module({
      after: `
        const { subscribe } = await import('node:diagnostics_channel')
        const seen = []
        for (const name of ['hit', 'miss', 'store', 'refuse', 'adopt', 'wait']) subscribe('unplugin-persist:' + name, (event) => seen.push([name, event.name, event.call, event.parent]))
        const n = define({ v: 1, module: 'src/a.ts', name: 'outer', fingerprint: 'fo', project: { name: 'app', at: '' }, params: ['a'] }, 0)
        const outer = (a) => call(n, void 0, [a], 0, () => { f(a); f(a); return a > 1 ? () => 1 : a })
        outer(1); outer(1); outer(2)
        console.log(JSON.stringify(seen))`,
    }))
    const { lines } = await box.run(file)
    expect(lines[0]).toEqual([
      ['miss', 'outer', 1, 0], ['miss', 'f', 2, 1], ['store', 'f', 2, 1], ['hit', 'f', 3, 1], ['store', 'outer', 1, 0], ['hit', 'outer', 4, 0],
      ['miss', 'outer', 5, 0], ['miss', 'f', 6, 5], ['store', 'f', 6, 5], ['hit', 'f', 7, 5], ['refuse', 'outer', 5, 0],
    ])
  })

  it('DEBUG=persist:* prints to stderr, even where the program ends at once', async () => {
    const box = sandbox()
    const file = box.write('a.ts', module({ after: 'f(1); f(1); process.exit(0)' }))
    const { stdout, stderr } = await box.run(file, { env: { DEBUG: 'persist:*' } })
    expect(stderr).toMatch(/persist:project.*src\/a\.ts#f: mode cache \(built-in\), store \//)
    expect(stderr).toMatch(/persist:call.*src\/a\.ts#f\(.*\): miss \(none\) [0-9a-f]{64}/)
    expect(stderr).toMatch(/persist:call.*src\/a\.ts#f: stored [0-9a-f]{64}/)
    expect(stderr).toMatch(/persist:call.*src\/a\.ts#f\(.*\): hit [0-9a-f]{64}/)
    expect(stdout).toBe('')
    expect((await box.run(file)).stderr).toBe('')
  })
})
