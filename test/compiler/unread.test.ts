import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import type { CompiledFunction, CompileWarning } from '../../src/compiler/types.ts'
import { memoryHost, ROOT } from './support.ts'

/** What no parser of JavaScript or TypeScript takes, though a build may know it. */
const PIPED = 'export const twice = (n) => n |> (% * 2)\nexport const other = 1\n'

function compile(files: Record<string, string>): { fn: CompiledFunction; warnings: CompileWarning[] } {
  const code = files['src/a.ts']!
  const result = createCompiler({ root: ROOT, host: memoryHost(files) }).compile(code, `${ROOT}/src/a.ts`)!
  return { fn: result.functions[0]!, warnings: result.warnings }
}

const main = (head: string, body: string): string => `${head}\n// @persist\nexport function main(n: number) { return ${body} }\n`

describe('a module that can\'t be read as code', () => {
  it.each([
    ['imported by name', { 'src/a.ts': main(`import { twice } from './b.js'`, 'twice(n)') }],
    ['imported as a default', { 'src/a.ts': main(`import twice from './b.js'`, 'twice(n)') }],
    ['imported as a namespace', { 'src/a.ts': main(`import * as b from './b.js'`, 'b.twice(n)') }],
    ['a namespace that is handed on', { 'src/a.ts': main(`import * as b from './b.js'`, 'Object.keys(b)') }],
    ['imported when needed', { 'src/a.ts': main('', `import('./b.js')`) }],
    ['required', { 'src/a.ts': main('', `require('./b.js').twice(n)`) }],
    ['passed on by name', { 'src/a.ts': main(`import { twice } from './c.js'`, 'twice(n)'), 'src/c.js': `export { twice } from './b.js'` }],
    ['passed on as a whole', { 'src/a.ts': main(`import { twice } from './c.js'`, 'twice(n)'), 'src/c.js': `export * from './b.js'` }],
    ['passed on as a whole, taken as a namespace', { 'src/a.ts': main(`import * as c from './c.js'`, 'Object.keys(c)'), 'src/c.js': `export * from './b.js'` }],
    ['beneath a helper', { 'src/a.ts': main(`import { help } from './c.js'`, 'help(n)'), 'src/c.js': `import { twice } from './b.js'\nexport const help = (n) => twice(n)` }],
  ])('counts by its whole text, and that is told of: %s', (_, files) => {
    const before = compile({ ...files, 'src/b.js': PIPED })
    expect(compile({ ...files, 'src/b.js': PIPED.replace('* 2', '* 3') }).fn.fingerprint).not.toBe(before.fn.fingerprint)
    expect(compile({ ...files, 'src/b.js': PIPED }).fn.fingerprint).toBe(before.fn.fingerprint)
    expect(before.fn.untracked).toEqual(['src/b.js'])
    expect(before.fn.dependencies).toContainEqual({ module: 'src/b.js', binding: '*', hash: expect.any(String) })
    expect(before.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/src\/b\.js:1:1 `main` depends on this file, which can't be read as JavaScript or TypeScript: .*\n[^]*Its whole text counts; what it imports does not\./),
    ])
  })

  it('is vouched for by its name', () => {
    const vouched = main(`import { twice } from './b.js'`, 'twice(n)').replace('@persist', `@persist { untracked: ['src/b.js'] }`)
    expect(compile({ 'src/a.ts': vouched, 'src/b.js': PIPED }).warnings).toEqual([])
  })

  it('does not count where nothing of it is used', () => {
    const files = { 'src/a.ts': main(`import { twice } from './b.js'`, 'n') }
    expect(compile({ ...files, 'src/b.js': PIPED }).fn.fingerprint).toBe(compile({ ...files, 'src/b.js': PIPED.replace('* 2', '* 3') }).fn.fingerprint)
  })
})
