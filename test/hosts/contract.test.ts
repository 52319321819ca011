import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDrivers, build, HOSTS, runApp } from './hosts.ts'
import { COMPUTATIONS, EXPECTED, program } from './program.ts'
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
  test('computes once and reads back', async () => {
    await build(host, app)
    const own = join(workspace.directory, 'stores', host.name)
    const first = await runApp(host, app, own)
    record(host.name, 'runs', first.result === EXPECTED)
    expect(first.result).toBe(EXPECTED)
    record(host.name, 'computes each once', same(first.computed, COMPUTATIONS))
    expect(first.computed).toEqual(COMPUTATIONS)

    const second = await runApp(host, app, own)
    record(host.name, 'reads back', second.result === EXPECTED && second.computed.length === 0)
    expect(second.computed).toEqual([])
    expect(second.result).toBe(EXPECTED)
  })

  test('reads what another host has computed', async () => {
    const common = join(workspace.directory, 'stores/common')
    const read = await runApp(host, app, common)
    const expected = host === HOSTS[0] ? COMPUTATIONS : []
    record(host.name, 'reads others\' results', read.result === EXPECTED && same(read.computed, expected))
    expect(read.computed).toEqual(expected)
    expect(read.result).toBe(EXPECTED)
  })
})

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
