import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import type { Descriptor } from '../../src/descriptor.ts'
import { descriptorsOf, memoryHost, ROOT } from './support.ts'

/** A function over a CommonJS module, and an edit of that module. */
interface Case {
  name: string
  /** How the function gets hold of the module. @default `const b = require('./b')` */
  imports?: string
  /** @default `b.g(x)` */
  returns?: string
  code: string
  /** `src/c.cjs` */
  beside?: string
  edit: [from: string, to: string]
}

/** The code's part of the key: the fingerprint, and what stands for values that are no data. */
function fingerprint({ imports = `const b = require('./b')`, returns = 'b.g(x)', code, beside = '' }: Case): string {
  const isModule = /^import\b/.test(imports)
  const file = isModule ? 'src/a.mjs' : 'src/a.cjs'
  const files = { [file]: `${imports}\n// @persist\n${isModule ? 'export ' : ''}function f(x) { return ${returns} }\n${isModule ? '' : 'exports.f = f\n'}`, 'src/b.js': code, 'src/c.js': beside, 'package.json': '{ "name": "app" }' }
  const { code: emitted } = createCompiler({ root: ROOT, host: memoryHost(files) }).compile(files[file]!, posix.join(ROOT, file))!
  const [{ fingerprint, captures }] = descriptorsOf(emitted) as [Descriptor]
  return [fingerprint, ...(captures ?? []).map(({ provenance }) => provenance)].join()
}

function edited(item: Case): Case {
  const [from, to] = item.edit
  const replace = (text: string): string => text.replace(from, to)
  expect(replace(`${item.code}${item.beside ?? ''}`)).not.toBe(`${item.code}${item.beside ?? ''}`)
  return { ...item, code: replace(item.code), ...(item.beside === undefined ? {} : { beside: replace(item.beside) }) }
}

const ONE: [string, string] = ['+ 1', '+ 2']

const RERUNS: readonly Case[] = [
  { name: 'an export that is a variable too', code: 'const g = exports.g = (x) => x + 1', edit: ONE },
  { name: 'a table that is a variable too, filled by a helper', returns: 'b.table.one(x)', code: `const table = exports.table = {}\nconst add = (name, fn) => { table[name] = fn }\nadd('one', (x) => x + 1)`, edit: ONE },
  { name: 'what the helper does that fills a table', returns: 'b.safe[b.t.NUM]', code: `exports = module.exports = {}\nconst re = exports.re = []\nconst safe = exports.safe = []\nconst t = exports.t = {}\nlet R = 0\nconst make = (name, text, flag) => { const i = R++; t[name] = i; re[i] = new RegExp(text, flag ? 'g' : ''); safe[i] = new RegExp(text + '.', flag ? 'g' : '') }\nmake('NUM', '[0-9]')`, edit: ['name, text, flag', 'name, text, flag = 1'] },
  { name: 'a chain of names', code: 'exports.g = exports.h = (x) => x + 1', edit: ONE },
  { name: 'the second of a chain', returns: 'b.h(x)', code: 'exports.g = exports.h = (x) => x + 1', edit: ONE },
  { name: 'all by two names', imports: `const g = require('./b')`, returns: 'g(x)', code: 'module.exports = exports = (x) => x + 1', edit: ONE },
  { name: 'an interop default', imports: `const { default: g } = require('./b')`, returns: 'g(x)', code: `Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = void 0\nconst g = (x) => x + 1\nexports.default = g`, edit: ONE },
  { name: 'a default and all', imports: `import g from './b'`, returns: 'g(x)', code: `const g = (x) => x + 1\nmodule.exports = g\nmodule.exports.default = g`, edit: ONE },
  { name: 'a member put on a function that is all, by a default import', imports: `import b from './b'`, code: `module.exports = function b() {}\nmodule.exports.g = (x) => x + 1`, edit: ONE },
  { name: 'a member put on a function that is all, through a name', imports: `import b from './b'`, code: `function b() {}\nmodule.exports = b\nb.g = (x) => x + 1`, edit: ONE },
  { name: 'a member put on a function that is all, handed on', imports: `const b = require('./b')`, returns: 'x(b)', code: `module.exports = function b() {}\nmodule.exports.g = (x) => x + 1`, edit: ONE },
  { name: 'another method by this', code: 'module.exports = { g(x) { return this.h(x) }, h: (x) => x + 1 }', edit: ONE },
  { name: 'another method by this, function properties', code: 'module.exports = { g: function (x) { return this.h(x) }, h: function (x) { return x + 1 } }', edit: ONE },
  { name: 'another export by this', code: 'exports.g = function (x) { return this.h(x) }\nexports.h = (x) => x + 1', edit: ONE },
  { name: 'another declared export by this', code: 'function g(x) { return this.h(x) }\nfunction h(x) { return x + 1 }\nexports.g = g\nexports.h = h', edit: ONE },
  { name: 'an export that a function changes', returns: '(b.up(), b.g(x))', code: 'exports.n = 1\nexports.up = () => { exports.n = exports.n + 1 }\nexports.g = (x) => x + exports.n', edit: ONE },
  { name: 'an export that a function changes, which is called when it is imported', imports: `const b = require('./b')\nb.up()`, code: 'exports.n = 1\nexports.up = () => { exports.n = exports.n + 1 }\nexports.g = (x) => x + exports.n', edit: ONE },
  { name: 'an export of an IIFE', code: `;(function (root) { function g(x) { return x + 1 }\nroot.g = g })(exports)`, edit: ONE },
  { name: 'an export of an IIFE by this', code: `;(function () { this.g = (x) => x + 1 }).call(this)`, edit: ONE },
  { name: 'a universal module', code: `(function (root, factory) { typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) : (root.lib = {}, factory(root.lib)) })(this, function (exports) { exports.g = (x) => x + 1 })`, edit: ONE },
  { name: 'a universal module that is a function', imports: `const g = require('./b')`, returns: 'g(x)', code: `!function (t, e) { "object" == typeof exports && "undefined" != typeof module ? module.exports = e() : t.g = e() }(this, function () { return (x) => x + 1 })`, edit: ONE },
  { name: 'exports that are detected first', imports: `const b = require('./b')`, code: `;(function () {\nvar freeExports = typeof exports == 'object' && exports\nvar freeModule = freeExports && typeof module == 'object' && module\nvar api = { g: (x) => x + 1 }\nif (freeModule) (freeModule.exports = api).api = api\n}.call(this))`, edit: ONE },
  { name: 'exports that are detected first, by name', imports: `import { g } from './b'`, returns: 'g(x)', code: `var target = typeof exports !== 'undefined' && exports\ntarget.g = (x) => x + 1`, edit: ONE },
  { name: 'exports that a function fills', code: `function fill(g) { exports.g = g }\nfill((x) => x + 1)`, edit: ONE },
  { name: 'exports that a function fills, itself', code: `function fill() { exports.g = (x) => x + 1 }\nfill()`, edit: ONE },
  { name: 'exports that are copied', code: `const own = { g: (x) => x + 1 }\nfor (const key in own) exports[key] = own[key]`, edit: ONE },
  { name: 'exports that are copied by Object.assign', code: `const own = { g: (x) => x + 1 }\nObject.assign(exports, own)`, edit: ONE },
  { name: 'one that a spread overrides', code: `module.exports = { g: (x) => x, ...require('./c') }`, beside: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a spread module', code: `module.exports = { ...require('./c'), h: 1 }`, beside: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'an export under a condition', code: `if (process.env.FAST) exports.g = (x) => x\nelse exports.g = (x) => x + 1`, edit: ONE },
  { name: 'an export that is put off', code: `exports.g = (x) => require('./c').g(x)`, beside: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a lazy getter', code: `Object.defineProperty(exports, 'g', { enumerable: true, get: () => require('./c').g })`, beside: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a getter of an object', code: `module.exports = { get g() { return require('./c').g } }`, beside: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a getter that a helper defines', code: `const __export = (target, all) => { for (var name in all) Object.defineProperty(target, name, { get: all[name], enumerable: true }) }\nvar api = {}\n__export(api, { g: () => g })\nmodule.exports = __toCommonJS(api)\nfunction __toCommonJS(mod) { return mod }\nfunction g(x) { return x + 1 }`, edit: ONE },
  { name: 'a class with a prototype filled by hand', imports: `const B = require('./b')`, returns: 'new B().g(x)', code: `function B() {}\nB.prototype.g = function (x) { return x + 1 }\nmodule.exports = B`, edit: ONE },
  { name: 'a prototype that is an object', imports: `const B = require('./b')`, returns: 'new B().g(x)', code: `module.exports = B\nfunction B() {}\nB.prototype = { g: function (x) { return x + 1 } }`, edit: ONE },
  { name: 'a prototype in a variable', imports: `const B = require('./b')`, returns: 'new B().g(x)', code: `function B() {}\nvar proto = B.prototype\nproto.g = function (x) { return x + 1 }\nmodule.exports = B`, edit: ONE },
  { name: 'inherited by another name for it', imports: `const B = require('./b')`, returns: 'new B().g(x)', code: `const A = require('./c')\nconst inherits = require('inherits')\nfunction B() {}\ninherits(B, A)\nmodule.exports = B`, beside: 'function A() {}\nA.prototype.g = (x) => x + 1\nmodule.exports = A', edit: ONE },
  { name: 'inherited by util.inherits', imports: `const B = require('./b')`, returns: 'new B().g(x)', code: `const A = require('./c')\nfunction B() {}\nrequire('util').inherits(B, A)\nmodule.exports = B`, beside: 'module.exports = function A() {}\nmodule.exports.prototype.g = (x) => x + 1', edit: ONE },
  { name: 'a class of a compiled module', imports: `const { B } = require('./b')`, returns: 'new B().g(x)', code: `"use strict";\nexports.B = void 0;\nvar B = /** @class */ (function () {\n  function B() {}\n  B.prototype.g = function (x) { return x + 1 };\n  return B;\n}());\nexports.B = B;`, edit: ONE },
  { name: 'an enum of a compiled module', imports: `const { E } = require('./b')`, returns: 'E.A', code: `"use strict";\nexports.E = void 0;\nvar E;\n(function (E) { E[E["A"] = 0 + 1] = "A"; })(E || (exports.E = E = {}));`, edit: ONE },
  { name: 'what is bound when it is imported', imports: `const g = require('./b').g.bind(null, 1)`, returns: 'g(x)', code: 'exports.g = (a, x) => a * x + 1', edit: ONE },
  { name: 'what is made of a module when it is imported', imports: `const b = require('./b')(2)`, code: 'module.exports = (n) => ({ g: (x) => n * x + 1 })', edit: ONE },
  { name: 'a require in a try', imports: `let b\ntry { b = require('./b') } catch { b = {} }`, code: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a choice of two', imports: `const b = process.env.ODD ? require('./c') : require('./b')`, code: 'exports.g = (x) => x + 1', edit: ONE },
  { name: 'a name of an outer object', code: 'module.exports = { math: { g: (x) => x + 1 } }', returns: 'b.math.g(x)', edit: ONE },
  { name: 'through index modules', code: `module.exports = { c: require('./c') }`, beside: 'exports.g = (x) => x + 1', returns: 'b.c.g(x)', edit: ONE },
  { name: 'its own export by module.exports', code: 'exports.g = (x) => module.exports.h(x)\nexports.h = (x) => x + 1', edit: ONE },
  { name: 'an own export by a name for all', code: 'const self = module.exports\nself.g = (x) => self.h(x)\nself.h = (x) => x + 1', edit: ONE },
  { name: 'an own export by a name for exports', code: 'const self = exports\nself.g = (x) => x + 1', edit: ONE },
  { name: 'an instance that is all', code: `class B { g(x) { return x + 1 } }\nmodule.exports = new B()`, edit: ONE },
  { name: 'an instance that is all, and its class', code: `class B { g(x) { return x + 1 } }\nexports = module.exports = new B()\nexports.B = B`, edit: ONE },
  { name: 'what is put into a block', code: `{\n  const add = (x) => x + 1\n  exports.g = add\n}`, edit: ONE },
  { name: 'several in one statement', code: `exports.g = (x) => x + 1, exports.h = 2`, edit: ONE },
  { name: 'a label of a switch over versions', code: `switch (process.version) { default: exports.g = (x) => x + 1 }`, edit: ONE },
]

describe('CommonJS: a rerun', () => {
  it.each(RERUNS)('$name', (item) => {
    expect(fingerprint(edited(item))).not.toBe(fingerprint(item))
  })
})

const HITS: readonly Case[] = [
  { name: 'another export', code: 'exports.g = (x) => x + 1\nexports.h = 1', edit: ['h = 1', 'h = 2'] },
  { name: 'another export that is a variable too', code: 'const g = exports.g = (x) => x + 1\nconst h = exports.h = () => 1', edit: ['() => 1', '() => 2'] },
  { name: 'another member of module.exports', code: 'module.exports = { g: (x) => x + 1, h: 1 }', edit: ['h: 1', 'h: 2'] },
  { name: 'another method without this', code: 'module.exports = { g: (x) => x + 1, h() { return this.g(1) } }', edit: ['g(1)', 'g(2)'] },
  { name: 'an enum of another compiled module', code: `exports.g = (x) => x + 1\nrequire('./c')`, beside: `"use strict";\nexports.E = void 0;\nvar E;\n(function (E) { E[E["A"] = 1] = "A"; })(E || (exports.E = E = {}));`, edit: ['= 1]', '= 2]'] },
  { name: 'an unused function beside a universal module', imports: `const g = require('./b')`, returns: 'g(x)', code: `!function (t, e) { "object" == typeof exports && "undefined" != typeof module ? module.exports = e() : t.g = e() }(this, function () { return (x) => x + 1 })\nfunction unused() { return 1 }`, edit: ['return 1', 'return 2'] },
  { name: 'a block around an export', code: 'exports.g = (x) => x + 1', edit: ['exports.g = (x) => x + 1', '{ exports.g = (x) => x + 1 }'] },
  { name: 'two statements in one', code: 'exports.g = (x) => x + 1; exports.h = 2', edit: [';', ','] },
  { name: 'exports or module.exports', code: 'exports.g = (x) => x + 1', edit: ['exports.g', 'module.exports.g'] },
  { name: 'an export by an own name', code: 'const g = (x) => x + 1\nexports.g = g', edit: ['const g = (x) => x + 1\nexports.g = g', 'exports.g = (x) => x + 1'] },
]

describe('CommonJS: a hit', () => {
  it.each(HITS)('$name', (item) => {
    expect(fingerprint(edited(item))).toBe(fingerprint(item))
  })
})
