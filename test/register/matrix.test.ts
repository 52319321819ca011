import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMPUTATIONS } from '../hosts/program.ts'
import { createWorkspace } from '../hosts/workspace.ts'
import type { Workspace } from '../hosts/workspace.ts'
import { CASES, hasNativeTypeScript, runCase, writeApps } from './matrix.ts'

let workspace: Workspace
let native: boolean

beforeAll(async () => {
  workspace = createWorkspace()
  writeApps(workspace)
  native = await hasNativeTypeScript(process.execPath, workspace)
})

afterAll(() => workspace.remove())

// The same on other versions of Node: npm run test:nodes
describe.each(CASES)('$name', (each) => {
  test('computes once, reads back, changes nothing else', async (context) => {
    if (each.native && !native) return context.skip()
    const plain = await runCase(process.execPath, workspace, each, 'none', 'plain')
    const first = await runCase(process.execPath, workspace, each, each.name)
    expect(first.stderr).not.toMatch(/Error|Warning/)
    expect(first.result).toBe(plain.result)
    expect(first.computed).toEqual(COMPUTATIONS)
    const second = await runCase(process.execPath, workspace, each, each.name)
    expect(second.result).toBe(plain.result)
    expect(second.computed).toEqual([])
  })
})

test('what one case has computed, every other reads', async () => {
  const others = CASES.filter((each) => !each.native || native)
  const first = await runCase(process.execPath, workspace, others[0]!, 'common')
  expect(first.computed).toEqual(COMPUTATIONS)
  for (const each of others) {
    const { computed } = await runCase(process.execPath, workspace, each, 'common')
    expect({ name: each.name, computed }).toEqual({ name: each.name, computed: [] })
  }
})
