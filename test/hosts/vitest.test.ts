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

function vitest(app: string, pool: string, test: string): Promise<Output> {
  const args = [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--pool', pool, '--disable-console-intercept', '--coverage.enabled=false', test]
  return run(process.execPath, args, { cwd: app, env: { PERSIST_PATH: join(workspace.directory, `store-${pool}`) } })
}

test.each(['threads', 'forks', 'vmThreads'])('pool %s: a project\'s tests use the cache, but for files that mock', async (pool) => {
  const app = workspace.write(pool, FILES)
  const passed = { code: 0 }
  expect(await vitest(app, pool, 'mocking')).toMatchObject({ ...passed, computed: ['square', 'square'] })
  expect(await vitest(app, pool, 'square.test')).toMatchObject({ ...passed, computed: ['square'] })
  expect(await vitest(app, pool, 'square.test')).toMatchObject({ ...passed, computed: [] })
  expect(await vitest(app, pool, 'mocking')).toMatchObject({ ...passed, computed: ['square', 'square'] })
})
