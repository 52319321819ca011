import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import type { CompiledFunction } from '../../src/compiler/types.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A project on disk; a value `-> path` makes a link. */
function project(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'persist-resolution-')))
  made.push(root)
  write(root, { 'package.json': '{ "name": "app", "type": "module" }', ...files })
  return root
}

function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    if (text.startsWith('-> ')) symlinkSync(join(root, text.slice(3)), path)
    else writeFileSync(path, text)
  }
}

function scan(root: string, file = 'src/a.ts'): CompiledFunction {
  return createCompiler({ root }).scan(join(root, file)).functions[0]!
}

const using = (specifier: string, name = 'g'): string => `import { ${name} } from '${specifier}'\n// @persist\nexport function f(x) { return ${name}(x) }\n`
const G = 'export const g = (x) => x + 1'

describe('an edit is seen through', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['tsconfig paths', '@/b', { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }', 'src/b.ts': G }, 'src/b.ts'],
    ['tsconfig paths that are extended', '@/b', { 'tsconfig.json': '{ "extends": "./config/base.json" }', 'config/base.json': '{ "compilerOptions": { "paths": { "@/*": ["../src/*"] } } }', 'src/b.ts': G }, 'src/b.ts'],
    ['tsconfig paths of a referenced project', '@/b', { 'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }', 'tsconfig.app.json': '{ "compilerOptions": { "composite": true, "paths": { "@/*": ["./src/*"] } }, "include": ["src"] }', 'src/b.ts': G }, 'src/b.ts'],
    ['baseUrl', 'src/b', { 'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }', 'src/b.ts': G }, 'src/b.ts'],
    ['imports of the package', '#b', { 'package.json': '{ "name": "app", "imports": { "#b": "./src/b.ts" } }', 'src/b.ts': G }, 'src/b.ts'],
    ['the package\'s own name', 'app/b', { 'package.json': '{ "name": "app", "exports": { "./b": "./src/b.ts" } }', 'src/b.ts': G }, 'src/b.ts'],
    ['.js that is .ts', './b.js', { 'src/b.ts': G }, 'src/b.ts'],
    ['.mjs that is .mts', './b.mjs', { 'src/b.mts': G }, 'src/b.mts'],
    ['an index file', './b', { 'src/b/index.ts': G }, 'src/b/index.ts'],
    ['a directory with a main', './b', { 'src/b/package.json': '{ "main": "./main.js" }', 'src/b/main.js': G }, 'src/b/main.js'],
    ['the file, not the directory', './b', { 'src/b.ts': G, 'src/b/index.ts': 'export const g = 1' }, 'src/b.ts'],
    ['a link to a file', './b', { 'lib/real.ts': G, 'src/b.ts': '-> lib/real.ts' }, 'lib/real.ts'],
    ['a linked package', 'lib', { 'packages/lib/package.json': '{ "name": "lib", "version": "1.0.0", "exports": "./src/index.ts" }', 'packages/lib/src/index.ts': G, 'node_modules/lib': '-> packages/lib' }, 'packages/lib/src/index.ts'],
    ['`exports` by the fixed conditions', 'lib', { 'packages/lib/package.json': '{ "name": "lib", "exports": { "browser": "./no.js", "require": "./no.js", "import": "./yes.js" } }', 'packages/lib/yes.js': G, 'packages/lib/no.js': 'export const g = 1', 'node_modules/lib': '-> packages/lib' }, 'packages/lib/yes.js'],
  ])('%s', (_, specifier, files, edited) => {
    const root = project({ 'src/a.ts': using(specifier), ...files })
    const before = scan(root)
    expect(before.untracked).toEqual([])
    write(root, { [edited]: G.replace('+ 1', '+ 2') })
    expect(scan(root).fingerprint).not.toBe(before.fingerprint)
  })
})

it('modules of a linked package are listed with its name', () => {
  const root = project({ 'src/a.ts': using('@w/lib'), 'src/index.ts': 'export {}', 'packages/lib/package.json': '{ "name": "@w/lib", "exports": "./src/index.ts" }', 'packages/lib/src/index.ts': G, 'node_modules/@w/lib': '-> packages/lib' })
  expect(scan(root).dependencies.map(({ module }) => module)).toEqual(['@w/lib/src/index.ts'])
})

describe('a linked package with two sides', () => {
  const DUAL: Record<string, string> = {
    'packages/dual/package.json': '{ "name": "dual", "exports": { ".": { "import": "./m.mjs", "require": "./c.cjs" }, "./deep": { "require": "./c.cjs", "default": "./m.mjs" } } }',
    'packages/dual/m.mjs': G, 'packages/dual/c.cjs': 'exports.g = (x) => x + 1', 'node_modules/dual': '-> packages/dual',
    'packages/old/package.json': '{ "name": "old", "main": "./c.js", "module": "./m.js" }',
    'packages/old/m.js': G, 'packages/old/c.js': 'exports.g = (x) => x + 1', 'node_modules/old': '-> packages/old',
  }
  const calling = (above: string, call: string): string => `${above}\n// @persist\nexports.f = function f(x) { return ${call} }\n`
  it.each<[string, string, string, string, string]>([
    ['required', 'src/a.cjs', calling(`const { g } = require('dual')`, 'g(x)'), 'packages/dual/c.cjs', 'packages/dual/m.mjs'],
    ['required when it is called', 'src/a.cjs', calling('', `require('dual').g(x)`), 'packages/dual/c.cjs', 'packages/dual/m.mjs'],
    ['a path of it', 'src/a.cjs', calling(`const d = require('dual/deep')`, 'd.g(x)'), 'packages/dual/c.cjs', 'packages/dual/m.mjs'],
    ['required by what is passed on', 'src/a.cjs', calling(`const { g } = require('./b.cjs')`, 'g(x)'), 'packages/dual/c.cjs', 'packages/dual/m.mjs'],
    ['required as TypeScript does', 'src/a.cts', `import d = require('dual')\n// @persist\nexport function f(x) { return d.g(x) }`, 'packages/dual/c.cjs', 'packages/dual/m.mjs'],
    ['imported', 'src/a.mjs', using('dual'), 'packages/dual/m.mjs', 'packages/dual/c.cjs'],
    ['imported when it is called', 'src/a.cjs', calling('', `import('dual').then((d) => d.g(x))`), 'packages/dual/m.mjs', 'packages/dual/c.cjs'],
    ['an old one, required', 'src/a.cjs', calling(`const { g } = require('old')`, 'g(x)'), 'packages/old/c.js', 'packages/old/m.js'],
  ])('%s: the side that runs counts, and no other', (_, file, code, runs, other) => {
    const root = project({ ...DUAL, 'src/b.cjs': `module.exports = require('dual')`, [file]: code })
    const before = scan(root, file)
    expect(before.untracked).toEqual([])
    write(root, { [runs]: DUAL[runs]!.replace('+ 1', '+ 2') })
    expect(scan(root, file).fingerprint).not.toBe(before.fingerprint)
    write(root, { [runs]: DUAL[runs]!, [other]: DUAL[other]!.replace('+ 1', '+ 2') })
    expect(scan(root, file).fingerprint).toBe(before.fingerprint)
  })
})

describe('a package of node_modules counts', () => {
  const files = (version: string, more: Record<string, string> = {}): Record<string, string> => ({
    'src/a.ts': using('lib'),
    'node_modules/lib/package.json': `{ "name": "lib", "version": "${version}", "main": "index.js", "dependencies": { "deep": "*" } }`,
    'node_modules/lib/index.js': G,
    'node_modules/deep/package.json': '{ "name": "deep", "version": "1.0.0" }',
    'node_modules/other/package.json': '{ "name": "other", "version": "1.0.0" }',
    ...more,
  })
  const of = (all: Record<string, string>): string => scan(project(all)).fingerprint

  it('by name, version and export, not by its text', () => {
    const found = scan(project(files('1.0.0')))
    expect(found.dependencies).toEqual([{ package: 'lib', version: '1.0.0', binding: 'g', hash: expect.stringMatching(/^[0-9a-f]{8}$/) }])
    expect(of(files('1.0.0', { 'node_modules/lib/index.js': `${G} // built again` }))).toBe(found.fingerprint)
    expect(of(files('1.0.1'))).not.toBe(found.fingerprint)
  })
  it('by the versions of what it depends on, and of nothing else', () => {
    const before = of(files('1.0.0'))
    expect(of(files('1.0.0', { 'node_modules/deep/package.json': '{ "name": "deep", "version": "1.0.1" }' }))).not.toBe(before)
    expect(of(files('1.0.0', { 'node_modules/other/package.json': '{ "name": "other", "version": "2.0.0" }', 'package-lock.json': '{}' }))).toBe(before)
  })
  it('by its patch', () => {
    const before = of(files('1.0.0'))
    const patched = of(files('1.0.0', { 'patches/lib+1.0.0.patch': 'one' }))
    expect(patched).not.toBe(before)
    expect(of(files('1.0.0', { 'patches/lib+1.0.0.patch': 'two' }))).not.toBe(patched)
  })
  it('the same under npm and pnpm', () => {
    const store = 'node_modules/.pnpm/lib@1.0.0/node_modules'
    const pnpm = {
      'src/a.ts': using('lib'),
      [`${store}/lib/package.json`]: files('1.0.0')['node_modules/lib/package.json']!,
      [`${store}/lib/index.js`]: G,
      [`${store}/deep/package.json`]: '{ "name": "deep", "version": "1.0.0" }',
      'node_modules/lib': `-> ${store}/lib`,
    }
    expect(of(pnpm)).toBe(of(files('1.0.0')))
  })
})

describe('one package from two apps', () => {
  it('has one identity', () => {
    const root = project({
      'package.json': '{ "name": "repo", "workspaces": ["apps/*", "packages/*"] }',
      'packages/lib/package.json': '{ "name": "lib" }',
      'packages/lib/src/g.ts': '// @persist\nexport const g = (x) => x + 1',
      'apps/one/package.json': '{ "name": "one" }',
      'apps/one/node_modules/lib': '-> packages/lib',
    })
    const { module, name, fingerprint } = scan(root, 'packages/lib/src/g.ts')
    expect({ module, name }).toEqual({ module: 'src/g.ts', name: 'g' })
    expect(createCompiler({ root: join(root, 'apps/one') }).scan(realpathSync(join(root, 'apps/one/node_modules/lib/src/g.ts'))).functions[0]).toMatchObject({ module, name, fingerprint })
  })
})

describe('a kept compiler', () => {
  it('sees files come, go and change, as a new one does', () => {
    const root = project({ 'src/a.ts': using('./b'), 'src/b.ts': G })
    const compiler = createCompiler({ root })
    const path = join(root, 'src/a.ts')
    const now = (): string => {
      const { fingerprint } = compiler.scan(path).functions[0]!
      expect(fingerprint).toBe(scan(root).fingerprint)
      return fingerprint
    }
    const first = now()
    write(root, { 'src/b.ts': G.replace('+ 1', '+ 2') })
    compiler.invalidate(join(root, 'src/b.ts'))
    expect(now()).not.toBe(first)
    rmSync(join(root, 'src/b.ts'))
    compiler.invalidate(join(root, 'src/b.ts'))
    expect(compiler.scan(path).functions[0]!.untracked).toEqual(['./b'])
    write(root, { 'src/b/index.ts': G })
    compiler.invalidate(join(root, 'src/b/index.ts'))
    expect(now()).toBe(first)
    write(root, { 'src/b.ts': G.replace('+ 1', '+ 3') })
    compiler.invalidate(join(root, 'src/b.ts'))
    expect(now()).not.toBe(first)
  })
})

describe('code that an earlier step changed', () => {
  it('has the fingerprint of the file on disk', () => {
    const code = using('./b')
    const root = project({ 'src/a.ts': code, 'src/b.ts': G })
    const changed = code.replace(/^import .*\n/, (line) => `const __injected = 1; ${line}`).replace('return g(x)', 'return (0, g)(x)')
    const [found] = createCompiler({ root }).compile(changed, join(root, 'src/a.ts'))!.functions
    expect(found!.fingerprint).toBe(scan(root).fingerprint)
  })
})
