import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'persist-dialects-')))
  write('package.json', JSON.stringify({ name: 'dialects' }))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(file: string, text: string): void {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** The fingerprint of the only function of `src/a.tsx`, under these settings. */
function fingerprint(compilerOptions: object): string {
  write('tsconfig.json', JSON.stringify({ compilerOptions }))
  return createCompiler({ root }).scan(join(root, 'src/a.tsx')).functions[0]!.fingerprint
}

const JSX = '// @persist\nexport const f = (name) => <p>{name}</p>\n'
const FIELDS = 'class A { a = 1 }\n// @persist\nexport const f = () => new A()\n'
const DECORATED = 'const d = (...all) => all[0]\n@d class A { constructor(private name: string) {} }\n// @persist\nexport const f = () => new A("x")\n'
const NEITHER = '// @persist\nexport const f = (n: number) => n + 1\n'

describe('settings that change what code means', () => {
  const other: readonly [what: string, code: string, before: object, after: object][] = [
    ['the way JSX is compiled', JSX, { jsx: 'react-jsx' }, { jsx: 'react' }],
    ['where JSX comes from', JSX, { jsx: 'react-jsx' }, { jsx: 'react-jsx', jsxImportSource: 'preact' }],
    ['what JSX calls', JSX, { jsx: 'react' }, { jsx: 'react', jsxFactory: 'h' }],
    ['what a fragment is', JSX, { jsx: 'react', jsxFragmentFactory: 'F' }, { jsx: 'react' }],
    ['fields that are assigned', FIELDS, {}, { useDefineForClassFields: false }],
    ['fields that are assigned for an old target', FIELDS, { target: 'es2022' }, { target: 'es2020' }],
    ['decorators of the old kind', DECORATED, {}, { experimentalDecorators: true }],
    ['types for decorators', DECORATED, { experimentalDecorators: true }, { experimentalDecorators: true, emitDecoratorMetadata: true }],
  ]
  it.each(other)('%s: other code', (_, code, before, after) => {
    write('src/a.tsx', code)
    expect(fingerprint(after)).not.toBe(fingerprint(before))
  })

  const same: readonly [what: string, code: string, before: object, after: object][] = [
    ['fields by default', FIELDS, {}, { target: 'esnext', useDefineForClassFields: true }],
    ['all of them, for code without such syntax', NEITHER, {}, { jsx: 'react', useDefineForClassFields: false, experimentalDecorators: true }],
    ['the target', NEITHER, { target: 'es2015' }, { target: 'es2024' }],
    ['fields, for a class without any', 'class A { m() { return 1 } }\n// @persist\nexport const f = () => new A().m()\n', {}, { useDefineForClassFields: false }],
  ]
  it.each(same)('%s: the same code', (_, code, before, after) => {
    write('src/a.tsx', code)
    expect(fingerprint(after)).toBe(fingerprint(before))
  })

  it('a pragma in the file comes first', () => {
    write('src/a.tsx', `/** @jsxImportSource preact */\n${JSX}`)
    const own = fingerprint({ jsx: 'react-jsx' })
    expect(fingerprint({ jsx: 'react-jsx', jsxImportSource: 'solid' })).toBe(own)
    write('src/a.tsx', JSX)
    expect(fingerprint({ jsx: 'react-jsx' })).not.toBe(own)
  })

  it('an own function that JSX calls is code, also beneath a helper', () => {
    write('src/a.tsx', 'import { show } from "./show"\n// @persist\nexport const f = (name) => show(name)\n')
    write('src/show.tsx', '/** @jsx h */\nimport { h } from "./h"\nexport const show = (name) => <p>{name}</p>\n')
    write('src/h.ts', 'export const h = (tag, props, ...children) => [tag, props, children]\n')
    const before = fingerprint({})
    write('src/h.ts', 'export const h = (tag, props, ...children) => [tag, children, props]\n')
    expect(fingerprint({})).not.toBe(before)
  })

  it('types count only where decorators are told of them', () => {
    write('src/a.tsx', DECORATED)
    const [told, untold] = [{ experimentalDecorators: true, emitDecoratorMetadata: true }, { experimentalDecorators: true }].map((settings) => () => fingerprint(settings))
    const before = [told!(), untold!()]
    write('src/a.tsx', DECORATED.replace('name: string', 'name: Text'))
    expect(told!()).not.toBe(before[0])
    expect(untold!()).toBe(before[1])
  })
})

describe('imports of which no value is used', () => {
  const forms: readonly [form: string, line: string][] = [
    ['a name', `import { one } from './setup'`],
    ['a default', `import one from './setup'`],
    ['a namespace', `import * as one from './setup'`],
    ['a name of a type', `import { type One } from './setup'`],
    ['a name of a type that is passed on', `export { type One } from './setup'`],
  ]
  const print = (line: string, compilerOptions: object, n: number): string => {
    write('src/setup.ts', `export type One = 1\nexport const one = 1\nexport default one\nglobalThis.scale = (x) => x + ${n}`)
    write('src/a.tsx', `${line}\n// @persist\nexport const f = (x) => globalThis.scale(x)\n`)
    return fingerprint(compilerOptions)
  }

  it.each(forms)('%s is left out, so that what its module does is none of the code', (_, line) => {
    expect(print(line, {}, 1)).toBe(print(line, {}, 2))
  })

  it.each(forms)('%s stays under verbatimModuleSyntax, and with it what its module does', (_, line) => {
    const settings = { verbatimModuleSyntax: true }
    expect(print(line, settings, 1)).not.toBe(print(line, settings, 2))
    expect(print(line, settings, 1)).not.toBe(print(line, {}, 1))
  })

  it('a type import is left out under each', () => {
    const line = `import type { One } from './setup'`
    expect(print(line, { verbatimModuleSyntax: true }, 1)).toBe(print(line, { verbatimModuleSyntax: true }, 2))
  })

  it('settings that decide it are watched, and read again', () => {
    write('src/setup.ts', 'globalThis.scale = (x) => x + 1\nexport const one = 1')
    write('src/a.tsx', `import { one } from './setup'\n// @persist\nexport const f = (x) => globalThis.scale(x)\n`)
    write('tsconfig.json', '{}')
    const compiler = createCompiler({ root })
    const before = compiler.scan(join(root, 'src/a.tsx'))
    expect(before.files).toContain(join(root, 'tsconfig.json'))
    write('tsconfig.json', JSON.stringify({ compilerOptions: { verbatimModuleSyntax: true } }))
    compiler.invalidate(join(root, 'tsconfig.json'))
    expect(compiler.scan(join(root, 'src/a.tsx')).functions[0]!.fingerprint).not.toBe(before.functions[0]!.fingerprint)
  })
})
