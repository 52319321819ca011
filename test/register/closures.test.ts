import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkspace, run } from '../hosts/workspace.ts'
import type { Workspace } from '../hosts/workspace.ts'

/**
 * Modules as a stranger would write them, each with closures that are persisted. `ran(name)` says that a body runs. All of them are
 * loaded by three processes: without the hooks, with them, and with them again.
 *
 * The second start runs no body, but for the names that stand beside.
 */
const MODULES: [what: string, code: string, again?: string[]][] = [
  ['let in the head of a loop', `export const probe = () => { const all = []; for (let i = 0; i < 3; i++) { /* @persist */ function f(x) { ran('f'); return x + i } all.push(f) } return all.map((f) => f(1)) }`],
  ['var in the head of a loop', `export const probe = () => { const all = []; for (var i = 0; i < 3; i++) all.push(/* @persist */ (x) => { ran('f'); return x + i }); return all.map((f) => f(1)) }`],
  ['a pattern in the head of for-of', `export const probe = () => { const all = []; for (const [k, v] of Object.entries({ a: 1, b: 2 })) all.push(/* @persist */ (x) => { ran('f'); return x + k + v }); return all.map((f) => f(1)) }`],
  ['for-in', `export const probe = () => { const all = []; for (const k in { a: 1, b: 2 }) all.push(/* @persist */ (x) => { ran('f'); return x + k }); return all.map((f) => f(1)) }`],
  ['a closure in the head of a loop', `export const probe = () => { const all = []; for (let i = 0, g = /* @persist */ (x) => { ran('g'); return x + i }; i < 2; i++) all.push(g); return all.map((f) => f(1)) }`],
  ['while', `export const probe = () => { const all = []; let n = 0; while (n < 3) { const m = n * 10; all.push(/* @persist */ (x) => { ran('f'); return x + m + n }); n++ } return all.map((f) => f(1)) }`],
  ['catch', `export const probe = () => { const out = []; for (const m of ['a', 'b']) try { throw { message: m, code: [1, m] } } catch ({ message, code: [, second = 3] }) { const f = /* @persist */ (x) => { ran('f'); return x + message + second }; out.push(f(1)) } return out }`],
  ['destructured parameters', `const make = ({ a, b: { c = 5, ...rest } = {} }, [d, , ...e]) => /* @persist */ (x) => { ran('f'); return [x, a, c, rest, d, e] }\nexport const probe = () => [make({ a: 1, b: { c: 2, z: 3 } }, [1, 2, 3]), make({ a: 1 }, [1, 2, 3, 4]), make({ a: 1, b: { z: 4 } }, [1, 2, 3])].map((f) => f(0))`],
  ['used above its place', `export const probe = () => { const out = [f(1)]; var base = 10; out.push(f(1)); /* @persist */ function f(x) { ran('f'); return x + (base ?? 'none') } return out }`],
  ['a variable that can\'t be read yet', `export const probe = () => { const out = []; /* @persist */ function f(x) { ran('f' + x); return x > 5 ? x + later : x } out.push(f(1)); const later = 100; out.push(f(1), f(9)); return out }`, ['f1']],
  ['names hidden at each level', `const v = 'module'\nexport const probe = () => { const out = []; /* @persist */ const a = (x) => { ran('a'); return x + v }; { const v = 'block'; /* @persist */ const b = (x) => { ran('b'); return x + v }; out.push(b(1)); (function (v) { /* @persist */ const c = (x) => { ran('c'); return x + v }; out.push(c(1)); /* @persist */ const d = (v) => { ran('d'); return v }; out.push(d(1)) })('param') } out.push(a(1)); return out }`],
  ['defaults that name outer and earlier parameters', `let outer = 1\nconst twice = () => outer * 2\n// @persist\nfunction f(a, b = a + outer, c = twice(), { d = b, e } = { e: c }) { ran('f'); return [a, b, c, d, e] }\nexport const probe = () => { const out = [f(1)]; outer = 5; out.push(f(1), f(1, 2), f(1, 2, 3), f(1, undefined, 10), f(1, 2, 10, { e: 1 })); return out }`],
  ['this and arguments through arrows', `const o = { k: 3, make(...r) { return [1].map(() => { /* @persist */ const g = (y) => { ran('g'); return [y, this.k, arguments.length, r] }; return g })[0] } }\nexport const probe = () => [o.make(1)(5), o.make(1, 2)(5), o.make.call({ k: 4 }, 1)(5)]`],
  ['this and arguments through an arrow beside it', `class A { constructor(n) { this.n = n } make() { const get = () => this.n + arguments[0]; return /* @persist */ (x) => { ran('f'); return x + get() } } }\nexport const probe = () => [new A(1).make(1)(1), new A(2).make(1)(1), new A(2).make(2)(1)]`],
  ['a setting of a class that it changes by this', `class A { static #n = 1; static all = []; static set(n) { this.#n = n } static add(x) { this.all.push(x) } /* @persist */ static f(x) { ran('f'); return [x, this.#n, this.all.length] } }\nexport const probe = () => { const out = [A.f(1)]; A.set(2); out.push(A.f(1)); A.add(1); out.push(A.f(1)); return out }`],
  ['a variable that is written later', `export const probe = () => { let n = 1; /* @persist */ const f = (x) => { ran('f'); return x + n }; const a = f(1); n = 2; const b = f(1); n = 1; return [a, b, f(1)] }`],
  ['curried', `const add = (a) => (b) => /* @persist */ (c) => { ran('add'); return a * 100 + b * 10 + c }\nexport const probe = () => [add(1)(2)(3), add(3)(2)(1), add(1)(2)(3)]`],
  ['a factory', `const make = (opts) => { const { scale, offset } = { scale: 1, offset: 0, ...opts }; /* @persist */ const apply = (x) => { ran('apply'); return x * scale + offset }; return { apply } }\nexport const probe = () => [make({ scale: 2 }).apply(3), make({ offset: 1 }).apply(3), make({ scale: 2, offset: 0 }).apply(3)]`],
  ['a client of a factory', `class Client { #url; constructor(url) { this.#url = url } get(x) { return this.#url + x } }\nconst make = (url) => { const client = new Client(url); return /* @persist */ (x) => { ran('f'); return client.get(x) } }\nexport const probe = () => [make('a')(1), make('b')(1), make('a')(1)]`],
  ['a client of a factory, made when first needed', `class Client { #url; constructor(url) { this.#url = url } get(x) { return this.#url + x } }\nconst make = (url) => { let client; const get = () => (client ??= new Client(url)); return /* @persist */ (x) => { ran('f'); return get().get(x) } }\nexport const probe = () => { const a = make('a'); return [a(1), a(2), make('b')(1)] }`],
  ['fields of a class', `class A { constructor(k) { this.k = k } /* @persist */ f = (x) => { ran('f'); return x + this.k }; /* @persist */ async g(x) { ran('g'); return x * this.k } static base = 7; /* @persist */ static h = (x) => { ran('h'); return x + A.base }; }\nexport const probe = async () => [new A(1).f(1), new A(2).f(1), await new A(2).g(4), A.h(1), (A.base = 8, A.h(1))]`],
  ['methods of an object whose data changes', `const o = { n: 5, /* @persist */ f(x) { ran('f'); return x + this.n }, g: /* @persist */ function (x) { ran('g'); return x * this.n }, h: /* @persist */ (x) => { ran('h'); return x + o.n } }\nexport const probe = () => { const out = [o.f(1), o.g(2), o.h(3)]; o.n = 6; out.push(o.f(1), o.g(2), o.h(3), o.f.call({ n: 1 }, 1)); return out }`],
  ['functions of functions', `const compose = (...fs) => (x) => fs.reduceRight((v, f) => f(v), x)\nconst inc = (n) => (x) => x + n\nconst steps = [inc(1), inc(2)]\n// @persist\nfunction f(x) { ran('f'); return compose(...steps)(x) }\nexport const probe = () => [f(1), f(2)]`],
  ['async', `export const probe = async () => { const out = []; for await (const u of (async function* () { yield 'a'; yield 'b' })()) { const data = await Promise.resolve(u + u); /* @persist */ const f = async (x) => { ran('f'); await null; return x + data }; out.push(await f(1)) } return out }`],
  ['recursion through captured names', `export const probe = () => { const base = 1; /* @persist */ function fib(n) { ran('fib'); return n < 2 ? base : fib(n - 1) + fib(n - 2) } const even = (n) => n === 0 ? true : odd(n - 1); /* @persist */ function odd(n) { ran('odd'); return n === 0 ? false : even(n - 1) } return [fib(6), even(4), odd(3)] }`],
  ['persisted functions as arguments of one', `// @persist\nfunction square(x) { ran('square'); return x * x }\n// @persist\nfunction cube(x) { ran('cube'); return x ** 3 }\n// @persist\nfunction map(f, xs) { ran('map'); return xs.map((x) => f(x)) }\nexport const probe = () => [map(square, [1, 2]), map(cube, [1, 2]), map(square, [1, 2])]`],
  ['functions of the module as arguments and captures', `const wrap = (fn) => { /* @persist */ const f = (x) => { ran('f'); return fn(x) }; return f }\nconst one = (x) => x + 1\nfunction two(x) { return x + 2 }\nexport const probe = () => [wrap(one)(1), wrap(two)(1), wrap(one)(1)]`],
  ['closures as arguments are not known', `// @persist\nfunction map(f, xs) { ran('map'); return xs.map((x) => f(x)) }\nconst add = (n) => (x) => x + n\nexport const probe = () => [map(add(1), [1]), map(add(2), [1])]`, ['map', 'map']],
  ['functions in the head of a loop are not known', `export const probe = () => { const out = []; for (const op of [(a) => a + 1, (a) => a * 10]) { /* @persist */ const f = (x) => { ran('f'); return op(x) }; out.push(f(2)) } return out }`, ['f', 'f']],
  ['functions by an index', `export const probe = () => [0, 1].map((i) => { const op = [(a) => a + 1, (a) => a * 10][i]; return /* @persist */ (x) => { ran('f'); return op(x) } }).map((f) => f(2))`],
  ['enclosing classes and functions', `export const probe = () => { const out = []; for (const n of [1, 2]) { class K { v() { return n } } const h = (x) => g(x) * n; function g(x) { return x + n } /* @persist */ const f = (x) => { ran('f'); return h(x) + new K().v() }; out.push(f(1)) } return out }`],
  ['values of all kinds', `class P { constructor(n) { this.n = n } get() { return this.n } }\nconst read = (v) => v instanceof Map ? v.get('a') : v instanceof Date ? v.getTime() : v instanceof RegExp ? 'aab'.replace(v, '-') : v instanceof P ? v.get() : v[0]\nexport const probe = () => [new Map([['a', 1]]), new Map([['a', 2]]), new Date(0), new Date(1), /a/g, /a/, new P(1), new P(2), new Float64Array([1]), new Float64Array([2])].map((v) => (/* @persist */ (x) => { ran('f'); return [x, read(v)] })(1))`],
  ['an object that is changed', `export const probe = () => { const state = { n: 1 }; /* @persist */ const f = (x) => { ran('f'); return x + state.n }; const a = f(1); state.n = 2; return [a, f(1)] }`],
  ['a memo of its own', `export const probe = () => { const memo = new Map(); /* @persist */ const f = (x) => { ran('f'); if (!memo.has(x)) memo.set(x, x * 2); return memo.get(x) }; return [f(1), f(1), f(2)] }`],
  ['getters and proxies are left alone', `export const probe = () => { let asked = 0; const o = { get v() { asked++; return 3 } }; const p = new Proxy({ a: 1 }, { get(t, k) { asked++; return t[k] }, ownKeys(t) { asked++; return Reflect.ownKeys(t) }, getPrototypeOf() { asked++; return null } }); const f = /* @persist */ (x) => { ran('f'); return x > 100 ? o.v + p.a : x }; return [f(1), asked] }`],
  ['one within another', `// @persist\nfunction outer(x) { ran('outer'); /* @persist */ const inner = (y) => { ran('inner'); return x + y }; return [inner(1), inner(2), inner(1)] }\nexport const probe = () => [outer(1), outer(2), outer(1)]`],
  ['cases of a switch', `export const probe = () => { const out = []; for (const k of ['a', 'b']) switch (k) { case 'a': { const v = 1; /* @persist */ function f(x) { ran('f'); return x + v + k } out.push(f(1)); break } default: const w = 2; /* @persist */ const g = (x) => { ran('g'); return x + w + k }; out.push(g(1)) } return out }`],
  ['a default of a parameter', `const make = (n, f = /* @persist */ (x) => { ran('f'); return x + n }) => f\nexport const probe = () => [make(1)(1), make(2)(1)]`],
  ['in a generator', `function* each() { for (let i = 0; i < 2; i++) yield /* @persist */ (x) => { ran('f'); return x + i } }\nexport const probe = () => [...each()].map((f) => f(1))`],
  ['equal code in two places', `const a = (() => { const k = 1; return { /* @persist */ f: (x) => { ran('f'); return x + k } } })()\nconst b = (() => { const k = 2; return { /* @persist */ f: (x) => { ran('g'); return x + k } } })()\nexport const probe = () => [a.f(1), b.f(1)]`],
  ['a subclass as the receiver', `class B { constructor(n) { this.n = n } k() { return 1 } /* @persist */ f(x) { ran('f'); return x + this.n + this.k() } }\nclass D extends B { k() { return 100 } }\nexport const probe = () => [new B(1).f(1), new D(1).f(1), new B(1).f(1)]`],
  ['private state', `class A { #s; static #k = 3; constructor(s) { this.#s = s } /* @persist */ f(x) { ran('f'); return x + this.#s + A.#k } set(s) { this.#s = s } }\nexport const probe = () => { const a = new A(1); const out = [a.f(1)]; a.set(5); out.push(a.f(1), new A(5).f(1)); return out }`],
  ['super and mixins', `class B { f(x) { return x + 1 } }\nclass D extends B { /* @persist */ f(x) { ran('f'); return super.f(x) * 2 } }\nconst mix = (Base, n) => class extends Base { /* @persist */ g(x) { ran('g'); return x + n } }\nexport const probe = () => [new D().f(1), new D().f(2), new (mix(B, 1))().g(1), new (mix(B, 2))().g(1)]`],
  ['what new makes', `// @persist\nfunction F(x) { ran('F'); this.x = x }\nexport const probe = () => { const o = new F(3); return [o instanceof F, o.x] }`, ['F']],
  ['its own this', `// @persist\nfunction f(x) { ran('f'); return [this?.n, x] }\nexport const probe = () => [f.call({ n: 1 }, 1), f.apply({ n: 2 }, [1]), f.bind({ n: 1 })(1), f(1)]`],
  ['errors', `export const probe = () => { /* @persist */ function f(x) { ran('f'); throw new RangeError('no ' + x) } const out = []; for (let i = 0; i < 2; i++) try { f(1) } catch (e) { out.push(e.name + e.message) } return out }`, ['f', 'f']],
  ['counters are only changed', `let calls = 0\nconst stats = { total: 0, seen: [] }\nfunction helper(x) { calls += 1; return x * 2 }\n// @persist\nfunction f(x) { ran('f'); calls++; stats.total++; stats.seen.push(x); return helper(x) + 1 }\nexport const probe = () => { let n = 0; /* @persist */ const g = (x) => { ran('g'); n++; return x + 1 }; return [f(1), f(2), f(1), g(1), g(2), g(1)] }\nexport const read = () => [calls, stats]`],
  ['counters that are read count', `export const probe = () => { let n = 0; /* @persist */ const f = (x) => { ran('f'); n++; return x + n }; return [typeof f(1)] }`],
  ['counters of a class', `class A { calls = 0; #own = 0; constructor(k) { this.k = k } /* @persist */ f(x) { ran('f'); this.calls++; this.#own += 1; return x + this.k } }\nexport const probe = () => { const a = new A(1); return [a.f(1), a.f(2), a.f(1), new A(2).f(1)] }`],
  ['counters that only other members read', `class A { #own = 0; seen = 0; constructor(k) { this.k = k } get calls() { return [this.#own, this.seen] } toJSON() { return this.#own } /* @persist */ f(x) { ran('f'); this.#own++; this.seen += 1; return this.times(x) } times(x) { return x * this.k } }\nexport const probe = () => { const a = new A(3); return [a.f(1), a.f(2), a.f(1), new A(2).f(1)] }`],
  ['counters that a reached member reads', `class A { #own = 0; get calls() { return this.#own } /* @persist */ f(x) { ran('f'); this.#own++; return typeof this.calls } }\nexport const probe = () => { const a = new A(); return [a.f(1), a.f(1)] }`],
  ['what [persistKey]() says of this', `import { persistKey } from 'unplugin-persist'\nclass A { #socket = { send: () => 1 }; #n = Math.random(); constructor(k) { this.k = k } [persistKey]() { return this.k } /* @persist */ f(x) { ran('f'); this.#socket.send(); return x + this.k } }\nclass B extends A { #more = () => Math.random(); /* @persist */ g(x) { ran('g'); return this.f(x) + (this.#more() && 1) } }\nexport const probe = () => [new A(1).f(1), new A(2).f(1), new B(3).g(1), new B(3).f(2)]`],
  ['a memo and a client that others empty', `const cache = new Map(), rows = []\nconst load = (k) => { if (!cache.has(k)) cache.set(k, k * 2); if (rows.length === 0) rows.push(7); return cache.get(k) + rows[0] }\nexport const clear = () => { cache.clear(); rows.length = 0; client = undefined }\nlet client\nconst get = () => (client ??= { ask: (x) => x + 1 })\n// @persist\nfunction f(x) { ran('f'); return load(x) + get().ask(x) }\nexport const probe = () => { const out = [f(1), f(2)]; clear(); return [...out, f(1), f(3)] }`],
  ['a set that others take from', `const allowed = new Set(['a', 'b'])\nconst see = (x) => (allowed.add(x), allowed.has('a'))\nexport const forbid = (x) => allowed.delete(x)\n// @persist\nfunction f(x) { ran('f'); return see(x) }\nexport const probe = () => { const out = [f('c')]; forbid('a'); return [...out, f('c')] }`, ['f']],
  ['state beneath an object of functions', `let rate = 2\nconst names = { unit: 'm' }\nconst tax = { of: (x) => x * rate + names.unit, get rate() { return rate } }\nexport const set = (to, unit) => { rate = to; names.unit = unit }\n// @persist\nfunction f(x) { ran('f'); return tax.of(x) }\n// @persist\nfunction g() { ran('g'); return tax.rate }\nexport const probe = () => { const out = [f(1), g()]; set(3, 'm'); out.push(f(1), g()); set(3, 'km'); return [...out, f(1), g()] }`],
  ['tokens that an object of functions gets itself', `let token, number = 0\nconst api = { ask(x) { if (token === undefined || number > 9) token = Math.random(); number++; return x + Math.sign(token) } }\n// @persist\nfunction f(x) { ran('f'); return api.ask(x) }\nexport const probe = () => [f(1), f(2), f(3)]`],
  ['functions that others put in', `const steps = []\nconst handlers = { a: (x) => x }\nlet last = (x) => x\nexport const use = (step) => { steps.push(step); handlers.a = step; last = step }\n// @persist\nfunction f(x) { ran('f'); return steps.reduce((v, step) => step(v), x) }\n// @persist\nfunction g(x) { ran('g'); return handlers.a(x) }\n// @persist\nfunction h(x) { ran('h'); return last(x) }\nexport const probe = () => { const out = [f(3), g(3), h(3)]; use((v) => v * 2); out.push(f(3), g(3), h(3)); use((v) => v + 1); return [...out, f(3), g(3), h(3)] }`],
  ['rest patterns', `// @persist\nconst f = (first, ...[second, ...more]) => { ran('f'); return [first, second, more] }\nexport const probe = () => [f(1), f(1, 2), f(1, 2, 3, 4), f(1, 2, 3, 5)]`],
]

const nameOf = (index: number): string => `m${index}`
const files = Object.fromEntries(MODULES.map(([, code], index) => [`src/${nameOf(index)}.js`, `const ran = (name) => console.error('computed ${nameOf(index)}.' + name)\n${code}\n`]))
const MAIN = `const out = {}
for (let i = 0; i < ${MODULES.length}; i++) {
  const name = 'm' + i
  try { out[name] = await (await import('./src/' + name + '.js')).probe() } catch (error) { out[name] = String(error) }
}
console.log(JSON.stringify(out))`

let workspace: Workspace
let results: { values: Record<string, unknown>; ran(name: string): string[] }[]

beforeAll(async () => {
  workspace = createWorkspace()
  const cwd = workspace.write('closures', { 'package.json': '{ "name": "closures", "type": "module" }', 'main.js': MAIN, ...files })
  const env = { PERSIST_PATH: join(workspace.directory, 'store') }
  results = []
  for (const args of [[], ['--import', 'unplugin-persist/register'], ['--import', 'unplugin-persist/register']]) {
    const { code, stderr, result, computed } = await run(process.execPath, [...args, 'main.js'], { cwd, env })
    expect(code, stderr).toBe(0)
    results.push({ values: JSON.parse(result), ran: (name) => computed.filter((line) => line.startsWith(`${name}.`)).map((line) => line.slice(name.length + 1)) })
  }
}, 120_000)

afterAll(() => workspace.remove())

describe('closures, plain, computed and read back', () => {
  test.each(MODULES.map(([what, , again = []], index) => [what, nameOf(index), again] as const))('%s', (_, name, again) => {
    const [plain, cold, warm] = results
    expect(plain!.ran(name)).not.toEqual([])
    expect(cold!.values[name]).toEqual(plain!.values[name])
    expect(warm!.values[name]).toEqual(plain!.values[name])
    expect(warm!.ran(name)).toEqual(again)
  })
})
