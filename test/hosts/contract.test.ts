import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDrivers, build, HOSTS, runApp } from './hosts.ts'
import { COMPUTATIONS, program } from './program.ts'
import { printTable, record } from './table.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

let workspace: Workspace
let app: string

beforeAll(() => {
  workspace = createWorkspace()
  app = workspace.write('app', program('ts'))
  addDrivers(app)
})

afterAll(() => {
  workspace.remove()
  printTable()
})

// Hosts run one after the other: what one leaves in the common store the next one has to find.
describe.sequential.each(HOSTS)('$name', (host) => {
  let expected: string

  test('computes once and reads back', async () => {
    // Without the plugin first: what it prints there it has to print with it. (Some hosts rename functions.)
    await build(host, app, { PLAIN: '1' })
    const plain = await runApp(host, app, join(workspace.directory, 'stores/none'), { PLAIN: '1' })
    expected = plain.result
    expect(expected).toContain('"score":16')

    await build(host, app)
    const own = join(workspace.directory, 'stores', host.name)
    const first = await runApp(host, app, own)
    record(host.name, 'same as without', first.result === expected)
    expect(first.result).toBe(expected)
    record(host.name, 'computes each once', same(first.computed, COMPUTATIONS))
    expect(first.computed).toEqual(COMPUTATIONS)

    const second = await runApp(host, app, own)
    record(host.name, 'reads back', second.result === expected && second.computed.length === 0)
    expect(second.computed).toEqual([])
    expect(second.result).toBe(expected)
  })

  test('reads what another host has computed', async () => {
    const common = join(workspace.directory, 'stores/common')
    const read = await runApp(host, app, common)
    const computed = host === HOSTS[0] ? COMPUTATIONS : []
    record(host.name, 'reads others\' results', read.result === expected && same(read.computed, computed))
    expect(read.computed).toEqual(computed)
    expect(read.result).toBe(expected)
  })
})

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
