import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import Module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkspace, run, runWell } from '../hosts/workspace.ts'
import type { Output, Workspace } from '../hosts/workspace.ts'

let workspace: Workspace
let count = 0

beforeAll(() => {
  workspace = createWorkspace()
})

afterAll(() => workspace.remove())

/** An app of its own, with a store of its own, and what runs it. */
function createApp(files: Record<string, string>) {
  const name = `app-${++count}`
  const directory = workspace.write(name, { 'package.json': JSON.stringify({ name, type: 'module' }), ...files })
  const store = join(workspace.directory, `store-${count}`)
  const start = (entry: string, args: readonly string[] = ['--import', 'unplugin-persist/register'], env: Record<string, string> = {}): Promise<Output> =>
    run(process.execPath, [...args, entry], { cwd: directory, env: { PERSIST_PATH: store, ...env } })
  return { directory, store, start, write: (path: string, text: string) => writeFileSync(join(directory, path), text) }
}

/** Which of our own and Babel's files a run has loaded. */
const WATCH_LOADS = `
import Module from 'node:module'
process.on('exit', () => {
  const loaded = Object.keys(Module._cache)
  console.log(JSON.stringify({ babel: loaded.some((path) => path.includes('@babel')), compiler: loaded.some((path) => path.endsWith('register-compile.cjs')) }))
})
`

const MARKED = `
import { half } from './half.js'
// @persist
export function square(n) {
  console.error('computed square')
  return half(n) ** 2
}
console.log(square(4))
`
const HALF = 'export const half = (n) => n / 2\n'

describe('loading', () => {
  test('neither Babel nor the compiler is loaded by a program without a mark, or by a warm one', async () => {
    const { start, write } = createApp({ 'plain.js': 'console.log(1)', 'marked.js': MARKED, 'half.js': HALF, 'watch.js': WATCH_LOADS })
    const args = ['--import', './watch.js', '--import', 'unplugin-persist/register']
    const loads = async (entry: string): Promise<unknown> => JSON.parse((await start(entry, args)).result)
    // CommonJS is where both are loaded; on a thread of its own the hook has a cache of its own, so the program is CommonJS too.
    write('package.json', JSON.stringify({ name: 'loading', type: 'commonjs' }))
    write('marked.js', MARKED.replace("import { half } from './half.js'", "const { half } = require('./half.js')").replace('export ', ''))
    write('half.js', 'exports.half = (n) => n / 2\n')
    write('watch.js', WATCH_LOADS.replace("import Module from 'node:module'", "const Module = require('node:module')"))
    expect(await loads('plain.js')).toEqual({ babel: false, compiler: false })
    expect(await loads('marked.js')).toEqual({ babel: true, compiler: true })
    expect(await loads('marked.js')).toEqual({ babel: false, compiler: false })
    write('half.js', 'exports.half = (n) => n / 4\n')
    expect(await loads('marked.js')).toEqual({ babel: true, compiler: true })
  })

  test.each(['module', 'commonjs'])('a first hit loads neither node:crypto nor node:zlib: %s', async (type) => {
    const { start } = createApp({
      'package.json': JSON.stringify({ name: 'loading', type }),
      'marked.js': '// @persist\nfunction double(n) { return n * 2 }\ndouble(4)\nconsole.log(JSON.stringify(process.moduleLoadList.filter((name) => /^NativeModule (?:crypto|zlib)$/.test(name))))\n',
    })
    expect(JSON.parse((await start('marked.js')).result)).toContain('NativeModule crypto')
    expect(JSON.parse((await start('marked.js')).result)).toEqual([])
  })
})

describe('analyses on disk', () => {
  test('an edit of the function, of what it reaches or of the config is seen; undone, the old results come back', async () => {
    const { start, write } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['square'] })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
    write('half.js', 'export const half = (n) => n / 4\n')
    expect(await start('main.js')).toMatchObject({ result: '1', computed: ['square'] })
    write('half.js', HALF)
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
    write('main.js', MARKED.replace('** 2', '** 3'))
    expect(await start('main.js')).toMatchObject({ result: '8', computed: ['square'] })
    write('main.js', MARKED)
    write('persist.config.json', JSON.stringify({ mode: 'off' }))
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['square'] })
  })

  // Two places with the same files, but for the last one that an import leads to.
  test.each([
    ['to a file', 'src/half.js', 'half.js', './src/half.js'],
    ['to a folder', 'src/shared', '', './src/shared/half.js'],
    ['to a package', 'node_modules/shared', '', 'shared'],
  ])('a link %s that leads elsewhere is seen', async (_, link, target, specifier) => {
    const place = (divisor: number): Record<string, string> => ({
      'package.json': '{ "name": "shared", "version": "1.0.0", "type": "module", "exports": "./half.js" }', 'half.js': 'export { half } from \'./by.js\'\n', 'by.js': HALF.replace('2', String(divisor)),
    })
    const places = [2, 4].map((divisor) => Object.entries(place(divisor)).map(([name, text]) => [`by-${divisor}/${name}`, text]))
    const { directory, start } = createApp({ 'main.js': MARKED.replace('./half.js', specifier), 'src/.keep': '', 'node_modules/.keep': '', ...Object.fromEntries(places.flat()) })
    const lead = (divisor: number): void => {
      rmSync(join(directory, link), { force: true })
      symlinkSync(join(`../by-${divisor}`, target), join(directory, link))
    }
    lead(2)
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['square'] })
    lead(4)
    expect(await start('main.js')).toMatchObject({ result: '1', computed: ['square'] })
    lead(2)
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
  })

  test('are private, safe to delete and safe to damage', async () => {
    const { start, store } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    await start('main.js')
    const analyses = join(store, '.analyses')
    const files = readdirSync(analyses, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20))
    }
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [], code: 0 })
    rmSync(analyses, { recursive: true })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [], code: 0 })
  })

  test('hold for files that were written anew with the same text', async () => {
    const { start, write } = createApp({ 'package.json': JSON.stringify({ name: 'touched', type: 'commonjs' }), 'main.js': 'const { half } = require(\'./half.js\')\n// @persist\nfunction square(n) { return half(n) ** 2 }\nsquare(4)\nconsole.log(Object.keys(require.cache).some((path) => path.endsWith(\'register-compile.cjs\')))\n', 'half.js': 'exports.half = (n) => n / 2\n' })
    expect((await start('main.js')).result).toBe('true')
    expect((await start('main.js')).result).toBe('false')
    write('half.js', 'exports.half = (n) => n / 2\n')
    expect((await start('main.js')).result).toBe('false')
    write('half.js', 'exports.half = (n) => n / 4\n')
    expect((await start('main.js')).result).toBe('true')
  })

  test('are left alone, as the store is, when a program removes all of it', async () => {
    const { start, store } = createApp({ 'main.js': MARKED + 'if (process.env.PURGE) process.getBuiltinModule(\'node:fs\').rmSync(process.env.PERSIST_PATH, { recursive: true })\n', 'half.js': HALF })
    await start('main.js')
    expect(await start('main.js', undefined, { PURGE: '1' })).toMatchObject({ result: '4', computed: [], code: 0 })
    expect(existsSync(store)).toBe(false)
  })

  test('many processes may start at once', async () => {
    const { start } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    const all = await Promise.all(Array.from({ length: 6 }, () => start('main.js')))
    expect(all.map(({ result }) => result)).toEqual(Array.from({ length: 6 }, () => '4'))
    expect(all.flatMap(({ computed }) => computed)).toEqual(['square'])
  })
})

describe('errors', () => {
  const THROWING = `
// @persist
export function fail(n) {
  if (n > 1) {
    throw new TypeError('too much')
  }
  return n
}
fail(2)
`

  test.each(['main.js', 'main.ts'])('point to the line and column that the user wrote: %s', async (entry) => {
    const { start } = createApp({ [entry]: THROWING })
    const args = entry.endsWith('.ts') ? ['--import', 'unplugin-persist/register', '--import', 'tsx'] : undefined
    const { stderr } = await start(entry, args)
    expect(stderr).toMatch(new RegExp(`TypeError: too much\\n\\s+at .*${entry}:5:11\\)?\\n`))
  })

  test('the same on later starts, whose map is a file of its own', async () => {
    const { start } = createApp({ 'main.js': THROWING, 'sub dir/other.js': THROWING })
    for (const entry of ['main.js', 'sub dir/other.js']) {
      await start(entry)
      expect((await start(entry)).stderr).toMatch(new RegExp(`TypeError: too much\\n\\s+at .*${entry.replace(' ', '(?: |%20)')}:5:11\\)?\\n`))
    }
  })

  test('what was compiled by tsx before us points there too', async () => {
    const { start } = createApp({ 'main.ts': THROWING.replace('(n)', '(n: number): number') })
    const { stderr } = await start('main.ts', ['--import', 'tsx', '--import', 'unplugin-persist/register'])
    expect(stderr).toMatch(/TypeError: too much\n\s+at .*main\.ts:5:11\)?\n/)
  })

  test('a wrong mark ends the program and names file, line and cure', async () => {
    const { start } = createApp({ 'main.js': '// @persist { skp: [\'a\'] }\nexport function f(a) { return a }\n' })
    const { code, stderr } = await start('main.js')
    expect(code).not.toBe(0)
    expect(stderr).toContain('main.js:1')
    expect(stderr).toContain('skip')
  })
})

describe('beside other hooks', () => {
  test('--require does as well as --import', async () => {
    const { start } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    expect(await start('main.js', ['--require', 'unplugin-persist/register'])).toMatchObject({ code: 0, result: '4', computed: ['square'] })
    expect(await start('main.js', ['--require', 'unplugin-persist/register'])).toMatchObject({ code: 0, result: '4', computed: [] })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
  })

  test.each(['with comments', 'without comments'])('what another hook made of TypeScript in its own way is edited as it is, where no esbuild can do it anew: %s', async (comments) => {
    const { start, write } = createApp({
      'package.json': JSON.stringify({ name: 'hooked', type: 'commonjs' }),
      'main.cts': 'import { square, twice } from \'./square.cts\'\nconsole.log(square(4) + twice(1))\n',
      'square.cts': `import { persist } from 'unplugin-persist'
import { half } from './half.cts'

enum Power { two = 2 }

// @persist
export const square = (n: number): number => {
  console.error('computed square')
  if (n < 0) throw new Error('negative')
  return half(n) ** Power.two
}
export const twice = persist((n: number) => {
  console.error('computed twice')
  return n * 2
})
`,
      'half.cts': 'export const half = (n: number): number => n / 2\nexport const other = 1\n',
      // As ts-node does.
      'hook.cjs': `
const ts = require('typescript')
const Module = require('node:module')
const js = Module._extensions['.js']
Module._extensions['.cts'] = (module, file) => {
  const compile = module._compile
  module._compile = (code, name) => compile.call(module, ts.transpileModule(code, { fileName: file, compilerOptions: { module: 'commonjs', target: 'es2022', inlineSourceMap: true, inlineSources: true, removeComments: ${comments === 'without comments'} } }).outputText, name)
  js(module, file)
}`,
      'start.cjs': 'require(\'./hook.cjs\')\nrequire(\'./main.cts\')\n',
      // What would be found in the workspace, and must not be.
      'node_modules/tsx/package.json': '{ "name": "tsx", "exports": {} }',
      'node_modules/esbuild/package.json': '{ "name": "esbuild", "exports": {} }',
    })
    expect(await start('start.cjs')).toMatchObject({ code: 0, result: '6', computed: ['square', 'twice'] })
    expect(await start('start.cjs')).toMatchObject({ result: '6', computed: [] })
    write('half.cts', 'export const half = (n: number): number => n / 2\nexport const other = 2\n')
    expect(await start('start.cjs')).toMatchObject({ result: '6', computed: [] })
    write('half.cts', 'export const half = (n: number): number => n / 4\n')
    expect(await start('start.cjs')).toMatchObject({ result: '3', computed: ['square'] })
    write('start.cjs', 'require(\'./hook.cjs\')\nrequire(\'./square.cts\').square(-1)\n')
    expect((await start('start.cjs')).stderr).toMatch(/Error: negative\n\s+at .*square\.cts:9:20/)
  })
})

describe('what the compiler reports', () => {
  const ROLL = 'import { base } from \'./base.js\'\n// @persist\nexport function roll(n) { return base + n * Math.random() }\nroll(2)\n'

  test('is said once per function and cause, however often and why the file is compiled anew', async () => {
    const { start, write } = createApp({ 'main.js': ROLL, 'base.js': 'export const base = 1\n' })
    const said = async (): Promise<string[]> => (await start('main.js')).stderr.match(/Math\.random, which|Date\.now, which/g) ?? []
    expect(await said()).toEqual(['Math.random, which'])
    expect(await said()).toEqual([])
    write('base.js', 'export const base = 2\n')
    expect(await said()).toEqual([])
    write('main.js', `// moved\n${ROLL}`)
    expect(await said()).toEqual([])
    write('main.js', ROLL.replace('base +', 'Date.now() +'))
    expect(await said()).toEqual(['Date.now, which'])
  })

  test('is said once by many processes that start at once, and in each where nothing may be written', async () => {
    const { start } = createApp({ 'main.js': ROLL, 'base.js': 'export const base = 1\n' })
    const all = await Promise.all(Array.from({ length: 4 }, () => start('main.js')))
    expect(all.map(({ stderr }) => stderr).join('').match(/Math\.random, which/g)).toHaveLength(1)
    const reading = createApp({ 'main.js': ROLL, 'base.js': 'export const base = 1\n' })
    for (let time = 0; time < 2; time++) {
      expect((await reading.start('main.js', undefined, { PERSIST_MODE: 'read-only' })).stderr).toContain('Math.random, which')
    }
  })
})

describe('conditions that Node is started with', () => {
  test.each([['--conditions=source'], ['-C', 'source']])('decide which code counts: %s', async (...flag) => {
    const { start, write } = createApp({
      'package.json': JSON.stringify({ name: 'conditions', type: 'module', imports: { '#half': { source: './half.js', default: './third.js' } } }),
      'marked.js': MARKED.replace('./half.js', '#half'),
      'half.js': HALF,
      'third.js': HALF.replace('2', '3'),
    })
    const args = [...flag, '--import', 'unplugin-persist/register']
    expect(await start('marked.js')).toMatchObject({ result: String((4 / 3) ** 2), computed: ['square'] })
    expect(await start('marked.js', args)).toMatchObject({ result: '4', computed: ['square'] })
    expect(await start('marked.js', args)).toMatchObject({ result: '4', computed: [] })
    write('half.js', HALF.replace('2', '4'))
    expect(await start('marked.js', args)).toMatchObject({ result: '1', computed: ['square'] })
    expect(await start('marked.js', ['--import', 'unplugin-persist/register'], { NODE_OPTIONS: '--conditions source' })).toMatchObject({ result: '1', computed: [] })
  })
})

describe('members that a class gets by hand', () => {
  const base = 'function Base(k) { this.k = k }\nBase.prototype.scale = function (x) { return x * this.k }\n'
  const model = 'function Model(k) { Base.call(this, k) }\n'
  const predict = 'function (x) { console.error(\'computed predict\'); return this.scale(x) }'
  const method = '// @persist\n  predict(x) { console.error(\'computed predict\'); return this.scale(x) }'
  const onPrototype = `// @persist\nModel.prototype.predict = ${predict}\n`
  const show = 'console.log(new Model(2).predict(3))\n'

  test.each([
    ['a function with a prototype', `${base.replaceAll('Base', 'Model')}${onPrototype}${show}`],
    ['one that inherits', `import { inherits } from 'node:util'\n${base}${model}inherits(Model, Base)\n${onPrototype}${show}`],
    ['one made from another\'s', `${base}${model}Model.prototype = Object.create(Base.prototype)\nModel.prototype.constructor = Model\n${onPrototype}${show}`],
    ['methods that a prototype is given', `${base}${model}Object.setPrototypeOf(Model.prototype, Base.prototype)\nObject.assign(Model.prototype, {\n  ${method}\n})\n${show}`],
    ['a class to which an object\'s methods are added', `const scaling = { scale(x) { return x * this.k } }\nclass Model {\n  constructor(k) { this.k = k }\n  ${method}\n}\nObject.assign(Model.prototype, scaling)\n${show}`],
    ['mixins', `class Scaling { scale(x) { return x * this.k } }\nfunction mix(into, from) { for (const name of Object.getOwnPropertyNames(from.prototype)) if (name !== 'constructor') into.prototype[name] = from.prototype[name] }\nclass Model {\n  constructor(k) { this.k = k }\n  ${method}\n}\nmix(Model, Scaling)\n${show}`],
    ['an argument', `${base}${model}Object.setPrototypeOf(Model.prototype, Base.prototype)\n// @persist\nfunction predict(model, x) { console.error('computed predict'); return model.scale(x) }\nconsole.log(predict(new Model(2), 3))\n`],
    ['an argument whose methods use an object of functions', `const by = { k: (x, k) => x * k }\nclass Model { constructor(k) { this.k = k } scale(x) { return by.k(x, this.k) } }\n// @persist\nfunction predict(model, x) { console.error('computed predict'); return model.scale(x) }\nconsole.log(predict(new Model(2), 3))\n`],
  ])('count by their code: %s', async (_, code) => {
    const { start, write } = createApp({ 'main.js': code })
    expect(await start('main.js')).toMatchObject({ result: '6', computed: ['predict'], stderr: 'computed predict\n' })
    expect(await start('main.js')).toMatchObject({ result: '6', computed: [] })
    write('main.js', code.replace('return x * ', 'return 2 * x * ').replace('=> x * ', '=> 2 * x * '))
    expect(await start('main.js')).toMatchObject({ result: '12', computed: ['predict'] })
    write('main.js', code)
    expect(await start('main.js')).toMatchObject({ result: '6', computed: [] })
  })
})

describe('coverage', () => {
  test('a module that Istanbul has instrumented stays instrumented, and its bodies run', async () => {
    const { start, directory } = createApp({
      'main.js': 'console.log(require(\'./square.js\').square(4), __coverage__.square)\n',
      'square.js': '// @persist\nfunction square(n) {\n  console.error(\'computed square\')\n  return n ** 2\n}\nexports.square = square\n',
      'package.json': JSON.stringify({ name: 'covered', type: 'commonjs' }),
      // As nyc does: on the way to `_compile`, with a map in the text.
      'instrument.cjs': `
require('node:module')._extensions['.js'] = (module, file) => {
  const code = require('node:fs').readFileSync(file, 'utf8')
  const counting = 'globalThis.__coverage__ ??= { square: 0 };' + code.replace('{\\n', '{__coverage__.square++;\\n')
  module._compile(file.endsWith('square.js') ? counting + '\\n//# sourceMappingURL=data:application/json;base64,e30=\\n' : code, file)
}`,
    })
    const args = ['--import', 'unplugin-persist/register', '--require', join(directory, 'instrument.cjs')]
    for (let time = 0; time < 2; time++) expect(await start('main.js', args)).toMatchObject({ result: '16 1', computed: ['square'] })
    expect((await start('main.js', args, { PERSIST_MODE: 'cache' })).result).toBe('16 1')
    expect(await start('main.js', args, { PERSIST_MODE: 'cache' })).toMatchObject({ result: '16 0', computed: [] })
  })
})

describe('beyond one file', () => {
  test('workers have the hooks too', async () => {
    const { start } = createApp({
      'main.js': 'import { Worker } from \'node:worker_threads\'\nawait new Promise((done) => new Worker(new URL(\'./square.js\', import.meta.url)).on(\'exit\', done))\n',
      'square.js': MARKED,
      'half.js': HALF,
    })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['square'] })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
  })

  test('a linked package that does not depend on this one finds the runtime', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'persist-linked-')))
    writeFileSync(join(elsewhere, 'package.json'), JSON.stringify({ name: 'linked', type: 'module' }))
    writeFileSync(join(elsewhere, 'square.js'), MARKED.replace('console.log(square(4))', ''))
    writeFileSync(join(elsewhere, 'half.js'), HALF)
    const { start } = createApp({ 'main.js': `import { square } from ${JSON.stringify(join(elsewhere, 'square.js'))}\nconsole.log(square(4))\n` })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['square'] })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
    rmSync(elsewhere, { recursive: true })
  })

  test.each(['module', 'commonjs'] as const)('a variable of the environment counts as modules have read it when they were evaluated, and as it is at the call (%s)', async (type) => {
    const names = ['LIMIT', 'MODEL', 'OWN', 'LOADED']
    const set = names.map((name) => `process.env.${name} = 'set'`).join('\n')
    const isModule = type === 'module'
    const load = (file: string, imported?: string): string => (isModule ? `import ${imported ? `${imported} from ` : ''}'./${file}'` : `${imported ? `const ${imported} = ` : ''}require('./${file}')`)
    const give = (list: string): string => (isModule ? `export { ${list} }` : `module.exports = { ${list} }`)
    const { start } = createApp({
      'package.json': JSON.stringify({ name: 'environment', type }),
      'config.js': `const LIMIT = process.env.LIMIT ?? 'none'\nconst { MODEL } = process.env\nconst load = () => ({ value: process.env.LOADED ?? 'none' })\nconst settings = load()\nconst model = () => MODEL ?? 'none'\nconst late = () => process.env.LATE\n${give('LIMIT, model, settings, late')}\n`,
      'work.js': `${load('config.js', '{ LIMIT, model, settings, late }')}\nconst OWN = process.env.OWN ?? 'none'\n// @persist\nfunction work(n) {\n  console.error('computed work')\n  return [n, LIMIT, model(), settings.value, OWN, late()]\n}\n${give('work')}\n`,
      'set.js': `${set}\n`,
      // As `dotenv.config()` behind the imports, and as `import 'dotenv/config'` before them.
      'behind.js': `${load('work.js', '{ work }')}\n${set}\nprocess.env.LATE = 'late'\nconsole.log(work(1).join())\n`,
      'before.js': `${load('set.js')}\n${load('work.js', '{ work }')}\nprocess.env.LATE = 'late'\nconsole.log(work(1).join())\n`,
    })
    expect(await start('behind.js')).toMatchObject({ result: '1,none,none,none,none,late', computed: ['work'] })
    expect(await start('before.js')).toMatchObject({ result: '1,set,set,set,set,late', computed: ['work'] })
    expect(await start('behind.js')).toMatchObject({ result: '1,none,none,none,none,late', computed: [] })
    expect(await start('before.js')).toMatchObject({ result: '1,set,set,set,set,late', computed: [] })
    // From outside it is the same, whenever it is read: nothing is computed for that.
    expect(await start('before.js', undefined, Object.fromEntries(names.map((name) => [name, 'set'])))).toMatchObject({ result: '1,set,set,set,set,late', computed: [] })
  })

  test.each(['module', 'commonjs'] as const)('of settings that modules above a function make, those count that it reads, through helpers too (%s)', async (type) => {
    const load = (file: string, name: string): string => (type === 'module' ? `import { ${name} } from './${file}'` : `const { ${name} } = require('./${file}')`)
    const give = (name: string): string => (type === 'module' ? `export { ${name} }` : `module.exports = { ${name} }`)
    const { start } = createApp({
      'package.json': JSON.stringify({ name: 'settings', type }),
      'settings.js': `const get = (name) => process.env[name]\nconst settings = { url: get('URL'), level: get('LEVEL'), rate: 1 }\n${give('settings')}\n`,
      'unit.js': `let unit = '?'\nconst getUnit = () => unit\nconst setUnit = (to) => { unit = to }\n${give('getUnit, setUnit')}\n`,
      'price.js': `${load('settings.js', 'settings')}\n${load('unit.js', 'getUnit')}\nconst price = (n) => [n * settings.rate, settings.url, getUnit()].join()\n${give('price')}\n`,
      'work.js': `${load('price.js', 'price')}\n// @persist\nfunction work(n) {\n  console.error('computed work')\n  return price(n)\n}\n${give('work')}\n`,
      'main.js': `${load('settings.js', 'settings')}\n${load('work.js', 'work')}\n${load('unit.js', 'setUnit')}\nsetUnit(process.env.UNIT)\nsettings.rate = Number(process.env.RATE)\nsettings.level = process.env.LATER\nconsole.log(work(2))\n`,
    })
    const env = { RATE: '3', URL: 'a', LEVEL: 'info', LATER: 'x', UNIT: 'kg' }
    expect(await start('main.js', undefined, env)).toMatchObject({ result: '6,a,kg', computed: ['work'] })
    expect(await start('main.js', undefined, { ...env, LEVEL: 'debug', LATER: 'y' })).toMatchObject({ result: '6,a,kg', computed: [] })
    expect(await start('main.js', undefined, { ...env, RATE: '4' })).toMatchObject({ result: '8,a,kg', computed: ['work'] })
    expect(await start('main.js', undefined, { ...env, URL: 'b' })).toMatchObject({ result: '6,b,kg', computed: ['work'] })
    expect(await start('main.js', undefined, { ...env, UNIT: 'g' })).toMatchObject({ result: '6,a,g', computed: ['work'] })
  })

  test('persist() under a barrel\'s name is compiled from the second start on; the first says that it was not', async () => {
    const { start } = createApp({
      'main.js': 'import { cached } from \'./cache.js\'\nconst twice = cached((n) => {\n  console.error(\'computed twice\')\n  return n * 2\n})\nconsole.log(twice(2))\n',
      'cache.js': 'export { persist as cached } from \'unplugin-persist\'\n',
    })
    const first = await start('main.js')
    expect(first).toMatchObject({ result: '4', computed: ['twice'] })
    expect(first.stderr).toContain('was not compiled')
    expect(await start('main.js')).toMatchObject({ result: '4', computed: ['twice'] })
    expect(await start('main.js')).toMatchObject({ result: '4', computed: [] })
  })

  test('a test under node:test that mocks runs without the cache', async () => {
    const { start } = createApp({
      'square.js': MARKED.replace('console.log(square(4))', ''),
      'half.js': HALF,
      'mocking.test.js': `import { mock, test } from 'node:test'
import { square } from './square.js'
mock.method(console, 'log')
test('it', () => { square(4); square(4) })
`,
      'plain.test.js': `import { test } from 'node:test'
import { square } from './square.js'
test('it', () => { square(4); square(4) })
`,
    })
    expect((await start('mocking.test.js')).computed).toEqual(['square', 'square'])
    expect((await start('plain.test.js')).computed).toEqual(['square'])
  })
})

test('the hooks are a package entry that CommonJS can require', async () => {
  const { directory } = createApp({ 'main.cjs': 'require(\'unplugin-persist/register\')\nconsole.log(\'ok\')\n' })
  expect((await runWell(process.execPath, ['main.cjs'], { cwd: directory })).result).toBe('ok')
})

describe('recursion', () => {
  const RECURSIVE = `
// @persist
export function depth(n) { return n === 0 ? 0 : 1 + depth(n - 1) }
// @persist
export function paths(x, y) { return x === 0 || y === 0 ? 1n : paths(x - 1, y) + paths(x, y - 1) }
`
  test('goes hundreds of calls deep, computes each call once and keeps all of them', async () => {
    const { start } = createApp({
      'deep.js': RECURSIVE,
      'main.js': `
import { channel } from 'node:diagnostics_channel'
import { depth, paths } from './deep.js'
const told = { miss: 0, hit: 0, store: 0 }
for (const name of Object.keys(told)) channel('unplugin-persist:' + name).subscribe(() => told[name]++)
console.log(JSON.stringify([depth(800), String(paths(40, 40)), told]))
`,
    })
    const result = async (): Promise<unknown[]> => JSON.parse((await start('main.js')).result)
    const paths = '107507208733336176461620'
    const distinct = 801 + (41 * 41 - 1)
    // Each of 40 × 40 inner places asks for two.
    const calls = 801 + (1 + 2 * 40 * 40)
    expect(await result()).toEqual([800, paths, { miss: distinct, hit: calls - distinct, store: distinct }])
    expect(await result()).toEqual([800, paths, { miss: 0, hit: 2, store: 0 }])
  })

  test('of functions that give promises goes as deep, with the context and the errors that it has without the cache', async () => {
    const { start } = createApp({
      'deep.js': `
import { AsyncLocalStorage } from 'node:async_hooks'
export const context = new AsyncLocalStorage()
// @persist { untracked: ['context'] }
export async function depth(n) { return n === 0 ? context.getStore() : (await depth(n - 1)) + 1 }
// @persist
export async function sum(n) {
  console.error('computed sum')
  return n < 2 ? BigInt(n) : (await Promise.all([sum(n - 1), sum(n - 2)])).reduce((a, b) => a + b)
}
// @persist
export async function failing(n) { if (n === 0) throw new RangeError('at the end'); return failing(n - 1) }
`,
      'main.js': `
import { context, depth, failing, sum } from './deep.js'
console.log(JSON.stringify([await context.run(5, () => depth(1200)), String(await sum(300)), await failing(500).catch(String), context.getStore() ?? 'none']))
`,
    })
    let [last, next] = [0n, 1n]
    for (let n = 0; n < 300; n++) [last, next] = [next, last + next]
    const first = await start('main.js')
    expect(JSON.parse(first.result)).toEqual([1205, String(last), 'RangeError: at the end', 'none'])
    expect(first.computed).toHaveLength(301)
    const second = await start('main.js')
    expect([second.result, second.computed]).toEqual([first.result, []])
  })
})

describe('under the permission model of Node', () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const permitted = (...paths: string[]): string[] => [flag, '--allow-worker', ...paths.map((path) => `--allow-fs-read=${path}`), '--import', 'unplugin-persist/register']

  test('a program that may not write reads what is stored, and goes on', async () => {
    const { start } = createApp({ 'main.js': MARKED, 'other.js': MARKED.replace('square(4)', 'square(6)'), 'half.js': HALF })
    await start('main.js')
    expect(await start('main.js', permitted('*'))).toMatchObject({ code: 0, result: '4', stderr: expect.not.stringContaining('computed') })
    const denied = await start('other.js', permitted('*'))
    expect(denied).toMatchObject({ code: 0, result: '9' })
    expect(denied.stderr).toMatch(/^\[unplugin-persist\].*ERR_ACCESS_DENIED/m)
  })

  test('a program that may start no thread runs, and where the hooks need one it is told that nothing is cached', async () => {
    const { start } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    const run = await start('main.js', permitted('*').filter((item) => item !== '--allow-worker'))
    expect(run).toMatchObject({ code: 0, result: '4' })
    const isTold = /^\[unplugin-persist\] Functions are not cached.*--allow-worker/m.test(run.stderr)
    expect(isTold).toBe(!('registerHooks' in Module))
  })

  test('a program that may read nothing above itself runs', async () => {
    const { directory, start } = createApp({ 'main.js': MARKED, 'half.js': HALF })
    expect(await start('main.js', permitted(`${directory}/`, `${workspace.directory}/node_modules/`, join(process.cwd(), '/')))).toMatchObject({ code: 0, result: '4' })
  })
})

test('code that is given to node -e runs as it is, and modules that it imports are compiled', async () => {
  const { start } = createApp({ 'main.js': MARKED, 'half.js': HALF })
  const args = ['--import', 'unplugin-persist/register', '--input-type=module', '--eval']
  const code = "// @persist\nfunction own() { console.error('own') }\nown()\nawait import('./main.js')"
  const runs = [await start(code, args), await start(code, args)]
  expect(runs.map(({ result, stderr }) => [result, stderr.includes('own'), stderr.includes('computed')])).toEqual([['4', true, true], ['4', true, false]])
})

test('the stack trace of an error names those who have called the function', async () => {
  const { start } = createApp({ 'main.js': `
// @persist
export function check(n) {
  if (n > 1) throw new TypeError('too much')
  return n
}
// @persist
export async function checkLater(n) {
  return check(n)
}
const shown = ({ stack }) => stack.includes('outermost') && !stack.includes('undefined')
function outermost(run) {
  try {
    return run().catch(shown)
  } catch (error) {
    return shown(error)
  }
}
const found = [outermost(() => check(2)), await outermost(() => checkLater(3)), Error.stackTraceLimit]
// @persist
function seen(n) {
  return [n, Error.stackTraceLimit]
}
Error.stackTraceLimit = 0
console.log(JSON.stringify([...found, seen(1), Error.stackTraceLimit]))
` })
  expect(JSON.parse((await start('main.js')).result)).toEqual([true, true, 10, [1, 0], 0])
})
