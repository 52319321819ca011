import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { descriptorsOf, memoryHost, ROOT } from './support.ts'

type Files = Record<string, string>

function fingerprints(files: Files, file = 'src/a.ts'): Record<string, string> {
  const { functions } = createCompiler({ root: ROOT, host: memoryHost(files) }).scan(posix.join(ROOT, file))
  return Object.fromEntries(functions.map((fn) => [fn.name, fn.fingerprint]))
}

const only = (files: Files): string => Object.values(fingerprints(files))[0]!

/** What a key holds beside values: the fingerprint, and what stands for a captured variable that is no data. */
function codeOf(files: Files): unknown {
  const file = 'src/a.ts'
  const { code } = createCompiler({ root: ROOT, host: memoryHost(files) }).compile(files[file]!, posix.join(ROOT, file))!
  const { fingerprint, captures = [] } = descriptorsOf(code)[0]!
  return [fingerprint, ...captures.map((capture) => capture.provenance)]
}
const LIB: Files = { 'node_modules/lib/package.json': '{ "name": "lib", "version": "1.0.0" }', 'node_modules/lib/index.js': '' }
const marked = (imports: string, body: string): string => `${imports}\n// @persist\nexport function f(x) { ${body} }\n`

/** Each: a project, and an edit of one file of it. */
interface Case {
  name: string
  files: Files
  edit: [file: string, from: string, to: string]
}

/** Each lets a function of a module change an object of it. */
const WRITERS = ['Object.assign(settings, to)', `Object.defineProperty(settings, 'n', { value: to.n })`, `Reflect.set(settings, 'n', to.n)`, 'fill(settings, to)', 'merge(settings, to)', 'fillFurther(settings, to)', 'const it = settings; it.n = to.n', 'const it = settings; const same = it; same.n = to.n',
  'for (const it of [settings]) it.n = to.n', '[settings].forEach((it) => { it.n = to.n })', '((it) => { it.n = to.n })(settings)', '(function (first, it) { it.n = to.n })(1, settings)', 'fillSame(settings, to)']
/** What such a function does to a class whose static property others read. */
const STATIC_WRITERS = ['Config.n = to.n', 'Object.assign(Config, to)', 'const it = Config; it.n = to.n', 'fill(Config, to)']
const BUS = 'const handlers = {}\nexport const bus = { on(type, handler) { (handlers[type] ??= []).push(handler) }, run(x) { return handlers.a.map((handler) => handler(x)) } }'
const listening = (listen: string): Files => ({ 'src/a.ts': marked(`import { bus } from './bus'\nimport './listen'`, 'return bus.run(x)'), 'src/bus.ts': BUS, 'src/listen.ts': `import { bus } from './bus'\n${listen}` })

const APP = 'class Base { use(step) { this.steps.push(step) } }\nexport class App extends Base { steps = []; named = new Map(); add(name, step) { this.named.set(name, step) } get = (path, step) => this.add(path, step); route(path) { return new Route(this, path) } run(x) { return this.steps.map((step) => step(x)) } }\nexport class Route { constructor(app, path) { this.app = app } get(step) { this.app.use(step) } }\nexport const app = new App()'
const installed = (install: string): Files => ({ 'src/a.ts': marked(`import { app } from './app'\nimport './install'`, 'return app.run(x)'), 'src/app.ts': APP, 'src/install.ts': `import { app, Route } from './app'\n${install}`, 'src/route.ts': `import { app } from './app'\nexport const users = app.route('/users')` })
const REGISTRY = 'export class Registry { static #one; static all = []; static kept = new Map(); steps = []; static add(step) { Registry.all.push(step) } static keep(step) { this.kept.set(1, step) } static getInstance() { return (Registry.#one ??= new Registry()) } on(step) { this.steps.push(step) } static run(x) { return [...Registry.all, ...this.kept, ...Registry.getInstance().steps].map((step) => step(x)) } }'
const registered = (register: string): Files => ({ 'src/a.ts': marked(`import { Registry } from './registry'\nimport './register'`, 'return Registry.run(x)'), 'src/registry.ts': REGISTRY, 'src/register.ts': `import { Registry } from './registry'\n${register}` })

const configured = (writer: string): Files => ({
  ...LIB, 'src/a.ts': marked(`import { get, configure } from './b'\nconfigure({ n: 5 })`, 'return get(x)'),
  'src/b.ts': `import { merge } from 'lib'\nimport { fillFurther } from './c'\nconst settings = { n: 1 }\nfunction fill(it, to) { for (const key in to) it[key] = to[key] }\nfunction fillSame(it, to) { const same = it; same.n = to.n }\nexport const configure = (to) => { ${writer} }\nexport const get = (x) => x + settings.n`,
  'src/c.ts': 'export function fillFurther(it, to) { it.n = to.n }',
})

/** Each changes what `require()` gave. */
const CHANGES = ['Object.assign(data, { n: 5 })', 'change(data)\nfunction change(it) { it.n = 5 }', 'for (const key in data) data[key] = 5', 'function start() { Object.assign(data, { n: 5 }) }\nstart()', 'const alias = data\nalias.n = 5']

const RERUNS: readonly Case[] = [
  ...['return prompts.sum(x)', 'const { sum } = prompts; return sum(x)', 'return prompts[x](x)', 'return Object.keys(prompts).map((key) => prompts[key](x))'].map((body): Case => (
    { name: `a function of a table that others may change: ${body}`, files: { 'src/a.ts': marked(`import { prompts } from './b'`, body), 'src/b.ts': `const word = 'Sum '\nexport const prompts = { sum: (x) => word + x, tell: (x) => 'Tell ' + x }` }, edit: ['src/b.ts', `word = 'Sum '`, `word = 'Add '`] })),
  ...['sum(x) { return this.tell(x) }', 'sum: (x) => prompts.tell(x)'].map((sum): Case => (
    { name: `another function of a table, by one that is read: ${sum}`, files: { 'src/a.ts': marked(`import { prompts } from './b'`, 'return prompts.sum(x)'), 'src/b.ts': `export const prompts = { ${sum}, tell: (x) => 'Tell ' + x }` }, edit: ['src/b.ts', `'Tell ' + x`, `'Say ' + x`] })),
  { name: 'a function of a table that a statement puts there', files: { 'src/a.ts': marked(`import { prompts } from './b'`, 'return prompts.sum(x)'), 'src/b.ts': `export const prompts = { sum: (x) => x }\nprompts.sum = (x) => 'Sum ' + x` }, edit: ['src/b.ts', `'Sum '`, `'Add '`] },
  { name: 'a member of a table', files: { 'src/a.ts': marked('const table = { a: 1, b: 2 }', 'return table.a + x') }, edit: ['src/a.ts', 'a: 1', 'a: 3'] },
  { name: 'a member of settings that are read as a value', files: { 'src/a.ts': marked(`import { run } from './b'`, 'return run(x)'), 'src/b.ts': `export const settings = { model: (x) => x + 1, limit: 1 }\nexport const run = (x) => settings.model(x)` }, edit: ['src/b.ts', 'x + 1', 'x + 2'] },
  { name: 'another member of a table that is listed', files: { 'src/a.ts': marked('const table = { a: 1, b: 2 }', 'return Object.keys(table).length + table.a + x') }, edit: ['src/a.ts', 'b: 2', 'b: 2, c: 3'] },
  { name: 'another member of a table that is frozen, by `this` of a function that stands elsewhere', files: { 'src/a.ts': marked('function of() { return this.b }\nconst table = Object.freeze({ of, b: 2 })', 'return table.of() + x') }, edit: ['src/a.ts', 'b: 2', 'b: 3'] },
  { name: 'another member of a table, by `this`', files: { 'src/a.ts': marked('const table = { a() { return this.b }, b: 2 }', 'return table.a() + x') }, edit: ['src/a.ts', 'b: 2', 'b: 3'] },
  { name: 'what a member of a table is made of', files: { 'src/a.ts': marked('const one = 1\nconst table = { a: one, b: 2 }', 'return table.a + x') }, edit: ['src/a.ts', 'one = 1', 'one = 2'] },
  { name: 'a member of a table that comes twice', files: { 'src/a.ts': marked('const table = { a: 1, ...{ a: 2 } }', 'return table.a + x') }, edit: ['src/a.ts', 'a: 2', 'a: 3'] },
  { name: 'a member that a table inherits', files: { 'src/a.ts': marked('const table = { __proto__: { b: 1 }, a: 1 }', 'return table.b + x') }, edit: ['src/a.ts', 'b: 1', 'b: 2'] },
  ...['Config.options = to', 'Config.options.n = to.n', 'Object.assign(Config.options, to)'].map((writer): Case => ({
    name: `what a static property is given by \`${writer}\``, edit: ['src/a.ts', 'n: 5', 'n: 6'],
    files: { 'src/a.ts': marked(`import { get, configure } from './b'\nconfigure({ n: 5 })`, 'return get(x)'), 'src/b.ts': `class Config { static options = { n: 1 } }\nexport const configure = (to) => { ${writer} }\nexport const get = (x) => x + Config.options.n` },
  })),
  ...WRITERS.flatMap((writer): Case[] => [
    { name: `what \`${writer}\` is given`, files: configured(writer), edit: ['src/a.ts', 'n: 5', 'n: 6'] },
    { name: `what changes an object by \`${writer}\``, files: configured(writer), edit: ['src/b.ts', '(to) => {', '(to) => { to = { ...to, n: 9 };'] },
  ]),
  ...WRITERS.map((writer): Case => ({
    name: `what \`${writer}\` is given in a function of another module`, edit: ['src/a.ts', 'n: 5', 'n: 6'],
    files: {
      ...LIB, 'src/a.ts': marked(`import { get } from './b'\nimport { configure } from './d'\nconfigure({ n: 5 })`, 'return get(x)'),
      'src/b.ts': 'export const settings = { n: 1 }\nexport const get = (x) => x + settings.n', 'src/c.ts': 'export function fillFurther(it, to) { it.n = to.n }',
      'src/d.ts': `import { merge } from 'lib'\nimport { settings } from './b'\nimport { fillFurther } from './c'\nfunction fill(it, to) { for (const key in to) it[key] = to[key] }\nfunction fillSame(it, to) { const same = it; same.n = to.n }\nexport const configure = (to) => { ${writer} }`,
    },
  })),
  ...STATIC_WRITERS.flatMap((writer) => ['static n = 1', 'static m = 1'].flatMap((field): Case[] => [
    {
      name: `what \`${writer}\` gives a class with \`${field}\``, edit: ['src/a.ts', 'n: 5', 'n: 6'],
      files: { 'src/a.ts': marked(`import { get, configure } from './b'\nconfigure({ n: 5 })`, 'return get(x)'), 'src/b.ts': `class Config { ${field} }\nfunction fill(it, to) { it.n = to.n }\nexport const configure = (to) => { ${writer} }\nexport const get = (x) => x + Config.n` },
    },
    {
      name: `what \`${writer}\` gives another module's class with \`${field}\``, edit: ['src/a.ts', 'n: 5', 'n: 6'],
      files: {
        'src/a.ts': marked(`import { get } from './b'\nimport { configure } from './c'\nconfigure({ n: 5 })`, 'return get(x)'),
        'src/b.ts': `export class Config { ${field} }\nexport const get = (x) => x + Config.n`, 'src/c.ts': `import { Config } from './b'\nfunction fill(it, to) { it.n = to.n }\nexport const configure = (to) => { ${writer} }`,
      },
    },
  ])),
  ...CHANGES.flatMap((change) => [`const data = require('./d')`, `const data = require('./d.json')`].map((imports): Case => ({ name: `\`${change}\` after \`${imports}\``, files: { 'src/a.ts': marked(`${imports}\n${change}`, 'return data.n + x'), 'src/d.json': '{ "n": 1 }', 'src/d.js': 'exports.n = 1' }, edit: ['src/a.ts', '5', '6'] }))),
  { name: 'what a member of JSON is set to, which is all handed on', files: { 'src/a.ts': marked(`const data = require('./d.json')\ndata.n = 5`, 'return x(data)'), 'src/d.json': '{ "n": 1 }' }, edit: ['src/a.ts', '5', '6'] },
  { name: 'what a member of an imported JSON is set to', files: { 'src/a.ts': marked(`import data from './d.json'\ndata.n = 5`, 'return data.n + x'), 'src/d.json': '{ "n": 1 }' }, edit: ['src/a.ts', '5', '6'] },
  { name: 'a list in JSON by a method of lists, imported', files: { 'src/a.ts': marked(`import list from './d.json'`, 'return list.map((n) => n + x)'), 'src/d.json': '[1]' }, edit: ['src/d.json', '1', '2'] },
  { name: 'through a re-export', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export { g } from './c'`, 'src/c.ts': 'export const g = (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'through export *', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export * from './c'`, 'src/c.ts': 'export const g = (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'through export * as', files: { 'src/a.ts': marked(`import { c } from './b'`, 'return c.g(x)'), 'src/b.ts': `export * as c from './c'`, 'src/c.ts': 'export const g = (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'through a namespace', files: { 'src/a.ts': marked(`import * as b from './b'`, 'return b.g(x)'), 'src/b.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a namespace that is passed on', files: { 'src/a.ts': marked(`import * as b from './b'`, 'return x(b)'), 'src/b.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a namespace by a computed member', files: { 'src/a.ts': marked(`import * as b from './b'`, 'return b[x]()'), 'src/b.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through an alias', files: { 'src/a.ts': marked(`import { g as h } from './b'`, 'return h(x)'), 'src/b.ts': 'const k = (x) => x + 1\nexport { k as g }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a default import', files: { 'src/a.ts': marked(`import g from './b'`, 'return g(x)'), 'src/b.ts': 'export default (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through `{ default as }`', files: { 'src/a.ts': marked(`import { default as g } from './b'`, 'return g(x)'), 'src/b.ts': 'export default function (x) { return x + 1 }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'an imported binding exported again', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `import h from './c'\nexport { h as g }`, 'src/c.ts': 'export default (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'through import() of a literal', files: { 'src/a.ts': marked('', `return import('./b').then((b) => b.g(x))`), 'src/b.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through require() in a function', files: { 'src/a.ts': marked('', `return require('./b').g(x)`), 'src/b.ts': 'exports.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a destructured require()', files: { 'src/a.js': '', 'src/a.ts': marked(`const { g } = require('./b')`, `return g(x)`), 'src/b.ts': 'module.exports = { g: (x) => x + 1 }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through exports.f of a name', files: { 'src/a.ts': marked(`const b = require('./b')`, `return b.g(x)`), 'src/b.ts': 'function g(x) { return x + 1 }\nexports.g = g' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through module.exports = function', files: { 'src/a.ts': marked(`const g = require('./b')`, `return g(x)`), 'src/b.ts': 'module.exports = function (x) { return x + 1 }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a default import of CommonJS', files: { 'src/a.ts': marked(`import b from './b'`, `return b.g(x)`), 'src/b.ts': 'exports.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a require() that was made', files: { 'src/a.ts': marked(`import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nconst b = require('./b')`, `return b.g(x)`), 'src/b.ts': 'exports.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a require() that is made where it is called', files: { 'src/a.ts': marked(`import { createRequire } from 'node:module'\nconst b = createRequire(import.meta.url)('./b')`, `return b.g(x)`), 'src/b.ts': 'exports.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through a require() that a function makes', files: { 'src/a.ts': marked(`import { createRequire } from 'node:module'`, `const load = createRequire(import.meta.url); return load('./b').g(x)`), 'src/b.ts': 'exports.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through such a require() in a function', files: { 'src/a.ts': marked(`import module from 'node:module'\nconst load = module.createRequire(import.meta.url)`, `return load('./d.json').n`), 'src/d.json': '{ "n": 1 }' }, edit: ['src/d.json', '1', '2'] },
  { name: 'through import x = require()', files: { 'src/a.ts': marked(`import b = require('./b')`, `return b.g(x)`), 'src/b.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'through export =', files: { 'src/a.ts': marked(`import b = require('./b')`, `return b(x)`), 'src/b.ts': 'function g(x) { return x + 1 }\nexport = g' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a computed export of CommonJS', files: { 'src/a.ts': marked(`const b = require('./b')`, `return b.g(x)`), 'src/b.ts': 'const all = { g: (x) => x + 1 }\nfor (const k in all) exports[k] = all[k]' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'exports that Object.assign fills', files: { 'src/a.ts': marked(`const b = require('./b')`, `return b.g(x)`), 'src/b.ts': 'Object.assign(exports, { g: (x) => x + 1 })' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'CommonJS passed on', files: { 'src/a.ts': marked(`const b = require('./b')`, `return b.g(x)`), 'src/b.ts': `module.exports = require('./c')`, 'src/c.ts': 'exports.g = (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a list in JSON by a method of lists', files: { 'src/a.ts': marked(`const list = require('./d.json')`, 'return list.map((n) => n + x)'), 'src/d.json': '[1]' }, edit: ['src/d.json', '1', '2'] },
  { name: 'a list in JSON by a method of lists, required in a function', files: { 'src/a.ts': marked('', `return require('./d.json').map((n) => n + x)`), 'src/d.json': '[1]' }, edit: ['src/d.json', '1', '2'] },
  { name: 'an object in JSON by a method of objects', files: { 'src/a.ts': marked(`import data = require('./d.json')`, 'return data.hasOwnProperty(x)'), 'src/d.json': '{ "n": 1 }' }, edit: ['src/d.json', '"n"', '"m"'] },
  { name: 'an enum member', files: { 'src/a.ts': marked(`import { E } from './b'`, 'return E.B + x'), 'src/b.ts': 'export enum E { A = 1, B = 2 }' }, edit: ['src/b.ts', 'B = 2', 'B = 3'] },
  { name: 'an enum member by its place', files: { 'src/a.ts': marked(`import { E } from './b'`, 'return E.B + x'), 'src/b.ts': 'export enum E { A = 1, B }' }, edit: ['src/b.ts', 'A = 1', 'A = 2'] },
  { name: 'an enum read by value', files: { 'src/a.ts': marked(`import { E } from './b'`, 'return E[x]'), 'src/b.ts': 'export enum E { A = 1, B }' }, edit: ['src/b.ts', 'A = 1', 'Z = 1'] },
  { name: 'a namespace of TypeScript', files: { 'src/a.ts': marked(`import { N } from './b'`, 'return N.g(x)'), 'src/b.ts': 'export namespace N { export function g(x) { return x + 1 } }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a method', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': 'export class C { m(x) { return x + 1 } }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a method that is not named: dispatch is dynamic', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return `${new C()}`'), 'src/b.ts': 'export class C { toString() { return 1 } }' }, edit: ['src/b.ts', 'return 1', 'return 2'] },
  { name: 'a field', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().v'), 'src/b.ts': 'export class C { v = 1 }' }, edit: ['src/b.ts', 'v = 1', 'v = 2'] },
  { name: 'a variable that a statement declares', files: { 'src/a.ts': marked(`import { h } from './b.cjs'`, 'return h(x)'), 'src/b.cjs': 'try { var h = (x) => x + 1 } catch {}\nmodule.exports = { h }' }, edit: ['src/b.cjs', 'x + 1', 'x + 2'] },
  ...['if (Math.PI > 3) { function h(x) { return x + 1 } }', 'if (Math.PI > 3) function h(x) { return x + 1 }', 'function h(x) { return x }\n{ function h(x) { return x + 1 } }', 'switch (1) { case 1: { function h(x) { return x + 1 } } }'].map((text): Case => (
    { name: `a function that sloppy code declares in a block: ${text}`, files: { 'src/a.ts': marked(`import { h } from './b.cjs'`, 'return h(x)'), 'src/b.cjs': `${text}\nmodule.exports = { h }` }, edit: ['src/b.cjs', 'x + 1', 'x + 2'] })),
  { name: 'a function that sloppy code declares in a block of a function', files: { 'src/a.ts': marked(`import { g } from './b.cjs'`, 'return g(x)'), 'src/b.cjs': 'function g(x) { if (x) { function h() { return x + 1 } } return h() }\nmodule.exports = { g }' }, edit: ['src/b.cjs', 'x + 1', 'x + 2'] },
  { name: 'a static field', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.v'), 'src/b.ts': 'export class C { static v = 1 }' }, edit: ['src/b.ts', 'v = 1', 'v = 2'] },
  { name: 'a static block', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.v'), 'src/b.ts': 'export class C { static v; static { this.v = 1 } }' }, edit: ['src/b.ts', 'v = 1', 'v = 2'] },
  { name: 'a base class', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': `import { B } from './c'\nexport class C extends B {}`, 'src/c.ts': 'export class B { m(x) { return x + 1 } }' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a constructor with parameter properties', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C(1).v'), 'src/b.ts': 'export class C { constructor(public v) {} }' }, edit: ['src/b.ts', 'public v', 'v'] },
  { name: 'a decorator', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': `import { d } from './c'\nexport class C { @d(1) m(x) { return x } }`, 'src/c.ts': 'export const d = (n) => (v) => v' }, edit: ['src/b.ts', '@d(1)', '@d(2)'] },
  { name: 'what a decorator does', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': `import { d } from './c'\nexport class C { @d m(x) { return x } }`, 'src/c.ts': 'export const d = (v) => v' }, edit: ['src/c.ts', '=> v', '=> v.bind(1)'] },
  { name: 'JSON', files: { 'src/a.ts': marked(`import data from './d.json'`, 'return data.a + x'), 'src/d.json': '{ "a": 1 }' }, edit: ['src/d.json', '1', '2'] },
  { name: 'a raw asset', files: { 'src/a.ts': marked(`import text from './t.txt?raw'`, 'return text + x'), 'src/t.txt': 'one' }, edit: ['src/t.txt', 'one', 'two'] },
  { name: 'a script as text', files: { 'src/a.ts': marked(`import text from './b.ts?raw'`, 'return text + x'), 'src/b.ts': '// one' }, edit: ['src/b.ts', 'one', 'two'] },
  { name: 'a prototype written at the top', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': 'export class C {}\nC.prototype.m = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype that a helper fills', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': `import { fill } from './c'\nexport class C {}\nfill(C, { m: (x) => x + 1 })`, 'src/c.ts': 'export function fill(type, methods) { Object.assign(type.prototype, methods) }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype that a helper of a helper fills', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': `import { fill } from './c'\nexport class C {}\nfill(C, { m: (x) => x + 1 })`, 'src/c.ts': 'export const fill = (type, methods) => set(methods, type)\nfunction set(methods, type) { type.prototype.m = methods.m }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a property of a function', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g.factor * x'), 'src/b.ts': 'export function g() {}\ng.factor = 1' }, edit: ['src/b.ts', 'factor = 1', 'factor = 2'] },
  { name: 'a registry filled at the top', files: { 'src/a.ts': marked(`import { get } from './b'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nall.set("one", () => 1)' }, edit: ['src/b.ts', '=> 1)', '=> 2)'] },
  { name: 'a registry filled from another module', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `import { add } from './b'\nadd('one', () => 1)` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'a global that a bare import writes', files: { 'src/a.ts': marked(`import './polyfill'`, 'return x.last()'), 'src/polyfill.ts': 'Array.prototype.last = function () { return this.at(-1) }' }, edit: ['src/polyfill.ts', '-1', '-2'] },
  { name: 'a merged namespace', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g.k + x'), 'src/b.ts': 'export function g() {}\nexport namespace g { export const k = 1 }' }, edit: ['src/b.ts', 'k = 1', 'k = 2'] },
  { name: 'a `var` declared twice', files: { 'src/a.ts': marked('var n = 1\nvar n = 2', 'return n + x') }, edit: ['src/a.ts', 'n = 2', 'n = 3'] },
  { name: 'what initialises a value', files: { 'src/a.ts': marked(`import { table } from './b'`, 'return table[x]'), 'src/b.ts': `import { make } from './c'\nexport const table = make(3)`, 'src/c.ts': 'export const make = (n) => [n]' }, edit: ['src/c.ts', '[n]', '[n, n]'] },
  { name: 'what initialises a value of the own file', files: { 'src/a.ts': marked(`import { make } from './c'\nconst table = make(3)`, 'return table[x]'), 'src/c.ts': 'export const make = (n) => [n]' }, edit: ['src/c.ts', '[n]', '[n, n]'] },
  { name: 'what a function made by a call does', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `const wrap = (fn) => (x) => fn(x)\nexport const g = wrap((x) => x + 1)` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'state beneath an initialiser', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `import { settings } from './c'\nexport const g = make(settings)\nfunction make(s) { return (x) => x + s.n }`, 'src/c.ts': 'export const settings = { n: 1 }' }, edit: ['src/c.ts', 'n: 1', 'n: 2'] },
  { name: 'a value two files away', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `import { settings } from './c'\nexport const g = (x) => x + settings.n`, 'src/c.ts': 'export const settings = { n: 1 }' }, edit: ['src/c.ts', 'n: 1', 'n: 2'] },
  { name: 'which name `.name` gives', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.name + x'), 'src/b.ts': 'class One {}\nexport { One as C }' }, edit: ['src/b.ts', 'class One {}\nexport { One as C }', 'class Two {}\nexport { Two as C }'] },
  { name: 'which name `.constructor` gives', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().constructor.name'), 'src/b.ts': 'class One {}\nexport { One as C }' }, edit: ['src/b.ts', 'class One {}\nexport { One as C }', 'class Two {}\nexport { Two as C }'] },
  { name: 'which name a static method asks for', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class One { static of() { return this.name } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static of() { return this.name } }\nexport { One as C }`, `class Two { static of() { return this.name } }\nexport { Two as C }`] },
  { name: 'which name a static method takes', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class One { static of() { const { name } = this; return name } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static of() { const { name } = this; return name } }\nexport { One as C }`, `class Two { static of() { const { name } = this; return name } }\nexport { Two as C }`] },
  { name: 'which name a static method asks for in an arrow function', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class One { static of() { return [1].map(() => this.name) } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static of() { return [1].map(() => this.name) } }\nexport { One as C }`, `class Two { static of() { return [1].map(() => this.name) } }\nexport { Two as C }`] },
  { name: 'which name a static field is made of', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class One { static id = this.name; static of() { return this.id } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static id = this.name; static of() { return this.id } }\nexport { One as C }`, `class Two { static id = this.name; static of() { return this.id } }\nexport { Two as C }`] },
  { name: 'which name a static block asks for', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class One { static { this.id = this.name } static of() { return this.id } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static { this.id = this.name } static of() { return this.id } }\nexport { One as C }`, `class Two { static { this.id = this.name } static of() { return this.id } }\nexport { Two as C }`] },
  { name: 'which name a static method of a base class asks for', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of() + x'), 'src/b.ts': `class Base { static of() { return this.name } }\nclass One extends Base {}\nexport { One as C }` }, edit: ['src/b.ts', `class Base { static of() { return this.name } }\nclass One extends Base {}\nexport { One as C }`, `class Base { static of() { return this.name } }\nclass Two extends Base {}\nexport { Two as C }`] },
  { name: 'which name `.constructor` of a function that is called by `new` gives', files: { 'src/a.ts': marked(`import { make } from './b'`, 'return make().constructor.name'), 'src/b.ts': 'function One() { this.n = 1 }\nexport const make = () => new One()' }, edit: ['src/b.ts', 'function One() { this.n = 1 }\nexport const make = () => new One()', 'function Two() { this.n = 1 }\nexport const make = () => new Two()'] },
  { name: 'which name `.constructor` gives to a method of a prototype', files: { 'src/a.ts': marked(`import { make } from './b'`, 'return make().kind()'), 'src/b.ts': 'function One() {}\nOne.prototype.kind = function () { return this.constructor.name }\nexport { One as make }' }, edit: ['src/b.ts', 'function One() {}\nOne.prototype.kind = function () { return this.constructor.name }\nexport { One as make }', 'function Two() {}\nTwo.prototype.kind = function () { return this.constructor.name }\nexport { Two as make }'] },
  { name: 'which name a function has that asks how it is called', files: { 'src/a.ts': marked(`import { make } from './b'`, 'return make(x).kind'), 'src/b.ts': 'function One() { this.kind = new.target.name }\nexport const make = (it) => Reflect.construct(One, [it])' }, edit: ['src/b.ts', 'function One() { this.kind = new.target.name }\nexport const make = (it) => Reflect.construct(One, [it])', 'function Two() { this.kind = new.target.name }\nexport const make = (it) => Reflect.construct(Two, [it])'] },
  { name: 'which name `.constructor` of a class expression gives', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g() + x'), 'src/b.ts': `const One = class { of() { return this.constructor.name } }\nexport const g = () => new One().of()` }, edit: ['src/b.ts', `const One = class { of() { return this.constructor.name } }\nexport const g = () => new One().of()`, `const Two = class { of() { return this.constructor.name } }\nexport const g = () => new Two().of()`] },
  { name: 'which name a static method of a class expression asks for', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g() + x'), 'src/b.ts': `const One = class { static of() { return this.name } }\nexport const g = () => One.of()` }, edit: ['src/b.ts', `const One = class { static of() { return this.name } }\nexport const g = () => One.of()`, `const Two = class { static of() { return this.name } }\nexport const g = () => Two.of()`] },
  { name: 'which name `.constructor` of a class within a function gives', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g() + x'), 'src/b.ts': `export const g = () => { class One { of() { return this.constructor.name } } return new One().of() }` }, edit: ['src/b.ts', `export const g = () => { class One { of() { return this.constructor.name } } return new One().of() }`, `export const g = () => { class Two { of() { return this.constructor.name } } return new Two().of() }`] },
  { name: 'which name a static method of a class within a function asks for', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g() + x'), 'src/b.ts': `export const g = () => { const One = class { static of() { return this.name } }; return One.of() }` }, edit: ['src/b.ts', `export const g = () => { const One = class { static of() { return this.name } }; return One.of() }`, `export const g = () => { const Two = class { static of() { return this.name } }; return Two.of() }`] },
  { name: 'the text of a function', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g.toString()'), 'src/b.ts': 'export function g(a) { return a }' }, edit: ['src/b.ts', 'g(a) { return a }', 'g(b) { return b }'] },
  { name: 'a class held in an object', files: { 'src/a.ts': marked(`import { kinds } from './b'`, 'return new kinds.c().m(x)'), 'src/b.ts': 'class C { m(x) { return x + 1 } }\nexport const kinds = { c: C }' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'the second of two names from a barrel, beneath a helper', files: { 'src/a.ts': marked(`import { g, h } from './b'\nconst help = (x) => g(x) + h(x)`, 'return help(x)'), 'src/b.ts': `export * from './c'`, 'src/c.ts': 'export const g = (x) => x\nexport const h = (x) => x + 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a barrel passed on as a namespace', files: { 'src/a.ts': marked(`import * as b from './b'`, 'return x(b)'), 'src/b.ts': `export * from './c'\nexport * from './d'`, 'src/c.ts': 'export const g = 1', 'src/d.ts': 'export const h = (x) => x + 1' }, edit: ['src/d.ts', '+ 1', '+ 2'] },
  { name: 'a barrel of a barrel under another name', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export * from './c'\nexport { h as g } from './c'`, 'src/c.ts': `export * from './d'`, 'src/d.ts': 'export const h = (x) => x + 1' }, edit: ['src/d.ts', '+ 1', '+ 2'] },
  { name: 'an object of which only what it does counts', files: { 'src/a.ts': marked(`import { timers } from './b'`, 'timers.start(x); return x'), 'src/b.ts': 'export const timers = { start(n) { globalThis.n = n } }' }, edit: ['src/b.ts', 'globalThis.n = n', 'globalThis.n = n + 1'] },
  { name: 'what such an object reads', files: { 'src/a.ts': marked(`import { timers } from './b'`, 'timers.start(x); return x'), 'src/b.ts': 'let base = 1\nexport const timers = { start(n) { globalThis.n = base++ } }' }, edit: ['src/b.ts', 'base = 1', 'base = 2'] },
  { name: 'a registry that a module fills of which nothing is reached', files: { 'src/a.ts': marked(`import { get } from './b'\nimport { all } from './plugins'\nexport const keep = () => all`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `export * as all from './one'`, 'src/one.ts': `import { add } from './b'\nexport const one = 1\nadd('one', () => 1)` }, edit: ['src/one.ts', '=> 1)', '=> 2)'] },
  { name: 'a registry that a module fills beside it in a barrel', files: { 'src/a.ts': marked(`import { get } from './index'`, 'return get(x)'), 'src/index.ts': `export * from './b'\nexport * from './plugin'`, 'src/b.ts': 'const all = {}\nexport const get = (name) => all[name]()\nexport const add = (name, make) => { all[name] = make }', 'src/plugin.ts': `import { add } from './b'\nexport const one = () => 1\nadd('one', one)` }, edit: ['src/plugin.ts', '=> 1', '=> 2'] },
  { name: 'a prototype that a module fills of which nothing is reached', files: { 'src/a.ts': marked(`import { C } from './b'\nimport { version } from './c'\nexport { version }`, 'return new C().m(x)'), 'src/b.ts': 'export class C {}', 'src/c.ts': `import { C } from './b'\nexport const version = 1\nC.prototype.m = (x) => x + 1` }, edit: ['src/c.ts', 'x + 1', 'x + 2'] },
  { name: 'a global that an imported module writes', files: { 'src/a.ts': marked(`import { version } from './c'\nexport { version }`, 'return globalThis.scale(x)'), 'src/c.ts': 'export const version = 1\nglobalThis.scale = (x) => x + 1' }, edit: ['src/c.ts', 'x + 1', 'x + 2'] },
  { name: 'a setting that an imported module changes, read two files away', files: { 'src/a.ts': marked(`import { g } from './b'\nimport { boot } from './c'\nexport { boot }`, 'return g(x)'), 'src/b.ts': 'let n = 1\nexport const setN = (value) => { n = value }\nexport const g = (x) => x + n', 'src/c.ts': `import { setN } from './b'\nexport const boot = 1\nsetN(5)` }, edit: ['src/c.ts', 'setN(5)', 'setN(6)'] },
  { name: 'a registry that a module fills which is imported when called', files: { 'src/a.ts': marked(`import { get } from './b'`, `return import('./plugin').then(() => get(x))`), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugin.ts': `import { add } from './b'\nadd('one', () => 1)` }, edit: ['src/plugin.ts', '=> 1)', '=> 2)'] },
  { name: 'a plugin that a package is given', files: { ...LIB, 'src/a.ts': marked(`import lib from 'lib'\nlib.extend((n) => n + 1)`, 'return lib(x)') }, edit: ['src/a.ts', 'n + 1', 'n + 2'] },
  { name: 'a plugin that a package is given before it is passed on', files: { ...LIB, 'src/a.ts': marked(`import { lib } from './lib'`, 'return lib(x)'), 'src/lib.ts': `import lib from 'lib'\nlib.extend((n) => n + 1)\nexport { lib }` }, edit: ['src/lib.ts', 'n + 1', 'n + 2'] },
  { name: 'a setting of a package', files: { ...LIB, 'src/a.ts': marked(`import { Settings, value } from 'lib'\nSettings.zone = 1`, 'return value(x)') }, edit: ['src/a.ts', 'zone = 1', 'zone = 2'] },
  { name: 'a setting that a package is told in a module of its own', files: { ...LIB, 'src/a.ts': marked(`import * as lib from 'lib'\nimport './setup'`, 'return lib.value(x)'), 'src/setup.ts': `import { configure } from 'lib'\nconfigure({ zone: 1 })` }, edit: ['src/setup.ts', 'zone: 1', 'zone: 2'] },
  { name: 'a setting that a package is told through a namespace', files: { ...LIB, 'src/a.ts': marked(`import * as lib from 'lib'\nlib.configure({ zone: 1 })`, 'return lib.value(x)') }, edit: ['src/a.ts', 'zone: 1', 'zone: 2'] },
  { name: 'the order of statements that change a variable', files: { 'src/a.ts': marked(`import { get } from './b'`, 'return get(x)'), 'src/b.ts': 'let n = 1\nexport const get = (x) => x + n\nexport function set(to) { n = to }\nset(2)\nn = 3' }, edit: ['src/b.ts', 'set(2)\nn = 3', 'n = 3\nset(2)'] },
  { name: 'a setting of a module of Node, set by its default export', files: { 'src/a.ts': marked(`import util, { inspect } from 'node:util'\nutil.inspect.defaultOptions.depth = 1`, 'return inspect(x)') }, edit: ['src/a.ts', 'depth = 1', 'depth = 2'] },
  { name: 'a setting of a module of Node', files: { 'src/a.ts': marked(`import util from 'node:util'\nutil.inspect.defaultOptions.depth = 1`, 'return util.inspect(x)') }, edit: ['src/a.ts', 'depth = 1', 'depth = 2'] },
  { name: 'an object that a function fills at once', files: { 'src/a.ts': marked(`import { api } from './b'`, 'return api.g(x)'), 'src/b.ts': `export const api = {}\n;(function (all) { all.g = (n) => n + 1 })(api)` }, edit: ['src/b.ts', 'n + 1', 'n + 2'] },
  { name: 'what listens to a bus of which nothing comes back', files: { 'src/a.ts': marked(`import { bus } from './bus'\nimport './listen'`, `const out = []; bus.emit('x', x, out); return out`), 'src/bus.ts': `import { EventEmitter } from 'node:events'\nexport const bus = new EventEmitter()`, 'src/listen.ts': `import { bus } from './bus'\nbus.on('x', (n, out) => out.push(n + 1))` }, edit: ['src/listen.ts', 'n + 1', 'n + 2'] },
  { name: 'what a function tells a bus of which nothing comes back there', files: listening(`function start(n) { bus.on('a', (x) => x + n) }\nstart(1)`), edit: ['src/listen.ts', 'start(1)', 'start(2)'] },
  { name: 'what a constructor tells a bus', files: listening(`class Audit { constructor(n) { bus.on('a', (x) => x + n) } }\nnew Audit(1)`), edit: ['src/listen.ts', 'Audit(1)', 'Audit(2)'] },
  { name: 'what a constructor tells a bus, for a static field', files: listening(`export class Audit { static one = new Audit(1); constructor(n) { bus.on('a', (x) => x + n) } }`), edit: ['src/listen.ts', 'Audit(1)', 'Audit(2)'] },
  { name: 'what a constructor tells a bus, for a variable', files: listening(`class Audit { constructor(n) { bus.on('a', (x) => x + n) } }\nexport const audit = new Audit(1)`), edit: ['src/listen.ts', 'Audit(1)', 'Audit(2)'] },
  { name: 'a class that a decorator of a third module tells a bus of', files: { ...listening(`import { On } from './on'\nclass Audit { @On('a') of(x) { return x + 1 } }`), 'src/on.ts': `import { bus } from './bus'\nexport const On = (type) => (target, { name }) => { bus.on(type, target) }` }, edit: ['src/listen.ts', 'x + 1', 'x + 2'] },
  { name: 'what a function does to an instance by a method', files: installed('function start(n) { app.add("one", (x) => x + n) }\nstart(1)'), edit: ['src/install.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function does to an instance by a method of the class that its own extends', files: installed('const start = (n) => app.use((x) => x + n)\nstart(1)'), edit: ['src/install.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function does to an instance of the module', files: { 'src/a.ts': marked(`${APP}\nfunction start(n) { app.add('one', (x) => x + n) }\nstart(1)`, 'return app.run(x)') }, edit: ['src/a.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function does to a class by a static method', files: registered('function start(n) { Registry.add((x) => x + n) }\nstart(1)'), edit: ['src/register.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function does to a class by a static method that says `this`', files: registered('function start(n) { Registry.keep((x) => x + n) }\nstart(1)'), edit: ['src/register.ts', 'start(1)', 'start(2)'] },
  { name: 'what is told to the one instance of a class under a name of its own', files: registered('const registry = Registry.getInstance()\nregistry.on((x) => x + 1)'), edit: ['src/register.ts', 'x + 1', 'x + 2'] },
  { name: 'what is told to something that a method gave', files: installed(`const users = app.route('/users')\nusers.get((x) => x + 1)`), edit: ['src/install.ts', 'x + 1', 'x + 2'] },
  { name: 'what is told to something that was constructed with it', files: installed(`const users = new Route(app, '/users')\nusers.get((x) => x + 1)`), edit: ['src/install.ts', 'x + 1', 'x + 2'] },
  { name: 'what is told to something that a method gave in another module', files: installed(`import { users } from './route'\nusers.get((x) => x + 1)`), edit: ['src/install.ts', 'x + 1', 'x + 2'] },
  { name: 'what a statement calls `get` for', files: installed(`app.get('/users', (x) => x + 1)`), edit: ['src/install.ts', 'x + 1', 'x + 2'] },
  { name: 'a registry that is filled by a function of a module beside it', files: { 'src/a.ts': marked(`import { run } from './run'\nimport './plugin'`, 'return run(x)'), 'src/all.ts': 'export const hooks = []', 'src/run.ts': `import { hooks } from './all'\nexport const run = (x) => hooks.map((hook) => hook(x))`, 'src/add.ts': `import * as all from './all'\nexport const add = (hook) => { all.hooks.push(hook) }`, 'src/plugin.ts': `import { add } from './add'\nadd((n) => n + 1)` }, edit: ['src/plugin.ts', 'n + 1', 'n + 2'] },
  { name: 'a setting of a package that a function is called for', files: { ...LIB, 'src/a.ts': marked(`import { Settings, value } from 'lib'\nfunction boot(n) { Settings.zone = n }\nboot(1)`, 'return value(x)') }, edit: ['src/a.ts', 'boot(1)', 'boot(2)'] },
  { name: 'a registry that is filled through a namespace', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'export const all = new Map()\nexport const get = (name) => all.get(name)()', 'src/plugins.ts': `import * as b from './b'\nb.all.set('one', () => 1)` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'a registry that a function of a third module fills', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/c.ts': `import { add } from './b'\nexport const register = (make) => add('one', make)`, 'src/plugins.ts': `import { register } from './c'\nregister(() => 1)` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'what a function fills that was kept in an object', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `import { add } from './b'\nconst hooks = {}\nhooks.start = () => { add('one', () => 1) }\nfunction boot() { hooks.start() }\nboot()` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'what a function fills that stands in an object', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const version = 1\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `import { add, version } from './b'\nconst hooks = { version, start: () => { add('one', () => 1) } }\nhooks.start()` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'what a function fills that stands in an object and is called by another', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const version = 1\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `import { add, version } from './b'\nconst hooks = { version, start: () => { add('one', () => 1) } }\nfunction boot() { hooks.start() }\nboot()` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'what a function fills that stands in an exported object', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const version = 1\nexport const get = (name) => all.get(name)()\nexport const add = (name, make) => all.set(name, make)', 'src/plugins.ts': `import { add, version } from './b'\nexport const hooks = { version, start: () => { add('one', () => 1) } }\nfunction boot() { return hooks.start() }\nboot()` }, edit: ['src/plugins.ts', '=> 1)', '=> 2)'] },
  { name: 'a class that registers itself in a static block', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'export const all = new Map()\nexport const get = (name) => all.get(name).run()', 'src/plugins.ts': `import { all } from './b'\nclass One { static { all.set('one', this) }\nstatic run() { return 1 } }` }, edit: ['src/plugins.ts', 'return 1', 'return 2'] },
  { name: 'a class that its decorator registers', files: { 'src/a.ts': marked(`import { get } from './b'\nimport './plugins'`, 'return get(x)'), 'src/b.ts': 'const all = new Map()\nexport const get = (name) => all.get(name).run()\nexport const named = (name) => (type) => { all.set(name, type) }', 'src/plugins.ts': `import { named } from './b'\n@named('one') class One { static run() { return 1 } }` }, edit: ['src/plugins.ts', 'return 1', 'return 2'] },
  { name: 'an export of its own that compiled CommonJS calls', files: { 'src/a.ts': marked(`const { g } = require('./b')`, 'return g(x)'), 'src/b.ts': `exports.h = void 0\nconst h = (x) => x + 1\nexports.h = h\nfunction g(x) { return (0, exports.h)(x) }\nexports.g = g` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'exports that are given a name of their own', files: { 'src/a.ts': marked(`const b = require('./b')`, 'return b.g(x)'), 'src/b.ts': `const api = module.exports = {}\napi.g = (x) => x + 1` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a function that is all of CommonJS, and its name', files: { 'src/a.ts': marked(`const g = require('./b')`, 'return g(x)'), 'src/b.ts': `var g = module.exports = make\nfunction make(x) { return x + 1 }\ng.more = 1` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'an alias of what a namespace holds', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `namespace Tools { export const inner = (x) => x + 1 }\nimport inner = Tools.inner\nexport const g = (x) => inner(x)` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'the member of JSON that is imported', files: { 'src/a.ts': marked(`import { n } from './d.json'`, 'return n + x'), 'src/d.json': '{ "n": 1, "m": 2 }' }, edit: ['src/d.json', '1', '3'] },
  { name: 'a prototype filled far from its class', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m(x)'), 'src/b.ts': 'export class C {}\nconst between = 1\nObject.assign(C.prototype, { m: (x) => x + 1 })' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype filled in another module', files: { 'src/a.ts': marked(`import { C } from './b'\nimport './c'`, 'return new C().m(x)'), 'src/b.ts': 'export class C {}', 'src/c.ts': `import { C } from './b'\nC.prototype.m = (x) => x + 1` }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a name of `export *` that a module now has itself', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export * from './c'\nexport const h = (x) => x - 1`, 'src/c.ts': 'export const g = (x) => x + 1' }, edit: ['src/b.ts', 'const h', 'const g'] },
  { name: 'a setter', files: { 'src/a.ts': marked(`import { C } from './b'`, 'const c = new C(); c.v = x; return c.w'), 'src/b.ts': 'export class C { w = 0; set v(n) { this.w = n } }' }, edit: ['src/b.ts', 'this.w = n', 'this.w = -n'] },
  { name: 'which private name', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m()'), 'src/b.ts': 'export class C { #a = 1; #b = 2; m() { return this.#a } }' }, edit: ['src/b.ts', 'this.#a', 'this.#b'] },
  { name: 'a member of another enum by the name of an own one', files: { 'src/a.ts': marked(`import { E } from './b'`, 'return E.X + x'), 'src/b.ts': 'enum F { Y = 2 }\nexport enum E { Y = 1, X = F.Y }' }, edit: ['src/b.ts', 'Y = 2', 'Y = 3'] },
  { name: 'optional chaining on an import', files: { 'src/a.ts': marked(`import { b } from './b'`, 'return b.g(x)'), 'src/b.ts': 'export const b = { g: (x) => x + 1 }' }, edit: ['src/a.ts', 'b.g(x)', 'b?.g(x)'] },
  { name: 'a global object that is handed to a function which writes to it', files: { 'src/a.ts': marked(`import './b'`, 'return globalThis.helper(x)'), 'src/b.ts': 'function install(to) { to.helper = (x) => x + 1 }\ninstall(globalThis)' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a global object that is handed to a function which stands there', files: { 'src/a.ts': marked(`import './b'`, 'return globalThis.helper(x)'), 'src/b.ts': ';(function (root) { root.helper = (x) => x + 1 })(globalThis)' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype of the language\'s that is handed to a function which writes to it', files: { 'src/a.ts': marked(`import './b'`, 'return x.last()'), 'src/b.ts': `import { extend } from './c'\nextend(Array.prototype, { last() { return this[this.length - 1] } })`, 'src/c.ts': 'export function extend(target, more) { for (const key in more) target[key] = more[key] }' }, edit: ['src/b.ts', '- 1', '- 2'] },
  { name: 'a prototype under a name of its own', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': 'export function B() {}\nconst proto = B.prototype\nproto.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype of another module\'s under a name of its own', files: { 'src/a.ts': marked(`import { B } from './b'\nimport './c'`, 'return new B().g(x)'), 'src/b.ts': 'export class B {}', 'src/c.ts': `import { B } from './b'\nconst proto = B.prototype\nproto.g = (x) => x + 1` }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a prototype that is taken out', files: { 'src/a.ts': marked(`import { B } from './b'\nimport './c'`, 'return new B().g(x)'), 'src/b.ts': 'export class B {}', 'src/c.ts': `import { B } from './b'\nconst { prototype } = B\nprototype.g = (x) => x + 1` }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'a table of another module\'s under a name of its own', files: { 'src/a.ts': marked(`import { table } from './b'\nconst own = table\nown.one = (x) => x + 1`, 'return table.one(x)'), 'src/b.ts': 'export const table = {}' }, edit: ['src/a.ts', '+ 1', '+ 2'] },
  { name: 'classes that a loop goes over', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': 'export class B {}\nclass C {}\nfor (const one of [B, C]) one.prototype.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'classes that a callback is given', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': `export class B {}\nclass C {}\n;[B, C].forEach((one) => Object.defineProperty(one.prototype, 'g', { value: (x) => x + 1 }))` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a prototype that gets a name with its value', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': 'export function B() {}\nconst proto = (B.prototype = {})\nproto.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a class that a package\'s function is known to extend', files: { ...LIB, 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': `import { mixin } from 'lib'\nexport class B {}\nmixin(B, { g: (x) => x + 1 })` }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'the name of a function in a list, for what asks each for it', files: { 'src/a.ts': marked(`import { steps } from './b'`, 'return steps.map((step) => [step.name, step(x)])'), 'src/b.ts': 'const one = (n) => n + 1\nfunction two(n) { return n * 2 }\nexport const steps = [one, two]' }, edit: ['src/b.ts', 'const one = (n) => n + 1\nfunction two(n) { return n * 2 }\nexport const steps = [one, two]', 'const one = (n) => n + 1\nfunction due(n) { return n * 2 }\nexport const steps = [one, due]'] },
  { name: 'the name of a class in an object, for what makes one of it', files: { 'src/a.ts': marked(`import { kinds } from './b'`, 'return Object.values(kinds).map((Kind) => Kind.name + new Kind().v)'), 'src/b.ts': 'class One { v = 1 }\nexport const kinds = { first: One }' }, edit: ['src/b.ts', 'class One { v = 1 }\nexport const kinds = { first: One }', 'class Two { v = 1 }\nexport const kinds = { first: Two }'] },
  { name: 'the own name of a function that is registered by it', files: { 'src/a.ts': marked(`import { table } from './b'`, 'return table.get("one")(x)'), 'src/b.ts': 'export const table = new Map()\nconst register = (fn) => { table.set(fn.name, fn) }\nregister(function one(n) { return n + 1 })' }, edit: ['src/b.ts', 'function one', 'function uno'] },
  { name: 'the name of a function that a pattern takes', files: { 'src/a.ts': marked(`import { steps } from './b'`, 'return steps.map(({ name }) => name + x)'), 'src/b.ts': 'const one = (n) => n + 1\nexport const steps = [one]' }, edit: ['src/b.ts', 'const one = (n) => n + 1\nexport const steps = [one]', 'const uno = (n) => n + 1\nexport const steps = [uno]'] },
  { name: 'the names of members of a namespace in a list', files: { 'src/a.ts': marked(`import * as b from './b'\nconst steps = [b.one, b.two]`, 'return steps.map((step) => step.name + step(x))'), 'src/b.ts': 'const one = (n) => n + 1\nconst two = (n) => n + 2\nexport { one, two }' }, edit: ['src/b.ts', 'const two = (n) => n + 2\nexport { one, two }', 'const due = (n) => n + 2\nexport { one, due as two }'] },
  { name: 'a worker', files: { 'src/a.ts': marked(`import { Worker } from 'node:worker_threads'`, `return new Worker(new URL('./w.js', import.meta.url), { workerData: x })`), 'src/w.js': `import { parentPort, workerData } from 'node:worker_threads'\nparentPort.postMessage(workerData + 1)` }, edit: ['src/w.js', '+ 1', '+ 2'] },
  { name: 'a helper of a worker', files: { 'src/a.ts': marked(`import { Worker } from 'node:worker_threads'`, `return new Worker(new URL('./w.js', import.meta.url), { workerData: x })`), 'src/w.js': `import { parentPort, workerData } from 'node:worker_threads'\nimport { k } from './k.js'\nparentPort.on('message', (n) => parentPort.postMessage(n * k))`, 'src/k.js': 'export const k = 1' }, edit: ['src/k.js', '1', '2'] },
  { name: 'a setup that a worker imports', files: { 'src/a.ts': marked(`import { Worker } from 'node:worker_threads'`, `return new Worker(new URL('./w.js', import.meta.url))`), 'src/w.js': `import './setup.js'\nconsole.log(globalThis.k)`, 'src/setup.js': 'globalThis.k = 1' }, edit: ['src/setup.js', '1', '2'] },
  { name: 'a worker by a path that is made first', files: { 'src/a.ts': marked(`import { Worker } from 'node:worker_threads'\nconst WORKER = new URL('./w.js', import.meta.url)`, `return new Worker(WORKER, { workerData: x })`), 'src/w.js': `import { parentPort, workerData } from 'node:worker_threads'\nparentPort.postMessage(workerData + 1)` }, edit: ['src/w.js', '+ 1', '+ 2'] },
  { name: 'a worker beside a CommonJS module', files: { 'src/a.ts': marked(`const { Worker } = require('worker_threads')\nconst path = require('path')`, `return new Worker(path.join(__dirname, 'w.js'))`), 'src/w.js': `const { parentPort } = require('worker_threads')\nparentPort.postMessage(1)` }, edit: ['src/w.js', '(1)', '(2)'] },
  { name: 'a forked process', files: { 'src/a.ts': marked(`import { fork } from 'node:child_process'\nimport { fileURLToPath } from 'node:url'`, `return fork(fileURLToPath(new URL('./w.js', import.meta.url)))`), 'src/w.js': 'process.send(1)' }, edit: ['src/w.js', '(1)', '(2)'] },
  { name: 'a worker that runs its own module', files: { 'src/a.ts': marked(`import { Worker, isMainThread, parentPort } from 'node:worker_threads'\nimport { fileURLToPath } from 'node:url'\nif (!isMainThread) parentPort.postMessage(1)`, `return new Worker(fileURLToPath(import.meta.url))`) }, edit: ['src/a.ts', '(1)', '(2)'] },
  { name: 'a module that another one hides', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export * from './c'\nexport * from './d'`, 'src/c.ts': 'export const h = 1', 'src/d.ts': 'export const g = (x) => x' }, edit: ['src/d.ts', '=> x', '=> x + 1'] },
]

describe('a rerun', () => {
  it.each(RERUNS)('$name', ({ files, edit: [file, from, to] }) => {
    const text = files[file]!.replace(from, to)
    expect(text).not.toBe(files[file])
    expect(codeOf({ ...files, [file]: text })).not.toEqual(codeOf(files))
  })
})

it('a pattern at the top of a module is as if each name stood alone', () => {
  const print = (text: string): string => only({ 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `import { make } from './make'\n${text}\nexport const g = (n) => n * a`, 'src/make.ts': 'export const make = () => ({ a: 1, b: 2, c: 3 })' })
  expect(print('const { b, a } = make()')).toBe(print('const { a } = make()'))
  expect(print('const a = make().a')).toBe(print('const { a } = make()'))
  expect(print('const { b: a } = make()')).not.toBe(print('const { a } = make()'))
})

it('a component that is a member of a namespace is all that is reached of it', () => {
  const print = (box: number, other: number): string => Object.values(fingerprints({ 'src/a.tsx': marked(`import * as b from './b'`, 'return <b.Box n={x} />'), 'src/b.ts': `export const Box = (p) => p.n + ${box}\nexport const Other = ${other}` }, 'src/a.tsx'))[0]!
  expect(print(2, 1)).not.toBe(print(1, 1))
  expect(print(1, 2)).toBe(print(1, 1))
})

it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('a name that every object has: %s', (name) => {
  const print = (n: number): string => only({ 'src/a.ts': marked(`import { ${name} as g } from './b'`, `return [g(x), hasOwnProperty.call(x, 'a'), toString.call(x), constructor.of(x)]`), 'src/b.ts': `const own = hasOwnProperty.call({}, 'a')\nfunction ${name}(x) { return x + ${n} + own }\nexport { ${name} }` })
  expect(print(1)).not.toBe(print(2))
  expect(only({ 'src/a.ts': marked('', `return ${name}`) })).toMatch(/^[0-9a-f]{32}$/)
})

/** Ways to take one export of a module when the function runs. */
const TAKEN = [
  `const { g } = await import('./b'); return g(x)`,
  `const { g: h, 'i': i } = await import('./b'); return h(x) + i`,
  `const b = await import('./b'); return [1].map(() => b.g(x))`,
  `return (await import('./b')).g(x)`,
  `return import('./b').then(({ g }) => g(x))`,
  `return import('./b').then((b) => b.g(x))`,
  `const { g } = require('./b'); return g(x)`,
  `return require('./b').g(x)`,
]
const takes = (body: string): Files => ({ 'src/a.ts': `// @persist\nexport async function f(x) { ${body} }`, 'src/b.ts': `import './c'\nexport * from './d'\nexport const h = 1`, 'src/c.ts': `import { table } from './d'\ntable.n = 1`, 'src/d.ts': 'export const table = { n: 0 }\nexport const g = (x) => x + table.n\nexport const i = 2' })

describe.each(TAKEN)('of a module that is loaded by `%s`', (body) => {
  it.each([['the export', 'src/d.ts', 'x + table', 'x - table'], ['what the module does', 'src/c.ts', 'n = 1', 'n = 2']] as const)('%s counts', (_, file, from, to) => {
    const files = takes(body)
    expect(only({ ...files, [file]: files[file]!.replace(from, to) })).not.toBe(only(files))
  })

  it('no other export does', () => {
    const files = takes(body)
    expect(only({ ...files, 'src/b.ts': files['src/b.ts']!.replace('h = 1', 'h = 2') })).toBe(only(files))
  })
})

it.each([
  `const b = await import('./b'); return x(b)`,
  `const b = await import('./b'); return b[x]`,
  `let b = await import('./b'); b = x(); return b.g`,
  `const { g, ...others } = await import('./b'); return g(others)`,
  `const { [x]: g } = await import('./b'); return g`,
  `const b = import('./b'); return b.then(x)`,
  `return import('./b').then((b) => x(b))`,
  `return import('./b').then(x)`,
  `return import('./b').then(function () { return arguments[0] })`,
  `const b = require('./b'); return x(b)`,
])('of a module that is loaded by `%s` all counts', (body) => {
  const files = takes(body)
  expect(only({ ...files, 'src/b.ts': files['src/b.ts']!.replace('h = 1', 'h = 2') })).not.toBe(only(files))
})

const HITS: readonly Case[] = [
  { name: 'another member of settings that are read as a value', files: { 'src/a.ts': marked(`import { settings } from './b'`, 'return settings.model + x'), 'src/b.ts': `export const settings = { model: 'a', limit: 1 }` }, edit: ['src/b.ts', 'limit: 1', 'limit: 2, more: 3'] },
  ...[`export const prompts = { sum: (x) => 'Sum ' + x, tell: (x) => 'Tell ' + x }`, `const words = { sum: 'Sum ' }\nexport const prompts = { sum(x) { return words.sum + x }, tell: (x) => 'Tell ' + x }`].map((text): Case => (
    { name: `another function of a table that others may change: ${text}`, files: { 'src/a.ts': marked(`import { prompts } from './b'`, 'return prompts.sum(x)'), 'src/b.ts': text }, edit: ['src/b.ts', `'Tell ' + x`, `'Say ' + x, ask: (x) => x`] })),
  { name: 'another member of a table', files: { 'src/a.ts': marked('const table = { a: 1, b: 2 }', 'return table.a + x') }, edit: ['src/a.ts', 'b: 2', 'b: 3, c: 4'] },
  { name: 'another member of a helper\'s table', files: { 'src/a.ts': marked(`import { h } from './b'`, 'return h(x)'), 'src/b.ts': 'const table = { a: (x) => x + 1, b: (x) => x }\nexport const h = (x) => table.a(x)' }, edit: ['src/b.ts', '(x) => x }', '(x) => x - 1, c: 1 }'] },
  { name: 'another member of a table that is frozen', files: { 'src/a.ts': marked(`import { table } from './b'`, 'return table.a + x'), 'src/b.ts': `export const table = Object.freeze({ a: 'one', b: 'two' })` }, edit: ['src/b.ts', 'two', 'three'] },
  { name: 'where the members of a table stand', files: { 'src/a.ts': marked('const table = { a: 1, b: 2 }', 'return table.a + table.b + x') }, edit: ['src/a.ts', 'a: 1, b: 2', 'b: 2, a: 1'] },
  { name: 'the name of a class within a function', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g() + x'), 'src/b.ts': `export const g = () => { class One { of() { return 1 } } return new One().of() }` }, edit: ['src/b.ts', `export const g = () => { class One { of() { return 1 } } return new One().of() }`, `export const g = () => { class Two { of() { return 1 } } return new Two().of() }`] },
  { name: 'the name of a class that a copy is made of', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().copy()'), 'src/b.ts': `class One { copy() { return new this.constructor() } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { copy() { return new this.constructor() } }\nexport { One as C }`, `class Two { copy() { return new this.constructor() } }\nexport { Two as C }`] },
  { name: 'the name of a class beside a look at what made a value', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().is(x)'), 'src/b.ts': `class One { is(x) { return x.constructor === Object || Array !== x?.constructor } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { is(x) { return x.constructor === Object || Array !== x?.constructor } }\nexport { One as C }`, `class Two { is(x) { return x.constructor === Object || Array !== x?.constructor } }\nexport { Two as C }`] },
  { name: 'the name of a class whose instances have a name', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().get()'), 'src/b.ts': `class One { name = 1; get() { return this.name } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { name = 1; get() { return this.name } }\nexport { One as C }`, `class Two { name = 1; get() { return this.name } }\nexport { Two as C }`] },
  { name: 'the name of a class with a name of its own', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of()'), 'src/b.ts': `class One { static name = "table"; static of() { return this.name } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static name = "table"; static of() { return this.name } }\nexport { One as C }`, `class Two { static name = "table"; static of() { return this.name } }\nexport { Two as C }`] },
  { name: 'the name of a class within which another thing is asked for its name', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return C.of()'), 'src/b.ts': `class One { static of() { return { name: 1, get() { return this.name } }.get() } }\nexport { One as C }` }, edit: ['src/b.ts', `class One { static of() { return { name: 1, get() { return this.name } }.get() } }\nexport { One as C }`, `class Two { static of() { return { name: 1, get() { return this.name } }.get() } }\nexport { Two as C }`] },
  { name: 'the order of functions that change a variable', files: { 'src/a.ts': marked(`import { get } from './b'`, 'return get(x)'), 'src/b.ts': 'let n = 1\nexport const get = (x) => x + n\nexport function set(to) { n = to }\nexport const add = (by) => { n += by }' }, edit: ['src/b.ts', 'export function set(to) { n = to }\nexport const add = (by) => { n += by }', 'export const add = (by) => { n += by }\nexport function set(to) { n = to }'] },
  { name: 'a member of JSON that is not read', files: { 'src/a.ts': marked(`import data from './d.json'`, 'return data.n + x'), 'src/d.json': '{ "n": 1, "m": 2 }' }, edit: ['src/d.json', '2', '3'] },
  { name: 'what another member of JSON is set to', files: { 'src/a.ts': marked(`const data = require('./d.json')\ndata.m = 5`, 'return data.n + x'), 'src/d.json': '{ "n": 1, "m": 2 }' }, edit: ['src/a.ts', 'm = 5', 'm = 6'] },
  { name: 'a member of JSON that is not imported', files: { 'src/a.ts': marked(`import { n } from './d.json'`, 'return n + x'), 'src/d.json': '{ "n": 1, "m": 2 }' }, edit: ['src/d.json', '2', '3'] },
  { name: 'a renamed private name', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().m()'), 'src/b.ts': 'export class C { #alpha = 1; m() { return this.#alpha } }' }, edit: ['src/b.ts', '#alpha = 1; m() { return this.#alpha', '#beta = 1; m() { return this.#beta'] },
  { name: 'a conditional type', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': 'type T<A> = A extends string ? 1 : 2\nexport const g = <A,>(x: A): T<A> => x as any' }, edit: ['src/b.ts', '? 1 : 2', '? 3 : 4'] },
  { name: 'what is made beside, and said to do nothing else', files: { 'src/a.ts': marked(`import { A } from './b'`, 'return A(x)'), 'src/b.ts': `const make = (name, init) => { seen++; return (x) => init(x, seen) }\nlet seen = 0\nexport const A = /*#__PURE__*/ make('a', (x, n) => x + n)\nexport const B = /*#__PURE__*/ make('b', (x, n) => x - n)` }, edit: ['src/b.ts', 'x - n', 'x * n'] },
  { name: 'a callback that calls a function which was reached, later', files: { 'src/a.ts': marked(`import { A } from './b'`, 'return A.init(x)'), 'src/b.ts': `import { make } from './c'\nexport const A = make((x) => x + 1)\nexport const B = make((x) => A.init(x) + 2)`, 'src/c.ts': 'export const make = (init) => ({ init })' }, edit: ['src/b.ts', '+ 2', '+ 3'] },
  { name: 'another class that a loop goes over', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': 'export class B { g(x) { return x } }\nclass C {}\nclass D {}\nfor (const one of [C, D]) one.prototype.g = (x) => x + 1' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'a loop that only reads classes', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B().g(x)'), 'src/b.ts': 'export class B { g(x) { return x } }\nconst names = []\nfor (const one of [B]) names.push(one.name + 1)' }, edit: ['src/b.ts', '+ 1', '+ 2'] },
  { name: 'what only reads the global object', files: { 'src/a.ts': marked(`import './b'`, 'return x'), 'src/b.ts': 'const names = []\nfunction read(from) { names.push(from.helper, 1) }\nread(globalThis)' }, edit: ['src/b.ts', ', 1', ', 2'] },
  { name: 'a neighbour of a name for something built in', files: { 'src/a.ts': marked(`import { tagOf } from './b'`, 'return tagOf(x)'), 'src/b.ts': `const own = Object.prototype\nconst text = own.toString\nexport function tagOf(x) { return text.call(x) }\nexport const h = 1` }, edit: ['src/b.ts', 'h = 1', 'h = 2'] },
  { name: 'another member of an enum', files: { 'src/a.ts': marked(`import { E } from './b'`, 'return E.A + x'), 'src/b.ts': 'export enum E { A = 1, B = 2 }' }, edit: ['src/b.ts', 'B = 2', 'B = 3'] },
  { name: 'another member of a namespace', files: { 'src/a.ts': marked(`import * as b from './b'`, 'return b.g(x)'), 'src/b.ts': 'export const g = (x) => x + 1\nexport const h = 1' }, edit: ['src/b.ts', 'h = 1', 'h = 2'] },
  { name: 'another member of a namespace, two modules on', files: { 'src/a.ts': marked(`import { c } from './b'`, 'return c.g(x)'), 'src/b.ts': `import * as c from './c'\nexport { c }`, 'src/c.ts': 'export const g = (x) => x + 1\nexport const h = 1' }, edit: ['src/c.ts', 'h = 1', 'h = 2'] },
  { name: 'another export of CommonJS', files: { 'src/a.ts': marked(`const b = require('./b')`, 'return b.g(x)'), 'src/b.ts': 'exports.g = (x) => x + 1\nexports.h = 1' }, edit: ['src/b.ts', 'h = 1', 'h = 2'] },
  { name: 'another member of module.exports', files: { 'src/a.ts': marked(`const b = require('./b')`, 'return b.g(x)'), 'src/b.ts': 'module.exports = { g: (x) => x + 1, h: 1 }' }, edit: ['src/b.ts', 'h: 1', 'h: 2'] },
  { name: 'the layout of JSON', files: { 'src/a.ts': marked(`import data from './d.json'`, 'return data.a + x'), 'src/d.json': '{ "a": 1 }' }, edit: ['src/d.json', '{ "a": 1 }', '{\n  "a": 1\n}\n'] },
  { name: 'line ends of a text asset', files: { 'src/a.ts': marked(`import text from './t.txt?raw'`, 'return text + x'), 'src/t.txt': 'one\ntwo' }, edit: ['src/t.txt', 'one\n', 'one\r\n'] },
  { name: 'what a function tells a logger', files: { 'src/a.ts': marked(`import { log } from './log'\nimport './b'`, 'log.info(x); return x'), 'src/log.ts': 'const lines = []\nexport const log = { info(line) { lines.push(line) } }', 'src/b.ts': `import { log } from './log'\nfunction start(n) { log.info(n) }\nstart(1)` }, edit: ['src/b.ts', 'start(1)', 'start(2)'] },
  { name: 'what a statement that uses the function does to an instance beside', files: { 'src/a.ts': marked('class Client { calls = 0; get(x) { this.calls++; return x } close() { this.calls = 0 } }\nconst client = new Client()', 'return client.get(x)') + 'async function main() { console.log(f(1), client.get(2)); client.close() }\nmain()' }, edit: ['src/a.ts', 'get(2)', 'get(3)'] },
  { name: 'what the function itself does to an instance, for whom it is called', files: { 'src/a.ts': marked('class Client { calls = 0; get(x) { this.calls++; return x } }\nconst client = new Client()', 'return client.get(x)') + 'f(1)' }, edit: ['src/a.ts', 'f(1)', 'f(2)'] },
  { name: 'what a function asks an instance', files: installed('function start(n) { return app.run(n) }\nstart(1)'), edit: ['src/install.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function remembers in an instance', files: { 'src/a.ts': marked(`import { rates } from './rates'\nimport './b'`, 'return rates.of(x)'), 'src/rates.ts': 'class Rates { seen = new Map(); of(x) { if (!this.seen.has(x)) this.seen.set(x, x + 1); return this.seen.get(x) } }\nexport const rates = new Rates()', 'src/b.ts': `import { rates } from './rates'\nfunction start(n) { return rates.of(n) }\nstart(1)` }, edit: ['src/b.ts', 'start(1)', 'start(2)'] },
  { name: 'what is told to something that plain data gave', files: { 'src/a.ts': marked(`import { list } from './list'\nimport './b'`, 'return list.length + x'), 'src/list.ts': 'export const list = [1, 2]', 'src/b.ts': `import { list } from './list'\nconst more = list.map((n) => n + 1)\nmore.forEach((n) => console.log(n, 1))` }, edit: ['src/b.ts', 'n, 1', 'n, 2'] },
  { name: 'a top-level statement that has nothing to do with it', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': 'export const g = (x) => x + 1\nconsole.log("ready")\nstart(1)\nfunction start() {}' }, edit: ['src/b.ts', 'start(1)', 'start(2)'] },
  { name: 'what a function does that a statement only keeps, beside a counter of both', files: { 'src/a.ts': marked(`import { next } from './b'\nimport { other } from './c'\nexport { other }`, 'return next(x)'), 'src/b.ts': 'let count = 0\nexport const next = (n) => n + count++', 'src/c.ts': `import { next } from './b'\nexport const other = (n) => next(n) + 1\nother.label = describe\nfunction describe() { return next(1) }` }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'what is put together beside, of functions that change what it reads', files: { 'src/a.ts': marked(`import { next } from './b'\nimport all from './c'\nexport { all }`, 'return next(x)'), 'src/b.ts': 'let count = 0\nexport const next = (n) => n + count++', 'src/c.ts': `import { next } from './b'\nimport { version } from './d'\nconst other = (n) => next(n) + 1\nexport default { version, other }`, 'src/d.ts': 'export const version = 1' }, edit: ['src/c.ts', '+ 1', '+ 2'] },
  { name: 'what a callback within a function does, which runs later', files: { ...LIB, 'src/a.ts': marked(`import { value } from 'lib'\nconst all = {}\nall.each = function (items) { items.forEach((item) => { value(item, 1) }) }\nexport { all }`, 'return value(x)') }, edit: ['src/a.ts', 'item, 1', 'item, 2'] },
  { name: 'a server that it is registered with', files: { 'src/a.ts': marked(`import { app } from 'framework'`, 'return x + 1') + `app.get('/one', f)` }, edit: ['src/a.ts', '/one', '/two'] },
  { name: 'the name of a class that nothing asks for', files: { 'src/a.ts': marked(`import { C } from './b'`, 'return new C().v + x'), 'src/b.ts': 'class One { v = 1 }\nexport { One as C }' }, edit: ['src/b.ts', 'class One { v = 1 }\nexport { One as C }', 'class Two { v = 1 }\nexport { Two as C }'] },
  { name: 'what a module does of a package that says to do nothing', files: { 'src/a.ts': marked(`import { one } from '../lib/one'\nexport { one }`, 'return globalThis.scale(x)'), 'lib/package.json': '{ "name": "lib", "sideEffects": false }', 'lib/one.ts': 'export const one = 1\nglobalThis.scale = (x) => x + 1' }, edit: ['lib/one.ts', 'x + 1', 'x + 2'] },
  { name: 'a statement of an imported module that has nothing to do with it', files: { 'src/a.ts': marked(`import { g } from './b'\nimport { boot } from './c'\nexport { boot }`, 'return g(x)'), 'src/b.ts': 'export const g = (x) => x + 1', 'src/c.ts': `import { g } from './b'\nexport const boot = 1\nstart(g(1))\nfunction start(n) { return n }` }, edit: ['src/c.ts', 'g(1)', 'g(2)'] },
  { name: 'what is made beside with a package', files: { ...LIB, 'src/a.ts': marked(`import { make, value } from 'lib'\nexport const other = make(1)`, 'return value(x)') }, edit: ['src/a.ts', 'make(1)', 'make(2)'] },
  { name: 'what a callback does later with a package', files: { ...LIB, 'src/a.ts': marked(`import { value } from 'lib'\nimport { on } from 'events-of-others'\non('tick', () => { value(1) })`, 'return value(x)') }, edit: ['src/a.ts', 'value(1)', 'value(2)'] },
  { name: 'what is told to a package of which nothing is reached', files: { ...LIB, 'src/a.ts': marked(`import lib from 'lib'\nlib.extend(1)`, 'return x + 1') }, edit: ['src/a.ts', 'extend(1)', 'extend(2)'] },
  { name: 'a method of Node that a statement calls', files: { 'src/a.ts': marked(`import fs from 'node:fs'\nfs.mkdirSync('one')`, 'return fs.existsSync(x)') }, edit: ['src/a.ts', `'one'`, `'two'`] },
  { name: 'the name of a function that is only called, beside a name that is asked for', files: { 'src/a.ts': marked(`import { one } from './b'`, 'return x.map((step) => [step.name, one(step)])'), 'src/b.ts': 'const first = (n) => n + 1\nexport const one = (n) => first(n)' }, edit: ['src/b.ts', 'const first = (n) => n + 1\nexport const one = (n) => first(n)', 'const second = (n) => n + 1\nexport const one = (n) => second(n)'] },
  { name: 'the name of a callback, beside a name that is asked for', files: { 'src/a.ts': marked(`import { clean } from './b'`, 'return [clean(x), x.map((row) => row.name)]'), 'src/b.ts': 'const trim = (row) => row\nexport const clean = (rows) => rows.map(trim)' }, edit: ['src/b.ts', 'const trim = (row) => row\nexport const clean = (rows) => rows.map(trim)', 'const strip = (row) => row\nexport const clean = (rows) => rows.map(strip)'] },
  { name: 'the name of a function in a list, beside data that has a name', files: { 'src/a.ts': marked(`import { steps } from './b'`, 'return steps.map((step) => step(x.map((user) => user.name + user.age)))'), 'src/b.ts': 'const one = (n) => n\nexport const steps = [one]' }, edit: ['src/b.ts', 'const one = (n) => n\nexport const steps = [one]', 'const uno = (n) => n\nexport const steps = [uno]'] },
  { name: 'the name of a function in a list, beside the name of an error', files: { 'src/a.ts': marked(`import { steps } from './b'`, 'try { return steps.map((step) => step(x)) } catch (error) { return error.name }'), 'src/b.ts': 'const one = (n) => n\nexport const steps = [one]' }, edit: ['src/b.ts', 'const one = (n) => n\nexport const steps = [one]', 'const uno = (n) => n\nexport const steps = [uno]'] },
  { name: 'what a module does that a worker does not import', files: { 'src/a.ts': marked(`import { Worker } from 'node:worker_threads'`, `return new Worker(new URL('./w.js', import.meta.url))`), 'src/w.js': `import { k } from './k.js'\nconsole.log(k)`, 'src/k.js': 'export const k = 1\nexport const other = 2' }, edit: ['src/k.js', 'other = 2', 'other = 3'] },
  { name: 'a comment, beside an object that is given a toString', files: { 'src/a.ts': marked(`import { B } from './b'`, 'return new B(x)'), 'src/b.ts': 'const P = {}\nP.toJSON = P.toString = function () { return 1 }\nexport function B() {}\nB.prototype = P' }, edit: ['src/b.ts', 'return 1', 'return /* one */ 1'] },
  { name: 'a comment, beside a function that is given a toString', files: { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export function g(n) { return n }\ng.toString = () => 'g'` }, edit: ['src/b.ts', 'return n', 'return /* it */ n'] },
  { name: 'a comment, beside a list as text', files: { 'src/a.ts': marked(`import { list } from './b'`, 'return list.toString() + x'), 'src/b.ts': 'export const list = Object.freeze([1, 2])' }, edit: ['src/b.ts', '[1, 2]', '[1, /* and */ 2]'] },
  { name: 'a type-only import', files: { 'src/a.ts': marked(`import type { T } from './t'`, 'return x as T'), 'src/t.ts': 'export type T = 1' }, edit: ['src/t.ts', 'T = 1', 'T = 2'] },
  { name: 'a type-only import that is an ordinary one', files: { 'src/a.ts': marked(`import { T } from './t'`, 'return x as T'), 'src/t.ts': 'export type T = 1\nglobalThis.a = 1' }, edit: ['src/t.ts', 'T = 1', 'T = 2'] },
]

describe('a hit', () => {
  it.each(HITS)('$name', ({ files, edit: [file, from, to] }) => {
    const text = files[file]!.replace(from, to)
    expect(text).not.toBe(files[file])
    expect(only({ ...files, [file]: text })).toBe(only(files))
  })
})

describe('cycles', () => {
  const cycle = (mark: 'a' | 'b' | 'c'): Files => ({
    'src/a.ts': `import { b } from './b'\n${mark === 'a' ? '// @persist\n' : ''}export function a(n) { return n < 1 ? 0 : b(n - 1) + 1 }`,
    'src/b.ts': `import { c } from './c'\n${mark === 'b' ? '// @persist\n' : ''}export function b(n) { return n < 1 ? 0 : c(n - 1) + 2 }`,
    'src/c.ts': `import { a } from './a'\n${mark === 'c' ? '// @persist\n' : ''}export function c(n) { return n < 1 ? 0 : a(n - 1) + 3 }`,
  })
  const hashes = (entries: string[]): Record<string, string> => {
    const compiler = createCompiler({ root: ROOT, host: memoryHost({ ...cycle('a'), 'src/b.ts': cycle('b')['src/b.ts']!, 'src/c.ts': cycle('c')['src/c.ts']! }) })
    return Object.fromEntries(entries.flatMap((entry) => compiler.scan(posix.join(ROOT, entry)).functions.map((fn) => [fn.id, fn.fingerprint])))
  }

  it('between modules are the same from each entry', () => {
    const entries = ['src/a.ts', 'src/b.ts', 'src/c.ts']
    const first = hashes(entries)
    expect(new Set(Object.values(first)).size).toBe(3)
    expect(hashes([...entries].reverse())).toEqual(first)
    expect(hashes(['src/b.ts', 'src/c.ts', 'src/a.ts'])).toEqual(first)
  })

  it.each(['a', 'b', 'c'] as const)('an edit of %s reaches all of them', (changed) => {
    const file = `src/${changed}.ts`
    for (const mark of ['a', 'b', 'c'] as const) {
      const files = cycle(mark)
      const entry = `src/${mark}.ts`
      expect(fingerprints({ ...files, [file]: files[file]!.replace('n < 1', 'n < 2') }, entry)).not.toEqual(fingerprints(files, entry))
    }
  })

  it('of many functions: an edit of each reaches all', () => {
    const code = (changed: number, by: number): Files => ({
      'src/a.ts': `// @persist\nexport function f(n) { return f0(n) }\n${Array.from({ length: 6 }, (_, i) => `function f${i}(n) { return n < ${i === changed ? by : 1} ? ${i} : f${(i + 1) % 6}(n - 1) }`).join('\n')}`,
    })
    const all = Array.from({ length: 6 }, (_, i) => only(code(i, 2)))
    expect(new Set([only(code(0, 1)), ...all]).size).toBe(7)
  })

  it('are hashed anew when a module of theirs is edited, by the same compiler too', () => {
    const files = { ...cycle('a') }
    const host = memoryHost(files)
    let edited: string | undefined
    const compiler = createCompiler({ root: ROOT, host: { ...host, readFile: (path) => (edited !== undefined && path.endsWith('c.ts') ? edited : host.readFile(path)) } })
    const print = (): string => compiler.scan(posix.join(ROOT, 'src/a.ts')).functions[0]!.fingerprint
    const before = print()
    edited = files['src/c.ts']!.replace('n < 1', 'n < 2')
    compiler.invalidate(posix.join(ROOT, 'src/c.ts'))
    expect(print()).not.toBe(before)
    edited = undefined
    compiler.invalidate(posix.join(ROOT, 'src/c.ts'))
    expect(print()).toBe(before)
  })

  it('of functions that do the same are the same wherever one comes in', () => {
    const code = `// @persist\nexport function even(n) { return n === 0 || odd(n - 1) }\n// @persist\nexport function odd(n) { return n === 0 || even(n - 1) }`
    const found = fingerprints({ 'src/a.ts': code })
    expect(found.even).toBe(found.odd)
  })

  it('recursion, and a renamed recursion', () => {
    const code = `// @persist\nexport function fac(n) { return n < 2 ? 1 : n * fac(n - 1) }`
    expect(only({ 'src/a.ts': code.replaceAll('fac', 'factorial') })).toBe(only({ 'src/a.ts': code }))
    expect(only({ 'src/a.ts': code.replace('n * fac', 'n + fac') })).not.toBe(only({ 'src/a.ts': code }))
  })

  it('of re-exports end', () => {
    const files = { 'src/a.ts': marked(`import { g } from './b'`, 'return g(x)'), 'src/b.ts': `export * from './c'\nexport { h as g } from './c'`, 'src/c.ts': `export * from './b'\nexport { g as h } from './b'` }
    expect(only(files)).toMatch(/^[0-9a-f]{32}$/)
  })

  it('a class and its factory', () => {
    const files = (n: number): Files => ({ 'src/a.ts': marked(`import { make } from './b'`, 'return make().copy()'), 'src/b.ts': `export class P { v = ${n}; copy() { return make() } }\nexport function make() { return new P() }` })
    expect(only(files(1))).not.toBe(only(files(2)))
  })
})

describe('a package that lists its modules with side effects', () => {
  const print = (sideEffects: unknown, n: number): string =>
    only({ 'src/a.ts': marked(`import '../lib/src/setup/scale'`, 'return globalThis.scale(x)'), 'lib/package.json': JSON.stringify({ name: 'lib', sideEffects }), 'lib/src/setup/scale.ts': `globalThis.scale = (x) => x + ${n}` })

  it.each<[unknown]>([['./src/setup/scale.ts'], [['./src/setup/scale.ts']], [['src/setup/*.ts']], [['scale.ts']], [['*.css', '**/setup/**']], [['./src/{setup,other}/*']], [true], [undefined]])('one of %j counts', (sideEffects) => {
    expect(print(sideEffects, 1)).not.toBe(print(sideEffects, 2))
  })

  it.each<[unknown]>([[false], [[]], [['*.css']], [['./src/other/*.ts']], [['./src/*.ts']], [['setup']]])('one that is none of %j does not', (sideEffects) => {
    expect(print(sideEffects, 1)).toBe(print(sideEffects, 2))
  })
})
