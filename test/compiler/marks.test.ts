import { describe, expect, it } from 'vitest'
import { createCompiler, mayHoldMark } from '../../src/compiler/index.ts'
import { compile, descriptorsOf, compiled, errorOf, memoryHost, namesOf, warningsOf } from './support.ts'

/** Positions at which a mark means a function. */
const POSITIONS: [what: string, code: string, names: string[], file?: string][] = [
  ['line comment', '// @persist\nfunction f() {}', ['f']],
  ['line comment without a space', '//@persist\nfunction f() {}', ['f']],
  ['block comment', '/* @persist */\nfunction f() {}', ['f']],
  ['block comment on the same line', '/* @persist */ function f() {}', ['f']],
  ['block comment over lines', '/*\n  Why it is slow.\n  @persist\n*/\nfunction f() {}', ['f']],
  ['JSDoc tag on its line', '/**\n * Doc.\n *\n * @param x text\n * @persist\n */\nfunction f(x: string) {}', ['f']],
  ['JSDoc tag before others', '/**\n * @persist\n * @param x text\n */\nfunction f(x: string) {}', ['f']],
  ['JSDoc tag in the text', '/** Doc text. @persist */\nfunction f() {}', ['f']],
  ['JSDoc alone', '/** @persist */\nfunction f() {}', ['f']],
  ['with an empty line after it', '// @persist\n\nfunction f() {}', ['f']],
  ['above other comments', '// @persist\n// and why\nfunction f() {}', ['f']],
  ['between other comments', '// why\n// @persist\n// and why\nfunction f() {}', ['f']],
  ['above JSDoc', '// @persist\n/** Doc. */\nexport function f() {}', ['f']],
  ['below JSDoc', '/** Doc. */\n// @persist\nexport function f() {}', ['f']],
  ['before export', '// @persist\nexport function f() {}', ['f']],
  ['after export', 'export /* @persist */ function f() {}', ['f']],
  ['after export default', 'export default /* @persist */ () => 1', ['default']],
  ['before async', 'export /* @persist */ async function f() {}', ['f']],
  ['on a variable', '// @persist\nconst f = () => 1', ['f']],
  ['in front of the arrow', 'const f = /* @persist */ () => 1', ['f']],
  ['in front of a parenthesised arrow', 'const f = /* @persist */ (() => 1)', ['f']],
  ['within the parentheses', 'const f = (/* @persist */ () => 1)', ['f']],
  ['on the value of one declarator', 'const a = 1, f = /* @persist */ () => 1', ['f']],
  ['on a wrapped variable', '// @persist\nconst f = (() => 1) as () => number', ['f']],
  ['on a satisfying variable', '// @persist\nconst f = ((x) => x) satisfies F', ['f']],
  ['on a type assertion', '// @persist\nconst f = <F>((x) => x)', ['f']],
  ['on the members of a sequence', 'const f = (0,\n// @persist\n() => 1)', ['f']],
  ['in an argument list', 'const f = memo(// @persist\n  async () => 1)', ['f']],
  ['on a second argument', 'app.get("/",\n  // @persist\n  async () => 1)', ['app.get']],
  ['in a new expression', 'const p = new Pool(\n  // @persist\n  () => 1)', ['new Pool']],
  ['on a property', 'const o = {\n  // @persist\n  f: () => 1 }', ['o.f']],
  ['on an object in an argument', 'define({\n  // @persist\n  fit() {},\n  nested: {\n    // @persist\n    load: async () => 1 } })', ['define.fit', 'define.nested.load']],
  ['on a value of a property', 'const o = { f: /* @persist */ () => 1 }', ['o.f']],
  ['on an object method', 'const o = {\n  // @persist\n  async f() {} }', ['o.f']],
  ['on a class method', 'class A {\n  // @persist\n  f() {} }', ['A#f']],
  ['on a method with modifiers', 'class A extends B {\n  // @persist\n  public static override async f() {} }', ['A.f']],
  ['on a class field', 'class A {\n  // @persist\n  private readonly f = () => 1 }', ['A#f']],
  ['on an accessor field', 'class A {\n  // @persist\n  accessor f = () => 1 }', ['A#f']],
  ['before a decorator', 'class A {\n  // @persist\n  @dec() f() {} }', ['A#f']],
  ['after a decorator', 'class A {\n  @dec()\n  // @persist\n  f() {} }', ['A#f']],
  ['between decorators', 'class A {\n  @one\n  // @persist\n  @two({ a: [1] })\n  f() {} }', ['A#f']],
  ['after a decorator and before modifiers', 'class A {\n  @dec() /* @persist */ public async f() {} }', ['A#f']],
  ['above overloads', '// @persist\nexport function f(x: string): string\nexport function f(x: number): number\nexport function f(x: any) { return x }', ['f']],
  ['above the implementation', 'function f(x: string): string\nfunction f(x: number): number\n// @persist\nfunction f(x: any) { return x }', ['f']],
  ['between overloads', 'function f(x: string): string\n// @persist\nfunction f(x: number): number\nfunction f(x: any) { return x }', ['f']],
  ['above overloads of a method', 'class A {\n  // @persist\n  f(x: string): string\n  f(x: number): number\n  f(x: any) { return x } }', ['A#f']],
  ['above an overloaded default', '// @persist\nexport default function f(x: string): string\nexport default function f(x: any) { return x }', ['f']],
  ['on an assignment', 'exports.a = 1\n// @persist\nexports.f = () => 1', ['f'], 'src/a.cjs'],
  ['on a return', 'function g() {\n  // @persist\n  return () => 1 }', ['g/return']],
  ['after return', 'function g() {\n  return /* @persist */ () => 1 }', ['g/return']],
  ['as the body of an arrow', 'const g = (a) => /* @persist */ (b) => a + b', ['g/return']],
  ['as a default of a parameter', 'function g(f = /* @persist */ () => 1) {}', ['g/f']],
  ['in a template', 'const a = `${[1].map(/* @persist */ (x) => x)}`', ['map']],
  ['in JSX', 'const a = <A b={/* @persist */ () => 1} />', ['b'], 'src/a.tsx'],
  ['in a switch case', 'switch (x) {\n  case 1:\n    // @persist\n    function f() {} }', ['f']],
  ['under a label', 'a: {\n  // @persist\n  function f() {} }', ['f']],
  ['of a generic arrow in TSX', '// @persist\nconst f = <T,>(x: T): T => x', ['f'], 'src/a.tsx'],
  ['several on one function', '// @persist\n/** @persist */\nfunction f() {}', ['f']],
  ['several on one function, one inside', '// @persist\nconst f = /* @persist */ () => 1', ['f']],
  ['on persist()', 'import { persist } from "unplugin-persist"\n// @persist\nconst f = persist(() => 1)', ['f']],
  ['above CRLF', '// @persist\r\nexport function f() {}\r\n', ['f']],
  ['under a BOM', '\uFEFF// @persist\nexport function f() {}\n', ['f']],
  ['at the end of a line of code', 'const a = 1 // @persist\nfunction f() {}', ['f']],
]

describe('a mark means the function that comes next', () => {
  it.each(POSITIONS)('%s', (_, code, names, file) => expect(namesOf(code, file ? { file } : {})).toEqual(names))
})

const OPTIONS: [what: string, code: string, options: object][] = [
  ['line comment', '// @persist { maxAge: "7d" }\nfunction f() {}', { maxAge: '7d' }],
  ['directly after the word', '// @persist{ maxAge: "7d" }\nfunction f() {}', { maxAge: '7d' }],
  ['block comment', '/* @persist { maxAge: \'7d\', tags: [\'a\'] } */\nfunction f() {}', { maxAge: '7d', tags: ['a'] }],
  ['JSDoc', '/**\n * Doc.\n * @persist { skip: [\'x\'] }\n * @param x text\n */\nfunction f(x) {}', { skip: ['x'] }],
  ['JSDoc over lines', '/**\n * @persist {\n *   skip: [\'x\'],\n *   maxAge: `7d`,\n * }\n */\nfunction f(x) {}', { skip: ['x'], maxAge: '7d' }],
  ['braces and quotes in strings', '// @persist { name: "a}\\"{" }\nfunction f() {}', { name: 'a}"{' }],
  ['a semicolon after it', '// @persist { maxAge: 1000 };\nfunction f() {}', { maxAge: 1000 }],
  ['two marks, one with options', '// @persist\n// @persist { maxAge: 1000 }\nfunction f() {}', { maxAge: 1000 }],
  ['every kind of literal', '// @persist { maxAge: 1000, lazy: !true, env: [`A`], impure: true, groupBy: [[\'x\']] }\nfunction f(x) {}', { maxAge: 1000, lazy: false, env: ['A'], impure: true, groupBy: [['x']] }],
]

describe('options in a comment', () => {
  it.each(OPTIONS)('%s', (_, code, options) => expect(descriptorsOf(compiled(code).code)[0]!.options).toEqual(options))
})

/** Places where the word is no mark. */
const IGNORED: [what: string, code: string, file?: string][] = [
  ['a string', 'const a = "// @persist"\nfunction f() {}'],
  ['a template', 'const a = `\n// @persist\n`\nfunction f() {}'],
  ['JSX text', 'const a = <p>\n// @persist\n</p>\nfunction f() {}', 'src/a.tsx'],
  ['a JSX attribute', 'const a = <p title="@persist" />\nfunction f() {}', 'src/a.tsx'],
  ['a regular expression', 'const a = /\\/\\/ @persist/\nfunction f() {}'],
  ['prose before it', '// we could @persist\nfunction f() {}'],
  ['prose after it', '// @persist would be slow here\nfunction f() {}'],
  ['prose in JSDoc', '/** Use @persist for this */\nfunction f() {}'],
  ['an address in JSDoc', '/** Mail me@persist */\nfunction f() {}'],
  ['inline code in JSDoc', '/** Marked `@persist` */\nfunction f() {}'],
  ['@persisted', '// @persisted\nfunction f() {}'],
  ['@persistent', '/** @persistent */\nfunction f() {}'],
  ['@persist-other', '// @persist-other\nfunction f() {}'],
  ['@persist.now', '// @persist.now\nfunction f() {}'],
  ['@scope/persist', '// @scope/persist\nfunction f() {}'],
  ['a scoped package', '// @persist/core\nfunction f() {}'],
  ['a decorator', '@persist class A {}\nclass B { @persist() f() {} }'],
  ['persist of another package', 'import { persist } from "zustand/middleware"\nexport const f = persist(() => 1)'],
  ['a persist of one\'s own', 'const persist = (f) => f\nexport const f = persist(() => 1)'],
  ['a global persist', 'export const f = persist(() => 1)'],
  ['persist shadowed by a parameter', 'import { persist } from "unplugin-persist"\nexport const g = (persist) => persist(() => 1)'],
  ['persist shadowed in a block', 'import { persist } from "unplugin-persist"\n{ const persist = (f) => f\n persist(() => 1) }'],
  ['another function of the package', 'import { handle } from "unplugin-persist"\nhandle(() => 1)'],
  ['a type import', 'import type { persist } from "unplugin-persist"\nfunction f() {}'],
  ['another member of the namespace', 'import * as p from "unplugin-persist"\np.handle(() => 1)'],
  ['a module of one\'s own of that name', 'import { persist } from "./persist"\nexport const f = persist(() => 1)'],
]

describe('what is no mark', () => {
  it.each(IGNORED)('%s', (_, code, file) => {
    const result = compile(code, { ...(file && { file }), files: { 'src/persist.ts': 'export const persist = (f) => f', 'node_modules/zustand/middleware.js': 'export const persist = (f) => f' } })
    expect(result).toBeUndefined()
  })
})

const PERSIST: [what: string, code: string][] = [
  ['by name', 'import { persist } from "unplugin-persist"\nconst f = persist(() => 1)'],
  ['renamed', 'import { persist as cached } from "unplugin-persist"\nconst f = cached(() => 1)'],
  ['by namespace', 'import * as p from "unplugin-persist"\nconst f = p.persist(() => 1)'],
  ['by namespace and string', 'import * as p from "unplugin-persist"\nconst f = p["persist"](() => 1)'],
  ['required', 'const { persist } = require("unplugin-persist")\nconst f = persist(() => 1)'],
  ['required and renamed', 'const { persist: cached } = require("unplugin-persist")\nconst f = cached(() => 1)'],
  ['required whole', 'const p = require("unplugin-persist")\nconst f = p.persist(() => 1)'],
  ['import x = require', 'import p = require("unplugin-persist")\nconst f = p.persist(() => 1)'],
  ['beside a shadowing function', 'import { persist } from "unplugin-persist"\nfunction g(persist) { return persist(1) }\nconst f = persist(() => 1)'],
  ['callee in parentheses', 'import { persist } from "unplugin-persist"\nconst f = (persist)(() => 1)'],
  ['callee in a comma', 'import { persist } from "unplugin-persist"\nconst f = (0, persist)(() => 1)'],
  ['callee with as', 'import { persist } from "unplugin-persist"\nconst f = (persist as any)(() => 1)'],
  ['called with type arguments', 'import { persist } from "unplugin-persist"\nconst f = persist<() => number>(() => 1)'],
  ['function in parentheses', 'import { persist } from "unplugin-persist"\nconst f = persist((() => 1))'],
  ['function with as', 'import { persist } from "unplugin-persist"\nconst f = persist((() => 1) as () => number)'],
  ['function with satisfies', 'import { persist } from "unplugin-persist"\nconst f = persist((() => 1) satisfies F)'],
  ['function expression', 'import { persist } from "unplugin-persist"\nconst f = persist(function () { return 1 })'],
  ['call with as', 'import { persist } from "unplugin-persist"\nconst f = persist(() => 1) as F'],
  ['in a wrapper', 'import { persist } from "unplugin-persist"\nconst f = memo(persist(() => 1))'],
  ['around a wrapper', 'import { persist } from "unplugin-persist"\nconst f = persist(memo(() => 1))'],
  ['imported after use', 'const f = persist(() => 1)\nimport { persist } from "unplugin-persist"'],
]

describe('persist() is known by its binding', () => {
  it.each(PERSIST)('%s', (_, code) => expect(namesOf(code, { files: { 'src/b.ts': '' } })).toEqual(['f']))

  const BARRELS: [what: string, imports: string, files: Record<string, string>][] = [
    ['by its own name', 'import { persist as cached } from "./cache"', { 'src/cache.ts': 'export { persist } from "unplugin-persist"' }],
    ['renamed', 'import { cached } from "./cache"', { 'src/cache.ts': 'export { persist as cached } from "unplugin-persist"' }],
    ['imported, then exported', 'import { cached } from "./cache"', { 'src/cache.ts': 'import { persist } from "unplugin-persist"\nexport { persist as cached }' }],
    ['by export *', 'import { persist as cached } from "./cache"', { 'src/cache.ts': 'export * from "unplugin-persist"' }],
    ['two barrels', 'import { cached } from "./cache"', { 'src/cache.ts': 'export * from "./more"', 'src/more.ts': 'export { persist as cached } from "unplugin-persist"' }],
    ['default', 'import cached from "./cache"', { 'src/cache.ts': 'export { persist as default } from "unplugin-persist"' }],
    ['namespace of a barrel', 'import * as c from "./cache"\nconst cached = 0, g = c.cached(() => 2)', { 'src/cache.ts': 'export { persist as cached } from "unplugin-persist"' }],
    ['namespace export', 'import { p } from "./cache"\nconst cached = 0, g = p.persist(() => 2)', { 'src/cache.ts': 'export * as p from "unplugin-persist"' }],
  ]
  it.each(BARRELS)('through a barrel: %s', (_, imports, files) => {
    const code = imports.includes('cached = 0') ? imports.replace('const cached = 0, g', 'const f') : `${imports}\nconst f = cached(() => 1)`
    expect(namesOf(code, { files, persistNames: ['cached', 'default', '/cache'] })).toEqual(['f'])
  })
})

/** What is wrong, where it is said to stand, and how it can be helped. */
const ERRORS: [what: string, code: string, at: string, message: string, cure: string, file?: string][] = [
  ['mark above a value', '// @persist\nconst a = 1', '1:4', 'belongs to no function', 'directly above a function'],
  ['mark above an import', '// @persist\nimport "./b"', '1:4', 'belongs to no function', 'directly above'],
  ['mark above an interface', '// @persist\ninterface A {}', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a type', '// @persist\ntype A = () => void', '1:4', 'belongs to no function', 'directly above'],
  ['mark on a signature of an interface', 'interface A {\n  // @persist\n  f(): void }', '2:6', 'belongs to no function', 'directly above'],
  ['mark at the end of a file', 'function f() {}\n// @persist\n', '2:4', 'belongs to no function', 'directly above'],
  ['mark at the end of a block', 'function f() {\n  // @persist\n}', '2:6', 'belongs to no function', 'directly above'],
  ['mark above an enum', '// @persist\nenum A { B }', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a call', '// @persist\nf()', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a re-export', '// @persist\nexport { f } from "./b"', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a destructured variable', '// @persist\nconst { f = () => 1 } = options', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a declaration without body', '// @persist\ndeclare function f(): void', '1:4', 'belongs to no function', 'directly above'],
  ['mark on an abstract method', 'abstract class A {\n  // @persist\n  abstract f(): void }', '2:6', 'belongs to no function', 'directly above'],
  ['mark above a wrapper', '// @persist\nconst f = memo(() => 1)', '1:4', 'belongs to no function', 'directly above'],
  ['mark above a class', '// @persist\nexport class A { f() {} }', '1:4', 'A class can\'t be persisted', 'Mark the methods'],
  ['mark above a class in a variable', '// @persist\nconst A = class {}', '1:4', 'A class can\'t be persisted', 'Mark the methods'],
  ['mark above two variables', '// @persist\nconst f = () => 1, g = () => 2', '1:4', 'declares more than one variable', 'a declaration of its own'],
  ['mark on one of two variables', 'const a = 1,\n  // @persist\n  f = () => 1', '2:6', 'declares more than one variable', 'a declaration of its own'],
  ['generator', '// @persist\nfunction* f() {}', '1:4', 'A generator can\'t be persisted', 'returns them as an array'],
  ['async generator', '// @persist\nasync function* f() {}', '1:4', 'An async generator can\'t be persisted', 'returns them as an array'],
  ['generator method', 'class A {\n  // @persist\n  *f() {} }', '2:6', 'A generator can\'t be persisted', 'returns them as an array'],
  ['generator in persist()', 'import { persist } from "unplugin-persist"\nconst f = persist(function* () {})', '2:11', 'A generator can\'t be persisted', 'returns them as an array'],
  ['getter', 'class A {\n  // @persist\n  get f() { return 1 } }', '2:6', 'A getter can\'t be persisted', 'let the accessor call it'],
  ['setter', 'const o = {\n  // @persist\n  set f(x) {} }', '2:6', 'A setter can\'t be persisted', 'let the accessor call it'],
  ['constructor', 'class A {\n  // @persist\n  constructor() {} }', '2:6', 'A constructor can\'t be persisted', 'static method'],
  ['new.target', '// @persist\nfunction A() { return new.target }', '1:4', '`new.target`', 'a plain function'],
  ['new.target in an arrow', '// @persist\nfunction A() { return () => new.target }', '1:4', '`new.target`', 'a plain function'],
  ['unknown option', '// @persist { maxage: "7d" }\nfunction f() {}', '1:15', 'unknown option `maxage`', 'maxAge'],
  ['unknown option in JSDoc', '/**\n * Doc.\n * @persist {\n *   maxage: "7d"\n * }\n */\nfunction f() {}', '4:6', 'unknown option `maxage`', 'maxAge'],
  ['wrong type', '// @persist { hashSize: "big" }\nfunction f() {}', '1:15', 'hashSize', ''],
  ['no parameter', '// @persist { skip: ["b"] }\nfunction f(a) {}', '1:15', '`b`', 'a'],
  ['no parameter, second', '// @persist { skip: ["a", "b"] }\nfunction f(a) {}', '1:15', '`b`', 'a'],
  ['option that is code', '// @persist { key: { a: (x) => x } }\nfunction f(a) {}', '1:25', 'literals only', 'persist(fn, options)'],
  ['option that is a variable', '// @persist { maxAge: DAY }\nfunction f() {}', '1:23', 'literals only', 'persist(fn, options)'],
  ['options that do not parse', '// @persist { maxAge: }\nfunction f() {}', '1:23', 'can\'t be read', 'one object literal'],
  ['options that do not end', '// @persist { maxAge: 1\nfunction f() {}', '1:24', 'can\'t be read', 'one object literal'],
  ['unknown option of persist()', 'import { persist } from "unplugin-persist"\nconst f = persist(() => 1, { maxage: "7d" })', '2:30', 'unknown option `maxage`', 'maxAge'],
  ['no parameter, in persist()', 'import { persist } from "unplugin-persist"\nconst f = persist((a) => 1, { key: { b: (x) => x } })', '2:31', '`b`', 'a'],
  ['options in two places', 'import { persist } from "unplugin-persist"\n// @persist { maxAge: 1 }\nconst f = persist(() => 1, { maxAge: 1 })', '2:4', 'options in two places', 'Keep one mark'],
  ['options in two marks', '// @persist { maxAge: 1 }\n// @persist { maxAge: 2 }\nfunction f() {}', '2:4', 'options in two places', 'Keep one mark'],
  ['CRLF counts as one line end', 'const a = 1\r\n// @persist\r\nconst b = 1\r\n', '2:4', 'belongs to no function', 'directly above'],
  ['under a BOM', '\uFEFF// @persist\nconst b = 1\n', '1:4', 'belongs to no function', 'directly above'],
  ['after tabs', 'if (a) {\n\t\t// @persist\n\t\tlet b = 1\n}', '2:6', 'belongs to no function', 'directly above'],
  ['after characters of two units', 'const a = "😀" // @persist\nconst b = 1', '1:19', 'belongs to no function', 'directly above'],
  ['below a shebang', '#!/usr/bin/env node\n// @persist\nconst b = 1', '2:4', 'belongs to no function', 'directly above'],
  ['@persist-track above a function', '// @persist-track\nfunction f() {}', '1:4', 'belongs to no variable', 'at the top level'],
  ['@persist-track within a function', 'function f() {\n  // @persist-track\n  let a = 1 }', '2:6', 'belongs to no variable', 'at the top level'],
]

describe('an error says what, where, and how to cure it', () => {
  it.each(ERRORS)('%s', (_, code, at, message, cure, file) => {
    const error = errorOf(code, file ? { file } : {})
    const [line, column] = at.split(':').map(Number)
    expect(error.code).toBe('COMPILE')
    expect(error.location).toEqual({ file: '/app/src/a.ts', line, column })
    const first = error.message.split('\n\n')[0]!.split('\n')
    expect(first[0]).toMatch(new RegExp(`^\\[unplugin-persist\\] /app/src/a\\.ts:${at} `))
    expect(first[0]).toContain(message)
    expect(first.some((text) => new RegExp(`^> +${line} \\|`).test(text)), error.message).toBe(true)
    expect(first.at(-1)).toContain(cure)
  })

  it('all errors of a file at once', () => {
    const error = errorOf('// @persist\nconst a = 1\n// @persist\nfunction* g() {}\n// @persist { nonsense: 1 }\nfunction f() {}')
    expect(error.message).toMatch(/a\.ts:1:4 [^]*a\.ts:3:4 [^]*a\.ts:5:15 /)
    expect(error.location!.line).toBe(1)
  })
})

describe('what looks like a misspelt mark is a warning', () => {
  it.each(['@perist', '@presist', '@persits', '@Persist', '@PERSIST', '@persis', '@perssist', '@persist()', '@persist: true', '@persist = { maxAge: 1 }', '@persit { maxAge: "7d" }', '@persist maxAge: "7d"', '@persist { maxAge: "7d" } as it is slow'])('// %s', (text) => {
    const code = `const a = 1\n// ${text}\nfunction f() {}`
    expect(mayHoldMark(code)).toBe(true)
    expect(warningsOf(code)).toEqual([expect.objectContaining({ code: 'MISSPELT', location: { file: '/app/src/a.ts', line: 2, column: 4 } })])
    expect(warningsOf(code)[0]!.message).toMatch(/a\.ts:2:4 .*misspelt[^]*> 2 \|[^]*A mark is `@persist`/)
  })
  it.each(['@param', '@private', '@persisted', '@persistent', '@present', '@perish', '@peril', '@preset'])('not // %s', (text) => {
    expect(warningsOf(`// ${text}\nfunction f() { return 'persist' }`)).toEqual([])
  })
  it.each(['@persistTrack', '@persist track'])('above a variable: // %s', (text) => {
    expect(warningsOf(`// ${text}\nlet a = 1`)[0]?.message).toMatch(/a\.ts:1:4 .*misspelt[^]*`@persist-track`/)
  })
  it('not above what is no function', () => expect(warningsOf('// @perist\nconst persist = 1')).toEqual([]))
})

describe('a parameter that `files` names is a warning', () => {
  it.each([
    ['in a comment', '// @persist { files: ["a.txt", "file"] }\nfunction f(file) {}', '1:32'],
    ['in persist()', 'import { persist } from "unplugin-persist"\nconst f = persist((file) => 1, { files: ["file"] })', '2:42'],
  ])('%s', (_, code, at) => {
    expect(warningsOf(code).map(({ message }) => message)).toEqual([expect.stringMatching(new RegExp(`a\\.ts:${at} option \\\`files\\\` names 'file'[^]*key: \\{ file: \\(path\\) => readFileSync\\(path\\) \\}[^]*'\\./file'`))])
  })
  it('not a file of that name', () => expect(warningsOf('// @persist { files: ["./file"] }\nfunction f(file) {}')).toEqual([]))
})

describe('what holds no mark comes back untouched', () => {
  it('and is not even parsed', () => expect(createCompiler({ host: memoryHost({}) }).compile('this ( does not parse', '/app/a.ts')).toBeUndefined())
  it('also where it does not parse', () => expect(compile('// @persist\nfunction f( {')).toBeUndefined())
  it('also where the word stands for something else', () => expect(compile('export const persist = 1')).toBeUndefined())
})
