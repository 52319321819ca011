import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configure, handle } from '../../src/index.ts'
import * as runtime from '../../src/runtime/index.ts'
import { compiled, evaluate } from './support.ts'

let store: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'persist-own-'))
  configure({ persistPath: store, onError: 'throw' })
})
afterEach(() => rmSync(store, { recursive: true, force: true }))

describe('handle() controls functions that nothing names', () => {
  it.each([
    ['a default arrow', '// @persist\nexport default (a) => a + 1', (m: any) => m.default],
    ['a member of an object in a call', 'const id = (o) => o\nexport const o = id({\n  // @persist\n  f(a) { return a + 1 } })', (m: any) => m.o.f],
    ['a closure', 'export const make = (n) => /* @persist */ (a) => a + n', (m: any) => m.make(1)],
    ['a field', 'export class A {\n  // @persist\n  f = (a) => a + 1 }', (m: any) => new m.A().f],
    ['a method of a class in a function', 'export const make = () => class { \n  // @persist\n  f(a) { return a + 1 } }', (m: any) => m.make().prototype.f],
    ['a function in a list', 'export const all = [\n  // @persist\n  function (a) { return a + 1 }]', (m: any) => m.all[0]],
  ])('%s', (what, code, get) => {
    const fn = get(evaluate(compiled(code, { file: `src/${what.replaceAll(' ', '-')}.ts` }).code, { 'unplugin-persist/runtime': runtime }))
    expect(handle(fn).has(1)).toBe(false)
    expect(fn(1)).toBe(2)
    expect(handle(fn).has(1)).toBe(true)
    handle(fn).put([1], 5)
    expect(fn(1)).toBe(5)
    expect(handle(fn).original(1)).toBe(2)
  })
})

it('what is not used falls away with its definition', () => {
  const code = [
    '// @persist\nexport function unused1(a) { return a }',
    '// @persist\nexport const unused2 = (a) => a',
    'const id = (o) => o\nexport const unused3 = /*#__PURE__*/ id({\n  // @persist\n  f: (a) => a })',
    'export const unused4 = {\n  // @persist\n  f(a) { return a } }',
    'export class Unused5 {\n  // @persist\n  static f(a) { return a } }',
    '// @persist\nexport default (unused6) => unused6',
    '// @persist\nexport function used(a) { return a }',
  ].join('\n')
  const emitted = compiled(code).code
  const { outputFiles } = buildSync({
    stdin: { contents: 'import { used } from "a"\nconsole.log(used(1))' }, bundle: true, format: 'esm', write: false, external: ['unplugin-persist/runtime'], logLevel: 'silent',
    alias: { a: write(emitted) },
  })
  const text = outputFiles[0]!.text
  expect(text).toMatch(/"?name"?: "used"/)
  expect(text.match(/unused|Unused/gi)).toBeNull()
  expect(text.match(/fingerprint/g)).toHaveLength(1)
})

function write(text: string): string {
  const file = join(store, 'a.js')
  writeFileSync(file, text)
  return file
}
