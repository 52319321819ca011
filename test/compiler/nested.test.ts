import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { memoryHost, ROOT } from './support.ts'

/** Deep enough that anything done twice at each level would never end, and not so deep that a walk overflows. */
const DEEP = 60

/** One kind of code around another. */
const WRAPPERS: Record<string, (inner: string) => string> = {
  'sums': (inner) => `${inner} + 'a'`,
  'sums, to the right': (inner) => `('a' + ${inner})`,
  'comparisons': (inner) => `(${inner} < 1)`,
  'negations': (inner) => `(!!${inner})`,
  'ors': (inner) => `(${inner} || 'a')`,
  'nullish': (inner) => `(${inner} ?? 'a')`,
  'conditions': (inner) => `(${inner} ? 1 : 2)`,
  'conditions, in their branches': (inner) => `(a ? 1 : ${inner})`,
  'sequences': (inner) => `(1, ${inner})`,
  'templates': (inner) => `\`x\${${inner}}\``,
  'tags': (inner) => `String.raw\`x\${${inner}}\``,
  'arrays': (inner) => `[${inner}, 1]`,
  'spreads': (inner) => `[...${inner}]`,
  'objects': (inner) => `({ a: ${inner}, b: 1 })`,
  'spread objects': (inner) => `({ ...${inner} })`,
  'computed keys': (inner) => `({ [${inner}]: 1 })`,
  'calls': (inner) => `g(${inner})`,
  'called again': (inner) => `${inner}(1)`,
  'methods': (inner) => `${inner}.m(1)`,
  'optional methods': (inner) => `${inner}?.m(1)`,
  'members': (inner) => `${inner}.m`,
  'computed members': (inner) => `a[${inner}]`,
  'pure calls': (inner) => `Object.freeze({ a: ${inner} })`,
  'casts': (inner) => `String(${inner})`,
  'constructions': (inner) => `new Set([${inner}])`,
  'assignments': (inner) => `(a = ${inner})`,
  'assignments in long form': (inner) => `(a = a + ${inner})`,
  'assignments to members': (inner) => `(a.m = ${inner})`,
  'assignments of operators': (inner) => `(a ||= ${inner})`,
  'arrow functions': (inner) => `((x) => ${inner})`,
  'called arrow functions': (inner) => `((x) => ${inner})()`,
  'functions': (inner) => `(function (x) { return ${inner} })`,
  'named functions': (inner) => `(function again(x) { return ${inner} })`,
  'called functions': (inner) => `(function (x) { return ${inner} }())`,
  'async functions': (inner) => `(async () => await ${inner})`,
  'generators': (inner) => `(function* () { yield ${inner} })`,
  'defaults': (inner) => `((x = ${inner}) => x)`,
  'destructured defaults': (inner) => `(({ x = ${inner} }) => x)`,
  'methods of objects': (inner) => `({ m() { return ${inner} } })`,
  'getters': (inner) => `({ get m() { return ${inner} } })`,
  'classes': (inner) => `(class { m() { return ${inner} } })`,
  'fields': (inner) => `(class { m = ${inner} })`,
  'static fields': (inner) => `(class { static m = ${inner} })`,
  'extended classes': (inner) => `(class extends ${inner} {})`,
  'casts of types': (inner) => `(${inner} as any)`,
  'imports': (inner) => `import(${inner})`,
}

/** The same for statements. */
const BLOCKS: Record<string, (inner: string) => string> = {
  'ifs': (inner) => `if (a) { ${inner} }`,
  'elses': (inner) => `if (a) { a.m = 1 } else ${inner}`,
  'blocks': (inner) => `{ ${inner} }`,
  'loops': (inner) => `for (const x of a) { ${inner} }`,
  'counting loops': (inner) => `for (let i = 0; i < 3; i++) { ${inner} }`,
  'whiles': (inner) => `while (a) { ${inner} }`,
  'tries': (inner) => `try { ${inner} } catch { a = 1 }`,
  'finallies': (inner) => `try { a = 2 } finally { ${inner} }`,
  'switches': (inner) => `switch (a) { case 1: { ${inner} } }`,
  'endless loops': (inner) => `for (;;) { ${inner}; break }`,
  'function declarations': (inner) => `{ function f() { ${inner} } f() }`,
}

const nest = (wrap: (inner: string) => string, inner: string): string => Array.from({ length: DEEP }).reduce<string>((code) => wrap(code), inner)

describe('code nested deeply takes no longer than it is long', () => {
  const compile = (code: string): number => createCompiler({ root: ROOT, host: memoryHost({ 'src/a.ts': code }) }).compile(code, `${ROOT}/src/a.ts`)?.functions.length ?? 0

  it.each(Object.keys(WRAPPERS))('%s', (name) => {
    for (const inner of ['f()', '(1)', 'process.env.HOME', 'a']) {
      const code = nest(WRAPPERS[name]!, inner)
      expect(compile(`let a: any = f()\nconst kept = ${code}\nfunction f(): any {}\nfunction g(x: unknown): any {}\n// @persist\nexport function main() { return kept }\n`)).toBe(1)
      expect(compile(`let a: any\nfunction f(): any {}\nfunction g(x: unknown): any {}\n// @persist\nexport function main() { return ${code} }\n`)).toBe(1)
      expect(compile(`let a: any\nfunction f(): any {}\nfunction g(x: unknown): any { return a }\ng(${code})\n// @persist\nexport function main() { return a }\n`)).toBe(1)
    }
  })

  it.each(Object.keys(BLOCKS))('%s', (name) => {
    const code = nest(BLOCKS[name]!, 'a.m = g(a)')
    expect(compile(`let a: any = {}\nfunction g(x: unknown): any {}\n${code}\n// @persist\nexport function main() { return a }\n`)).toBe(1)
    expect(compile(`function g(x: unknown): any {}\n// @persist\nexport function main(a: any) { ${code} }\n`)).toBe(1)
  })
})

describe('code nested more deeply than the stack is high', () => {
  const marked = '// @persist\nexport function main() { return 1 }\n'
  const sum = (count: number): string => `f()${" + 'a'".repeat(count)}`
  const files = { 'src/deep.ts': `${marked}export const text = ${sum(4000)}\nfunction f() { return '' }\n`, 'src/plain.ts': `import { text } from './deep.ts'\n// @persist\nexport function plain() { return text }\n` }
  const compiler = createCompiler({ root: ROOT, host: memoryHost(files) })

  it('runs as it is, and that is told of', () => {
    const result = compiler.compile(files['src/deep.ts'], `${ROOT}/src/deep.ts`)!
    expect(result).toMatchObject({ isEdited: false, code: files['src/deep.ts'], functions: [] })
    expect(result.warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/src\/deep\.ts:1:1 Code in this file is nested too deeply .*\n[^]*Its functions are not cached/)])
    expect(compiler.scan(`${ROOT}/src/deep.ts`).warnings).toHaveLength(1)
  })

  it('counts by its text where others depend on it', () => {
    const fingerprintOf = (text: string): string =>
      createCompiler({ root: ROOT, host: memoryHost({ ...files, 'src/deep.ts': text }) }).compile(files['src/plain.ts'], `${ROOT}/src/plain.ts`)!.functions[0]!.fingerprint
    expect(compiler.compile(files['src/plain.ts'], `${ROOT}/src/plain.ts`)!.functions[0]!.fingerprint).toBe(fingerprintOf(files['src/deep.ts']))
    expect(fingerprintOf(files['src/deep.ts'].replace("'a'", "'b'"))).not.toBe(fingerprintOf(files['src/deep.ts']))
  })
})
