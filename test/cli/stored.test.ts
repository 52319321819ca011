import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, SHOP } from './support.ts'
import type { Project } from './support.ts'

let project: Project

/** What a test removes it computes again before it ends. */
beforeAll(async () => {
  project = createProject(SHOP)
  const { code, stderr } = await project.run('main.js')
  expect(code, stderr).toBe(0)
})

afterAll(() => project.remove())

describe('ls', () => {
  test('draws a tree that mirrors the project, with groups', async () => {
    const { code, out } = await project.cli('ls')
    expect(code).toBe(0)
    expect(out).toContain('app-1')
    expect(out).toMatch(/src\n/)
    expect(out).toMatch(/price\.js\n.*price {2}2 entries/)
    expect(out).toMatch(/total {2}2 entries/)
    expect(out).toMatch(/ann {2}1 entry/)
    expect(out).toMatch(/2 functions, 4 entries/)
  })

  test('--json says the same to programs', async () => {
    const { json } = await project.cli('ls', '--json')
    expect(json).toMatchObject({ root: project.store, project: 'app-1' })
    expect(json.functions).toEqual([
      expect.objectContaining({ id: 'src/price.js#price', entries: 2, versions: 1, groups: [], directory: 'app-1/src/price.js/price' }),
      expect.objectContaining({ id: 'src/total.js#total', entries: 2, groups: ['ann', 'bob'] }),
    ])
  })

  test.each([['src/price.js', 1], ['src/price.js#price', 1], ['src/**', 2], ['src/**/*.js', 2], ['**/price.js', 1], ['**/**/src/**/price.js#*', 1], ['src/**/none.js', 0], ['src/t*', 1], ['*.js', 0], ['src', 2], ['total', 1]])('the pattern %s means %i functions', async (pattern, expected) => {
    expect((await project.cli('ls', pattern, '--json')).json.functions).toHaveLength(expected)
  })

  test('makes nothing where nothing is stored', async () => {
    const elsewhere = join(project.directory, 'no-store')
    const { code, json } = await project.cli('ls', '--json')
    expect(code).toBe(0)
    expect(json.functions.length).toBeGreaterThan(0)
    project.write({ 'other/package.json': '{ "name": "other" }' })
    const other = await project.cli('ls', '--cwd', join(project.directory, 'other'), '--json')
    expect(other.json).toMatchObject({ project: null, functions: [] })
    expect(existsSync(elsewhere)).toBe(false)
  })
})

describe('show', () => {
  test('lists a function\'s entries, newest first, with their arguments', async () => {
    const { out } = await project.cli('show', 'price')
    expect(out).toContain('src/price.js#price')
    expect(out).toMatch(/\(amount: 20\)|\(20\)|amount=20/)
  })

  test('shows one entry with its value by the first digits of its key', async () => {
    const { json: { entries } } = await project.cli('show', 'src/total.js#total', '--json')
    const ann = entries.find((entry: { groups: string[] }) => entry.groups[0] === 'ann')
    const { out } = await project.cli('show', ann.key.slice(0, 12))
    expect(out).toContain(ann.key)
    expect(out).toMatch(/tags\s+sums/)
    expect(out).toMatch(/\n36$/)
    expect((await project.cli('show', ann.key, '--json')).json).toMatchObject({ id: 'src/total.js#total', value: 36, groups: ['ann'], tags: ['sums'], node: process.version })
  })

  test('a function whose name could be the first digits of a key is a function', async () => {
    project.write({ 'src/facade.js': '// @persist\nexport const facade = (x) => x + 1\n', 'facade.js': `import { facade } from './src/facade.js'\nfacade(1)\n` })
    await project.run('facade.js')
    try {
      expect(await project.cli('show', 'facade')).toMatchObject({ code: 0, out: expect.stringContaining('src/facade.js#facade') as string })
    } finally {
      rmSync(join(project.store, 'app-1/src/facade.js'), { recursive: true })
    }
  })

  test('an unknown function is wrong usage', async () => {
    expect((await project.cli('show', 'nobody')).code).toBe(2)
    expect((await project.cli('show', '000000000000')).code).toBe(2)
  })
})

describe('stats', () => {
  test('adds up entries, sizes and what computing took', async () => {
    const { json, out } = { ...(await project.cli('stats', '--json')), out: (await project.cli('stats')).out }
    await project.run('main.js')
    const after = (await project.cli('stats', '--json')).json
    expect(json.total).toMatchObject({ entries: 4 })
    expect(after.total.hits).toBe(json.total.hits + 2)
    expect(after.total.saved).toBeGreaterThanOrEqual(json.total.saved)
    expect(json.total.bytes).toBeGreaterThan(0)
    expect(json.functions.map((row: { id: string }) => row.id).sort()).toEqual(['src/price.js#price', 'src/total.js#total'])
    expect(out).toMatch(/src\/price\.js#price +2 /)
  })
})

test('bytes are those on disk in each command that adds them up; what a value has itself stands beside them', async () => {
  const ask = async (...line: string[]): Promise<any> => (await project.cli(...line, '--json')).json
  const sum = (list: any[], field: string): number => list.reduce((total, one) => total + one[field], 0)
  const entries = [...(await ask('show', 'price')).entries, ...(await ask('show', 'total')).entries]
  const bytes = sum(entries, 'stored')
  expect(bytes).toBeGreaterThan(sum(entries, 'size'))
  expect(sum((await ask('ls')).functions, 'bytes')).toBe(bytes)
  expect((await ask('stats')).total.bytes).toBe(bytes)
  expect((await ask('rm', '--all', '--dry-run')).bytes).toBe(bytes)
  expect((await ask('gc', '--dry-run')).bytes).toBe(bytes)
  expect((await ask('verify')).bytes).toBe(bytes)
})

describe('rm', () => {
  test('--dry-run removes nothing', async () => {
    const { json } = await project.cli('rm', 'price', '--dry-run', '--json')
    expect(json).toMatchObject({ removed: false, entries: 2 })
    expect((await project.run('main.js')).computed).toEqual([])
  })

  test('without a terminal it wants --yes', async () => {
    const { code, err } = await project.cli('rm', 'price')
    expect(code).toBe(2)
    expect(err).toContain('--yes')
    expect((await project.run('main.js')).computed).toEqual([])
  })

  test('a terminal is asked, and may say no', async () => {
    expect((await project.cliAsked('n', 'rm', 'price')).code).toBe(1)
    expect((await project.run('main.js')).computed).toEqual([])
  })

  test('removes what a pattern means', async () => {
    const directories = (): string[] => readdirSync(join(project.store, 'app-1/src/total.js/total'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
    expect(directories()).toEqual(['ann', 'bob'])
    const { json } = await project.cli('rm', 'src/total.js#total', '--yes', '--json')
    expect(json).toMatchObject({ removed: true, entries: 2, functions: [{ id: 'src/total.js#total', entries: 2 }] })
    expect(directories(), 'what is empty is gone').toEqual([])
    expect((await project.run('main.js')).computed).toEqual(['total', 'total'])
  })

  test('removes by tag, and by key', async () => {
    await project.cli('rm', '--tag', 'sums', '--yes')
    expect((await project.run('main.js')).computed).toEqual(['total', 'total'])
    const { json: { entries } } = await project.cli('show', 'total', '--json')
    const bob = entries.find((entry: { groups: string[] }) => entry.groups[0] === 'bob')
    await project.cliAsked('y', 'rm', '--entry', bob.key)
    expect((await project.run('main.js')).computed).toEqual(['total'])
  })

  test('a pattern that means nothing is wrong usage', async () => {
    expect((await project.cli('rm', 'nobody', '--yes')).code).toBe(2)
  })
})

describe('why', () => {
  test('tells the versions, what changed between them, and which is current', async () => {
    const tax = readFileSync(join(project.directory, 'src/tax.js'), 'utf8')
    project.write({ 'src/tax.js': tax.replace('0.2', '0.3') })
    try {
      const before = await project.cli('why', 'src/price.js#price')
      expect(before.out).toContain('has not run yet')
      await project.run('main.js')
      const { json } = await project.cli('why', 'src/price.js#price', '--json')
      expect(json).toMatchObject({ id: 'src/price.js#price' })
      expect(json.versions).toHaveLength(2)
      expect(json.versions[0]).toMatchObject({ entries: 2, current: false })
      expect(json.versions[1]).toMatchObject({ entries: 2, current: true, difference: { changed: ['src/tax.js#tax'], added: [], removed: [], own: false } })
      expect((await project.cli('why', 'price')).out).toContain('src/tax.js#tax changed')

      // Removing one version leaves the other.
      const { json: removed } = await project.cli('rm', '--fingerprint', json.versions[1].fingerprint, '--yes', '--json')
      expect(removed.entries).toBe(2)
    } finally {
      project.write({ 'src/tax.js': tax })
    }
    expect((await project.cli('why', 'price', '--json')).json.versions.map((version: { current: boolean }) => version.current)).toEqual([true, false])
    expect((await project.run('main.js')).computed).toEqual([])
  })
})

describe('projects', () => {
  test('lists projects, and gives one to a directory that it has moved to', async () => {
    expect((await project.cli('projects', '--json')).json.projects).toEqual([expect.objectContaining({ directory: 'app-1', path: project.directory, size: expect.any(Number) })])
    project.write({ '../moved/package.json': '{ "name": "app", "type": "module" }' })
    const moved = join(project.directory, '../moved')
    expect((await project.cli('ls', '--cwd', moved, '--json')).json.project).toBeNull()
    expect((await project.cli('projects', 'link', 'app-1', moved, '--dry-run', '--json')).json.linked).toBe(false)
    expect((await project.cli('projects', 'link', 'app-1', moved)).code).toBe(0)
    expect((await project.cli('ls', '--cwd', moved, '--json')).json).toMatchObject({ project: 'app-1' })
    await project.cli('projects', 'link', 'app-1', project.directory)
    expect((await project.run('main.js')).computed).toEqual([])
  })

  test('an unknown directory is wrong usage', async () => {
    expect((await project.cli('projects', 'link', 'nobody-1')).code).toBe(2)
    expect((await project.cli('projects', 'rename')).code).toBe(2)
  })
})

describe('a lost registry of projects', () => {
  test('is missed by no command, and made anew by the next run that stores', async () => {
    const registry = join(project.store, '@projects.jsonl')
    const path = join(project.directory, '../renamed')
    project.write({ '../renamed/package.json': '{ "name": "app", "type": "module" }' })
    const questions = [['ls'], ['show', 'price'], ['stats'], ['why', 'price'], ['verify'], ['gc', '--dry-run']]
    const ask = async (): Promise<unknown[]> => {
      const answers: unknown[] = []
      for (const question of questions) answers.push((await project.cli(...question, '--json')).json)
      return answers
    }
    const before = await ask()
    rmSync(registry)
    const [listed, ...rest] = await ask()
    expect([listed, ...rest]).toEqual(before.map((answer, index) => (index === 4 ? { ...(answer as object), files: (answer as { files: number }).files - 1 } : answer)))
    expect(listed).toMatchObject({ project: 'app-1', functions: [{ id: 'src/price.js#price' }, { id: 'src/total.js#total' }] })
    const { entries } = (await project.cli('verify', '--json')).json
    expect(entries).toBeGreaterThan(3)
    expect((await project.cli('export', 'lost.persist', '--json')).json).toMatchObject({ entries, damaged: [] })
    expect((await project.cli('projects', '--json')).json.projects).toEqual([expect.objectContaining({ directory: 'app-1', name: 'app', path: project.directory })])
    expect((await project.run('main.js', { PERSIST_MODE: 'require' })).computed).toEqual([])
    expect(existsSync(registry)).toBe(false)
    expect((await project.cli('projects', 'link', 'app-1', path)).code).toBe(0)
    expect((await project.cli('projects', '--json')).json.projects).toEqual([expect.objectContaining({ directory: 'app-1', path })])
    rmSync(registry)
    expect((await project.run('main.js')).computed).toEqual([])
    expect(readFileSync(registry, 'utf8')).toContain(project.directory)
  })
})
