import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject } from './support.ts'
import type { Project } from './support.ts'

const PRICE = `import { round } from 'rounding'
import items from './items.json' with { type: 'json' }
import scale from './scale.js'
import { tax } from './tax.js'
// @persist
export function price(name) {
  return round(items.find((item) => item.name === name).price * tax * scale(1))
}
`
const FILES = {
  'src/price.js': PRICE,
  'src/items.json': '[{ "name": "hat", "price": 10 }]',
  'src/scale.js': 'export default (n) => n * 2\n',
  'src/tax.js': 'export { tax } from \'./rates/tax.js\'\n',
  'src/rates/tax.js': 'export const tax = 1.2\n',
  'src/rates/reduced.js': 'export const tax = 1.1\n',
  'main.js': 'import { price } from \'./src/price.js\'\nconsole.log(price(\'hat\'))\n',
  'node_modules/rounding/package.json': '{ "name": "rounding", "version": "1.0.0", "type": "module", "exports": "./index.js", "dependencies": { "floor": "1" } }',
  'node_modules/rounding/index.js': 'export { floor as round } from \'floor\'\n',
  'node_modules/floor/package.json': '{ "name": "floor", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  'node_modules/floor/index.js': 'export const floor = Math.floor\n',
}

/** What a person edits, one after another, and what is said of it. */
const EDITS: readonly [what: string, said: string, edit: Readonly<Record<string, string>>][] = [
  ['a constant', 'src/rates/tax.js#tax changed', { 'src/rates/tax.js': 'export const tax = 1.3\n' }],
  ['what is passed on', 'now depends on src/rates/reduced.js#tax; no longer depends on src/rates/tax.js#tax', { 'src/tax.js': 'export { tax } from \'./rates/reduced.js\'\n' }],
  ['a default export', 'src/scale.js#default changed', { 'src/scale.js': 'export default (n) => n * 3\n' }],
  ['JSON that is read whole', 'src/items.json#* changed', { 'src/items.json': '[{ "name": "hat", "price": 11 }]' }],
  ['a package\'s version', 'rounding#round 1.0.0 → 1.0.1 changed', { 'node_modules/rounding/package.json': FILES['node_modules/rounding/package.json'].replace('1.0.0', '1.0.1') }],
  ['a package that it depends on', 'rounding#round (a patch, or what its package depends on) changed', { 'node_modules/floor/package.json': FILES['node_modules/floor/package.json'].replace('1.0.0', '1.1.0') }],
  ['a patch', 'rounding#round (a patch, or what its package depends on) changed', { 'patches/rounding+1.0.1.patch': 'patch\n' }],
  ['the function', 'its own code changed', { 'src/price.js': PRICE.replace('round(', 'round(1 + ') }],
  ['the function, which is given a version', 'version none → 2', { 'src/price.js': PRICE.replace('@persist', '@persist { version: 2 }') }],
  ['that version', 'version 2 → 3', { 'src/price.js': PRICE.replace('@persist', '@persist { version: 3 }') }],
  ['the version, which goes, and the function', 'version 3 → none', { 'src/price.js': PRICE.replace('round(', 'round(2 + ') }],
]

let project: Project

beforeAll(() => {
  project = createProject(FILES)
})

afterAll(() => project.remove())

test('says of each edit what it changed, and which version is the code on disk', { timeout: 120_000 }, async () => {
  await project.run('main.js')
  for (const [what, said, edit] of EDITS) {
    project.write(edit)
    await project.run('main.js')
    const { out } = await project.cli('why', 'price')
    const last = out.trimEnd().split('\n').at(-1)!
    expect(last.split(/ {2,}/).at(-1), what).toBe(said)
    expect(last, what).toMatch(/^●/)
  }
  expect((await project.cli('why', join('src', 'price.js#price'), '--json')).json.versions).toHaveLength(EDITS.length + 1)
})
