import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { memoryHost, ROOT } from './support.ts'

type Files = Record<string, string>

/** The fingerprint of the first function of `src/a.ts`, and the captures' provenance with it: what a key is made of. */
function fingerprint(files: Files, file = 'src/a.ts'): string {
  const { functions } = createCompiler({ root: ROOT, host: memoryHost(files) }).scan(posix.join(ROOT, file))
  return functions[0]!.fingerprint
}

function edited(files: Files, edits: Files): Files {
  return { ...files, ...edits }
}

const BASE = `import { helper, type Shape } from './b'
import { join } from 'node:path'
const limit = 10
const unused = 1
function local(a: number) { return a * limit }
// @persist
export function f(x: number, y = 2) {
  const doubled = local(x) + y
  let total = 0
  for (const part of [doubled, 16]) total += helper(part)
  return { total, name: 'abc', path: join('a', 'b') }
}
`
const FILES: Files = {
  'src/a.ts': BASE,
  'src/b.ts': `import { deep } from './c'\nexport interface Shape { x: number }\nexport function helper(n: number) { return deep(n) + 1 }\nexport function other() { return 5 }\n`,
  'src/c.ts': `export const deep = (n: number) => n - 1\nexport const far = 3\n`,
}

const inA = (from: string | RegExp, to: string): Files => {
  const after = BASE.replace(from, to)
  if (after === BASE) throw new Error(`no ${String(from)}`)
  return edited(FILES, { 'src/a.ts': after })
}

describe('a hit', () => {
  const before = fingerprint(FILES)
  it.each<[string, Files]>([
    ['comments', inA('const doubled', '/* why */ const doubled // because\n')],
    ['white space', inA(/\n {2}/g, '\n\t\t')],
    ['semicolons', inA(/(?<=[)}\w'])\n {2}/g, ';\n  ')],
    ['quotes', inA(`'abc'`, '"abc"')],
    ['a template without parts', inA(`'abc'`, '`abc`')],
    ['number spelling', inA('16', '0x10')],
    ['numeric separators', inA('16', '1_6')],
    ['CRLF', inA(/\n/g, '\r\n')],
    ['a byte order mark', edited(FILES, { 'src/a.ts': `\uFEFF${BASE}` })],
    ['type annotations', inA('y = 2', 'y: number | string = 2')],
    ['as, satisfies, !', inA('local(x) + y', '(local(x as any)! + (y satisfies number))')],
    ['parentheses', inA('local(x) + y', '((local(x)) + (y))')],
    ['overloads', inA('// @persist\n', '// @persist\nexport function f(x: number): any\nexport function f(x: any, y: any): any\n')],
    ['interfaces', inA('const unused', 'interface Unused { a: 1 }\ntype T = Shape\nconst unused')],
    ['a type in another file', edited(FILES, { 'src/b.ts': FILES['src/b.ts']!.replace('x: number }', 'x: string; y: 1 }') })],
    ['the order of imports', inA(/^(import .*\n)(import .*\n)/, '$2$1')],
    ['a renamed local', inA(/doubled/g, 'twice')],
    ['a renamed parameter', inA(/\bx\b/g, 'value')],
    ['a renamed helper', inA(/\blocal\b/g, 'nearby')],
    ['a renamed constant', inA(/\blimit\b/g, 'bound')],
    ['a renamed import', inA('helper,', 'helper as assist,').constructor && edited(FILES, { 'src/a.ts': BASE.replace('helper,', 'helper as assist,').replace('helper(part)', 'assist(part)') })],
    ['a renamed export', edited(FILES, { 'src/a.ts': BASE.replaceAll('helper', 'assist'), 'src/b.ts': FILES['src/b.ts']!.replace('function helper', 'function assist') })],
    ['a renamed function', inA('function f(', 'function g(')],
    ['an unreached neighbour', inA('const unused = 1', 'const unused = 2')],
    ['an unreached neighbour that does something', inA('const unused = 1', 'const unused = Math.random()')],
    ['an unused export', edited(FILES, { 'src/b.ts': FILES['src/b.ts']!.replace('return 5', 'return 6') })],
    ['an unused export of a module further down', edited(FILES, { 'src/c.ts': FILES['src/c.ts']!.replace('far = 3', 'far = 4') })],
    ['a new file', edited(FILES, { 'src/d.ts': 'export const d = 1' })],
    ['declarations in another order', inA(/(const limit.*\n)(const unused.*\n)(function local.*\n)/, '$3$2$1')],
    ['a += b written out', inA('total += helper(part)', 'total = total + helper(part)')],
    ['a changed literal default', inA('y = 2', 'y = 3')],
    ['a block around a statement', inA('total += helper(part)', '{ total += helper(part) }')],
    ['braces around a branch', inA('total += helper(part)', '{ total += helper(part); }')],
    ['an arrow with a body', edited(FILES, { 'src/c.ts': FILES['src/c.ts']!.replace('=> n - 1', '=> { return n - 1 }') })],
    ['`let` for a constant', inA('const doubled', 'let doubled')],
    ['the default export of a module of Node', edited(FILES, { 'src/a.ts': BASE.replace(`{ join } from`, 'path from').replace('join(', 'path.join(') })],
    ['all of a module of Node', edited(FILES, { 'src/a.ts': BASE.replace(`{ join } from`, '* as path from').replace('join(', 'path.join(') })],
    ['another way to write a property', inA(`{ total, name`, `{ total: total, 'name'`)],
    ['an import with another extension', edited(FILES, { 'src/a.ts': BASE.replace(`'./b'`, `'./b.ts'`) })],
    ['a barrel in between', edited(FILES, { 'src/a.ts': BASE.replace(`'./b'`, `'./barrel'`), 'src/barrel.ts': `export * from './b'\nexport const more = 1` })],
    ['a namespace in between', edited(FILES, { 'src/a.ts': BASE.replace('import { helper, type Shape }', 'import * as b').replace('helper(part)', 'b.helper(part)') })],
    ['an import by default', edited(FILES, {
      'src/a.ts': BASE.replace('{ helper, type Shape }', 'helper'),
      'src/b.ts': FILES['src/b.ts']!.replace('export function helper', 'export default function helper'),
    })],
  ])('%s', (_, files) => expect(fingerprint(files)).toBe(before))

  it('the function in another file', () => {
    const moved = fingerprint({ ...FILES, 'src/a.ts': '', 'src/deep/moved.ts': BASE.replace(`'./b'`, `'../b'`) }, 'src/deep/moved.ts')
    expect(moved).toBe(before)
  })

  it('a constant of the module that is computed of others', () => {
    const of = (day: string): string => fingerprint({ 'src/a.ts': `const day = ${day}\n// @persist\nexport function f(x: number) { return x * day }` })
    expect(of('1000 * 60 * 60 * 24')).toBe(of('86_400_000'))
  })

  it('a block around top-level statements', () => {
    const of = (statements: string): string => fingerprint({ 'src/a.ts': `const table: number[] = []\n${statements}\n// @persist\nexport function f(x: number) { return table[x] }` })
    const loop = 'for (let i = 0; i < 9; i++) table.push(i)'
    expect(of(`{ ${loop}; if (table.length > 3) table.push(1) }`)).toBe(of(`${loop}\nif (table.length > 3) table.push(1)`))
    expect(of(`{ const from = 1; ${loop.replace('i = 0', 'i = from')} }`)).not.toBe(of(loop))
  })

  it('parameters swapped', () => {
    const code = (params: string) => ({ 'src/a.ts': `// @persist\nexport function f(${params}) { return a - b }` })
    expect(fingerprint(code('a, b'))).toBe(fingerprint(code('b, a')))
  })

  it('another key of a destructured parameter, whose value is in the key', () => {
    const code = (params: string) => ({ 'src/a.ts': `// @persist\nexport function f(${params}) { return v }` })
    expect(fingerprint(code('{ a: v }'))).toBe(fingerprint(code('{ b: v }')))
  })

  it('a barrel that grows', () => {
    const files: Files = { 'src/a.ts': `import { g } from './index'\n// @persist\nexport const f = (x) => g(x)`, 'src/index.ts': `export * from './g'`, 'src/g.ts': 'export const g = (x) => x + 1' }
    const more = { ...files, 'src/index.ts': `export * from './h'\nexport * from './g'\nexport { h as k } from './h'`, 'src/h.ts': 'export const h = 1' }
    expect(fingerprint(more)).toBe(fingerprint(files))
  })
})

it('the name of a function beside the marked one counts where it is read', () => {
  const of = (name: string, read: string): string => fingerprint({ 'src/a.ts': `export function make() { function ${name}() {} return /* @persist */ () => ${name}${read} }` })
  expect(of('one', '.name')).not.toBe(of('two', '.name'))
  expect(of('one', '()')).toBe(of('two', '()'))
})

describe('a hit between two ways of saying the same', () => {
  const of = (body: string): string => fingerprint({ 'src/a.ts': `// @persist\nexport function f(x) { ${body} }` })
  it.each<[string, string, string]>([
    ['two cases, of which neither falls through', 'switch (x) { case 1: return 1; default: return 2 }', 'switch (x) { default: return 2; case 1: return 1 }'],
    ['a debugger statement', 'return x', 'debugger; return x'],
    ['one declaration and two', 'const a = x(1), b = x(2); return [b, a]', 'const a = x(1); const b = x(2); return [b, a]'],
    ['a literal on the other side', `return x === 'a'`, `return 'a' === x`],
    ['nothing, asked for twice', 'return x === null || x === void 0 ? 1 : 2', 'return x == null ? 1 : 2'],
    ['something, asked for twice', 'return x !== undefined && null !== x', 'return x != null'],
    ['a literal before what is given', 'return x((0, "a" + x), (1, x(), 2))', 'return x("a" + x, (x(), 2))'],
    ['a constant that is computed of others', 'const day = 24 * 60 * 60 * 1000; return x * day', 'const day = 86_400_000; return x * day'],
    ['a number that is computed of others', 'return x * (24 - 1)', 'return x * (20 + 3)'],
    ['flags', 'return x & ~(1 << 2 | 8)', 'return x & -13'],
    ['a negative number on the other side', 'return x === -1', 'return -1 === x'],
    ['nothing, said by another word', 'return [void 0, x]', 'return [undefined, x]'],
    ['nothing, made of another number', 'return [void 0, x]', 'return [void 1, x]'],
    ['true and false as minifiers write them', 'return x(!0, !1)', 'return x(true, !2)'],
    ['a constant of the language on the other side', 'return x.limit === Infinity', 'return Infinity === x.limit'],
    ['nothing on the other side', 'return x !== void 0', 'return void 0 !== x'],
    ['a question that a literal answers', 'return /a/.test(x)', 'return /a/?.test(x)'],
    ['another name beside what is built in', `const own = Object.prototype\nconst text = own.toString\nreturn text.call(x)`, `const own = Object.prototype\nconst other = own.toString\nreturn other.call(x)`],
    ['a type name compared loosely', `return typeof x === 'string'`, `return typeof x == 'string'`],
    ['a condition negated twice', 'return x ? 1 : 2', 'return !!x ? 1 : 2'],
    ['an `if` negated twice', 'if (x) x(); return 2', 'if (!!x) x(); return 2'],
    ['what never runs', 'return x', 'if (false) { x() } return x'],
    ['what never runs beside what does', 'x(1); return x', 'if (true) { x(1) } else { x(2) } return x'],
    ['what a literal decides', 'return x', 'return true ? x : x(1)'],
    ['`let` of what stays as it is', 'let y = x(1), { a, b: [c] } = y; return [a, c]', 'const y = x(1), { a, b: [c] } = y; return [a, c]'],
    ['`let` in the head of a loop', 'let n = 0; for (let y of x) n += y; return n', 'let n = 0; for (const y of x) n += y; return n'],
    ['an error that nothing is done with', 'try { return x() } catch (error) { return 1 }', 'try { return x() } catch { return 1 }'],
  ])('%s', (_, one, two) => expect(of(two)).toBe(of(one)))
})

describe('a rerun', () => {
  const before = fingerprint(FILES)
  it.each<[string, Files]>([
    ['an operator', inA('local(x) + y', 'local(x) - y')],
    ['a literal', inA('16', '17')],
    ['a string', inA(`'abc'`, `'abd'`)],
    ['a property', inA('name:', 'title:')],
    ['the order of statements', inA(/( {2}const doubled.*\n)( {2}let total.*\n)/, '$2$1').constructor && inA('let total = 0', 'let total = local(x)')],
    ['async', inA('export function f', 'export async function f')],
    ['the arity of rest', inA('y = 2', '...y: number[]')],
    ['let to a constant elsewhere', inA('const limit = 10', 'const limit = 11')],
    ['a helper', inA('a * limit', 'a / limit')],
    ['a helper in another module', edited(FILES, { 'src/b.ts': FILES['src/b.ts']!.replace('+ 1', '+ 2') })],
    ['a helper two modules down', edited(FILES, { 'src/c.ts': FILES['src/c.ts']!.replace('n - 1', 'n - 2') })],
    ['a helper that is async now', inA('function local', 'async function local')],
    ['a builtin', inA(`import { join }`, 'import { resolve as join }')],
    ['a default of a helper', inA('local(a: number)', 'local(a = 5)')],
    ['a missing helper', edited(FILES, { 'src/c.ts': 'export const far = 3' })],
    ['a deleted file', Object.fromEntries(Object.entries(FILES).filter(([name]) => name !== 'src/c.ts'))],
    ['a file that does not parse', edited(FILES, { 'src/c.ts': 'export const deep = (n) =>' })],
  ])('%s', (_, files) => expect(fingerprint(files)).not.toBe(before))

  // Each pair differs in one thing; nothing else may hide it.
  it.each<[string, string, string]>([
    ['template text', 'f(x) { return `a${x}` }', 'f(x) { return `b${x}` }'],
    ['the tag of a template', 'f(x) { return x`a` }', 'f(x) { return x.y`a` }'],
    ['raw text of a tagged template', 'f(x) { return x`\\x61` }', 'f(x) { return x`a` }'],
    ['flags', 'f(x) { return /a/g.test(x) }', 'f(x) { return /a/gi.test(x) }'],
    ['a pattern', 'f(x) { return /a/.test(x) }', 'f(x) { return /b/.test(x) }'],
    ['an inner lambda', 'f(x) { return x.map((y) => y + 1) }', 'f(x) { return x.map((y) => y + 2) }'],
    ['the order of calls', 'f(x) { x.a(); x.b(); return 1 }', 'f(x) { x.b(); x.a(); return 1 }'],
    ['which local', 'f(x) { const a = x(1), b = x(2); return a - b }', 'f(x) { const a = x(1), b = x(2); return b - a }'],
    ['which parameter', 'f(a, b) { return [a, b] }', 'f(a, b) { return [a, a] }'],
    ['a parameter or a constant', 'f(a, b) { return a - 1 }', 'f(a, b) { return a - b }'],
    ['optional chaining', 'f(x) { return x.a }', 'f(x) { return x?.a }'],
    ['an optional call', 'f(x) { return x.a() }', 'f(x) { return x.a?.() }'],
    ['where a chain ends', 'f(x) { return x?.a.b }', 'f(x) { return (x?.a).b }'],
    ['await', 'async f(x) { return x.then(1) }', 'async f(x) { return await x.then(1) }'],
    ['for await', 'async f(x) { for (const y of x) return y }', 'async f(x) { for await (const y of x) return y }'],
    ['for of and for in', 'f(x) { for (const y of x) return y }', 'f(x) { for (const y in x) return y }'],
    ['var and let in a loop', 'f(x) { const a = []; for (var i = 0; i < x; i++) a.push(() => i); return a.map((g) => g()) }', 'f(x) { const a = []; for (let i = 0; i < x; i++) a.push(() => i); return a.map((g) => g()) }'],
    ['let and const of what is given another value', 'f(x) { let y = x(); try { y = 1 } catch {} return y }', 'f(x) { const y = x(); try { y = 1 } catch {} return y }'],
    ['let and const of a pattern that is given other values', 'f(x) { let { a, b } = x; try { [a] = x.list } catch {} return [a, b] }', 'f(x) { const { a, b } = x; try { [a] = x.list } catch {} return [a, b] }'],
    ['let and const in the head of a loop that counts', 'f(x) { for (let i = 0; i < x; i++) if (x(i)) return i }', 'f(x) { for (const i = 0; i < x; i++) if (x(i)) return i }'],
    ['let and const that a loop gives its values', 'f(x) { let y = 0; for (y of x) x(y); return y }', 'f(x) { const y = 0; for (y of x) x(y); return y }'],
    ['prefix and postfix', 'f(x) { let a = x; return a++ }', 'f(x) { let a = x; return ++a }'],
    ['a label', 'f(x) { a: for (;;) { b: for (;;) { if (x) break a; break b } } }', 'f(x) { a: for (;;) { b: for (;;) { if (x) break b; break b } } }'],
    ['a case', 'f(x) { switch (x) { case 1: return 1; default: return 2 } }', 'f(x) { switch (x) { case 2: return 1; default: return 2 } }'],
    ['the order of a sum with a number in it', 'f(x) { return x + 1 + 2 }', 'f(x) { return x + 3 }'],
    ['nothing of two things', 'f(x, y) { return x === null || y === undefined }', 'f(x, y) { return x === null || x === undefined }'],
    ['one or both', 'f(x) { return x === null && x === undefined }', 'f(x) { return x === null || x === undefined }'],
    ['nothing that comes of a call', 'f(x) { return x === null || x === void x() }', 'f(x) { return x === null || x === undefined }'],
    ['what is called, and a method of it', 'f(x) { return (0, x.a)() }', 'f(x) { return x.a() }'],
    ['the sign of nothing', 'f(x) { return -0 }', 'f(x) { return 0 }'],
    ['which of two cases falls through', 'f(x) { switch (x) { case 1: x(); default: return 2 } }', 'f(x) { switch (x) { default: return 2; case 1: x() } }'],
    ['a case behind one that is always come to', 'f(x) { switch (x) { default: x(); case 1: return 1 } }', 'f(x) { switch (x) { case 1: return 1; default: x() } }'],
    ['fall through', 'f(x) { switch (x) { case 1: x(); break; default: return 2 } }', 'f(x) { switch (x) { case 1: x(); default: return 2 } }'],
    ['an error that is handed on', 'f(x) { let e = 1; try { x() } catch (e) { return e } return 2 }', 'f(x) { let e = 1; try { x() } catch { return e } return 2 }'],
    ['catch', 'f(x) { try { x() } catch { return 1 } }', 'f(x) { try { x() } catch { return 2 } }'],
    ['finally', 'f(x) { try { x() } finally { x.b() } }', 'f(x) { try { x(); x.b() } finally { } }'],
    ['spread', 'f(x) { return [...x] }', 'f(x) { return [x] }'],
    ['holes', 'f(x) { return [, x] }', 'f(x) { return [x] }'],
    ['a getter', 'f(x) { return { get a() { return x } } }', 'f(x) { return { a() { return x } } }'],
    ['a computed key', 'f(x) { return { [x]: 1 } }', 'f(x) { return { x: 1 } }'],
    ['a bigint', 'f(x) { return 1n }', 'f(x) { return 1 }'],
    ['minus zero', 'f(x) { return -0 }', 'f(x) { return 0 }'],
    ['delete', 'f(x) { delete x.a; return x }', 'f(x) { void x.a; return x }'],
    ['yield inside', 'f(x) { return [...(function* () { yield x })()] }', 'f(x) { return [...(function* () { yield* x })()] }'],
    ['strict mode', 'f(x) { return (function () { return this })() }', 'f(x) { "use strict"; return (function () { return this })() }'],
    ['the type of a literal', 'f(x) { return 1 }', `f(x) { return '1' }`],
    ['a name inside a string', `f(x) { return 'R0' }`, `f(x) { return 'R1' }`],
    ['text that looks like the normal form', `f(x) { return 'a","b' }`, `f(x) { return ['a', 'b'] }`],
    ['grouping', 'f(x) { return x - (1 - 2) }', 'f(x) { return x - 1 - 2 }'],
    ['a condition', 'f(x) { if (x) return 1; return 2 }', 'f(x) { if (!x) return 1; return 2 }'],
    ['else', 'f(x) { if (x) { x() } else { x(1) } }', 'f(x) { if (x) { x() } x(1) }'],
    ['a dangling else', 'f(x) { if (x.a) { if (x.b) x() } else x(1) }', 'f(x) { if (x.a) { if (x.b) x(); else x(1) } }'],
    ['comma', 'f(x) { return (x(), 1) }', 'f(x) { return [x(), 1] }'],
    ['a default in a pattern', 'f(x) { const { a = 1 } = x; return a }', 'f(x) { const { a = 2 } = x; return a }'],
    ['which key a pattern takes', 'f(x) { const { a: v } = x; return v }', 'f(x) { const { b: v } = x; return v }'],
    ['where a chain ends before a call', 'f(x) { return x?.a() }', 'f(x) { return (x?.a)() }'],
    ['new', 'f(x) { return new x() }', 'f(x) { return x() }'],
    ['a logical assignment', 'f(x) { let a = x; a ||= 1; return a }', 'f(x) { let a = x; a ??= 1; return a }'],
    ['a private name', 'f(x) { class A { #a = 1; #b = 2; g() { return this.#a } } return new A().g() }', 'f(x) { class A { #a = 1; #b = 2; g() { return this.#b } } return new A().g() }'],
    ['a sign', 'f(x) { return x === 1 }', 'f(x) { return x === -1 }'],
    ['what is called before nothing', 'f(x) { return void x(1) }', 'f(x) { return undefined }'],
    ['a loose comparison', 'f(x) { return x === 1 }', 'f(x) { return x == 1 }'],
    ['a variable that is declared where nothing runs', 'f(x) { if (false) { var y = 1 } return y }', 'f(x) { return y }'],
    ['a value negated twice', 'f(x) { return x }', 'f(x) { return !!x }'],
    ['a prototype and a property', 'f(x) { return { __proto__: x } }', `f(x) { return { ['__proto__']: x } }`],
    ['a prototype and a property in short', 'f(x) { const __proto__ = x; return { __proto__: __proto__ } }', 'f(x) { const __proto__ = x; return { __proto__ } }'],
    ['the name of a function in it that is read', 'f(x) { const one = () => x; return one.name }', 'f(x) { const two = () => x; return two.name }'],
    ['the name of a class in it that is read', 'f(x) { class One {} return One.name }', 'f(x) { class Two {} return Two.name }'],
    ['debugger is nothing, a call is something', 'f(x) { debugger; return 1 }', 'f(x) { x(); return 1 }'],
  ])('%s', (_, one, two) => {
    const of = (text: string): string => fingerprint({ 'src/a.ts': text.replace(/^(async )?f/, (all, isAsync: string) => `// @persist\nexport ${isAsync ?? ''}function f`) })
    expect(of(one)).not.toBe(of(two))
  })
})
