import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkspace, repository, run } from './workspace.ts'
import type { Output, Workspace } from './workspace.ts'

const FILES = {
  'package.json': JSON.stringify({ name: 'tested', type: 'module' }),
  'vitest.config.js': 'import persist from \'unplugin-persist/vite\'\nexport default { plugins: [persist()] }\n',
  'src/half.ts': 'export const half = (n: number): number => n / 2\n',
  'src/square.ts': `import { half } from './half.ts'
// @persist
export async function square(n: number): Promise<number> {
  console.error('computed square')
  return half(n) ** 2
}
`,
  'src/square.test.ts': `import { expect, test } from 'vitest'
import { square } from './square.ts'
test('square', async () => {
  expect(await square(4)).toBe(4)
  expect(await square(4)).toBe(4)
})
`,
  'src/table.ts': 'import { square } from \'./square.ts\'\nexport const table = [await square(4)]\n',
  'src/table.test.ts': `import { expect, test, vi } from 'vitest'
import { table } from './table.ts'
vi.mock('./half.ts', () => ({ half: () => 10 }))
test('square of something else, at import', () => expect(table).toEqual([100]))
`,
  'src/mocking.test.ts': `import { expect, test, vi } from 'vitest'
import { square } from './square.ts'
vi.mock('./half.ts', () => ({ half: () => 10 }))
test('square of something else', async () => {
  expect(await square(4)).toBe(100)
  expect(await square(4)).toBe(100)
  expect(new Error('here').stack).toContain('mocking.test.ts:7:10')
})
`,
}

let workspace: Workspace

beforeAll(() => {
  workspace = createWorkspace()
})

afterAll(() => workspace.remove())

function vitest(app: string, pool: string, test: string, ...further: string[]): Promise<Output> {
  const args = [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', test, '--pool', pool, '--disable-console-intercept', ...further]
  return run(process.execPath, args, { cwd: app, env: { PERSIST_PATH: join(workspace.directory, `store-${pool}`) } })
}

test.each(['threads', 'forks', 'vmThreads'])('pool %s: a project\'s tests use the cache, but for files that mock', async (pool) => {
  const app = workspace.write(pool, FILES)
  const passed = { code: 0 }
  expect(await vitest(app, pool, 'mocking')).toMatchObject({ ...passed, computed: ['square', 'square'] })
  expect(await vitest(app, pool, 'table.test')).toMatchObject({ ...passed, computed: ['square'] })
  expect(await vitest(app, pool, 'square.test')).toMatchObject({ ...passed, computed: ['square'] })
  expect(await vitest(app, pool, 'square.test')).toMatchObject({ ...passed, computed: [] })
  expect(await vitest(app, pool, 'mocking')).toMatchObject({ ...passed, computed: ['square', 'square'] })
})

test('a run that collects coverage runs all bodies', async () => {
  const app = workspace.write('covered', FILES)
  const run = (...further: string[]): Promise<Output> => vitest(app, 'forks', 'square.test', ...further)
  expect((await run()).computed).toEqual(['square'])
  const covered = await run('--coverage.enabled', '--coverage.provider=v8', '--coverage.reporter=text')
  expect(covered.computed).toEqual(['square', 'square'])
  expect(covered.stdout).toMatch(/square\.ts\W+100\W+100\W+100\W+100\W/)
  expect((await run()).computed).toEqual([])
})

test('the test runner\'s own cache on disk does not hide an edit beneath', async () => {
  const app = workspace.write('cached', FILES)
  const run = (): Promise<Output> => vitest(app, 'forks', 'square.test', '--experimental.fsModuleCache')
  expect((await run()).computed).toEqual(['square'])
  expect((await run()).computed).toEqual([])
  writeFileSync(join(app, 'src/half.ts'), 'export const half = (n: number): number => n / 4\n')
  const edited = await run()
  expect(edited.computed).toEqual(['square'])
  expect(edited.stderr).toContain('expected 1 to be 4')
})
