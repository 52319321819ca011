import { rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkspace, run, writeFiles } from '../hosts/workspace.ts'
import type { Output, Workspace } from '../hosts/workspace.ts'

type Files = Readonly<Record<string, string>>

const USES_AREA = `import { area } from './b'\n// @persist\nexport function f(x: number) {\n  ran()\n  return area(x) + 1\n}\n`
const AREA = `const factor = 3\nexport function area(n: number) {\n  let doubled = n * 2\n  return doubled * factor\n}\nexport function other() { return 5 }\n`
const BASE: Files = { 'a.ts': USES_AREA, 'b.ts': AREA }
const inA = (from: string, to: string): Files => ({ 'a.ts': USES_AREA.replaceAll(from, to) })
const inB = (from: string, to: string): Files => ({ 'b.ts': AREA.replaceAll(from, to) })

const marked = (imports: string, body: string): string => `${imports}\n// @persist\nexport async function f(x: number) { ran(); ${body} }\n`
const LAZY: Files = { 'a.ts': marked('', `const { area } = await import('./b'); return area(x)`), 'b.ts': AREA }
const JSON_DATA: Files = { 'a.ts': marked(`import data from './d.json' with { type: 'json' }`, 'return x + data.rate'), 'd.json': '{ "rate": 2, "name": "a" }' }
const BOX: Files = { 'a.ts': marked(`import { Box } from './b'`, 'return new Box(x).total()'), 'b.ts': 'export class Box {\n  #n: number\n  private unit = 2\n  constructor(n: number) { this.#n = n }\n  total() { return this.#n * this.unit }\n}\n' }
const SETTINGS: Files = { 'a.ts': `import { configure, get } from './b'\nconfigure({ n: 5 })\n${marked('', 'return get(x)')}`, 'b.ts': 'const settings = { n: 1 }\nexport function configure(to: object) { Object.assign(settings, to) }\nexport const get = (x: number) => x + settings.n\n' }

/** What a person does to a project between two runs. `''` removes a file. */
const HITS: readonly [what: string, before: Files, edit: Files][] = [
  ['a helper renamed everywhere', BASE, { ...inA('area', 'surface'), ...inB('area', 'surface') }],
  ['a helper moved to another file', BASE, { ...inA('./b', './c'), 'b.ts': 'export function other() { return 5 }\n', 'c.ts': AREA.replace(/export function other.*\n/, '') }],
  ['a helper moved, and passed on from where it was', BASE, { 'b.ts': `export { area } from './c'\n`, 'c.ts': AREA }],
  ['a helper moved into the file', BASE, { 'a.ts': AREA.replaceAll('export ', '') + USES_AREA.replace(/^import.*\n/, '') }],
  ['a file renamed', BASE, { ...inA('./b', './math'), 'b.ts': '', 'math.ts': AREA }],
  ['a file that became a folder', BASE, { 'b.ts': '', 'b/index.ts': AREA }],
  ['JavaScript that became TypeScript', { 'a.ts': USES_AREA, 'b.js': AREA.replaceAll(': number', '') }, { 'b.js': '', 'b.ts': AREA }],
  ['a barrel in between', BASE, { ...inA('./b', './lib'), 'lib/index.ts': `export * from '../b'\nexport const more = 1\n` }],
  ['a default export', BASE, { ...inA('{ area }', 'area'), ...inB('export function area', 'export default function') }],
  ['an import of all', BASE, { 'a.ts': USES_AREA.replace('{ area }', '* as b').replace('area(x)', 'b.area(x)') }],
  ['exports in a list', BASE, { 'b.ts': `${AREA.replaceAll('export ', '')}export { area, other }\n` }],
  ['`const` instead of `let`', BASE, inB('let doubled', 'const doubled')],
  ['comments of all kinds', BASE, { 'a.ts': `/*! license */\n${USES_AREA.replace('// @persist', '/**\n * Adds.\n * @persist\n */')}`, 'b.ts': `// @ts-nocheck\n${AREA.replace('n * 2', '/* @__PURE__ */ n * 2 // twice')}` }],
  ['types, overloads, `satisfies`', BASE, { 'b.ts': `interface Sized { readonly n: number }\n${AREA.replace('= 3', '= 3 satisfies number').replace('export function area', 'export function area(n: 1): 6\nexport function area(n: number): number\nexport function area')}` }],
  ['an unused import, a neighbour, another marked function', BASE, { 'a.ts': `import { other } from './b'\n${USES_AREA}// @persist\nexport function g(y: number) { return other() + y }\n` }],
  ['a private name and modifiers', BOX, { 'b.ts': BOX['b.ts']!.replaceAll('#n', '#count').replace('private unit', 'protected readonly unit') }],
  ['a class renamed', BOX, { 'a.ts': BOX['a.ts']!.replaceAll('Box', 'Crate'), 'b.ts': BOX['b.ts']!.replaceAll('Box', 'Crate') }],
  ['a neighbour of what is imported when it runs', LAZY, inB('return 5', 'return 6')],
  ['a member of JSON that is not read', JSON_DATA, { 'd.json': '{ "rate": 2, "name": "b" }' }],
  ['another who reads the settings', SETTINGS, { 'b.ts': `${SETTINGS['b.ts']}export const show = () => JSON.stringify(settings)\n` }],
]
const RERUNS: typeof HITS = [
  ['a message in a helper', BASE, inB('  return doubled', '  console.log(doubled)\n  return doubled')],
  ['a constant', BASE, inB('factor = 3', 'factor = 4')],
  ['what is imported when it runs', LAZY, inB('n * 2', 'n * 3')],
  ['a member of JSON that is read', JSON_DATA, { 'd.json': '{ "rate": 3, "name": "a" }' }],
  ['a method', BOX, { 'b.ts': BOX['b.ts']!.replace('* this.unit', '/ this.unit') }],
  ['what the settings are', SETTINGS, { 'a.ts': SETTINGS['a.ts']!.replace('n: 5', 'n: 6') }],
  ['how the settings are made', SETTINGS, { 'b.ts': SETTINGS['b.ts']!.replace('(settings, to)', '(settings, to, { n: 7 })') }],
]
const CASES = [...HITS, ...RERUNS]

const MAIN = `const out = {}\nfor (let i = 0; i < ${CASES.length}; i++) out[i] = await (await import('./src/' + i + '/a.ts')).f(3)\nconsole.log(JSON.stringify(out))\n`

let workspace: Workspace
const runs: Record<'plain' | 'first' | 'edited' | 'after' | 'back', Output> = {} as never

beforeAll(async () => {
  workspace = createWorkspace()
  const cwd = workspace.write('edits', { 'package.json': '{ "name": "edits", "type": "module" }', 'main.ts': MAIN })
  const write = (of: (item: (typeof CASES)[number]) => Files): void => {
    for (const [index, item] of CASES.entries()) {
      for (const [name, text] of Object.entries(of(item))) {
        const path = `src/${index}/${name}`
        if (text === '') rmSync(join(cwd, path))
        else writeFiles(cwd, { [path]: text.replaceAll('ran()', `console.error('computed ${index}')`) })
      }
    }
  }
  const start = (...hooks: string[]): Promise<Output> => run(process.execPath, [...['tsx', ...hooks].flatMap((hook) => ['--import', hook]), 'main.ts'], { cwd, env: { PERSIST_PATH: join(workspace.directory, 'store') } })
  write(([, before]) => before)
  runs.plain = await start()
  runs.first = await start('unplugin-persist/register')
  write(([, , edit]) => edit)
  runs.edited = await start()
  runs.after = await start('unplugin-persist/register')
  rmSync(join(cwd, 'src'), { recursive: true })
  write(([, before]) => before)
  runs.back = await start('unplugin-persist/register')
}, 120_000)

afterAll(() => workspace.remove())

describe('a project that is edited between two runs', () => {
  test('does what it does without the hooks', () => {
    for (const { code, stderr } of Object.values(runs)) expect(code, stderr).toBe(0)
    expect(runs.first.result).toBe(runs.plain.result)
    expect(runs.after.result).toBe(runs.edited.result)
    expect(runs.back.result).toBe(runs.plain.result)
  })

  test.each(HITS.map(([what], index) => [what, index] as const))('reads back after an edit of %s', (_, index) => {
    expect(runs.first.computed).toContain(`${index}`)
    expect(runs.after.computed).not.toContain(`${index}`)
  })

  test.each(RERUNS.map(([what], index) => [what, HITS.length + index] as const))('computes after an edit of %s', (_, index) => {
    expect(runs.first.computed).toContain(`${index}`)
    expect(runs.after.computed).toContain(`${index}`)
  })

  test('reads everything back when the edits are taken back', () => expect(runs.back.computed).toEqual([]))
})
