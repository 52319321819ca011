import { describe, expect, it } from 'vitest'
import { compiled, descriptorsOf, functionsOf, record } from './support.ts'

/** A function, what its calls read beside their arguments, and the values that they found. */
interface Row {
  what: string
  code: string
  probe: (exports: any) => unknown
  /** Names of the captures of each marked function. */
  captures: string[][]
  /** What each call found. */
  found: unknown[][]
  file?: string
}

const ROWS: Row[] = [
  { what: 'nothing of its own', code: '// @persist\nexport function f(a) { const b = a; return b }', probe: (m) => m.f(1), captures: [[]], found: [[]] },
  { what: 'a parameter of an enclosing function', code: 'export function make(n) { return /* @persist */ (a) => a + n }', probe: (m) => [m.make(1)(1), m.make(2)(1)], captures: [['n']], found: [[1], [2]] },
  { what: 'a local of an enclosing function', code: 'export function make() { const n = { deep: 1 }; return /* @persist */ (a) => a + n.deep }', probe: (m) => m.make()(1), captures: [['n']], found: [[{ deep: 1 }]] },
  { what: 'each level', code: 'export const make = (a) => (b) => { const c = 3; return /* @persist */ () => [a, b, c] }', probe: (m) => m.make(1)(2)(), captures: [['a', 'b', 'c']], found: [[1, 2, 3]] },
  { what: 'the head of a for', code: 'export const all = []\nfor (let i = 0; i < 2; i++) all.push(/* @persist */ () => i)', probe: (m) => m.all.map((f: any) => f()), captures: [['i']], found: [[0], [1]] },
  { what: 'the head of a for with var', code: 'export function make() { const all = []; for (var i = 0; i < 2; i++) all.push(/* @persist */ () => i); return all }', probe: (m) => m.make().map((f: any) => f()), captures: [['i']], found: [[2], [2]] },
  { what: 'the head of a for-of', code: 'export const all = []\nfor (const { a, b: [c] } of [{ a: 1, b: [2] }]) all.push(/* @persist */ () => a + c)', probe: (m) => m.all.map((f: any) => f()), captures: [['a', 'c']], found: [[1, 2]] },
  { what: 'the head of a for-in', code: 'export const all = []\nfor (const k in { x: 1 }) all.push(/* @persist */ () => k)', probe: (m) => m.all.map((f: any) => f()), captures: [['k']], found: [['x']] },
  { what: 'a catch binding', code: 'export let f\ntry { throw 5 } catch (error) { f = /* @persist */ () => error }', probe: (m) => m.f(), captures: [['error']], found: [[5]] },
  { what: 'a destructured catch binding', code: 'export let f\ntry { throw { n: 5 } } catch ({ n }) { f = /* @persist */ () => n }', probe: (m) => m.f(), captures: [['n']], found: [[5]] },
  { what: 'destructured locals', code: 'export function make(o) { const { a, ...rest } = o, [b = 2] = []; return /* @persist */ () => [a, rest, b] }', probe: (m) => m.make({ a: 1, z: 3 })(), captures: [['a', 'rest', 'b']], found: [[1, { z: 3 }, 2, { a: 1, z: 3 }]] },
  { what: 'an enclosing class\'s member through this', code: 'export class A { n = 4; make() { return /* @persist */ () => this.n } }', probe: (m) => new m.A().make()(), captures: [[]], found: [[]] },
  { what: 'an enclosing arguments', code: 'export function make() { return /* @persist */ () => arguments[0] }', probe: (m) => m.make(7)(), captures: [[]], found: [[]] },
  { what: 'a variable written later', code: 'export function make() { let n = 1; const f = /* @persist */ () => n; const first = f(); n = 2; return [first, f()] }', probe: (m) => m.make(), captures: [['n']], found: [[1], [2]] },
  { what: 'a variable of the module that is written later', code: 'let n = 1\n// @persist\nexport const f = () => n\nexport const set = (x) => { n = x }', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['n']], found: [[1], [5]] },
  { what: 'a hoisted variable before its value', code: 'export function make() { const early = f(); var n = 1; return [early, f()]\n// @persist\nfunction f() { return n } }', probe: (m) => m.make(), captures: [['n']], found: [[undefined], [1]] },
  { what: 'a variable that can\'t be read yet', code: '// @persist\nexport function f(a) { return a ? n.x : 0 }\nexport const early = f(0)\nlet n = { x: 1 }\nn = { x: 2 }', probe: (m) => [m.early, m.f(1)], captures: [['n']], found: [['unreadable'], [{ x: 2 }]] },
  { what: 'a variable of the module, through a helper, beside a local of that name', code: 'let n = 1\nconst get = () => n\nexport const set = (x) => { n = x }\n// @persist\nexport function f(a) { const n = get(); return a + n }', probe: (m) => [m.f(1), m.set(5), m.f(1)], captures: [['n']], found: [[1], [5]] },
  { what: 'a variable of the module, through a helper, beside a parameter of that name', code: 'let n = 1\nconst get = () => n\nexport const set = (x) => { n = x }\n// @persist\nexport const f = (n) => n + get()', probe: (m) => [m.f(3), m.set(5), m.f(3)], captures: [['n']], found: [[1], [5]] },
  { what: 'a variable of the module, through a helper, beside one of an enclosing function', code: 'let n = 1\nconst get = () => n\nexport const set = (x) => { n = x }\nexport const make = (n) => /* @persist */ (a) => a + n + get()', probe: (m) => [m.make(3)(1), m.set(5), m.make(3)(1)], captures: [['n', 'n']], found: [[3, 1], [3, 5]] },
  { what: 'a static field, through a helper, beside a parameter of the name of its class', code: 'class Limits { static n = 1 }\nconst get = () => Limits.n\nexport const set = (x) => { Limits.n = x }\n// @persist\nexport const f = (Limits) => Limits + get()', probe: (m) => [m.f(3), m.set(5), m.f(3)], captures: [['Limits.n']], found: [[1], [5]] },
  { what: 'a variable that can\'t be read yet, beside a parameter of that name', code: '// @persist\nexport function f(n) { return get() + n }\nexport const early = (() => { try { return f(0) } catch { return 0 } })()\nlet n = 1\nfunction get() { return n }\nn = 2', probe: (m) => [m.early, m.f(1)], captures: [['n']], found: [['unreadable'], [2]] },
  { what: 'shadowed at one level', code: 'const n = Math.random()\nexport function make(n) { return /* @persist */ () => n }', probe: (m) => m.make(3)(), captures: [['n']], found: [[3]] },
  { what: 'shadowed inside', code: 'export function make(n) { return /* @persist */ () => { const n = 1; return n } }', probe: (m) => m.make(3)(), captures: [[]], found: [[]] },
  { what: 'shadowed in a block only', code: 'export function make(n) { return /* @persist */ () => { { const n = 1 } return n } }', probe: (m) => m.make(3)(), captures: [['n']], found: [[3]] },
  { what: 'shadowed by a parameter', code: 'export function make(n) { return /* @persist */ (n) => n }', probe: (m) => m.make(3)(4), captures: [[]], found: [[]] },
  { what: 'a default that names an outer variable', code: 'export function make(n) { return /* @persist */ (a = n) => a }', probe: (m) => m.make(3)(), captures: [[]], found: [[]] },
  { what: 'a default that names an outer variable, skipped in the key', code: 'export function make(n) { return /* @persist { skip: [\'a\'] } */ (a = n) => a }', probe: (m) => m.make(3)(), captures: [['n']], found: [[3]] },
  { what: 'a default that names an earlier parameter', code: '// @persist\nexport const f = (a, b = a) => b', probe: (m) => m.f(3), captures: [[]], found: [[]] },
  { what: 'a helper of an enclosing function, and what it reads', code: 'export function make(n) { const help = (a) => a + n; return /* @persist */ (a) => help(a) }', probe: (m) => m.make(3)(1), captures: [['n']], found: [[3]] },
  { what: 'an environment variable', code: '// @persist\nexport const f = () => process.env.PERSIST_TEST_A ?? 0', probe: (m) => m.f(), captures: [['process.env.PERSIST_TEST_A']], found: [[undefined]] },
  { what: 'a destructured environment variable', code: '// @persist\nexport const f = () => { const { PERSIST_TEST_A = 2 } = process.env; return PERSIST_TEST_A }', probe: (m) => m.f(), captures: [['process.env.PERSIST_TEST_A']], found: [[undefined]] },
  { what: 'a global of one\'s own', code: '// @persist\nexport const f = () => typeof SOME_GLOBAL === "undefined" ? 0 : SOME_GLOBAL', probe: (m) => m.f(), captures: [['SOME_GLOBAL']], found: [[undefined]] },
  { what: 'a static field by `this`, which a method changes', code: 'export class A { static n = 1; static set(n) { this.n = n }\n  // @persist\n  static f() { return this.n } }', probe: (m) => [m.A.f(), m.A.set(2), m.A.f()], captures: [['A.n']], found: [[1], [2]] },
  { what: 'a static field that a method reads by `this`', code: 'export class A { static n = 1; static set(n) { this.n = n } static get() { return this.n } }\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.A.set(2), m.f()], captures: [['A.n']], found: [[1], [2]] },
  { what: 'a static field that a class inherits', code: 'export class A { static n = 1 }\nexport const set = (n) => { A.n = n }\nexport class B extends A {\n  // @persist\n  static f() { return this.n } }', probe: (m) => [m.B.f(), m.set(2), m.B.f()], captures: [['B.n']], found: [[1], [2]] },
  { what: 'a static registry that others put into', code: 'export class A { static all = []; static register(x) { this.all.push(x) } static list() { return A.all.length } }\n// @persist\nexport const f = () => A.list()', probe: (m) => [m.f(), m.A.register(2), m.f()], captures: [['A.all']], found: [[[2]], [[2]]] },
  { what: 'a static memo', code: 'export class A { static all = new Map(); static get(k) { if (!this.all.has(k)) this.all.set(k, k * 2); return this.all.get(k) } }\n// @persist\nexport const f = () => A.get(1)', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'a static memo that can be emptied', code: 'export class A { static all = new Map(); static get(k) { const hit = this.all.get(k); if (hit) return hit; A.all.set(k, k * 2); return k * 2 } static clear() { A.all.clear() } }\n// @persist\nexport const f = () => A.get(1)', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'one instance, made when first needed, that can be made anew', code: 'class A { static #one; n = 1; static get() { return this.#one || (this.#one = new A()) } static reset() { A.#one = undefined } }\n// @persist\nexport const f = () => A.get().n', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'a static set that something is taken from', code: 'export class A { static all = new Set([1, 2]); static remove(k) { A.all.delete(k) } static has(k) { return this.all.has(k) } static list() { return this.all } }\n// @persist\nexport const f = () => A.list()', probe: (m) => m.f(), captures: [['A.all']], found: [[new Set([1, 2])]] },
  { what: 'a static registry that is put into only from there', code: 'class A { static all = new Map(); static put(k) { this.all.set(k, 1) } static get(k) { this.put(k); return this.all.get(k) } }\n// @persist\nexport const f = () => A.get(1)', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'one instance, made when first needed', code: 'class A { static #one; n = 1; static get() { if (!this.#one) this.#one = new A(); return this.#one } }\n// @persist\nexport const f = () => A.get().n', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'a private static field within its class', code: 'export class A { static #n = 1; static set(n) { this.#n = n }\n  // @persist\n  f() { return A.#n } }', probe: (m) => [new m.A().f(), m.A.set(2), new m.A().f()], captures: [['A.#n']], found: [[1], [2]] },
  { what: 'a private static field by the method that gives it', code: 'export class A { static #n = 1; static set(n) { this.#n = n } static get() { return this.#n } }\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.A.set(2), m.f()], captures: [['A.#n']], found: [[1], [2]] },
  { what: 'a private static field by the getter that gives it', code: 'export class A { static #n = 1; static set(n) { A.#n = n } static get n() { return A.#n } static twice() { return this.#n * 2 } }\n// @persist\nexport const f = () => A.twice()', probe: (m) => [m.f(), m.A.set(2), m.f()], captures: [['A.#n']], found: [[1], [2]] },
  { what: 'a static field of a class in a variable', code: 'export const A = class { static n = 1; static set(n) { this.n = n } static get() { return this.n } }\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.A.set(2), m.f()], captures: [['A.n']], found: [[1], [2]] },
  { what: 'a property of an arrow function', code: 'const step = () => step.n\nstep.n = 1\nexport const set = (n) => { step.n = n }\n// @persist\nexport const f = () => step()', probe: (m) => [m.f(), m.set(2), m.f()], captures: [['step.n']], found: [[1], [2]] },
  { what: 'a private static field that only others read', code: 'class A { static #n = 0; constructor() { A.#n++ } static count() { return A.#n } v() { return 1 } }\n// @persist\nexport const f = () => new A().v()', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'a static field of a class by the method that it inherits', code: 'class Base { static n = 1; static get() { return this.n } }\nexport class A extends Base { static n = 2 }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[2], [5]] },
  { what: 'a static field that a class gets by the method that it inherits', code: 'class Base { static n = 1; static get() { return this.n } static set(n) { this.n = n } }\nexport class A extends Base {}\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.A.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a static field by this.constructor', code: 'class A { static n = 1; get() { return this.constructor.n } }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => new A().get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a static field that a pattern takes of `this`', code: 'class A { static n = 1; static get() { const { n } = this; return n } }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => A.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a static field of a class that is handed to a helper', code: 'class A { static n = 1 }\nconst read = (type) => type.n\nconst key = \'n\'\nconst all = { a: A }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => read(A)', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a static field of a class that is taken apart', code: 'class A { static n = 1 }\nconst read = (type) => type.n\nconst key = \'n\'\nconst all = { a: A }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => (({ n }) => n)(A)', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a static field of a class that is asked under a computed name', code: 'class A { static n = 1 }\nconst read = (type) => type.n\nconst key = \'n\'\nconst all = { a: A }\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => A[key]', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'nothing of a class that is only made, extended and compared', code: 'class A { static n = 1 }\nclass B extends A {}\nexport const set = (n) => { A.n = n }\n// @persist\nexport const f = () => new A() instanceof A && new B() instanceof B', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'a property of a function, by `this` of a function that was put there', code: 'function api() {}\napi.n = 1\napi.get = function () { return this.n }\napi.set = function (n) { this.n = n }\n// @persist\nexport const f = () => api.get()\nexport { api }', probe: (m) => [m.f(), m.api.set(5), m.f()], captures: [['api.n']], found: [[1], [5]] },
  { what: 'a property of a function, by `this` of what was assigned to it', code: 'function api() {}\nObject.assign(api, { n: 1, get() { return this.n } })\nexport const set = (n) => { api.n = n }\n// @persist\nexport const f = () => api.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['api.n']], found: [[1], [5]] },
  { what: 'a property of a function, by an arrow that was put there', code: 'function api() {}\napi.n = 1\napi.get = () => api.n\nexport const set = (n) => { api.n = n }\n// @persist\nexport const f = () => api.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['api.n']], found: [[1], [5]] },
  { what: 'a static field that a listener changes', code: 'class A { static n = 1 }\nconst listeners = []\nlisteners.push((n) => { A.n = n })\nexport const emit = (n) => listeners.forEach((listen) => listen(n))\n// @persist\nexport const f = () => A.n', probe: (m) => [m.f(), m.emit(5), m.f()], captures: [['A.n']], found: [[1], [5]] },
  { what: 'a variable of a namespace that is exported', code: 'namespace Api { export let n = 1; export function get() { return n } }\nexport const set = (n: number) => { Api.n = n }\n// @persist\nexport const f = () => Api.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['Api.n']], found: [[1], [5]] },
  { what: 'settings of a namespace', code: 'namespace Api { export const settings = { n: 1 }; export function get() { return settings.n } }\nexport const set = (n: number) => { Api.settings.n = n }\n// @persist\nexport const f = () => Api.get()', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['Api.settings']], found: [[{ n: 5 }], [{ n: 5 }]] },
  { what: 'constants and a memo of a namespace', code: 'namespace Api { export const n = 1; const memo = new Map<number, number>(); export function get(k: number) { if (!memo.has(k)) memo.set(k, k + n); return memo.get(k) } }\n// @persist\nexport const f = () => Api.get(1)', probe: (m) => m.f(), captures: [[]], found: [[]] },
  { what: 'an address that others change', code: 'const base = new URL(\'http://a.b/c\')\nexport const set = (path) => { base.pathname = path }\n// @persist\nexport const f = () => base.href', probe: (m) => [m.f()], captures: [['base']], found: [[new URL('http://a.b/c')]] },
  { what: 'what a getter reads that was defined later', code: 'let n = 1\nconst settings = {}\nObject.defineProperty(settings, \'n\', { get: () => n })\nexport const set = (to) => { n = to }\n// @persist\nexport const f = () => settings.n', probe: (m) => [m.f(), m.set(5), m.f()], captures: [['settings']], found: [[{}, 1], [{}, 5]] },
  { what: 'a variable that is declared in a statement', code: 'if (Math.PI > 3) { var n = 1 }\n// @persist\nexport const f = () => n', probe: (m) => m.f(), captures: [['n']], found: [[1]] },
  { what: 'what a CommonJS module gives away and changes', code: 'exports.n = 1\nexports.set = (n) => { module.exports.n = n }\n// @persist\nexports.f = () => module.exports.n', probe: (m) => [m.f(), m.set(2), m.f()], captures: [['module.exports.n']], found: [[1], [2]], file: 'src/a.cjs' },
  { what: 'a private field', code: 'export class A { #n = 4\n  // @persist\n  f() { return this.#n } }', probe: (m) => new m.A().f(), captures: [['this.#n']], found: [[4]] },
]

describe('what a call reads beside its arguments', () => {
  it.each(ROWS)('$what', ({ code, probe, captures, found, file }) => {
    expect(functionsOf(code, file ? { file } : {}).map((fn) => fn.captures)).toEqual(captures)
    const recording = record(code, file ? { file } : {})
    probe(recording.exports)
    expect(recording.calls.map((call) => call.captures)).toEqual(found)
  })
})

describe('a private static field that nothing gives', () => {
  it.each([
    ['is told of', 'static twice() { return this.#n * 2 }', ['src/a.ts#A.#n']],
    ['is nothing where it is not read', 'static twice() { return 2 } static thrice() { return this.#n * 3 }', []],
  ])('%s', (_, read, untracked) => {
    expect(functionsOf(`class A { static #n = 1; static set(n) { this.#n = n } ${read} }\n// @persist\nconst f = () => A.twice()`)[0]!.untracked).toEqual(untracked)
  })
})

describe('this is part of the key', () => {
  it.each([
    ['an instance', 'class A {\n  // @persist\n  f() { return this.n } }', 'instance'],
    ['a class', 'class A {\n  // @persist\n  static f() { return this.n } }', 'static'],
    ['super', 'class A extends B {\n  // @persist\n  f() { return super.f() } }', 'instance'],
    ['an object', 'const o = {\n  // @persist\n  f() { return this.n } }', 'object'],
    ['a function in an object', 'const o = {\n  f: /* @persist */ function () { return this.n } }', 'object'],
    ['a function', '// @persist\nfunction f() { return this.n }', 'instance'],
    ['an arrow within a method', 'class A { g() { return /* @persist */ () => this.n } }', 'instance'],
    ['an arrow within a function', 'function g() { return /* @persist */ () => this.n }', 'lexical'],
    ['an arrow in a field', 'class A {\n  // @persist\n  f = () => this.n }', 'instance'],
    ['an arrow in a static field', 'class A {\n  // @persist\n  static f = () => this.n }', 'static'],
    ['an arrow inside the function', '// @persist\nfunction f() { return [1].map(() => this.n) }', 'instance'],
    ['what an arrow beside it reads', 'class A { g() { const h = () => this.n; return /* @persist */ () => h() } }', 'instance'],
    ['what an arrow reads by way of another', 'function g() { const get = () => this.n; const h = () => get(); return /* @persist */ () => h() }', 'lexical'],
    ['nothing of an arrow of another function', 'class A { g() { const h = () => this.n; return /* @persist */ function f() { return h() } } }', undefined],
    ['nothing of a function beside it', 'class A { g() { function h() { return this } return /* @persist */ () => h() } }', undefined],
    ['nothing of an arrow that gave a value', 'class A { g() { const h = () => this.n; const n = h(); return /* @persist */ () => n } }', undefined],
    ['nothing', '// @persist\nfunction f() { return function () { return this } }', undefined],
    ['nothing in a nested class', '// @persist\nfunction f() { return class { n = this } }', undefined],
    ['nothing in a method', 'class A {\n  // @persist\n  f() { return 1 } }', undefined],
    ['a default parameter', '// @persist { skip: [\'a\'] }\nfunction f(a = this.n) { return a }', 'instance'],
  ])('%s', (_, code, self) => expect(descriptorsOf(compiled(code).code)[0]!.self).toBe(self))

  it('a component that is a member of it', () => {
    const { code, functions } = compiled('class Page {\n  // @persist\n  render(x) { return <this.Row n={x} /> }\n}', { file: 'a.tsx' })
    expect(descriptorsOf(code)[0]!.self).toBe('instance')
    expect(functions[0]!.captures).toEqual([])
  })
})

describe('`this` of a function around it', () => {
  it.each([
    ['in what is wrapped', 'return persist(wrap(() => this.n))'],
    ['in a function that is wrapped elsewhere', 'const f = () => this.n; return persist(f)'],
    ['in what it is bound to', 'return persist(this.f.bind(this))'],
  ])('%s', (_, body) => {
    const code = `import { persist } from 'unplugin-persist'\nconst wrap = (fn) => () => fn()\nclass A { make() { ${body} } }`
    expect(functionsOf(code)[0]!.captures).toEqual(['this'])
  })

  it.each([
    ['a function with one of its own', 'return /* @persist */ function f() { return h() }'],
    ['a field of a class in it', 'return class { /* @persist */ f = () => h() }'],
  ])('is told of where it can\'t be read: %s', (_, body) => {
    const [found] = functionsOf(`class A { make() { const h = () => this.n; ${body} } }`)
    expect(found!.untracked).toEqual(['`this` or `arguments` of an enclosing function'])
  })

  it('of an object that can\'t be keyed stands for none', () => {
    const code = 'class A { make() { const h = () => this.n; const api = { h }; return /* @persist */ () => api.h() } }'
    expect(descriptorsOf(compiled(code).code)[0]!.captures).toEqual([{ name: 'api' }])
  })
})

describe('arguments', () => {
  it.each([
    ['read', '// @persist\nfunction f(a) { return arguments[1] }', ['a', '...arguments']],
    ['read in an arrow inside', '// @persist\nfunction f() { return (() => arguments.length)() }', ['...arguments']],
    ['of another function', '// @persist\nfunction f() { return function () { return arguments } }', []],
    ['of the function around', 'function g() { return /* @persist */ (a) => arguments[0] + a }', ['a', '...arguments']],
    ['of the function around, in an arrow beside it', 'function g() { const h = () => arguments[0]; return /* @persist */ (a) => h() + a }', ['a', '...arguments']],
    ['of a function beside it', 'function g() { function h() { return arguments[0] } return /* @persist */ (a) => h() + a }', ['a']],
    ['a name of one\'s own', '// @persist\nfunction f(arguments) { return arguments }', ['arguments']],
  ])('%s', (_, code, params) => expect(descriptorsOf(compiled(code, { file: 'src/a.cjs' }).code)[0]!.params).toEqual(params))
})
