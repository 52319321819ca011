import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { errorOf, functionsOf, memoryHost, namesOf } from './support.ts'

/** What stands in the file, and the names of the marked functions. */
const NAMES: [what: string, code: string, names: string[], file?: string][] = [
  ['declaration', '// @persist\nfunction train() {}', ['train']],
  ['exported declaration', '// @persist\nexport function train() {}', ['train']],
  ['named default export', '// @persist\nexport default function train() {}', ['train']],
  ['anonymous default export', '// @persist\nexport default function () {}', ['default']],
  ['arrow as default export', '// @persist\nexport default (x: number) => x', ['default']],
  ['export under another name', '// @persist\nfunction f() {}\nexport { f as g }', ['f']],
  ['export as default', '// @persist\nfunction f() {}\nexport { f as default }', ['f']],
  ['export =', '// @persist\nexport = function () {}', ['default'], 'src/a.cts'],
  ['export = of a name', '// @persist\nfunction f() {}\nexport = f', ['f'], 'src/a.cts'],
  ['exports.f =', '// @persist\nexports.f = function () {}', ['f'], 'src/a.cjs'],
  ['module.exports.f =', '// @persist\nmodule.exports.f = () => 1', ['f'], 'src/a.cjs'],
  ['module.exports = function', '// @persist\nmodule.exports = function () {}', ['default'], 'src/a.cjs'],
  ['module.exports = { f }', 'module.exports = {\n  // @persist\n  f() {},\n  // @persist\n  g: () => 1,\n}', ['f', 'g'], 'src/a.cjs'],
  ['variable', '// @persist\nexport const embed = (text: string) => text', ['embed']],
  ['named function expression in a variable', '// @persist\nconst outer = function inner() {}', ['outer']],
  ['assignment', 'let f\n// @persist\nf = () => 1', ['f']],
  ['prototype', 'function Foo() {}\n// @persist\nFoo.prototype.bar = function () {}', ['Foo#bar']],
  ['object method', 'const models = {\n  // @persist\n  fit() {},\n}', ['models.fit']],
  ['nested object', 'const models = { linear: {\n  // @persist\n  fit: () => 1,\n  // @persist\n  async test() {},\n} }', ['models.linear.fit', 'models.linear.test']],
  ['object with as', 'const models = {\n  // @persist\n  fit() {},\n} as const satisfies object', ['models.fit']],
  ['quoted key', 'const o = {\n  // @persist\n  "a-b"() {},\n}', ['o.a-b']],
  ['numeric key', 'const o = {\n  // @persist\n  7() {},\n}', ['o.7']],
  ['default export of an object', 'export default {\n  // @persist\n  fit() {},\n}', ['default.fit']],
  ['static method', 'class Repo {\n  // @persist\n  static load() {}\n}', ['Repo.load']],
  ['instance method', 'class Repo {\n  // @persist\n  load() {}\n}', ['Repo#load']],
  ['private method', 'class Repo {\n  // @persist\n  #load() {}\n}', ['Repo##load']],
  ['static private method', 'class Repo {\n  // @persist\n  static #load() {}\n}', ['Repo.#load']],
  ['class field', 'class Repo {\n  // @persist\n  load = () => 1\n  // @persist\n  static save = () => 1\n}', ['Repo#load', 'Repo.save']],
  ['private class field', 'class Repo {\n  // @persist\n  #load = () => 1\n}', ['Repo##load']],
  ['class expression in a variable', 'const Repo = class {\n  // @persist\n  load() {}\n}', ['Repo#load']],
  ['named class expression', 'use(class Repo {\n  // @persist\n  load() {}\n})', ['Repo#load']],
  ['default class', 'export default class {\n  // @persist\n  load() {}\n}', ['default#load']],
  ['constant computed key', 'class Repo {\n  // @persist\n  ["load"]() {}\n}', ['Repo#load']],
  ['well-known symbol', 'class Repo {\n  // @persist\n  [Symbol.toPrimitive]() {}\n}', ['Repo#[Symbol.toPrimitive]']],
  ['computed key with a name', 'class Repo {\n  // @persist { name: "load" }\n  [key]() {}\n}', ['load']],
  ['computed by a constant', 'const KEY = "load"\nclass Repo {\n  // @persist\n  [KEY]() {}\n}', ['Repo#[KEY]']],
  ['static block', 'class Repo { static {\n  // @persist\n  function load() {}\n} }', ['Repo/static/load']],
  ['nested', 'function outer() {\n  // @persist\n  function inner() {}\n}', ['outer/inner']],
  ['nested in an arrow', 'const outer = () => {\n  // @persist\n  const inner = () => 1\n}', ['outer/inner']],
  ['nested in a method', 'class Repo { load() {\n  // @persist\n  const row = () => 1\n} }', ['Repo#load/row']],
  ['in a block', 'if (x) {\n  // @persist\n  function f() {}\n}', ['f']],
  ['callback', 'function main(rows) { return rows.map(\n  // @persist\n  (row) => row) }', ['main/rows.map']],
  ['named callback', 'function main(rows) { return rows.map(\n  // @persist\n  function each(row) {}) }', ['main/each']],
  ['callback of a call chain', 'rows.filter(Boolean).map(\n  // @persist\n  (row) => row)', ['map']],
  ['wrapper', 'const f = memo(\n  // @persist\n  async () => 1)', ['f']],
  ['returned', 'function make() {\n  // @persist\n  return () => 1\n}', ['make/return']],
  ['namespace', 'namespace A.B {\n  // @persist\n  export function f() {}\n}', ['A.B.f']],
  ['list', 'const steps = [\n  // @persist\n  () => 1,\n  // @persist\n  () => 2,\n]', ['steps[]', 'steps[]~2']],
  ['twins of blocks', 'if (a) {\n  // @persist\n  function f() {}\n} else {\n  // @persist\n  function f() {}\n}', ['f', 'f~2']],
  ['jsx attribute', 'const a = <Button onClick={\n  // @persist\n  () => 1} />', ['onClick'], 'src/a.tsx'],
  ['given name', '// @persist { name: "mine" }\nfunction f() {}', ['mine']],
  ['persist() in a variable', 'import { persist } from "unplugin-persist"\nexport const fit = persist(async () => 1)', ['fit']],
  ['persist() of a name', 'import { persist } from "unplugin-persist"\nimport { load } from "./b"\nexport const fit = persist(load)', ['fit']],
  ['persist() in an object', 'import { persist } from "unplugin-persist"\nexport const models = { fit: persist(() => 1) }', ['models.fit']],
  ['persist() with a name', 'import { persist } from "unplugin-persist"\nexport const fit = persist(() => 1, { name: "mine" })', ['mine']],
  ['persist() as default export', 'import { persist } from "unplugin-persist"\nexport default persist(() => 1)', ['default']],
]

describe('a function is named after where it stands', () => {
  it.each(NAMES)('%s', (_, code, names, file) => {
    expect(namesOf(code, file ? { file } : {})).toEqual(names)
  })
})

describe('an identity stays when neighbours come, go and change places', () => {
  const functions = [
    '// @persist\nexport function a(x: number) { return x }\n',
    '// @persist\nexport const b = (x: number) => x + 1\n',
    'export class C {\n  // @persist\n  static load(id: string) { return id }\n  other() {}\n}\n',
    'export function plain() { return 4 }\n',
  ]
  const identities = (parts: string[]) => Object.fromEntries(functionsOf(parts.join('\n')).map((fn) => [fn.name, fn.fingerprint]))
  const all = identities(functions)

  it('reordered', () => expect(identities(functions.toReversed())).toEqual(all))
  it.each([0, 1, 2, 3])('without neighbour %i', (left) => {
    const rest = identities(functions.filter((_, index) => index !== left))
    for (const [name, fingerprint] of Object.entries(rest)) expect(all[name]).toBe(fingerprint)
  })
})

describe('a module is named from its project\'s root', () => {
  const moduleOf = (file: string, files: Record<string, string> = {}, code = '// @persist\nexport function f() {}') =>
    createCompiler({ root: '/app', host: memoryHost({ [file]: code, ...files }) }).compile(code, `/app/${file}`)!.functions[0]!.module

  it.each([
    ['x.ts beside x.js', 'src/x.ts', {}, 'src/x.ts'],
    ['x.js beside x.ts', 'src/x.js', { 'src/x.ts': '' }, 'src/x.js'],
    ['index', 'src/x/index.ts', { 'src/x.ts': '' }, 'src/x/index.ts'],
    ['.tsx', 'src/x.tsx', {}, 'src/x.tsx'],
    ['.mts', 'src/x.mts', {}, 'src/x.mts'],
    ['a package of a workspace', 'packages/b/src/x.ts', { 'packages/b/package.json': '{ "name": "b" }' }, 'src/x.ts'],
    ['a package.json without a name on the way', 'src/x.ts', { 'src/package.json': '{ "type": "commonjs" }' }, 'src/x.ts'],
  ] as const)('%s', (_, file, files, expected) => expect(moduleOf(file, files)).toBe(expected))

  it('the same from two apps that use it', () => {
    const code = '// @persist\nexport function f() {}'
    const files = { 'package.json': '{ "name": "root", "workspaces": ["*"] }', 'lib/package.json': '{ "name": "lib" }', 'lib/x.ts': code, 'one/package.json': '{ "name": "one" }', 'two/package.json': '{ "name": "two" }' }
    const seen = ['/app/one', '/app/two'].map((root) => createCompiler({ root, host: memoryHost(files) }).compile(code, '/app/lib/x.ts')!)
    expect(seen[0]!.functions[0]!.id).toBe('x.ts#f')
    expect(seen[0]!.code).toBe(seen[1]!.code)
    expect(seen[0]!.code).toContain('"project":{"name":"lib","at":"lib"}')
  })
})

it('a name can be given once in a module', () => {
  const error = errorOf('// @persist { name: "mine" }\nfunction f() {}\n// @persist { name: "mine" }\nfunction g() {}')
  expect(error.message).toContain('/app/src/a.ts:3:4 Two functions of this module have the name `mine`')
})

it('a computed name that is not constant has no identity', () => {
  const error = errorOf('class Repo {\n  // @persist\n  [key]() {}\n}')
  expect(error.message).toContain('/app/src/a.ts:2:6 A method whose name is computed has no identity')
  expect(error.message).toContain('// @persist { name: \'…\' }')
})
