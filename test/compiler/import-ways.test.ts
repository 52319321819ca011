import { posix } from 'node:path'
import { expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { memoryHost, ROOT } from './support.ts'

/** Where specifiers lead that are no paths. */
const ALIASES: Readonly<Record<string, string>> = { '@/settings': 'src/settings.ts', '@acme/config': 'packages/config/src/index.ts' }
const CONFIG = { 'packages/config/package.json': '{ "name": "@acme/config", "version": "1.0.0", "type": "module" }', 'packages/config/src/store.ts': 'export const settings = { n: 1 }' }
const OBJECT = 'export const settings = { n: 1 }'
const reading = (from: string, imported = '{ settings }'): string => `import ${imported} from '${from}'\nexport const get = () => settings.n`

/** What `src/jobs/a.ts` imports at its end, and what its calls read. */
function endOf(files: Record<string, string>, own = `import { get } from '../get'\n// @persist\nexport function f(x) { return x + get() }`): { imports: string; thunk: string | undefined } {
  const all = { 'src/jobs/a.ts': own, ...files }
  const { resolve, ...host } = memoryHost(all)
  const compiler = createCompiler({ root: ROOT, host: { ...host, resolve: (specifier, importer, isRequired) => (ALIASES[specifier] ? posix.join(ROOT, ALIASES[specifier]) : resolve(specifier, importer, isRequired)) } })
  const { code } = compiler.compile(own, posix.join(ROOT, 'src/jobs/a.ts'))!
  return { imports: code.split('\n').filter((line, index) => index > 0 && /^import .* as _i/.test(line)).join('\n'), thunk: /, \(\) => (\[[^\]]*\](?:\]|)), /.exec(code)?.[1] }
}

it.each<[string, Record<string, string>, string]>([
  ['beside the module between', { 'src/get.ts': reading('./settings'), 'src/settings.ts': OBJECT }, 'import { settings as _i0 } from "../settings";'],
  ['with an ending', { 'src/get.ts': reading('./settings.js'), 'src/settings.js': OBJECT }, 'import { settings as _i0 } from "../settings.js";'],
  ['beside the marked one', { 'src/get.ts': reading('./jobs/settings.js'), 'src/jobs/settings.js': OBJECT }, 'import { settings as _i0 } from "./settings.js";'],
  ['that a folder stands for', { 'src/get.ts': reading('./settings'), 'src/settings/index.ts': OBJECT }, 'import { settings as _i0 } from "../settings";'],
  ['by an alias', { 'src/get.ts': reading('@/settings'), 'src/settings.ts': OBJECT }, 'import { settings as _i0 } from "@/settings";'],
  ['that the module between is', { 'src/get.ts': `${OBJECT}\nexport const get = () => settings.n` }, 'import { settings as _i0 } from "../get";'],
  ['by another name', { 'src/get.ts': reading('./settings', '{ all as settings }'), 'src/settings.ts': 'const settings = { n: 1 }\nexport { settings as all }' }, 'import { all as _i0 } from "../settings";'],
  ['by a name that is no word', { 'src/get.ts': reading('./settings', `{ 'all of them' as settings }`), 'src/settings.ts': `const settings = { n: 1 }\nexport { settings as 'all of them' }` }, 'import { "all of them" as _i0 } from "../settings";'],
  ['as its default', { 'src/get.ts': reading('./settings', 'settings'), 'src/settings.ts': 'export default { n: 1 }' }, 'import { default as _i0 } from "../settings";'],
  ['passed on', { 'src/get.ts': reading('./all'), 'src/all.ts': `export * from './settings'`, 'src/settings.ts': OBJECT }, 'import { settings as _i0 } from "../settings";'],
  ['of another package', { ...CONFIG, 'src/get.ts': reading('@acme/config', '{ all as settings }'), 'packages/config/src/index.ts': `export { settings as all } from './store'` }, 'import { all as _i0 } from "@acme/config";'],
  ['of another package, which passes all on', { ...CONFIG, 'src/get.ts': reading('@acme/config'), 'packages/config/src/index.ts': `export * from './store'` }, 'import { settings as _i0 } from "@acme/config";'],
  ['of another package, which doesn\'t show it', { ...CONFIG, 'src/get.ts': `export { get } from '@acme/config'`, 'packages/config/src/index.ts': reading('./store') }, ''],
])('an exported object is imported from where it stands: %s', (_, files, imports) => {
  expect(endOf(files).imports).toBe(imports)
})

it('two variables of one module are one import, under names that hide nothing', () => {
  const files = { 'src/get.ts': `import { settings, list } from './settings'\nexport const get = () => settings.n + list.length`, 'src/settings.ts': `${OBJECT}\nexport const list = []` }
  const { imports, thunk } = endOf(files, `import { get } from '../get'\nconst _i1 = 1\n// @persist\nexport function f(x) { return x + _i1 + get() }`)
  expect(imports).toBe('import { settings as _i0$0, list as _i1$0 } from "../settings";')
  expect(thunk).toBe('[_i0$0, _i1$0]')
})

it('what a function is there to give is asked for by calling it', () => {
  const files = { 'src/get.ts': `import { getSettings } from './settings'\nexport const get = () => getSettings().n`, 'src/settings.ts': 'const settings = { n: 1 }\nexport function getSettings() { return settings }' }
  const { imports, thunk } = endOf(files)
  expect(imports).toBe('import { getSettings as _i0 } from "../settings";')
  expect(thunk).toBe('[_i0()]')
})

it.each([
  ['a member', 'const settings = { n: 1 }\nmodule.exports = { settings }', `const { settings } = require('./settings')`, 'require("../settings")["settings"]'],
  ['all of it', 'const settings = { n: 1 }\nmodule.exports = settings', `const settings = require('./settings')`, 'require("../settings")'],
])('CommonJS asks for it when a call is made: %s', (_, exported, required, expression) => {
  const files = { 'package.json': '{ "name": "app" }', 'src/get.js': `${required}\nexports.get = () => settings.n`, 'src/settings.js': exported }
  const { imports, thunk } = endOf(files, `const { get } = require('../get')\n// @persist\nexports.f = (x) => x + get()`)
  expect(imports).toBe('')
  expect(thunk).toBe(`[${expression}]`)
})

it('a specifier that leads elsewhere from the directory of the marked one is none', () => {
  const files = { 'src/jobs/a.ts': `import { get } from '../get'\n// @persist\nexport function f(x) { return x + get() }`, 'src/get.ts': reading('#settings'), 'src/settings.ts': OBJECT, 'src/jobs/settings.ts': 'export const other = 1' }
  const imports = (resolved: (importer: string) => string | undefined): boolean => {
    const { resolve, ...host } = memoryHost(files)
    const compiler = createCompiler({ root: ROOT, host: { ...host, resolve: (specifier, importer, isRequired) => (specifier === '#settings' ? resolved(importer) : resolve(specifier, importer, isRequired)) } })
    return compiler.compile(files['src/jobs/a.ts'], posix.join(ROOT, 'src/jobs/a.ts'))!.code.includes('from "#settings"')
  }
  const own = posix.join(ROOT, 'src/settings.ts')
  expect(imports(() => own)).toBe(true)
  expect(imports((importer) => (importer.includes('jobs') ? posix.join(ROOT, 'src/jobs/settings.ts') : own))).toBe(false)
  // An alias of the host's own, which it is asked about for one module.
  expect(imports((importer) => (importer.includes('jobs') ? undefined : own))).toBe(true)
})
