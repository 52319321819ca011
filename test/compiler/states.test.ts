import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import type { CompiledFunction, CompileWarning } from '../../src/compiler/types.ts'
import { descriptorsOf, memoryHost, ROOT } from './support.ts'

function scan(code: string, files: Record<string, string> = {}): CompiledFunction & { warnings: CompileWarning[] } {
  const { functions, warnings } = createCompiler({ root: ROOT, host: memoryHost({ 'src/a.ts': code, ...files }) }).scan(posix.join(ROOT, 'src/a.ts'))
  return { ...functions[0]!, warnings }
}

const marked = (above: string, body: string, below = ''): string => `${above}\n// @persist\nexport function f(x) { ${body} }\n${below}`

describe('what a function reads beside its parameters', () => {
  // What each becomes: captured by value under these names; reported as untracked; codes of warnings.
  it.each<[string, string, { captures?: string[]; untracked?: string[]; warnings?: string[] }, Record<string, string>?]>([
    ['a constant', marked('const limit = 10', 'return x + limit'), {}],
    ['a constant of constants', marked('const a = 1\nconst b = a * 2', 'return x + b'), {}],
    ['a table that nobody writes to', marked('const table = { a: 1 }', 'return table[x]'), {}],
    ['a table of a class by another name', marked('const Bytes = Uint8Array\nconst table = new Bytes([1, 2])', 'return table[x] + 1'), {}],
    ['a frozen export', marked('export const table = Object.freeze({ a: 1 })', 'return table[x]'), {}],
    ['an exported object that anybody may write to', marked('export const settings = { debug: false }', 'return settings.debug'), { captures: ['settings'] }],
    ['a variable that is reassigned', marked('let limit = 1', 'return x + limit', 'export function set(n) { limit = n }'), { captures: ['limit'] }],
    ['a table that another function fills', marked('const table = new Map()', 'return table.get(x)', 'export function put(k, v) { table.set(k, v) }'), { captures: ['table'] }],
    ['a memo', marked('const memo = new Map()', 'if (!memo.has(x)) memo.set(x, x * 2); return memo.get(x)'), {}],
    ['a memo that is handed to what fills it', marked('const memo = new Set()\nconst keep = (all, n) => { if (all.size > 9) all.clear(); all.add(n) }\nconst isKnown = (n) => { if (memo.has(n)) return true; keep(memo, n); return true }', 'return isKnown(x)'), {}],
    ['what was seen, which looks as a memo does', marked('const seen = new Set()', 'const isNew = !seen.has(x); seen.add(x); return isNew'), {}],
    ['a memo of a helper', marked('const memo = {}\nfunction twice(n) { return memo[n] ?? (memo[n] = n * 2) }', 'return twice(x)'), {}],
    ['a logger', marked(`import { createLogger } from 'pino'\nconst log = createLogger({ level: process.env.LEVEL })`, 'log.info(x); return x'), {}, { 'node_modules/pino/package.json': '{"name":"pino","version":"1.0.0"}', 'node_modules/pino': '', 'node_modules/pino/index.js': '' }],
    ['a logger of another module', marked(`import { log } from './log'`, 'log.info("at", x); return x'), {}, { 'src/log.ts': 'export const log = make()\nfunction make() { return console }' }],
    ['console', marked('', 'console.log(x); return x'), {}],
    ['a client made when first needed', marked('class Client { get(k) { return k } }\nlet client\nfunction db() { if (!client) client = new Client(process.env.URL); return client }', 'return db().get(x)'), { captures: ['process.env.URL'] }],
    ['what is made behind an early return', marked('let cache, ready\nfunction load(n) { if (cache) return cache; cache = make(1); return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made in a try behind an early return', marked('let cache, ready\nfunction load(n) { if (cache !== undefined) { return cache } try { cache = make(1) } catch {} return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made in the other branch', marked('let cache, ready\nfunction load(n) { if (cache) { return cache } else { cache = make(1); return cache } }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made in the other half of an expression', marked('let cache, ready\nfunction load(n) { return cache ? cache : (cache = make(1)) }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made where nothing is', marked('let cache, ready\nfunction load(n) { !cache && (cache = make(1)); return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made once a flag says so, as bundlers write it', marked('let cache, ready\nfunction load(n) { if (ready) return cache; ready = 1; cache = make(1); return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['a memo that is made when first needed', marked('let cache, ready\nfunction load(n) { cache ??= new Map(); if (!cache.has(n)) cache.set(n, make(n)); return cache.get(n) }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['a table that is made and filled when first needed', marked('let cache, ready\nfunction load(n) { if (!cache) { cache = {}; for (let i = 0; i < 9; i++) cache[i] = make(i) } return cache[n] }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made while a flag is down, which is raised with it', marked('let cache, ready\nfunction load(n) { if (!ready) { cache = make(1); ready = true } return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['what is made while a flag of the call is down', marked('let cache, ready\nfunction load(n) { let done = false; if (!done) { cache = make(1); done = true } return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), { captures: ['cache'] }],
    ['what is made and changed', marked('let cache, ready\nfunction load(n) { cache ??= make(0); cache.n = cache.n + 1; return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), { captures: ['cache'] }],
    ['a list that is begun anew at each call', marked('let cache = [], ready\nfunction load(n) { cache = []; cache.push(n); return cache[0] }\nfunction make(n) { return { n } }', 'return load(1).n + x'), {}],
    ['a memo that others begin anew', marked('let memo = new Map()\nfunction twice(n) { if (!memo.has(n)) memo.set(n, n * 2); return memo.get(n) }', 'return twice(x)', 'export const reset = () => { memo = new Map() }'), {}],
    ['whether a list is begun', marked('let list', 'return list ? 1 : 2', 'export function start() { list = [] }'), { captures: ['list'] }],
    ['whether a list is begun by what it calls', marked('let list = null\nfunction start(n) { if (n > 1) list = [] }', 'start(x); return list ? 1 : 2'), { captures: ['list'] }],
    ['a list that others begin anew and fill', marked('let list = []', 'return list.length + x', 'export function fill(n) { list = []; list.push(n) }'), { captures: ['list'] }],
    ['what is made anew where something is', marked('let cache, ready\nfunction load(n) { if (cache) cache = make(2); return cache ?? make(1) }\nfunction make(n) { return { n } }', 'return load(1).n + x'), { captures: ['cache'] }],
    ['what is made anew unless an argument says otherwise', marked('let cache, ready\nfunction load(n) { if (n) return cache; cache = make(1); return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), { captures: ['cache'] }],
    ['what is made anew while a flag is down that others raise', marked('let cache, ready\nfunction load(n) { if (ready) return cache; cache = make(1); return cache }\nfunction make(n) { return { n } }', 'return load(1).n + x'), { captures: ['cache'] }],
    ['a client', marked('class Client { get(k) { return k } }\nconst db = new Client(process.env.URL)', 'return db.get(x)'), { captures: ['db', 'process.env.URL'], untracked: ['db'], warnings: ['UNTRACKED'] }],
    ['a client that is vouched for', `class Client { get(k) { return k } }\nconst db = new Client()\n// @persist { untracked: ['db'] }\nexport function f(x) { return db.get(x) }`, { captures: ['db'], untracked: ['db'] }],
    ['state of another module', marked(`import { limit } from './state'`, 'return x + limit'), { captures: ['limit'] }, { 'src/state.ts': 'export let limit = 1\nexport const set = (n) => { limit = n }' }],
    ['state of another module, out of reach', marked(`import { get } from './state'`, 'return x + get()'), { untracked: ['src/state.ts#limit'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'let limit = 1\nexport const get = () => limit + 1\nexport const set = (n) => { limit = n }' }],
    ['state of another module that a function gives', marked(`import { twice } from './twice'`, 'return twice(x)'), { captures: ['src/state.ts#limit'] }, { 'src/twice.ts': `import { get } from './state'\nexport const twice = (x) => x * get()`, 'src/state.ts': 'let limit = 1\nexport const get = () => limit\nexport function set(n) { limit = n }' }],
    ['settings of another module that a function gives, for anybody to change', marked(`import { get } from './state'`, 'return get().n + x'), { captures: ['src/state.ts#settings'] }, { 'src/state.ts': 'const settings = { n: 1 }\nexport function get() { return settings }' }],
    ['a memo of another module that a function gives', marked(`import { get } from './state'`, 'return get(x)'), {}, { 'src/state.ts': 'const memo = new Map()\nexport const all = () => memo\nexport function get(n) { if (!memo.has(n)) memo.set(n, n * 2); return memo.get(n) }' }],
    ['what whoever called has put into the storage of a module', marked(`import { tenant } from './state'`, 'return tenant() + x'), { untracked: ['getStore()'], warnings: ['UNTRACKED'] }, { 'src/state.ts': `import { AsyncLocalStorage } from 'node:async_hooks'\nexport const storage = new AsyncLocalStorage()\nexport const tenant = () => storage.getStore().tenant` }],
    ['settings of another module, out of reach, that others assign to', marked(`import { get } from './state'`, 'return x + get()'), { untracked: ['src/state.ts#settings'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'const settings = { n: 1 }\nexport const get = () => settings.n\nexport const configure = (to) => { Object.assign(settings, to) }' }],
    ['settings of another module, out of reach, that others change by another name', marked(`import { get } from './state'`, 'return x + get()'), { untracked: ['src/state.ts#settings'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'const settings = { n: { m: 1 } }\nexport const get = () => settings.n.m\nexport function configure(to) { const { n } = to; const own = settings.n; own.m = n }' }],
    ['settings of another module that are read by another name, and copied', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'const settings = { n: 1 }\nexport const get = () => { const own = settings; return own.n }\nexport const other = () => { let own = settings; own = { ...own }; own.n = 2; return own }' }],
    ['settings of another module that are handed to what only reads them', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'const settings = { n: 1 }\nexport const get = () => settings.n\nexport const show = () => describe(settings)\nfunction describe(it) { return `${it.n}` }' }],
    ['state of another module, beneath an object of functions', marked(`import { tax } from './state'`, 'return tax.of(x)'), { captures: ['tax'], untracked: ['src/state.ts#rate'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'let rate = 1\nexport const tax = { of: (x) => x * rate }\nexport const set = (to) => { rate = to }' }],
    ['state of another module that only such an object changes', marked(`import { api } from './state'`, 'return api.ask(x)'), { captures: ['api'] }, { 'src/state.ts': 'let token\nexport const api = { ask(x) { if (x > 9 || !token) token = make(); return x + token } }\nfunction make() { return 1 }' }],
    ['a client of another module that is closed', marked(`import { db } from './state'`, 'return db.get(x)'), { captures: ['db'] }, { 'src/state.ts': 'let pool\nexport const db = { get: (k) => (pool ??= new Map()).get(k) }\nexport const close = () => { pool?.clear(); pool = undefined }' }],
    ['a memo of a helper that others empty', marked('const memo = new Map()\nfunction twice(n) { if (!memo.has(n)) memo.set(n, n * 2); return memo.get(n) }', 'return twice(x)', 'export const reset = () => memo.clear()\nexport const drop = (n) => { memo.delete(n) }'), {}],
    ['a client that others exchange for one made when needed', marked('class Basic { get() { return 1 } }\nclass Full { get() { return 2 } }\nlet client = new Basic()\nconst get = () => (client ??= new Full())', 'return get().get(x)', 'export const close = () => { client = undefined }'), { captures: ['client'], untracked: ['client'], warnings: ['UNTRACKED'] }],
    ['an enum of another module that was compiled', marked(`import { isOn } from './state'`, 'return isOn(x)'), {}, { 'src/state.ts': 'var State;\n(function (State) { State[State["On"] = 0] = "On" })(State || (State = {}));\nexport const isOn = (x) => x === State.On' }],
    ['a variable of another module that gets its value behind its declaration', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'let limit\nif (Math.PI > 3) limit = 1\nelse (() => { limit = 2 })()\nexport const get = () => limit' }],
    ['one that gets it by what runs later', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#limit'] }, { 'src/state.ts': 'let limit\nload().then((n) => { limit = n })\nexport const get = () => limit\nasync function load() { return 1 }' }],
    ['one that gets it by what runs later, out of reach', marked(`import { get } from './state'`, 'return x + get()'), { untracked: ['src/state.ts#limit'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'let limit\nload().then((n) => { limit = n })\nexport const get = () => limit + 1\nasync function load() { return 1 }' }],
    ['a counter of another module that instances raise', marked(`import { first } from './state'`, 'return x + first()'), { untracked: ['src/state.ts#count'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'let count = 1\nexport class Item { id = count++ }\nexport const first = () => new Item().id' }],
    ['an object of another module that its declarations fill', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'const own = {}\nexport const limit = own.limit = (x) => x\nexport const get = () => own.limit(1)' }],
    ['a module that is loaded when first needed', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'let other\nexport const get = () => { other = other || make(); return other }\nfunction make() { return 1 }' }],
    ['tracked state of another module', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#limit'] }, { 'src/state.ts': '// @persist-track\nlet limit = 1\nexport const get = () => limit\nexport const set = (n) => { limit = n }' }],
    ['a tracked client of another module', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#db'] }, { 'src/state.ts': 'class Db { n = 1 }\n/** The one of this process. @persist-track */\nconst db = new Db()\nexport const get = () => db.n\nexport const set = (n) => { db.n = n }' }],
    ['a tracked client', marked('class Client { get(k) { return k } }\n// @persist-track\nconst db = new Client()', 'return db.get(x)'), { captures: ['db'] }],
    ['the environment', marked('', 'return process.env.URL + x'), { captures: ['process.env.URL'] }],
    ['the environment by a literal', marked('', `return process.env['A-B'] + x`), { captures: ['process.env.A-B'] }],
    ['the environment destructured', marked('const { URL, PORT: port } = process.env', 'return URL + port + x'), { captures: ['process.env.PORT', 'process.env.URL'] }],
    ['the environment through a helper', marked(`import { url } from './config'`, 'return url() + x'), { captures: ['process.env.URL'] }, { 'src/config.ts': 'export const url = () => process.env.URL ?? "none"' }],
    ['the environment through a constant', marked(`import { config } from './config'`, 'return config + x'), { captures: ['process.env.URL'] }, { 'src/config.ts': 'export const config = process.env.URL' }],
    ['the environment through a helper that gets the name', marked('', `return required('URL') + x`, `function required(name: string): string { const value = process.env[name]; if (!value) throw new Error('no ' + name); return value }`), { captures: ['process.env.URL'] }],
    ['the environment through helpers that hand the name on', marked(`import { number } from './env'`, `return number('DEPTH', 2) + number("WIDTH") + x`), { captures: ['process.env.DEPTH', 'process.env.WIDTH'] }, { 'src/env.ts': `const get = (scope, key = 'A') => process.env?.[key] ?? scope\nexport const number = (name, fallback) => Number(get(({ a: [1, ")"] }).a, name) ?? fallback)` }],
    ['the environment through a constant that a helper gives', marked(`import { config } from './config'`, 'return config.url + x'), { captures: ['config', 'process.env.URL'] }, { 'src/config.ts': `import { required } from './env'\nexport const config = { url: required('URL') }`, 'src/env.ts': 'export const required = (name) => process.env[name]' }],
    ['import.meta.env through a helper that gets the name', marked('const get = (name) => import.meta.env[name]', `return get('VITE_URL') + x`), { captures: ['import.meta.env.VITE_URL'] }],
    ['the environment through a helper that gets names which are not written out', marked('const get = (name) => process.env[name]', 'return get("URL") + get(`A_${x}`)'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the environment through a helper that is handed on', marked('const get = (name) => process.env[name]', 'return [get("URL"), ["A", "B"].map(get)]'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the environment through a helper that makes another name of it', marked('const get = (name) => { name = `APP_${name}`; return process.env[name] }', 'return get("URL")'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the environment under the name that is its own parameter', '// @persist\nexport const f = (name) => process.env[name]', { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the environment under a parameter of its own, by a helper', marked('const get = (name) => process.env[name]', 'return get(x)'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the environment by another name', marked('', 'const env = process.env; return env.URL + x'), { captures: ['process.env.URL'] }],
    ['the environment by a name of the module', marked('const env = process.env', 'return env.URL + x'), { captures: ['process.env.URL'] }],
    ['the environment by a name of another module', marked(`import { env } from './env'`, 'return env.URL + x'), { captures: ['process.env.URL'] }, { 'src/env.ts': 'export const env = process.env\nexport const other = env.OTHER' }],
    ['the environment that a pattern of another module takes from `process`', marked(`import { url } from './helper'`, 'return url() + x'), { captures: ['process.env.URL'] }, { 'src/env.ts': 'export const { env } = process', 'src/helper.ts': `import { env } from './env'\nexport const url = () => env.URL\nexport const other = () => env.OTHER` }],
    ['the environment by a name that another module gives an import', marked(`import { env } from './env'`, 'return env.URL + x'), { captures: ['process.env.URL'] }, { 'src/env.ts': `import process, { env as all } from 'node:process'\nexport const env = all\nexport const { env: other } = process` }],
    ['the environment by a name of a helper\'s module', marked(`import { url } from './env'`, 'return url() + x'), { captures: ['process.env.URL'] }, { 'src/env.ts': 'const env = process.env ?? {}\nexport const url = () => env.URL\nexport const other = () => env.OTHER' }],
    ['the environment where there may be none', marked(`const env = typeof process === 'undefined' ? {} : process.env\nconst isNode = typeof process !== 'undefined' && process.env && !process.env.BROWSER && !!process.env && typeof process.env === "object"`, 'return [env.URL, isNode, (process.env || {}).A]'), { captures: ['isNode', 'process.env.A', 'process.env.BROWSER', 'process.env.URL'] }],
    ['one environment or the other', marked('', `const env = typeof process === 'undefined' ? import.meta.env : process.env; const other = import.meta.env ?? process.env; return [env.A, other.B, (import.meta.env || process.env).C]`), { captures: ['process.env.A', 'process.env.B', 'process.env.C', 'import.meta.env.A', 'import.meta.env.B', 'import.meta.env.C'].sort() }],
    ['when a process began', marked('const began = performance.timeOrigin', 'return x - began'), { captures: ['began'] }],
    ['the environment, taken from `process`', marked('const { env } = process\nconst { env: other = {} } = process', 'const { env: own } = process; return [env.A, other.B, own.C]'), { captures: ['process.env.A', 'process.env.B', 'process.env.C'] }],
    ['the environment in Bun', marked('', 'return Bun.env.URL + x'), { captures: ['process.env.URL'] }],
    ['whether there is a variable of the environment', marked('', `return 'CI' in process.env`), { captures: ['process.env.CI'] }],
    ['the environment under a name that is a constant', marked(`const KEY = 'URL'\nconst get = (name) => process.env[name]\nconst OTHER = 'DEPTH'`, 'return [process.env[KEY], get(OTHER)]'), { captures: ['process.env.DEPTH', 'process.env.URL'] }],
    ...['process.env[`APP_${name}_URL`]', `process.env['APP_' + name]`].map((read): [string, string, { captures: string[] }, Record<string, string>] =>
      [`the environment under names that are put together of those that are given: ${read}`, marked(`import { get } from './env'`, `return [get('A'), get('B')]`), { captures: read.includes('URL') ? ['process.env.APP_A_URL', 'process.env.APP_B_URL'] : ['process.env.APP_A', 'process.env.APP_B'] }, { 'src/env.ts': `export const get = (name) => ${read}` }]),
    ['the environment under a name that is put together of what it gets', marked('const get = (name) => process.env[`APP_${name}`]', 'return get(x)'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['a clock that another module passes on', marked(`import { performance } from './env'`, 'return performance.now() - x'), { warnings: ['IMPURE'] }, { 'src/env.ts': `export { performance } from 'node:perf_hooks'` }],
    ['all of the environment, in values', marked(`const config = load(process.env)\nfunction load(env) { return { url: env.URL, n: env.N } }`, 'return config.url + x'), { captures: ['config'] }],
    ['all of the environment, in a value that a helper reads', marked(`import { url } from './config'`, 'return url() + x'), { captures: ['src/config.ts#config'] }, { 'src/config.ts': `export const config = load(process.env)\nfunction load(env) { return { url: env.URL, n: env.N } }\nexport const url = () => config.url` }],
    ['all of the environment, by another name for what may be none', marked(`const env = typeof process === 'undefined' ? {} : process.env`, 'return env[x]'), { untracked: ['all of process.env'], warnings: ['UNTRACKED'] }],
    ...['return load(process.env)', 'return load({ ...process.env })', 'return Object.keys(process.env)', 'const { URL, ...rest } = process.env; return [URL, rest]', 'const { [x]: value } = process.env; return value', 'return process.env.hasOwnProperty(x)', 'const env = process.env; return env[x]', 'const { env } = process; return load(env)', 'let env; env = process.env; return env.URL'].map((body): [string, string, { captures?: string[]; untracked: string[]; warnings: string[] }] =>
      [`all of the environment: ${body}`, marked('const load = (env) => env.URL', body), { ...(body.includes('rest') && { captures: ['process.env.URL'] }), untracked: ['all of process.env'], warnings: ['UNTRACKED'] }]),
    ['all of the environment, vouched for', `// @persist { env: ['URL'] }\nexport const f = (x) => Object.keys(process.env)`, { untracked: ['all of process.env'] }],
    ['all of the environment, of a process that has it anyway', marked(`import { execFileSync } from 'node:child_process'`, `return execFileSync('git', [x], { env: { ...process.env, LANG: 'C' } })`), { warnings: ['IMPURE'] }],
    ['all of the environment, in a function that is read as a value', marked('const config = { url: () => load(process.env) }\nconst load = (env) => env.URL\nexport { config }', 'return config.url() + x'), { captures: ['config'], untracked: ['all of process.env'], warnings: ['UNTRACKED'] }],
    ['all of import.meta.env', marked('const load = (env) => env.URL', 'return load(import.meta.env)'), { untracked: ['all of import.meta.env'], warnings: ['UNTRACKED'] }],
    ['import.meta.env by another name', marked('const env = import.meta.env', 'return env.VITE_URL + x'), { captures: ['import.meta.env.VITE_URL'] }],
    ['the environment from node:process', marked(`import { env } from 'node:process'`, 'return env.URL + x'), { captures: ['process.env.URL'] }],
    ...[`export { env } from 'node:process'`, `import { env } from 'node:process'\nexport { env }`, `export { env } from './process'`, `export * from './process'`].map((text): [string, string, { captures: string[] }, Record<string, string>] =>
      [`the environment that another module passes on: ${text}`, marked(`import { url } from './helper'`, 'return url() + x'), { captures: ['process.env.URL'] }, { 'src/helper.ts': `import { env } from './env'\nimport * as all from './env'\nexport const url = () => { const { URL } = env; return URL + env.URL + all.env.URL }\nexport const other = () => env.OTHER`, 'src/env.ts': text, 'src/process.ts': `export * from 'process'` }]),
    ['all of the environment that another module passes on', marked(`import { env } from './env'`, 'return Object.keys(env)'), { untracked: ['all of process.env'], warnings: ['UNTRACKED'] }, { 'src/env.ts': `export { env } from 'node:process'` }],
    ['the process that another module passes on', marked(`import proc from './env'`, 'return [proc.env.URL, proc.argv, proc.stdout.columns, x]'), { captures: ['process.argv', 'process.env.URL', 'process.stdout.columns'] }, { 'src/env.ts': `export { default } from 'node:process'` }],
    ['files and chance that another module passes on', marked(`import { fs, read, randomUUID, v4 } from './env'`, 'return [fs.statSync(x), read(x), randomUUID(), v4()]'), { warnings: ['IMPURE', 'IMPURE', 'IMPURE', 'IMPURE'] }, { 'src/env.ts': `import fs from 'node:fs'\nexport { fs }\nexport { readFileSync as read } from 'node:fs'\nexport { randomUUID } from 'node:crypto'\nexport { v4 } from 'uuid'`, 'node_modules/uuid/package.json': '{ "name": "uuid", "version": "1.0.0" }', 'node_modules/uuid/index.js': '' }],
    ['chance of a module by a name of its own', marked(`import { randomUUID, createHash } from 'node:crypto'`, 'const next = randomUUID; return createHash(next() + x)'), { warnings: ['IMPURE'] }],
    ['what the terminal is like', marked(`import { stderr } from 'node:process'`, 'const { rows } = process.stdout; return [process.stdout.columns, stderr.isTTY, rows, x]'), { captures: ['process.stderr.isTTY', 'process.stdout.columns', 'process.stdout.rows'] }],
    ['what the terminal can do', marked(`import tty from 'node:tty'`, 'return [process.stdout.hasColors(), tty.isatty(x)]'), { warnings: ['IMPURE', 'IMPURE'] }],
    ['a terminal that is only written to', marked('', `process.stdout.write('at'); process.exitCode = 1; return x`), { warnings: ['IMPURE'] }],
    ['how the process is called', marked('', 'return [process.title, process.argv0, process.exitCode, x]'), { captures: ['process.argv0', 'process.exitCode', 'process.title'] }],
    ['which module the program was started with', marked('', 'return require.main === module || !module.parent || import.meta.main || x'), { warnings: ['IMPURE', 'IMPURE', 'IMPURE'] }],
    ['which module the program was started with, in a variable', marked('const isMain = import.meta.main', 'return isMain || x'), { captures: ['isMain'] }],
    ['code that is made of text', marked(`const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor`, `return [new Function('x', x), Function('return this'), new AsyncFunction(x), globalThis.eval(x), (0, eval)(x)]`), { captures: ['AsyncFunction'], untracked: ['new Function', 'eval'], warnings: ['UNTRACKED', 'UNTRACKED'] }],
    ...['Date.now()', 'new Date()', 'Math.random()', 'Object.values(Math)[0]', 'crypto.randomUUID()', 'performance.now()'].map((text): [string, string, object] => [`code that is made of text with ${text}`, marked(`const make = new Function('return ${text}')`, 'return make() + x'), { captures: ['make'], untracked: ['new Function'], warnings: ['UNTRACKED'] }]),
    ['code that is made of text which says all that it does', marked(`const twice = new Function('x', 'return Math.round(x * 2)')`, `return twice(x) + Function('a, b', 'return a + b')(x, 1) + (twice instanceof Function)`), { captures: ['twice'] }],
    ['code that is run among the globals', marked(`import vm from 'node:vm'`, 'return vm.runInThisContext(x)'), { untracked: ['runInThisContext()'], warnings: ['UNTRACKED'] }],
    ['import.meta.env', marked('', 'return import.meta.env.VITE_URL + x'), { captures: ['import.meta.env.VITE_URL'] }],
    ['a global of the project', marked('', 'return __VERSION__ + x'), { captures: ['__VERSION__'] }],
    ['a member of the global object', marked('const own = global.other', 'return globalThis.settings.n + window.size + own'), { captures: ['own', 'settings', 'size'] }],
    ['a member of the global object that it fills itself', marked('function client() { return (globalThis.client ??= new Map()) }', 'return client().get(x)'), {}],
    ['a member of the global object that it sets', marked('', 'globalThis.last = x; return x'), { warnings: ['IMPURE'] }],
    ['a member of the global object that the platform has', marked('', 'return globalThis.structuredClone(x)'), {}],
    ['facts of the platform by names of their own', marked(`import { argv } from 'node:process'\nconst { cwd } = process`, 'const { platform } = process; return [argv[2], cwd(), platform]'), { captures: ['cwd', 'process.argv', 'process.cwd()', 'process.platform'] }],
    ['arguments of the process that are parsed', marked(`import { parseArgs } from 'node:util'`, 'return parseArgs({ options: x })'), { captures: ['process.argv'] }],
    ['a time that is local', marked('', 'return Date.parse(x)'), { captures: ['locale'] }],
    ...['const random = Math.random', 'const { random } = Math', 'const rng = { next: Math.random }\nconst random = () => rng.next()'].map((above): [string, string, { captures?: string[]; warnings: string[] }] =>
      [`chance by a name of its own: ${above}`, marked(above, 'return random() * x'), { captures: /[{]/.test(above) ? [above.includes('rng') ? 'rng' : 'random'] : [], warnings: ['IMPURE'] }]),
    ['the time by a name of its own', marked('const now = Date.now', 'return now() - x'), { warnings: ['IMPURE'] }],
    ['chance that is handed on', marked('', 'return [x].map(Math.random)'), { warnings: ['IMPURE'] }],
    ['chance that the marked function is given', '// @persist\nexport const f = (x, random = Math.random) => x.map(() => random())', {}],
    ['a clock of a module', marked(`import { performance as clock } from 'node:perf_hooks'`, 'return clock.now() - x'), { warnings: ['IMPURE'] }],
    ['a clock of a module, for a log', marked(`import { performance as clock } from 'node:perf_hooks'\nimport process from 'node:process'`, 'const start = clock.now(); const from = process.hrtime.bigint(); console.log(clock.now() - start, process.hrtime.bigint() - from); return x'), {}],
    ['files by names of their own', marked(`import fs from 'node:fs'\nimport { promisify } from 'node:util'\nconst read = promisify(fs.readFile)`, 'const { readFileSync: own } = fs; return [read(x), own(x)]'), { captures: ['read'], warnings: ['IMPURE', 'IMPURE'] }],
    ['files of a module that is loaded when it runs', marked('', `const { readFile } = await import('node:fs/promises'); return readFile(x)`).replace('export function', 'export async function'), { warnings: ['IMPURE'] }],
    ['files of a module that is required when it runs', marked('', `const fs = require('fs'); return fs.readFileSync(x)`), { warnings: ['IMPURE'] }],
    ['what modules of the platform hold beside functions', marked(`import os from 'node:os'\nimport http, { Agent } from 'node:http'\nimport { constants } from 'node:fs'`, 'return [os.EOL, http.STATUS_CODES[x], constants.R_OK, x instanceof Agent]'), {}],
    ['a global under a typeof guard', marked('', `return typeof __DEV__ !== 'undefined' && __DEV__ && x`), { captures: ['__DEV__'] }],
    ['a class in a table, which others change', marked('class A { static n = 1 }\nconst all = { a: A }\nexport const set = (n) => { A.n = n }', 'return all[x].n'), { captures: ['A.n', 'all'] }],
    ['a variable of a namespace, out of reach', marked('namespace Api { let n = 1; export function get() { return n } export function set(to: number) { n = to } }', 'return Api.get() + x'), { untracked: ['src/a.ts#Api.n'], warnings: ['UNTRACKED'] }],
    ['an address of another module that others change', marked(`import { of } from './b'`, 'return of(x)'), { captures: ['src/b.ts#base'] }, { 'src/b.ts': `export const base = new URL('https://a.b/c')\nexport const of = (x) => base.host + x\nexport const set = (to) => { base.host = to }` }],
    ['where a module lies', marked(`const here = new URL('./data/', import.meta.url)\nconst there = new URL('..', here)`, 'return new URL(x, there).href'), {}],
    ['a time of another module that others change', marked(`import { of } from './b'`, 'return of(x)'), { untracked: ['src/b.ts#day'], warnings: ['UNTRACKED'] }, { 'src/b.ts': `const day = new Date(0)\nexport const of = (x) => day.getTime() + x\nexport const set = (to) => { day.setTime(to) }` }],
    ...[['const map = new Map([["a", 1]])', 'map.get(k)', 'map.set(k, v)', 'map'], ['let level = 1', 'level', 'level = v', 'level'], ['const all = { a: 1 }', 'all[k]', 'all[k] = v', 'all']].flatMap(([state, get, set, name]): [string, string, { captures?: string[]; untracked?: string[]; warnings?: string[] }, Record<string, string>?][] => {
      const object = `${state}\nexport const registry = { register(k, v) { ${set} }, get: (k) => ${get} }`
      const type = `${state}\nexport class registry { static register(k, v) { ${set} } static get(k) { return ${get} } }`
      return [
        [`what an object's method puts there that is not called: ${set}`, marked(object, 'return registry.get(x)'), { captures: ['registry'] }],
        [`what a static method puts there that is not called: ${set}`, marked(type, 'return registry.get(x)'), { captures: [name!] }],
        ...[object, type].map((text): [string, string, { captures?: string[]; untracked?: string[]; warnings?: string[] }, Record<string, string>?] =>
          [`what a method of another module puts there that is not called: ${text.length} ${set}`, marked(`import { registry } from './b'`, 'return registry.get(x)'), { ...(text === object && { captures: ['registry'] }), untracked: [`src/b.ts#${name}`], warnings: ['UNTRACKED'] }, { 'src/b.ts': text }]),
        [`what a method puts there that is called too: ${set}`, marked(`import { registry } from './b'`, 'registry.register(x, 2); return registry.get(x)'), { ...(name === 'level' && { untracked: ['src/b.ts#level'], warnings: ['UNTRACKED'] }) }, { 'src/b.ts': type }],
      ]
    }),
    ['what only statements let an object put there', marked(`import { run } from './b'`, 'return run(x)'), {}, { 'src/b.ts': `const map = new Map()\nconst registry = { register: (k, v) => { map.set(k, v) }, get: (k) => map.get(k) }\nregistry.register('a', 1)\nexport const run = (k) => registry.get(k)` }],
    ['a memo that a private object of functions fills', marked('const memo = new Map()\nconst api = { get: (k) => { if (!memo.has(k)) memo.set(k, k + 1); return memo.get(k) }, other: () => 1 }', 'return api.get(x)'), {}],
    ['a memo that an object of functions fills', marked(`import { api } from './b'`, 'return api.get(x)'), { captures: ['api'] }, { 'src/b.ts': 'const memo = new Map()\nexport const api = { get(k) { return memo.get(k) ?? this.put(k) }, put(k) { memo.set(k, k + 1); return k + 1 }, clear() { memo.clear() } }' }],
    ['a list that each call adds to, and gives', marked('const history = []', 'history.push(x); return history.join()'), { captures: ['history'], warnings: ['IMPURE'] }],
    ['a list of another module that each call adds to, and gives', marked(`import { ask } from './b'`, 'return ask(x)'), { untracked: ['src/b.ts#history'], warnings: ['UNTRACKED'] }, { 'src/b.ts': 'const history = []\nexport const ask = (x) => { history.push(x); return JSON.stringify({ messages: history }) }' }],
    ...['primes.every((p) => x % p)', 'primes[x]', 'primes.includes(x)', 'primes.length'].map((read): [string, string, object] => [`a list that is a memo: ${read}`, marked('const primes = [2]', `if (${read}) primes.push(x); return primes[0]`), {}]),
    ['a list that is filled once', marked(`import { h } from './b'`, 'return h(x)'), {}, { 'src/b.ts': `const words = []\nexport const h = (x) => { if (words.length === 0) for (const word of ['a', 'b']) words.push(word); return new RegExp(words.join('|')).test(x) }` }],
    ['what a function puts there that only statements call', marked(`import { h } from './b'`, 'return h(x)'), {}, { 'src/b.ts': `const words = []\nfunction add(word) { words.push(word) }\nadd('a')\nexport const h = (x) => new RegExp(words.join('|')).test(x)` }],
    ['what a function puts there that a listener calls', marked(`import { h } from './b'`, 'return h(x)'), { untracked: ['src/b.ts#words'], warnings: ['UNTRACKED'] }, { 'src/b.ts': `const words = []\nfunction add(word) { words.push(word) }\nprocess.on('message', (word) => { add(word) })\nexport const h = (x) => new RegExp(words.join('|')).test(x)` }],
    ['a memo behind an object whose methods are called as those of a Map are', marked(`import { h } from './b'`, 'return h(x)'), { captures: ['src/b.ts#cache'] }, { 'src/b.ts': 'const store = new Map()\nexport const cache = { get: (key) => store.get(key), set: (key, value) => { store.set(key, value) }, clear: () => store.clear() }\nexport const h = (x) => { const kept = cache.get(x); if (kept) return kept; cache.set(x, x + 1); return x + 1 }' }],
    ...['path.push(x); const text = path.join(); path.pop(); return text', 'path.length = 0; path.push(x); return path.join()'].map((body): [string, string, object] => [`a list that is made empty again: ${body}`, marked('const path = []', body), {}]),
    ['__dirname', marked('', 'return __dirname + x'), {}],
    ['import.meta.url', marked('', 'return import.meta.url + x'), {}],
    ['the working directory', marked('', 'return process.cwd() + x'), { captures: ['process.cwd()'] }],
    ['the platform, as node:os says it', marked(`import os from 'node:os'`, 'return os.platform() + os.arch() + x'), { captures: ['process.arch', 'process.platform'] }],
    ['whether it is Windows, in another module', marked(`import { isWindows } from './state'`, 'return isWindows && x'), { captures: ['isWindows', 'process.platform'] }, { 'src/state.ts': `import { platform } from 'os'\nexport const isWindows = platform() === 'win32'` }],
    ['the platform', marked('', 'return process.platform + x'), { captures: ['process.platform'] }],
    ['the locale', marked('', 'return x.toLocaleString()'), { captures: ['locale'] }],
    ['Intl', marked('', 'return new Intl.NumberFormat().format(x)'), { captures: ['locale'] }],
    ['local time', marked('', 'return new Date(x).getHours()'), { captures: ['locale'] }],
    ...['`${new Date(x)}`', '`${day}`', 'new Date(x) + ""', 'String(day)', 'new Date(`${x}T00:00`)', 'new Date(x + "T00:00")'].map((text): [string, string, { captures: string[] }] => [`local time in text: ${text}`, marked('', `const day = new Date(x); return ${text}`), { captures: ['locale'] }]),
    ['text of a time with an offset', marked('', 'return [new Date(`${x}T00:00Z`), new Date(x + "+01:00"), `${x}`]'), {}],
    ...['navigator.language', 'localStorage.getItem("a")', 'Deno.readTextFileSync("a")', 'crypto.subtle.generateKey(x, true, [])', 'process.resourceUsage()'].map((fact): [string, string, { warnings: string[] }] => [`what lies outside: ${fact}`, marked('', `return ${fact}`), { warnings: ['IMPURE'] }]),
    ['what a thread was given', marked(`import { workerData } from 'node:worker_threads'`, 'return workerData.n + x'), { warnings: ['IMPURE'] }],
    ['what a thread was given, kept in a variable', marked(`import { workerData } from 'node:worker_threads'\nconst n = workerData.n`, 'return n + x'), { captures: ['n'] }],
    ['keys that are made', marked(`import { generateKeySync, webcrypto } from 'node:crypto'`, 'return [generateKeySync("hmac", x), webcrypto.getRandomValues(x)]'), { warnings: ['IMPURE', 'IMPURE'] }],
    ['no local time', marked('', 'return new Date(x).getUTCHours()'), {}],
    ['Math.random', marked('', 'return Math.random() * x'), { warnings: ['IMPURE'] }],
    ['Math.random beneath it', marked('const r = () => Math.random()', 'return r() * x'), { warnings: ['IMPURE'] }],
    ['Math.random, acknowledged', '// @persist { impure: true }\nexport function f(x) { return Math.random() * x }', {}],
    ['the time', marked('', 'return Date.now() - x'), { warnings: ['IMPURE'] }],
    ['the time, twice: one line is enough', marked('', 'const start = Date.now(); return Date.now() - start + x'), { warnings: ['IMPURE'] }],
    ['the time and chance', marked('', 'return Date.now() - Math.random() * x'), { warnings: ['IMPURE', 'IMPURE'] }],
    ['a variable around it', marked('let n = 0', 'return n++ + x'), { captures: ['n'], warnings: ['IMPURE'] }],
    ['a variable around it, acknowledged', `let n = 0\n// @persist { impure: ['n'] }\nexport function f(x) { return n++ + x }`, { captures: ['n'] }],
    ['a parameter', marked('', 'x.seen = true; return x'), { warnings: ['IMPURE'] }],
    ['a parameter that gets another value', marked('', 'x = x + 1; return x'), {}],
    ['this', `export class C {\n// @persist\nf(x) { this.last = x; return x } }`, { warnings: ['IMPURE'] }],
    ['a list of this', `export class C { items = []\n// @persist\nf(x) { this.items.push(x); return x } }`, { warnings: ['IMPURE'] }],
    ['a copy of a list of this', `export class C { items = []\n// @persist\nf(x) { return [this.items.slice().sort(), x] } }`, {}],
    ['a method of this that is named as those of lists', `export class C { sort(x) { return x }\n// @persist\nf(x) { return this.sort(x) } }`, {}],
    ['a memo of this', `export class C { memo = new Map()\n// @persist\nf(x) { if (!this.memo.has(x)) this.memo.set(x, x * 2); return this.memo.get(x) } }`, {}],
    ['a static field', `export class C { static n = 0\n// @persist\nstatic f(x) { C.n++; return x } }`, { warnings: ['IMPURE'] }],
    ['a static field that another method sets', marked('class Config { static limit = 1; static set(n) { Config.limit = n } }', 'return x + Config.limit', 'export const set = Config.set'), { captures: ['Config.limit'] }],
    ['a static field of another module, out of reach', marked(`import { get } from './state'`, 'return x + get()'), { untracked: ['src/state.ts#Config.limit'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'class Config { static limit = 1; static depth = 2 }\nexport const get = () => Config.limit * Config.depth\nexport const set = (to) => { Config.limit = to }' }],
    ['static fields of an exported class that a helper reads', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#Config.depth', 'src/state.ts#Config.limit'] }, { 'src/state.ts': 'export class Config { static limit = 1; static depth = 2 }\nexport const get = () => Config.limit * Config.depth\nexport const set = (to) => { Config.limit = to }' }],
    ['an exported object that a helper reads', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#settings'] }, { 'src/state.ts': 'export const settings = { n: 1 }\nexport const get = () => settings.n' }],
    ['an exported object, made when its module began, that a helper of a third module reads', marked(`import { get } from './get'`, 'return x + get()'), { captures: ['src/state/index.ts#settings'] }, { 'src/get.ts': `import { settings } from './state'\nexport const get = () => settings.n`, 'src/state/index.ts': `import { load } from './load'\nconst settings = { ...load() }\nexport { settings }`, 'src/state/load.ts': 'export const load = () => ({ n: 1 })' }],
    ['an exported variable that a helper reads', marked(`import { get } from './state'`, 'return x + get()'), { captures: ['src/state.ts#limit'] }, { 'src/state.ts': 'export let limit = 1\nexport const get = () => limit\nexport const set = (n) => { limit = n }' }],
    ['an exported memo of a helper', marked(`import { get } from './state'`, 'return x + get(x)'), { untracked: ['src/state.ts#memo'], warnings: ['UNTRACKED'] }, { 'src/state.ts': 'export const memo = new Map()\nexport const get = (n) => { if (!memo.has(n)) memo.set(n, n * 2); return memo.get(n) }' }],
    ['an exported constant that a helper reads', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': `export const limit = 1\nexport const kind = Symbol.for('kind')\nexport const get = () => [limit, kind]` }],
    ['an exported object of a module that is imported when it is needed', marked(`const get = async () => (await import('./state')).settings.n`, 'return get()'), {}, { 'src/state.ts': 'export const settings = { n: 1 }' }],
    ['a static field of another module, out of reach, vouched for', `import { get } from './state'\n// @persist { untracked: ['Config.limit'] }\nexport function f(x) { return x + get() }`, { untracked: ['src/state.ts#Config.limit'] }, { 'src/state.ts': 'class Config { static limit = 1 }\nexport const get = () => Config.limit\nexport const set = (to) => { Config.limit = to }' }],
    ['a static field of another module, out of reach, that is set when it is evaluated', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'class Config { static limit = 1 }\nConfig.limit = 2\nexport const get = () => Config.limit' }],
    ['a static field of another module that is made when needed', marked(`import { get } from './state'`, 'return x + get()'), {}, { 'src/state.ts': 'class Client { static get() { return (Client.one ??= new Client()) } n = 1 }\nexport const get = () => Client.get().n' }],
    ['a static field that anybody may set', marked('export class Config { static limit = 1 }', 'return x + Config.limit'), { captures: ['Config.limit'] }],
    ['a static field that nobody sets', marked('class Config { static limit = 1 }', 'return x + Config.limit'), {}],
    ['a static memo', `export class Repo { static memo = new Map()\n// @persist\nstatic f(x) { if (!Repo.memo.has(x)) Repo.memo.set(x, x * 2); return Repo.memo.get(x) } }`, {}],
    ['a static counter of instances', marked('export class Task { static made = 0; static #all = 0; id = Task.made++; constructor() { Task.#all++ } run() { return 1 } }', 'return new Task().run() + x'), {}],
    ['a static counter of another module\'s instances', marked(`import { Task } from './task'`, 'return new Task().run() + x'), {}, { 'src/task.ts': 'export class Task { static made = 0; constructor() { this.id = ++Task.made } run() { return 1 } }' }],
    ['a static counter that is asked', marked('class Task { static made = 0; id = Task.made++ }', 'return [new Task(), Task.made, x]'), { captures: ['Task.made'] }],
    ['a static counter of another module that is asked', marked(`import { Task } from './task'`, 'return [Task.made, x]'), { captures: ['Task.made'] }, { 'src/task.ts': 'export class Task { static made = 0; id = Task.made++ }' }],
    ['a static counter that a function sets anew', marked('class Task { static made = 0; id = Task.made++ }\nexport const reset = () => { Task.made = 0 }', 'return [new Task(), x]'), { captures: ['Task.made'] }],
    ['static fields that are filled in where a flag says that they are not', marked('class Table { static #rows; static #ready = false; static get(k) { if (!this.#ready) { this.#rows = { a: 1 }; this.#ready = true } return this.#rows[k] } }', 'return Table.get(x)'), {}],
    ['a static field beside a flag that is given another value elsewhere', marked('class Table { static rows; static ready = false; static get(k) { if (!Table.ready) { Table.rows = { a: 1 }; Table.ready = true } return Table.rows[k] }\nstatic use(rows) { Table.rows = rows } }', 'return Table.get(x)'), { captures: ['Table.rows'] }],
    ['a static singleton', marked('class Client { static one; static get() { return (Client.one ??= new Client()) } }', 'return Client.get().n + x'), {}],
    ['a property of a function', marked('function rate() { return rate.value }\nexport const set = (n) => { rate.value = n }', 'return x * rate()'), { captures: ['rate.value'] }],
    ['a file written', marked(`import { writeFileSync } from 'node:fs'`, 'writeFileSync(x, "a"); return x'), { warnings: ['IMPURE'] }],
    ['a file written that `outFile` is about', `import { writeFileSync } from 'node:fs'\n// @persist { outFile: 'x' }\nexport function f(x) { writeFileSync(x, "a"); return 1 }`, {}],
    ['a variable of its own', marked('', 'const list = []; list.push(x); return list'), {}],
    ['a value of each process', marked('const id = Math.random()', 'return id + x'), { captures: ['id'], warnings: ['NEVER_HITS'] }],
    ['a computed variable of the environment', marked('', 'return process.env[x]'), { untracked: ['a computed name in process.env'], warnings: ['UNTRACKED'] }],
    ['the same, with those named that count', marked('', 'return process.env[x]').replace('@persist', '@persist { env: [\'RATE\'] }'), { untracked: ['a computed name in process.env'], warnings: [] }],
    ['eval', marked('', 'return eval(x)'), { untracked: ['eval'], warnings: ['UNTRACKED'] }],
    ['a computed import', marked('', 'return import(x)'), { untracked: ['import() of a computed path'], warnings: ['UNTRACKED'] }],
    ['a missing module', marked(`import { g } from './missing'`, 'return g(x)'), { untracked: ['./missing'], warnings: ['RESOLVE'] }],
  ])('%s', (_, code, { captures = [], untracked = [], warnings = [] }, files) => {
    const found = scan(code, files)
    expect({ captures: [...found.captures].sort(), untracked: found.untracked, warnings: found.warnings.map(({ code: name }) => name) }).toEqual({ captures, untracked, warnings })
  })

  // What is told of: the words of the first line that name it.
  it.each<[string, string, string[], Record<string, string>?]>([
    ['a field that a method of the class changes', `class Scanner { at = 0; #next() { this.at++ }\n// @persist\neat(x) { if (x !== this.at) return false; this.#next(); return true } }`, ['changes `this.at`']],
    ['a field that a method changes by another one', `class C { n = 0; a() { this.b() } b() { this.n += 1; this.a() }\n// @persist\nf(x) { this.a(); return x } }`, ['changes `this.n`']],
    ['a field that a function of an object changes', `export const o = { n: 0, add() { this.n++ },\n// @persist\nf(x) { this.add(); return x } }`, ['changes `this.n`']],
    ['this, by `Object.assign`', `class C {\n// @persist\nf(x) { Object.assign(this, x); return x } }`, ['changes `this`']],
    ['a field that is filled in where nothing is', `class C { all; load() { if (!this.all) this.all = read(); return this.all } one() { return (this.first ??= read()) }\n// @persist\nf(x) { return this.load()[x] + this.one() } }\nconst read = () => [1]`, []],
    ['a field that becomes what it was to give', `class C { all = () => []; list() { if (typeof this.all === 'function') this.all = this.all(); return this.all }\n// @persist\nf(x) { return this.list()[x] } }`, []],
    ['a field of its own that a method only fills in', `class C { all\n// @persist\nf(x) { if (this.all === undefined) this.all = new Map(); return this.all.get(x) } }`, []],
    ['a method that changes what it makes', `class C { n = 1; copy() { const c = new C(); c.n = this.n + 1; return c }\n// @persist\nf(x) { return this.copy().n + x } }`, []],
    ['a static method of the same name', `class C { n = 1; static step() { this.last = 1 } step() { return this.n }\n// @persist\nf(x) { return this.step() + x } }`, []],

    ['a parameter that a helper fills', marked('function fill(list, n) { for (let i = 0; i < n; i++) list.push(i) }', 'fill(x, 3); return x.length'), ['changes `x`']],
    ['a parameter that a helper of a helper fills', marked('const put = (o, k) => { o[k] = 1 }\nfunction fill(o) { put(o, "a") }', 'fill(x); return 1'), ['changes `x`']],
    ['a parameter that a helper of another module fills', marked(`import { fill } from './fill'`, 'fill(x); return 1'), ['changes `x`'], { 'src/fill.ts': 'export function fill(list) { list.push(1) }' }],
    ['a parameter that a function around it fills', `function outer() { const fill = (list) => { list.push(1) }\n// @persist\nfunction f(x) { fill(x); return 1 }\nreturn f }`, ['changes `x`']],
    ['a parameter that a helper copies and changes', marked('function sorted(list) { list = [...list]; list.sort(); return list }', 'return sorted(x)'), []],
    ['a parameter, by another name', marked('', 'const own = x.list; own.push(1); return x'), ['changes `x`']],
    ['what is in a parameter, one after the other', marked('', 'for (const row of x.rows) row.n = 1; return x'), ['changes `x`']],
    ['what is in a parameter, by a callback', marked('', 'x.forEach((row) => { delete row.n }); return x'), ['changes `x`']],
    ['what is in a parameter, by pairs', marked('', 'for (const [key, value] of Object.entries(x)) value.key = key; return x'), ['changes `x`']],
    ['what is in a parameter, by a helper', marked('function number(rows) { rows.forEach((row, i) => { row.n = i }) }', 'number(x); return x'), ['changes `x`']],
    ['copies of what is in a parameter', marked('', 'return x.map((row) => { row = { ...row }; row.n = 1; return row })'), []],
    ['the rest of a parameter', marked('', 'const { a, ...rest } = x; rest.b = a; return rest'), []],
    ['a copy of a list in a parameter', marked('', 'const own = x.list.slice(); own.sort(); const [first, ...more] = x.list; more.push(first); return [own, more]'), []],
    ['a date in a parameter of which another is made', marked('', 'const day = x.day; return day.add(1, "day").set("hour", 0).toDate()'), []],
    ['a parameter, by `Object.assign`', marked('', 'Object.assign(x, { a: 1 }); return x'), ['changes `x`']],
    ['a copy of a parameter, by `Object.assign`', marked('', 'return Object.assign({}, x)'), []],
    ['a parameter that is frozen', marked('', 'Object.freeze(x); return x.a'), []],
    ['a parameter that may be frozen', marked('', 'return Object.isFrozen(x)'), ['asks whether `x` may be changed']],
    ['a parameter that may be frozen, by names given to methods', marked('const O = Object\nconst { isFrozen } = Object', 'return isFrozen(x) && O.isSealed(x)'), ['asks whether `x` may be changed']],
    ['a parameter, by a name given to `Object`', marked('var O = Object', 'O.defineProperty(x, "n", { value: 1 }); return x.n'), ['changes `x`']],
    ['a parameter, by a name given to `Object.assign`', marked('const assign = Object.assign', 'return assign(x, { n: 1 }).n'), ['changes `x`']],
    ['a parameter that another function of such a name gets', marked('const { assign } = { assign: (to) => ({ ...to }) }', 'return assign(x, { n: 1 }).n'), []],
    ['a parameter that may be frozen, in a helper', marked('const isFrozen = (it) => !it || Object.isFrozen(it)', 'return isFrozen(x.list) ? x : [x]'), ['asks whether `x` may be changed']],
    ['what a function made that may be frozen', marked('function freeze(it) { if (!Object.isFrozen(it)) Object.freeze(it); return it }', 'const made = { n: x }; return freeze(made)'), []],
    ['a parameter that is a copy of itself by then', marked('', 'x = { ...x }; x.a = 1; return x'), []],
    ['a parameter that is what it was, or new', marked('', 'x = x || {}; x.a = 1; return x.b'), ['changes `x`']],
    ['a parameter of which another is made', marked('', 'return x.add(1, "day").set("hour", 0).toDate()'), []],
    ['a set that is a parameter', marked('', 'for (const n of [1, 2]) x.has(n) || x.add(n); return x.size'), ['changes `x`']],
    ['the list that a rest parameter makes', '// @persist\nexport function f(...all) { const first = all.shift(); all.sort(); return [first, ...all] }', []],
    ['what is in the list that a rest parameter makes', '// @persist\nexport function f(...all) { all[0].n = 1; return all.length }', ['changes `all`']],

    ['a parameter that is called for nothing', '// @persist\nexport function f(x, onStep) { for (const n of x) onStep(n); return x.length }', ['calls `onStep`']],
    ['a destructured parameter that is called for nothing', '// @persist\nexport async function f(x, { onStep }) { await onStep?.(x); return x.length }', ['calls `onStep`']],
    ['a parameter that is called for what it gives', '// @persist\nexport function f(x, by) { return x.map((n) => by(n)).concat(by(0)) }', []],
    ['a parameter that is called for nothing, and skipped', `// @persist { skip: ['onStep'] }\nexport function f(x, onStep) { onStep(x); return x.length }`, []],
    ['a parameter that is called for nothing, acknowledged', `// @persist { impure: ['onStep'] }\nexport function f(x, onStep) { onStep(x); return x.length }`, []],
    ['a parameter that throws', '// @persist\nexport function f(x, reject) { if (!x) reject(); return x.length }', []],
    ['a parameter that takes messages', '// @persist\nexport function f(x, log, { warn }) { log("at", x); warn("so"); return x.length }', []],

    ['a member of the global object', marked('function set(n) { globalThis.last = n }', 'set(x); return x'), ['changes `globalThis.last`']],
    ['the environment', marked('', 'process.env.LAST = x; return x'), ['changes `process.env`']],
    ['a member of the global object, filled when needed', marked('', 'globalThis.client ??= make(); return globalThis.client.get(x)', 'function make() { return new Map() }'), []],
    ['a list around it that a helper fills', `export function parse(text) { const errors = []; const fail = (why) => { errors.push(why) }\n// @persist\nfunction row(x) { if (!x) fail('empty'); return x }\nreturn [row(text), errors] }`, ['changes `errors`']],
    ['a list of the module that a helper fills', marked('const warnings = []\nfunction warn(why) { warnings.push(why) }', 'if (!x) warn("empty"); return x', 'export const take = () => warnings.slice()'), ['changes `warnings`']],
    ['a list in an object of the module', marked('const state = { errors: [] }', 'if (!x) state.errors.push(x); return x', 'export const take = () => state.errors'), ['changes `state`']],
    ['a buffer of the module', marked('const scratch = new Uint8Array(16)', 'scratch[0] = x; return 1', 'export const take = () => scratch.slice()'), ['changes `scratch`']],
    ['a buffer of the module that a helper writes to', marked('const scratch = Buffer.alloc(16)\nfunction write(n) { scratch[0] = n }', 'write(x); return 1', 'export const take = () => scratch.toString()'), ['changes `scratch`']],
    ['a memo by number', marked('const memo = []', 'return (memo[x] ??= x * 2)'), []],
    ['a table of the module', marked('const memo = {}', 'return (memo[x] ??= x * 2)', 'export const known = () => Object.keys(memo)'), []],
    ['a list of the module that nobody else reads', marked('const seen = []\nfunction note(n) { seen.push(n); return seen.length > 9 }', 'return note(x) ? 0 : x'), []],
    ['a flag by which a helper does something once', marked('let ready = false\nfunction init() { if (ready) return; ready = true }', 'init(); return x'), []],
    ['a memo of a helper that others read', marked('const memo = new Map()\nfunction twice(n) { memo.set(n, n * 2); return memo.get(n) }', 'return twice(x)', 'export const size = () => memo.size'), []],

    ['nothing that comes back', marked(`import { send } from './send'`, 'send(x)'), ['gives nothing back'], { 'src/send.ts': 'export const send = (x) => x' }],
    ['nothing that comes back, early', marked('const ok = (x) => x', 'if (!x) return; [x].forEach((n) => { return ok(n) })'), ['gives nothing back']],
    ['nothing that comes back, but to a promise', `export const g = (run) => new Promise((resolve, reject) => run(\n// @persist\n(error, x) => { if (error) reject(error); else resolve(x) }))`, ['gives nothing back']],
    ['nothing that comes back, acknowledged', '// @persist { impure: true }\nexport function f(x) { [x].forEach(String) }', []],
    ['a check, which throws', marked('', 'if (!x) throw new Error("no")'), []],
    ['a check, by its type', 'declare const is: (x: unknown) => unknown\n// @persist\nexport function f(x: unknown): asserts x { is(x) }', []],
    ['a check by others', marked(`import { assertValid } from './check'`, 'assertValid(x)'), [], { 'src/check.ts': 'export const assertValid = (x) => x' }],
    ['a function that does nothing yet', marked('', ''), []],
    ['a function that is for the files it writes', `import { writeFileSync } from 'node:fs'\n// @persist { outFile: 'x' }\nexport function f(x) { writeFileSync(x, "a") }`, []],
  ])('of what a hit does not do again is told: %s', (_, code, told, files) => {
    const found = scan(code, files).warnings.filter((warning) => warning.code === 'IMPURE')
    expect(found.map(({ what }) => what.replace(/^`.*?` /, '').replace(/,? (?:and|which|so) .*$/, ''))).toEqual(told)
  })

  it.each<[string, string, { captures?: string[]; warnings?: string[] }]>([
    ['uuid', `import { v4 as uuid, validate } from 'uuid'\nexport const f = (x) => validate(x) && uuid()`, { warnings: ['uuid.v4'] }],
    ['uuid', `const uuid = require('uuid')\nexports.f = (x) => uuid.v7() + x`, { warnings: ['uuid.v7'] }],
    ['uuid', `import { v5 } from 'uuid'\nexport const f = (x) => v5(x, 'names')`, {}],
    ['nanoid', `import { customAlphabet } from 'nanoid'\nconst next = customAlphabet('abc')\nexport const f = (x) => next() + x`, { captures: ['next'], warnings: ['nanoid.customAlphabet'] }],
    ['nanoid', `export const f = async (x) => { const { nanoid } = await import('nanoid'); return nanoid() + x }`, { warnings: ['nanoid.nanoid'] }],
    ['@faker-js/faker', `import { faker } from '@faker-js/faker'\nexport const f = (x) => faker.person.firstName() + x`, { warnings: ['@faker-js/faker.faker'] }],
    ['@faker-js/faker', `import { faker } from '@faker-js/faker'\nexport const f = (x) => { faker.seed(x); return faker.person.firstName() }`, {}],
    ['chance', `import Chance from 'chance'\nexport const f = (x) => new Chance().name() + x`, { warnings: ['chance'] }],
    ['chance', `import Chance from 'chance'\nexport const f = (x) => new Chance(x).name()`, {}],
    ['axios', `import axios from 'axios'\nexport const f = (x) => axios.get(x).catch((error) => axios.isAxiosError(error))`, { warnings: ['axios.get'] }],
    ['axios', `import axios from 'axios'\nexport const f = (x) => axios.isAxiosError(x)`, {}],
    ['got', `import got from 'got'\nconst api = got.extend({ retry: 2 })\nexport const f = (x) => api(x).json()`, { captures: ['api'], warnings: ['got.extend'] }],
    ['execa', `import { $ } from 'execa'\nexport const f = (x) => $\`ls \${x}\``, { warnings: ['execa.$'] }],
    ['fast-glob', `import fg from 'fast-glob'\nexport const f = (x) => fg(fg.escapePath(x))`, { warnings: ['fast-glob'] }],
    ['fs-extra', `import fs from 'fs-extra'\nexport const f = (x) => fs.readJsonSync(x)`, { warnings: ['fs-extra.readJsonSync'] }],
    ['fs-extra', `import fs from 'fs-extra'\nexport const f = (x) => fs.readJsonSync('./data.json')[x]`, {}],
    ['lodash', `import _ from 'lodash'\nexport const f = (x) => _.shuffle(_.chunk(x))`, { warnings: ['lodash.shuffle'] }],
    ['dayjs', `import dayjs from 'dayjs'\nexport const f = (x) => dayjs().diff(x)`, { captures: ['locale'], warnings: ['dayjs'] }],
    ['dayjs', `import dayjs from 'dayjs'\nexport const f = (x) => { console.log(dayjs().format()); return dayjs(x).format() }`, { captures: ['locale'] }],
    ['luxon', `import { DateTime } from 'luxon'\nexport const f = (x) => DateTime.fromISO(x).diff(DateTime.now())`, { captures: ['locale'], warnings: ['luxon.DateTime.now'] }],
    ['date-fns', `import { format, isToday } from 'date-fns'\nexport const f = (x) => (isToday(x) ? '' : format(x, 'yyyy'))`, { captures: ['locale'], warnings: ['date-fns.isToday'] }],
  ])('the package %s: %s', (name, text, { captures = [], warnings = [] }) => {
    const code = text.replace(/(?=export const f|exports\.f)/, '// @persist\n')
    const found = scan(code, { [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }), [`node_modules/${name}/index.js`]: '' })
    expect(found.captures).toEqual(captures)
    expect(found.warnings.map(({ what }) => /reaches (.*?),/.exec(what)?.[1] ?? what)).toEqual(warnings)
  })

  it('an identifier that a module was given at its start', () => {
    const found = scan(marked(`import { v4 } from 'uuid'\nconst run = v4()`, 'return run + x'), { 'node_modules/uuid/package.json': '{ "name": "uuid", "version": "1.0.0" }', 'node_modules/uuid/index.js': '' })
    expect(found.warnings.map(({ code }) => code)).toEqual(['NEVER_HITS'])
  })

  it('a logger, a client and a memo map, as real ones have: not a word of configuration', () => {
    const found = scan(
      marked(
        `import { log } from './log'\nimport { db } from './db'\nconst memo = new Map<string, number>()`,
        'log.debug(`at ${x}`); const known = memo.get(x); if (known !== undefined) return known; const value = db.query(x).length; memo.set(x, value); return value',
      ),
      { 'src/log.ts': `import pino from 'pino'\nexport const log = pino({ level: 'info' })`, 'src/db.ts': `import { Client } from 'pg'\nexport const db = new Client()` },
    )
    expect(found.captures).toEqual(['db'])
    expect(found.warnings.filter(({ code }) => code === 'IMPURE')).toEqual([])
  })

  const LOG = `import { log } from './log'\nlog.level('info')`
  const DEBUG = `import createDebug from './log'\nconst debug = createDebug('app')`
  it.each([
    ['a time told to the console', '', 'console.log(Date.now(), x); return x'],
    ['a duration told to the console', '', 'const start = Date.now(); const y = x * 2; console.log(`took ${Date.now() - start} ms`); return y'],
    ['a duration told to a logger, brought into form', LOG, 'const t0 = performance.now(); const y = x * 2; const ms = (performance.now() - t0).toFixed(1); log.info({ ms }, "done"); return y'],
    ['a duration told to a function for debugging', DEBUG, 'const t0 = performance.now(); debug("%d", Math.round(performance.now() - t0)); return x'],
    ['a date told to the console', '', 'console.info(new Date().toISOString(), "at"); return x'],
    ['a warning of slowness', LOG, 'const t = Date.now(); const y = x * 2; if (Date.now() - t > 1000) log.warn("slow", Date.now() - t); return y'],
    ['a time that is set again', '', 'let t = Date.now(); for (const n of x) { console.log(n, Date.now() - t); t = Date.now() } return x'],
    ['a time in a helper', 'function timed(n) { const t = process.hrtime(); n(); const d = process.hrtime(t); console.debug(d[0] * 1e3) }', 'timed(() => x); return x'],
    ['a time that is read for nothing', '', 'Date.now(); return x'],
  ])('a clock that is read for a log alone is nothing to warn of: %s', (_, above, body) => {
    expect(scan(marked(above, body), { 'src/log.ts': 'export const log = make()\nexport default make' }).warnings.map(({ message }) => message)).toEqual([])
  })

  it.each([
    ['that is returned', '', 'const t = Date.now(); console.log(t); return t + x'],
    ['that is returned in an object', '', 'const t = Date.now(); return { x, at: t }'],
    ['that decides', '', 'const t = Date.now(); if (t > 5) { console.log(t); return 1 } return x'],
    ['that decides on more than a log', '', 'if (Date.now() > 5) x(1); return x'],
    ['that is handed to a function', 'function use(t) { return t }', 'use(Date.now()); return x'],
    ['that is kept outside', 'let last', 'last = Date.now(); return x'],
    ['that is put into a list', 'const list = []', 'list.push(Date.now()); return [x, list]'],
    ['that a method brings back', LOG, 'return log.mark(Date.now())'],
    ['that is handed to a parameter', '', 'x.send(Date.now()); return 1'],
    ['that leaves through another name', '', 'const t = Date.now(); const u = t; console.log(u); return u'],
    ['that leaves through a closure', '', 'const t = Date.now(); return () => t'],
    ['of a logger that is asked too', `import { log } from './log'`, 'log.info(Date.now()); return log.level'],
  ])('a clock %s is an impurity', (_, above, body) => {
    expect(scan(marked(above, body), { 'src/log.ts': 'export const log = make()\nexport default make' }).warnings.map(({ code }) => code)).toContain('IMPURE')
  })

  it.each([
    ['itself', `const table = {}\nfunction add(name, run) { table[name] = run }\nadd('one', (n) => n + 1)`, {}],
    ['of another module', `import { table, add } from './table'\nadd('one', (n) => n + 1)`, { 'src/table.ts': 'export const table = {}\nexport function add(name, run) { table[name] = run }' }],
    ['of another module, by a third one', `import { table } from './table'\nimport { add } from './add'\nadd('one', (n) => n + 1)`, { 'src/table.ts': 'export const table = {}', 'src/add.ts': `import { table } from './table'\nexport function add(name, run) { table[name] = run }` }],
    ['which is a variable', `let handler\nfunction use(run) { handler = run }\nuse((n) => n + 1)`, {}],
  ])('functions that are put into a table by a function, %s: its value is no data, so that they count', (_, above, files) => {
    const provenance = (text: string): unknown[] => {
      const code = marked(text, /handler/.test(text) ? 'return handler(x)' : 'return table.one(x)')
      const result = createCompiler({ root: ROOT, host: memoryHost({ 'src/a.ts': code, ...files }) }).compile(code, posix.join(ROOT, 'src/a.ts'))!
      return descriptorsOf(result.code).map(({ fingerprint, captures }) => [fingerprint, captures])
    }
    expect(provenance(above.replace('n + 1', 'n + 2'))).not.toEqual(provenance(above))
    expect(provenance(above.replace('(n) => n + 1', '(m) => (m + 1)'))).toEqual(provenance(above))
  })

  it('the cure for state of another module names @persist-track', () => {
    const files = { 'src/state.ts': 'let limit = 1\nexport const get = () => limit + 1\nexport const set = (n) => { limit = n }' }
    expect(scan(marked(`import { get } from './state'`, 'return x + get()'), files).warnings[0]!.message).toContain('Put // @persist-track above its declaration in src/state.ts')
  })

  it.each([
    ['as the warning says it', 'fs.mkdtempSync'],
    ['as the code calls it', 'mkdtempSync'],
  ])('an impurity may be acknowledged by its name %s', (_, name) => {
    const above = `import { mkdtempSync } from 'node:fs'\n// @persist { impure: ['${name}'] }\nexport function f(x) { return mkdtempSync(x) }`
    expect(scan(above).warnings).toEqual([])
  })

  it('a name that acknowledges nothing is told of where something is reported', () => {
    const above = (names: string): string => `import * as fs from 'node:fs'\n// @persist { impure: ${names} }\nexport function f(x) { return fs.readFileSync(x, 'utf8') + Math.random() }`
    const [warning, ...rest] = scan(above(`['Math.random', 'fs.*']`)).warnings
    expect(rest).toEqual([])
    expect(warning!.message).toContain(`{ impure: ['fs.readFileSync'] }. Nothing that it reaches goes by 'fs.*', which \`impure\` names`)
    expect(scan(above(`['Math.random']`)).warnings[0]!.message).not.toContain('Nothing that')
    // Where nothing is left to be told of, a name too many does no harm: what it stood for may be gone.
    expect(scan(above('[\'Math.random\', \'fs.readFileSync\', \'fetch\']')).warnings).toEqual([])
  })

  it('a warning has its place and a code frame', () => {
    const [warning] = scan(marked('', 'return Math.random() * x')).warnings
    expect(warning!.message).toContain('/app/src/a.ts:3:')
    expect(warning!.message).toContain('> 3 | export function f(x) { return Math.random() * x }')
    expect(warning!.message).toContain(`{ impure: ['Math.random'] }`)
  })
})

it('what a function hands its argument to is looked at anew after an edit, also behind a variable', () => {
  const files: Record<string, string> = {
    'src/a.ts': `import { helper } from './b'\n// @persist\nexport function f(list) { helper(list); return list.length }`,
    'src/b.ts': `import { fill } from './c'\nexport let helper = (list) => fill(list)\nexport const set = (to) => { helper = to }`,
    'src/c.ts': 'export const fill = (list) => list.length',
  }
  const compiler = createCompiler({ root: ROOT, host: { ...memoryHost(files), readFile: (path) => memoryHost(files).readFile(path) } })
  const told = (): boolean => compiler.compile(files['src/a.ts']!, posix.join(ROOT, 'src/a.ts'))!.warnings.some(({ message }) => message.includes('changes `list`'))
  expect(told()).toBe(false)
  files['src/c.ts'] = 'export const fill = (list) => list.push(1)'
  compiler.invalidate(posix.join(ROOT, 'src/c.ts'))
  expect(told()).toBe(true)
})
