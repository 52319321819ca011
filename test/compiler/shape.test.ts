import { describe, expect, it } from 'vitest'
import { compile, compiled, evaluate, link, record, recorder, strip, type How } from './support.ts'

interface Shape extends How {
  what: string
  code: string
  /** What is done with the exports; what comes of it must be the same as without us. */
  probe: (exports: any) => unknown
  /** The functions whose calls must have reached the runtime, in the order of their calls. */
  calls?: string[]
  tsconfig?: object
  /** What the probe ends with is an error. */
  fails?: true
}

const SHAPES: Shape[] = [
  { what: 'declaration', code: '// @persist\nexport function f(a, b) { return a + b }', probe: (m) => [m.f(1, 2), m.f.name, m.f.length], calls: ['f'] },
  { what: 'called above its place', code: 'export const early = f(2)\n// @persist\nexport function f(a) { return a * 2 }', probe: (m) => [m.early, m.f(3)], calls: ['f', 'f'] },
  { what: 'recursion', code: '// @persist\nexport function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }', probe: (m) => m.fib(4), calls: Array.from({ length: 9 }, () => 'fib') },
  { what: 'mutual recursion', code: '// @persist\nexport function even(n) { return n === 0 || odd(n - 1) }\n// @persist\nfunction odd(n) { return n !== 0 && even(n - 1) }', probe: (m) => m.even(2), calls: ['even', 'odd', 'even'] },
  { what: 'name and length', code: '// @persist\nexport const f = (a, b = 1, ...c) => 1\n// @persist\nexport default (x) => x\nexport const o = {\n  // @persist\n  m(a) {} }\n', probe: (m) => [m.f.name, m.f.length, m.default.length, m.o.m.name, m.o.m.length] },
  { what: 'default parameters', code: 'const base = 10\n// @persist\nexport function f(a, b = a + base, c = [a, b]) { return c.concat(base) }', probe: (m) => [m.f(1), m.f(1, undefined, undefined), m.f(1, 2, [3])], calls: ['f', 'f', 'f'] },
  { what: 'a default that names an outer variable of a name in the body', code: 'const x = 5\n// @persist\nexport function f(a = x) { const x = 7; return a + x }', probe: (m) => [m.f(), m.f(1)], calls: ['f', 'f'] },
  { what: 'rest', code: '// @persist\nexport const f = (a, ...rest) => [a, rest]', probe: (m) => [m.f(), m.f(1), m.f(1, 2, 3)] },
  { what: 'destructured rest', code: '// @persist\nexport const f = (...[a, b = 2]) => [a, b]', probe: (m) => [m.f(), m.f(1, 3)] },
  { what: 'destructuring with defaults', code: '// @persist\nexport function f({ a, b: { c = 3, ...d } = {}, ["e"]: e = a } = { a: 1 }, [g, , h = g] = []) { return [a, c, d, e, g, h] }', probe: (m) => [m.f(), m.f({ a: 5, b: { c: 1, z: 2 } }, [1, 2])], calls: ['f', 'f'] },
  { what: 'destructuring what is not there', fails: true, code: '// @persist\nexport function f({ a }) { return a }', probe: (m) => m.f() },
  { what: 'arguments', code: '// @persist\nexport function f(a) { return [...arguments].concat(arguments.length, a) }', probe: (m) => [m.f(), m.f(1, 2, 3)] },
  { what: 'arguments of a function around an arrow', code: 'export function g() {\n  // @persist\n  const f = (x) => [x, ...arguments]\n  return f(9) }', probe: (m) => m.g(1, 2) },
  { what: 'writing to arguments in sloppy code', code: '// @persist\nexport function f(a) { arguments[0] = 2; return a }', probe: (m) => m.f(1), file: 'src/a.js' },
  { what: 'var with the name of a parameter', code: '// @persist\nexport function f(a, b) { var a; if (b) { var a = a + 1 } return a }', probe: (m) => [m.f(1, true), m.f(1, false)] },
  { what: 'function with the name of a parameter', code: '// @persist\nexport function f(a) { function a() { return 1 } return typeof a }', probe: (m) => m.f(1) },
  { what: 'var with the name of a destructured parameter', code: '// @persist\nexport function f({ a, ...r }, ...b) { var a, b, r; return [a, b, r] }', probe: (m) => m.f({ a: 1, q: 2 }, 3, 4) },
  { what: 'assigning to a parameter', code: '// @persist\nexport function f(a, { b } = {}) { a += 1; b ??= 2; return [a, b] }', probe: (m) => m.f(1) },
  { what: 'async', code: '// @persist\nexport async function f(a) { await null; return a }\n// @persist\nexport const g = async (a) => await f(a) + 1', probe: async (m) => [await m.f(1), await m.g(1), m.f(1) instanceof Promise] },
  { what: 'async that throws', fails: true, code: '// @persist\nexport async function f(a) { await null; throw new TypeError(`no ${a}`) }', probe: (m) => m.f(1) },
  { what: 'async whose default throws', fails: true, code: '// @persist\nexport async function f(a = (() => { throw new RangeError("early") })()) { return a }', probe: (m) => m.f() },
  { what: 'sync that gives a promise', code: '// @persist\nexport function f(a) { return Promise.resolve(a) }', probe: (m) => m.f(1) },
  { what: 'errors', fails: true, code: '// @persist\nexport function f(a) { throw Object.assign(new Error("no"), { a }) }', probe: (m) => m.f(1) },
  { what: 'arrow with a body of an object', code: '// @persist\nexport const f = (a) => ({ a })', probe: (m) => m.f(1) },
  { what: 'arrow with a comma body', code: '// @persist\nexport const f = (a) => (a++, a)', probe: (m) => m.f(1) },
  { what: 'arrow in parentheses', code: '// @persist\nexport const f = ((((a) => (((a))))))', probe: (m) => m.f(1) },
  { what: 'arrow without parentheses', code: '// @persist\nexport const f = a => a\n// @persist\nexport const g = async a => a', probe: async (m) => [m.f(1), await m.g(2)] },
  { what: 'arrow of arrows', code: '// @persist\nexport const f = (a) => /* @persist */ (b) => (c) => a + b + c', probe: (m) => m.f(1)(2)(3), calls: ['f', 'f/return'] },
  { what: 'arrow with comments all over', code: '// @persist\nexport const f = /* => */ ( /* a */ a /* ) => */ ) /* => { */ => /* ( */ a // )\n', probe: (m) => m.f(1) },
  { what: 'arrow with a function type', code: '// @persist\nexport const f = (g: (x: number) => number): ((x: number) => number) => g', probe: (m) => m.f((x: number) => x)(3) },
  { what: 'arrow with a body of an arrow in a conditional', code: '// @persist\nexport const f = (a) => a ? (b) => b : () => 2', probe: (m) => [m.f(true)(1), m.f(false)()] },
  { what: 'arrow whose body begins with a regular expression', code: '// @persist\nexport const f = (a) => /x/.test(a)', probe: (m) => m.f('x') },
  { what: 'arrow whose body begins with a template', code: '// @persist\nexport const f = (a) => `${a}${((b) => b)(a)}`', probe: (m) => m.f('x') },
  { what: 'body that ends in a line comment', code: '// @persist\nexport function f(a) { return a // the end\n}\n// @persist\nexport function g(a) { // the beginning\n return a }', probe: (m) => [m.f(1), m.g(2)] },
  { what: 'expression body that ends in a line comment', code: '// @persist\nexport const f = (a) =>\n  // first\n  a // the end\n', probe: (m) => m.f(1) },
  { what: 'empty body', code: '// @persist\nexport function f() {}\n// @persist\nexport function g() {/**/}', probe: (m) => [m.f(), m.g()] },
  { what: 'directives', code: '// @persist\nexport function f() { "use strict"; return this }\n// @persist\nexport function g() { \'use strict\'\n return this === undefined }', probe: (m) => [(0, m.f)(), (0, m.g)()], file: 'src/a.js' },
  { what: 'a directive alone', code: '// @persist\nexport function f() { "use strict" }', probe: (m) => m.f() },
  { what: 'a directive and a comment', code: '// @persist\nexport function f() { "use strict" /* yes */ // no\n return 1 }', probe: (m) => m.f() },
  { what: 'a prologue of the file', code: '"use strict"\n"use other"\n// @persist\nexport function f() { return 1 }', probe: (m) => m.f() },
  { what: 'a prologue with what comes behind it', code: '"use strict"; // @persist\nexport function f() { return 1 }', probe: (m) => m.f() },
  { what: 'a shebang', code: '#!/usr/bin/env node\n// @persist\nexport function f() { return 1 }', probe: (m) => m.f() },
  { what: 'a byte order mark', code: '\uFEFF// @persist\nexport function f() { return 1 }', probe: (m) => m.f() },
  { what: 'CRLF', code: '// @persist\r\nexport function f(a) {\r\n  // @persist\r\n  const g = (b) =>\r\n    a + b\r\n  return `\r\n${g(1)}`\r\n}\r\n', probe: (m) => m.f(1), calls: ['f', 'f/g'] },
  { what: 'a file without semicolons', code: 'const a = 1\n// @persist\nexport const f = () => a\n;[1].forEach(f)\n// @persist\nexport function g() {\n  const b = f()\n  ;(() => b)()\n  return b\n}', probe: (m) => [m.f(), m.g()] },
  { what: 'a return on a line of its own', code: '// @persist\nexport function f() {\n  return\n  1\n}', probe: (m) => m.f() },
  { what: 'instance methods', code: 'class A { constructor(n) { this.n = n }\n  // @persist\n  f(a) { return this.n + a }\n  g() { return this.f(1) } }\nexport const a = (n) => new A(n)', probe: (m) => [m.a(1).f(2), m.a(2).g()], calls: ['A#f', 'A#f'] },
  { what: 'static methods', code: 'export class A { static n = 1\n  // @persist\n  static f(a) { return this.n + a } }\nexport class B extends A { static n = 5 }', probe: (m) => [m.A.f(2), m.B.f(2)] },
  { what: 'private methods and fields', code: 'export class A { #n = 3\n  // @persist\n  #f(a) { return this.#n + a }\n  g(a) { return this.#f(a) }\n  // @persist\n  static #s(a) { return a }\n  static t(a) { return A.#s(a) } }', probe: (m) => [new m.A().g(1), m.A.t(4)], calls: ['A##f', 'A.#s'] },
  { what: 'super', code: 'class A { f(a) { return a } static s(a) { return a } }\nexport class B extends A {\n  // @persist\n  f(a) { return super.f(a) + 1 }\n  // @persist\n  static s(a) { return super.s(a) + 2 } }', probe: (m) => [new m.B().f(1), m.B.s(1)] },
  { what: 'super in an object', code: 'export const o = { __proto__: { f() { return 1 } },\n  // @persist\n  f() { return super.f() + 1 } }', probe: (m) => m.o.f() },
  { what: 'arrow fields', code: 'export class A { n = 2\n  // @persist\n  f = (a) => this.n + a\n  // @persist\n  static s = (a) => a\n  // @persist\n  #p = (a) => this.n * a\n  g(a) { return this.#p(a) } }', probe: (m) => [new m.A().f(1), m.A.s(2), new m.A().g(5), m.A.s.name, new m.A().f.name] },
  { what: 'a method called with another this', code: 'export const o = { n: 1,\n  // @persist\n  f(a) { return this.n + a } }', probe: (m) => [m.o.f(1), m.o.f.call({ n: 5 }, 1), m.o.f.apply({ n: 6 }, [1]), m.o.f.bind({ n: 7 })(1)] },
  { what: 'this of a function', code: '// @persist\nexport function f() { return this?.n }', probe: (m) => [m.f.call({ n: 1 }), (0, m.f)()] },
  { what: 'methods of object literals in calls', code: 'const id = (o) => o\nexport const o = id({\n  // @persist\n  f(a) { return a },\n  g: /* @persist */ async (a) => a,\n  h: { ["i"]: /* @persist */ function (a) { return a } } })', probe: async (m) => [m.o.f(1), await m.o.g(2), m.o.h.i(3), m.o.g.name, m.o.h.i.name], calls: ['o.f', 'o.g', 'o.h.i'] },
  { what: 'loop bodies', code: 'export const all = []\nfor (let i = 0; i < 3; i++) {\n  // @persist\n  const f = (a) => a * i\n  all.push(f) }\nfor (const k of ["a", "b"]) {\n  // @persist\n  function g() { return k }\n  all.push(g) }\nfor (const k in { c: 1 }) all.push(/* @persist */ () => k)\nfor (var v = 0; v < 2; v++) all.push(/* @persist */ () => v)', probe: (m) => m.all.map((f: any) => f(2)) },
  { what: 'loop without a block', code: 'export const all = []\nfor (const i of [1, 2])\n  all.push(\n    // @persist\n    (a) => a + i)', probe: (m) => m.all.map((f: any) => f(1)) },
  { what: 'blocks, called above', code: 'export let r\n{ r = f(1)\n  // @persist\n  function f(a) { return a + 1 } }', probe: (m) => m.r },
  { what: 'switch cases', code: 'export function s(x) { switch (x) {\n  case 1:\n    // @persist\n    const g = (a) => a + 2\n    return g(1)\n  default: { return 0 }\n  case 2:\n    // @persist\n    function f(a) { return a + 1 }\n    return f(5) } }', probe: (m) => [m.s(1), m.s(2), m.s(3)], file: 'src/a.js' },
  { what: 'labelled blocks and loops', code: '// @persist\nexport function f(n) { outer: for (const a of [1, 2, 3]) { inner: for (const b of [1, 2]) { if (b === 2) continue outer; if (a === n) break outer; if (a > 5) break inner } } block: { if (n) break block; return "no" } return n }', probe: (m) => [m.f(2), m.f(0)] },
  { what: 'if without a block', code: 'export let f\nif (true)\n  // @persist\n  f = (a) => a + 1\nelse f = null', probe: (m) => m.f(1) },
  { what: 'closures', code: 'export function make(n) {\n  // @persist\n  function f(a) { return a + n }\n  // @persist\n  const g = (a) => a * n\n  return [f, g, /* @persist */ (a) => a - n] }', probe: (m) => [...m.make(1), ...m.make(2)].map((f) => f(10)) },
  { what: 'nested functions called above', code: 'export function make(n) { return f(1)\n  // @persist\n  function f(a) { return a + n } }', probe: (m) => m.make(1) },
  { what: 'catch bindings', code: 'export let f\ntry { throw { n: 4 } } catch ({ n }) {\n  // @persist\n  f = (a) => a + n }', probe: (m) => m.f(1) },
  { what: 'a variable that is not there yet', code: '// @persist\nexport function f(a) { return a ? later : 0 }\nexport const early = f(0)\nconst later = { n: 1 }', probe: (m) => [m.early, m.f(1)] },
  { what: 'a variable that is read too early', code: '// @persist\nexport function f() { return later.n }\nexport let early\ntry { f() } catch (error) { early = error.name }\nlet later = { n: 1 }\nlater = { n: 2 }', probe: (m) => [m.early, m.f()] },
  { what: 'variables written later', code: 'let n = 1\n// @persist\nexport const f = (a) => a + n\nexport const set = (x) => { n = x }', probe: (m) => [m.f(1), m.set(5), m.f(1)] },
  { what: 'live exports', code: '// @persist\nexport let f = (a) => a\nexport const swap = () => { f = (a) => -a }', probe: (m) => [m.f(1), m.swap(), m.f(1)] },
  { what: 'default exports', code: '// @persist\nexport default function (a) { return a }', probe: (m) => [m.default(1), m.default.name] },
  { what: 'a named default export', code: 'export const early = f(1)\n// @persist\nexport default function f(a) { return a }', probe: (m) => [m.early, m.default(2), m.default.name] },
  { what: 'a default export of an async arrow', code: '// @persist\nexport default async (a) => a', probe: async (m) => [await m.default(1), m.default.length] },
  { what: 'a default export in parentheses', code: '// @persist\nexport default (function () { return 1 })', probe: (m) => m.default() },
  { what: 'a default class', code: 'export default class {\n  // @persist\n  f() { return 1 } }', probe: (m) => [new m.default().f(), m.default.name] },
  { what: 'exports under other names', code: '// @persist\nfunction f(a) { return a }\nexport { f as g, f as default }', probe: (m) => [m.g(1), m.default(2), m.g.name] },
  { what: 'CommonJS', code: '// @persist\nexports.f = function (a) { return a }\n// @persist\nmodule.exports.g = (a) => a + exports.f(1)\nexports.h = h\n// @persist\nfunction h() { return 3 }', probe: (m) => [m.f(1), m.g(1), m.h(), m.f.name, m.g.name], file: 'src/a.cjs' },
  { what: 'module.exports', code: '// @persist\nmodule.exports = (a) => a + 1\nmodule.exports.n = 3', probe: (m) => [m(1), m.n, m.name], file: 'src/a.cjs' },
  { what: 'sloppy CommonJS', code: '// @persist\nexports.f = function (a) { undeclaredByPersist = a; try { return undeclaredByPersist } finally { delete globalThis.undeclaredByPersist } }', probe: (m) => m.f(1), file: 'src/a.cjs' },
  { what: 'export =', code: '// @persist\nfunction f(a: number) { return a }\nexport = f', probe: (m) => m(1), file: 'src/a.cts' },
  { what: 'import x = require()', code: 'import b = require("node:path")\n// @persist\nexport function f() { return b.sep }', probe: (m) => m.f(), file: 'src/a.cts' },
  { what: 'overloads', code: '// @persist\nexport function f(a: string): string\nexport function f(a: number): number\nexport function f(a: any) { return a }\nexport class A {\n  // @persist\n  g(a: string): void\n  g(a: number): void\n  g(a: any) { return a } }', probe: (m) => [m.f(1), m.f('a'), new m.A().g(1)] },
  { what: 'type predicates and assertions', code: '// @persist\nexport function isA(a: unknown): a is string { return typeof a === "string" }\n// @persist\nexport const isB = (a: unknown): a is { b: (x: number) => void } => a !== null', probe: (m) => [m.isA('a'), m.isA(1), m.isB(null)] },
  { what: 'this parameters', code: '// @persist\nexport function f(this: { n: number }, a: number) { return this.n + a }', probe: (m) => m.f.call({ n: 1 }, 2) },
  { what: 'optional and typed parameters', code: '// @persist\nexport function f(a: number, b?: string, c: { d: number } = { d: 1 }, ...e: string[]): unknown { return [a, b, c, e] }', probe: (m) => [m.f(1), m.f(1, '2', { d: 3 }, '4')] },
  { what: 'generics', code: '// @persist\nexport const f = <T extends { a: (x: number) => T }>(a: T): T => a', probe: (m) => m.f(1) },
  { what: 'generics in TSX', code: '// @persist\nexport const f = <T,>(a: T): T => a', probe: (m) => m.f(1), file: 'src/a.tsx' },
  { what: 'JSX', code: 'const React = { createElement: (...all) => all }\n// @persist\nexport const f = (a) => <p title={a}>// @persist {a} <b {...a} /></p>\n// @persist\nexport const g = () => <></>\nReact.Fragment = 0', probe: (m) => [m.f('t'), m.g()], file: 'src/a.jsx' },
  { what: 'abstract classes', code: 'abstract class A { abstract n(): number\n  // @persist\n  f(a: number): number { return this.n() + a } }\nexport class B extends A { n() { return 3 } }', probe: (m) => new m.B().f(1) },
  { what: 'parameter properties', code: 'export class A { constructor(private readonly n: number) {}\n  // @persist\n  f(a: number) { return this.n + a } }', probe: (m) => new m.A(3).f(1) },
  { what: 'enums', code: 'export enum E { A = 2, B }\n// @persist\nexport function f() { return E.B }', probe: (m) => m.f() },
  { what: 'namespaces', code: 'export namespace N { const n = 3\n  // @persist\n  export function f(a: number) { return a + n }\n  // @persist\n  export const g = (a: number) => a * n }', probe: (m) => [m.N.f(1), m.N.g(2)], calls: ['N.f', 'N.g'] },
  { what: 'decorators', code: 'const seen = []\nconst dec = (value, context) => { seen.push(context.name); return function (...all) { return value.apply(this, all) + 1 } }\nexport class A { n = 2\n  // @persist\n  @dec f(a) { return this.n + a }\n  @(dec)\n  // @persist\n  static g(a) { return a } }', probe: (m) => [new m.A().f(1), m.A.g(1)], calls: ['A#f', 'A.g'] },
  { what: 'older decorators', code: 'const dec = (target: any, key: string, descriptor: any) => ({ value(...all: any[]) { return descriptor.value.apply(this, all) + 1 } })\nconst par: any = () => {}\nexport class A {\n  // @persist\n  @dec f(@par a: number) { return a } }', probe: (m) => new m.A().f(1), calls: ['A#f'], tsconfig: { experimentalDecorators: true } },
  { what: 'using', code: 'export const log = []\n// @persist\nexport function f(a) { using r = { [Symbol.dispose]() { log.push("closed") } }; log.push("open"); return a + 1 }', probe: (m) => [m.f(1), [...m.log]] },
  { what: 'await using', code: 'export const log = []\n// @persist\nexport async function f(a) { await using r = { async [Symbol.asyncDispose]() { log.push("closed") } }; log.push("open"); return a + 1 }', probe: async (m) => [await m.f(1), [...m.log]] },
  { what: 'names like ours', code: 'const _p = 1, _d = 2, _m0 = 3, _o = 4, _l = 5\n// @persist\nexport function f(_p$0) { return [_p, _d, _m0, _o, _l, _p$0] }', probe: (m) => m.f(6) },
  { what: 'names like ours in the function only', code: '// @persist\nexport function f(_p, _m0 = _p) { const _d = 1; return [_p, _m0, _d] }', probe: (m) => m.f(6) },
  { what: 'names like ours, escaped', code: 'const \\u005fp = 1\n// @persist\nexport function f() { return _\\u0070 }', probe: (m) => m.f() },
  { what: 'a static block', code: 'export class A { static r\n  static {\n    // @persist\n    const f = (a) => a + 1\n    this.r = f(1) } }', probe: (m) => m.A.r, calls: ['A/static/f'] },
  { what: 'getters and methods of functions that throw', fails: true, code: '// @persist\nexport function f(a) { if (!a) throw a\n return a }', probe: (m) => m.f(0) },
  { what: 'a function used as a constructor', code: '// @persist\nexport function f(a) { return { a } }', probe: (m) => new m.f(1) },
  { what: 'properties on a function', code: '// @persist\nexport function f(a) { return f.n + a }\nf.n = 4', probe: (m) => [m.f(1), m.f.n] },
  { what: 'persist() in place', code: 'import { persist } from "unplugin-persist"\nexport const f = persist((a, b = 2) => a + b)\nexport const g = persist(async function (a) { return a }, { maxAge: "7d", })\nexport const h = persist(((a) => a) as any,)', probe: async (m) => [m.f(1), await m.g(2), m.h(3), m.f.name, m.g.name], calls: ['f', 'g', 'h'] },
  { what: 'persist() with comments', code: 'import { persist } from "unplugin-persist"\nexport const f = persist((a) => a /* , */ , /* ) */ { maxAge: "7d" /* , */ } // ,\n)', probe: (m) => m.f(1), calls: ['f'] },
  { what: 'a function in a default of a function', code: '// @persist\nexport function f(g = /* @persist */ (a) => a + 1) { return g(1) }', probe: (m) => m.f(), calls: ['f/g', 'f'].toReversed() },
  { what: 'a marked function in a marked function', code: '// @persist\nexport function f(a) {\n  // @persist\n  function g(b) { return a + b }\n  // @persist\n  const h = (c) => g(c) * 2\n  return h(a) }', probe: (m) => m.f(2), calls: ['f', 'f/h', 'f/g'] },
  { what: 'await in a condition, loops and try of an async function', code: '// @persist\nexport async function f(n) { const out = []; for await (const a of [1, n]) { try { if (await a) continue } finally { out.push(a) } } return out }', probe: (m) => m.f(2) },
]

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

/** What a piece of code gives, throws or rejects with. */
async function outcome(work: () => unknown): Promise<unknown> {
  try {
    const value = work()
    return { value: isPromise(value) ? { resolved: await value } : value }
  } catch (error) {
    return { error: error instanceof Error ? { ...error, name: error.name, message: error.message } : error }
  }
}

describe('a rewritten function behaves as it did', () => {
  it.each(SHAPES)('$what', async ({ code, probe, calls, tsconfig, fails, ...how }) => {
    const file = how.file ?? 'src/a.ts'
    const modules = { 'unplugin-persist': { persist: (fn: unknown) => fn }, 'node:path': await import('node:path') }
    const plain = await outcome(() => probe(evaluate(code, modules, file, tsconfig)))
    expect(Object.keys(plain as object)).toEqual([fails ? 'error' : 'value'])
    const recording = recorder()
    const emitted = compiled(code, how).code
    const rewritten = await outcome(() => probe(evaluate(emitted, { ...modules, 'unplugin-persist': recording.main, 'unplugin-persist/runtime': recording.runtime }, file, tsconfig)))
    expect(rewritten, emitted).toEqual(plain)
    const defined = recording.defined.map((record) => record.descriptor.name)
    if (calls) expect(recording.calls.map((call) => call.name)).toEqual(calls)
    else expect(defined.length).toBeGreaterThan(0)
  })

  it.each(SHAPES)('is not rewritten twice: $what', ({ code, probe: _, calls: __, tsconfig, ...how }) => {
    const emitted = compiled(code, how).code
    expect(compile(emitted, how)).toBeUndefined()
    // Nor when a host has stripped its types in between.
    expect(compile(strip(emitted, how.file ?? 'src/a.ts', tsconfig), { ...how, file: 'src/a.js' })).toBeUndefined()
  })

  it.each(SHAPES)('no line of the user\'s moves: $what', ({ code, probe: _, calls: __, tsconfig: ___, ...how }) => {
    const lines = compiled(code, how).code.split('\n')
    expect(lines.length).toBe(code.split('\n').length)
  })
})

describe('import cycles', () => {
  const files = {
    'a.ts': 'import { b } from "./b.ts"\n// @persist\nexport function a(n) { return n === 0 ? 0 : b(n - 1) + 1 }\nexport const arrow = /* @persist */ (n) => n',
    'b.ts': 'import { a, arrow } from "./a.ts"\nexport const early = a(0)\nexport let late\ntry { arrow(1) } catch (error) { late = error.name }\n// @persist\nexport function b(n) { return n === 0 ? 0 : a(n - 1) + 1 }',
  }
  it.each(['a.ts', 'b.ts'])('entered by %s, a function runs before its module was evaluated', (entry) => {
    const recording = recorder()
    const sources = Object.fromEntries(Object.entries(files).map(([name, code]) => [`src/${name}`, code]))
    const texts = Object.fromEntries(Object.entries(sources).map(([name, code]) => [name, strip(compiled(code, { file: name, files: sources }).code, name)]))
    const run = (all: Record<string, string>, modules = {}) => {
      const load = link(all, modules)
      load(`src/${entry}`)
      const { early, late, b } = load('src/b.ts')
      return [early, late, b(3)]
    }
    const plain = run(Object.fromEntries(Object.entries(sources).map(([name, code]) => [name, strip(code, name)])))
    expect(run(texts, { 'unplugin-persist/runtime': recording.runtime })).toEqual(plain)
    expect(recording.calls.some((call) => call.name === undefined)).toBe(entry === 'a.ts')
  })
})

describe('what is written', () => {
  it('one import, one definition and one wrapped body per function', () => {
    const { code } = compiled('// @persist\nexport function f(a) { return a }\nexport const g = /* @persist */ (a) => a')
    expect(code.replaceAll(/_d\(\{.*?\}, \(\)/g, '_d({…}, ()')).toBe(
      "import { call as _p, define as _d } from 'unplugin-persist/runtime'; var _m0 = /*#__PURE__*/ _d({…}, () => f); var _m1 = /*#__PURE__*/ _d({…}, () => g); // @persist\n"
      + 'export function f(a) { return _p(_m0, void 0, [a], 0, () => { return a })}\nexport const g = /* @persist */ (a) => _p(_m1, void 0, [a], 0, () => a)',
    )
  })

  it.each([
    ['src/a.ts', 'module', 'import {'], ['src/a.mts', 'module', 'import {'], ['src/a.cts', 'commonjs', 'var {'], ['src/a.cjs', 'commonjs', 'var {'], ['src/a.mjs', 'module', 'import {'],
  ])('%s is %s where nothing else tells', (file, _, start) => {
    expect(compiled('// @persist\nfunction f() {}', { file }).code.startsWith(start)).toBe(true)
  })
  it('goes by what the host says, where syntax doesn\'t tell', () => {
    expect(compiled('// @persist\nfunction f() {}', { file: 'src/a.js', format: 'commonjs' }).code).toContain('require(\'unplugin-persist/runtime\')')
    expect(compiled('// @persist\nexport function f() {}', { file: 'src/a.js', format: 'commonjs' }).code).toContain('import {')
    expect(compiled('// @persist\nfunction f() {}', { file: 'src/a.js', files: { 'package.json': '{ "name": "app" }' } }).code).toContain('require(')
    expect(compiled('// @persist\nfunction f() {}', { file: 'src/a.js' }).code).toContain('import {')
  })

  it.each([
    ['pragmas', '/** @jsxImportSource preact */\n// @ts-check\n/* @license MIT */\n// @persist\nexport function f() {}', /^\/\*\* @jsxImportSource preact \*\/\n\/\/ @ts-check\n\/\* @license MIT \*\/ ?import /],
    ['triple slash', '/// <reference types="node" />\n// @persist\nexport function f() {}', /^\/\/\/ <reference types="node" \/>\nimport /],
    ['@ts-nocheck', '// @ts-nocheck\n// @persist\nexport function f() {}', /^\/\/ @ts-nocheck\nimport /],
    ['a shebang', '#!/usr/bin/env node\n// @persist\nexport function f() {}', /^#!\/usr\/bin\/env node\nimport /],
    ['a shebang and nothing more', '#!/usr/bin/env node\r\n// @persist\r\nexport function f() {}', /^#!\/usr\/bin\/env node\r\nimport /],
    ['a byte order mark', '\uFEFF// @persist\nexport function f() {}', /^\uFEFFimport /],
    ['directives', '\'use client\'\n// @persist\nexport function f() {}', /^'use client'; ?import /],
  ])('%s stay first', (_, code, expected) => expect(compiled(code).code).toMatch(expected))

  it('nothing of this machine', () => {
    const at = (root: string) => {
      const code = 'import { g } from "./b"\nconst here = import.meta.url\n// @persist\nexport function f() { return g(here) }'
      return compiled(code, { file: 'src/a.ts', files: { 'src/b.ts': 'export const g = (x) => x' }, root }).code
    }
    expect(at('/app')).toBe(at('/app'))
    expect(at('/app')).not.toContain('/app')
  })
})

describe('handle(fn) finds', () => {
  const FOUND: [what: string, code: string, get: (m: any) => unknown, name: string, file?: string][] = [
    ['a declaration', '// @persist\nexport function f() {}', (m) => m.f, 'f'],
    ['a named default declaration', '// @persist\nexport default function f() {}', (m) => m.default, 'f'],
    ['a default arrow', '// @persist\nexport default () => 1', (m) => m.default, 'default'],
    ['a default async arrow in parentheses', '// @persist\nexport default (async () => 1)', (m) => m.default, 'default'],
    ['a method of a default object', 'export default {\n  // @persist\n  f() {},\n  g: /* @persist */ () => 1 }', (m) => m.default.g, 'default.g'],
    ['a method of a default class', 'export default class {\n  // @persist\n  f() {} }', (m) => m.default.prototype.f, 'default#f'],
    ['a variable', '// @persist\nexport const f = () => 1', (m) => m.f, 'f'],
    ['a variable through as', '// @persist\nexport const f = (() => 1) as any', (m) => m.f, 'f'],
    ['an assignment', '// @persist\nexports.f = () => 1', (m) => m.f, 'f', 'src/a.cjs'],
    ['module.exports', '// @persist\nmodule.exports = () => 1', (m) => m, 'default', 'src/a.cjs'],
    ['an object method', 'export const o = { p: {\n  // @persist\n  f() {} } }', (m) => m.o.p.f, 'o.p.f'],
    ['a property', 'export const o = {\n  // @persist\n  f: () => 1 }', (m) => m.o.f, 'o.f'],
    ['a static method', 'export class A {\n  // @persist\n  static f() {} }', (m) => m.A.f, 'A.f'],
    ['an instance method', 'export class A {\n  // @persist\n  f() {} }', (m) => m.A.prototype.f, 'A#f'],
    ['a method of a class in a variable', 'export const A = class {\n  // @persist\n  f() {} }', (m) => m.A.prototype.f, 'A#f'],
    ['a symbol method', 'export class A {\n  // @persist\n  [Symbol.toPrimitive]() {} }', (m) => m.A.prototype[Symbol.toPrimitive], 'A#[Symbol.toPrimitive]'],
    ['a static field', 'export class A {\n  // @persist\n  static f = () => 1 }', (m) => m.A.f, 'A.f'],
    ['a field', 'export class A {\n  // @persist\n  f = () => 1 }', (m) => new m.A().f, 'A#f'],
    ['a field by call', 'export class A {\n  // @persist\n  f = () => 1 }', (m) => (new m.A(), new m.A().f), 'A#f'],
    ['a member of an object in a call', 'const id = (o) => o\nexport const o = id({\n  // @persist\n  f: () => 1 })', (m) => m.o.f, 'o.f'],
    ['a method of an object in a call', 'const id = (o) => o\nexport const o = id({\n  // @persist\n  f() {} })', (m) => m.o.f, 'o.f'],
    ['a function in a list', 'export const all = [\n  // @persist\n  () => 1]', (m) => m.all[0], 'all[]'],
    ['a wrapped function', 'const memo = (f) => f\nexport const f = memo(\n  // @persist\n  () => 1)', (m) => m.f, 'f'],
    ['a nested declaration', 'export function make() { return f\n  // @persist\n  function f() {} }', (m) => m.make(), 'make/f'],
    ['a nested variable', 'export function make() {\n  // @persist\n  const f = () => 1\n  return f }', (m) => m.make(), 'make/f'],
    ['a returned function', 'export function make() {\n  // @persist\n  return () => 1 }', (m) => m.make(), 'make/return'],
    ['a returned arrow', 'export const make = () => /* @persist */ () => 1', (m) => m.make(), 'make/return'],
    ['a method of a nested object', 'export const make = () => ({\n  // @persist\n  f() {} })', (m) => m.make().f, 'make/return.f'],
    ['a function of a loop', 'export const all = []\nfor (const a of [1]) {\n  // @persist\n  function f() { return a }\n  all.push(f) }', (m) => m.all[0], 'f'],
    ['a function of a namespace', 'export namespace N {\n  // @persist\n  export function f() {}\n}', (m) => m.N.f, 'N.f'],
    ['a variable of a namespace', 'export namespace N {\n  // @persist\n  export const f = () => 1\n}', (m) => m.N.f, 'N.f'],
    ['persist()', 'import { persist } from "unplugin-persist"\nexport const f = persist(() => 1)', (m) => m.f, 'f'],
  ]
  it.each(FOUND)('%s', (_, code, get, name, file) => {
    const { exports, owned, defined, code: emitted } = record(code, file ? { file } : {})
    const fn = get(exports)
    expect(typeof fn).toBe('function')
    // What esbuild calls an anonymous default export is its own affair.
    const plain = (get(evaluate(code, { 'unplugin-persist': { persist: (f: unknown) => f } }, file ?? 'src/a.ts')) as { name: string }).name
    expect((fn as { name: string }).name).toBe(plain === 'a_default' ? 'default' : plain)
    const bySelf = defined.find((record) => record.self !== 0 && tryCall(record.self) === fn)
    expect(bySelf?.descriptor.name ?? owned.get(fn), emitted).toBe(name)
  })
})

function tryCall(self: () => unknown): unknown {
  try {
    return self()
  } catch {
    return undefined
  }
}
