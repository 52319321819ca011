import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import MagicString from 'magic-string'
import { afterAll, describe, expect, test } from 'vitest'
import { findBarrelNames } from '../../src/plugin/barrels.ts'
import { createDependents } from '../../src/plugin/dependents.ts'
import { accepts, createTransformFilter } from '../../src/plugin/filter.ts'
import { findMock, switchOff } from '../../src/plugin/mocks.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'persist-plugin-')))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(files: Record<string, string>, below: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, below, path)), { recursive: true })
    writeFileSync(join(directory, below, path), text)
  }
  return join(directory, below)
}

describe('the filter', () => {
  const filter = createTransformFilter()

  test.each([
    '/app/src/a.ts', '/app/src/a.mjs', '/app/src/a.cts', '/app/src/a.tsx?v=1', 'C:\\app\\src\\a.js', '/app/src/a#b.ts', '/app/packages/linked/a.js?import&t=3',
  ])('takes %s', (id) => expect(accepts(filter, id, '// @persist')).toBe(true))

  test.each([
    '/app/node_modules/x/a.js', 'C:\\app\\node_modules\\x\\a.js', '/app/src/A.vue', '/app/src/A.vue?vue&type=script&lang.ts', '/app/src/A.svelte', '/app/src/a.astro',
    '/app/src/a.ts?raw', '/app/src/a.ts?url', '/app/src/a.ts?worker&inline', '\0virtual.ts', '/app/src/a.json', '/app/src/a.css',
  ])('leaves %s', (id) => expect(accepts(filter, id, '// @persist')).toBe(false))

  test('leaves what does not hold the word', () => expect(accepts(filter, '/app/src/a.ts', 'export const a = 1')).toBe(false))
})

describe('mocks', () => {
  test.each([
    ['vi.mock(\'./a\')', 'vi.mock'], ['vi.doMock(\'./a\')', 'vi.doMock'], ['jest.spyOn(a, \'b\')', 'jest.spyOn'], ['vi.stubGlobal(\'x\', 1)', 'vi.stubGlobal'],
    ['vi\n  .useFakeTimers()', 'vi.useFakeTimers'], ['import { mock } from \'node:test\'\nmock.method(a, \'b\')', 'mock.method'],
    ['import { vi as v } from \'vitest\'\nv.spyOn(a, \'b\')', 'v.spyOn'], ['const { mock: m } = require(\'node:test\')\nm.timers.enable()', 'm.timers'], ['vi.setSystemTime(0)', 'vi.setSystemTime'],
    ['sinon.stub(a, \'b\')', 'sinon.stub'], ['const server = setupServer(...handlers)', 'setupServer'],
  ])('%j is one', (code, call) => expect(findMock(code)).toBe(call))

  test.each(['vi.fn()', 'vi.mocked(a)', 'const mock = {}; mock.method()', 'navi.mock()', 'import { vi as v } from \'vitest\'\nexpect(v).toBe(spyOn)'])('%j is none', (code) => expect(findMock(code)).toBeUndefined())

  test('the added line moves no line, and columns stay true', () => {
    const code = 'first(); second()\nthird()\n'
    const edit = new MagicString(code)
    edit.appendLeft(9, '/* … */')
    const compiled = { code: edit.toString(), map: edit.generateMap({ source: 'a.ts', hires: true }) }
    for (const { code: text, map } of [switchOff(code, 'a.ts', 'vi.mock', 'module'), switchOff(code, 'a.ts', 'vi.mock', 'hoisted', compiled)]) {
      expect(text.split('\n')).toHaveLength(3)
      const trace = new TraceMap(JSON.parse(map.toString()))
      expect(originalPositionFor(trace, { line: 1, column: text.indexOf('first') })).toMatchObject({ line: 1, column: 0 })
      expect(originalPositionFor(trace, { line: 1, column: text.indexOf('second') })).toMatchObject({ line: 1, column: 9 })
      expect(originalPositionFor(trace, { line: 2, column: 0 })).toMatchObject({ line: 2, column: 0 })
    }
  })

  test('a shebang stays first', () => expect(switchOff('#!/usr/bin/env node\na()\n', 'a.ts', 'vi.mock', 'module').code).toMatch(/^#!/))
})

describe('barrels', () => {
  test('all names by which a project\'s files pass on persist are found', () => {
    const root = write({
      'src/cache.ts': 'export { persist as cached } from \'unplugin-persist\'\n',
      'src/again.ts': 'export { cached as memo } from \'./cache.ts\'\n',
      'src/local.ts': 'import { persist as p } from \'unplugin-persist\'\nexport { p as kept }\n',
      'src/keep/index.ts': 'export { persist as default } from \'unplugin-persist\'\n',
      'src/plain.ts': 'export { persist } from \'unplugin-persist\'\n',
      'src/other.ts': 'export { chunk as chunked } from \'lodash\'\n',
      'node_modules/x/index.js': 'export { persist as foreign } from \'unplugin-persist\'\n',
    }, 'barrels')
    expect([...findBarrelNames(root)].sort()).toEqual(['/keep', 'cached', 'kept', 'memo'])
  })
})

describe('dependents', () => {
  test.each<[what: string, leads: boolean, path: string, before: string, after: string]>([
    ['the same text', false, 'tsconfig.json', '{ }', '{ }'],
    ['another config', true, 'tsconfig.json', '{ }', '{ "compilerOptions": { "baseUrl": "src" } }'],
    ['scripts and a version', false, 'package.json', '{ "name": "a", "version": "1.0.0" }', '{ "name": "a", "version": "1.0.1", "scripts": { "x": "y" } }'],
    ['where imports lead', true, 'package.json', '{ "name": "a" }', '{ "name": "a", "imports": { "#x": "./x.js" } }'],
    ['where exports lead by a condition with a name of its own', true, 'package.json', '{ "exports": { "version": "./a.js" } }', '{ "exports": { "version": "./b.js" } }'],
    ['what was installed', true, 'package.json', '{ "name": "a" }', '{ "name": "a", "dependencies": { "b": "1" } }'],
    ['the version of an installed package', true, 'node_modules/a/package.json', '{ "name": "a", "version": "1.0.0" }', '{ "name": "a", "version": "1.0.1" }'],
    ['no JSON', true, 'package.json', '{ "name": "a" }', '{ "name": '],
  ])('know whether a manifest or config leads elsewhere: %s', (what, leads, path, before, after) => {
    const root = write({ 'a.ts': '1', [path]: before }, `steering-${what.replace(/\W/g, '-')}`)
    const file = join(root, path)
    const dependents = createDependents()
    dependents.set(join(root, 'a.ts'), [file], [], [file])
    writeFileSync(file, after)
    expect([dependents.leadsElsewhere(file), dependents.leadsElsewhere(file)]).toEqual([leads, leads])
    dependents.cameOrWent(file)
    expect(dependents.leadsElsewhere(file)).toBe(path.includes('node_modules'))
  })

  test('know what stands above a file, and what changed, came or went', () => {
    const root = write({ 'a.ts': '1', 'b.ts': '1', 'c.ts': '1' }, 'dependents')
    const [a, b, c, d] = ['a.ts', 'b.ts', 'c.ts', 'd.ts'].map((name) => join(root, name)) as [string, string, string, string]
    const dependents = createDependents()
    dependents.set(a, [b, c], [d], [b])
    expect(dependents.of(c)).toEqual([a])
    expect([b, c, d].map((file) => [dependents.wasMissing(file), dependents.steers(file)])).toEqual([[false, true], [false, false], [true, false]])
    expect(dependents.changed()).toEqual([])
    writeFileSync(b, 'longer')
    rmSync(c)
    writeFileSync(d, '1')
    expect([...dependents.changed()].sort()).toEqual([b, c, d])
    expect([b, c, d].map((file) => dependents.cameOrWent(file))).toEqual([false, true, true])
    expect(dependents.changed()).toEqual([])
    dependents.set(a, [b], [], [])
    expect(dependents.of(c)).toEqual([])
    expect([dependents.wasMissing(d), dependents.steers(b)]).toEqual([false, false])
  })
})
