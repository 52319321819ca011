import { posix } from 'node:path'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { descriptorsOf, evaluate, memoryHost, recorder, ROOT, strip } from './support.ts'

const DISK = `import { persist } from 'unplugin-persist'
const limit: number = 3
// @persist
export function f(a: number): number { return a + limit }
export class A<T> {
  // @persist
  static g(a: number): number { return a }
  // @persist
  h = (a: number) => a * 2
}
export const models = {
  // @persist
  fit(a: number) { return a },
}
// @persist
export const arrow = async <T,>(a: T): Promise<T> => a
export const wrapped = persist((a: number) => a - 1, { tags: ['t'] })
if (limit) {
  // @persist
  function twin(a: number) { return a }
  twin(1)
} else {
  // @persist
  function twin(a: number) { return -a }
  twin(1)
}
`

/** Compiles what earlier steps of a build made of the file on the disk. */
function compileEdited(edited: string, disk = DISK) {
  const file = posix.join(ROOT, 'src/a.ts')
  return createCompiler({ root: ROOT, host: memoryHost({ 'src/a.ts': disk }) }).compile(edited, file)!
}

const names = (emitted: string): string[] => descriptorsOf(emitted).map((descriptor) => descriptor.name)
const prints = (emitted: string): Record<string, string> => Object.fromEntries(descriptorsOf(emitted).map(({ name, fingerprint }) => [name, fingerprint]))

describe('what earlier steps made of a file is edited, what stands on the disk is judged', () => {
  const plain = compileEdited(DISK)
  const ALL = ['f', 'A.g', 'A#h', 'models.fit', 'arrow', 'wrapped', 'twin', 'twin~2']

  it('as it stands', () => expect(names(plain.code)).toEqual(ALL))

  it('with something put before it', () => {
    const { code } = compileEdited(`import 'prepended'\nconst __injected = 1\n${DISK}\nconsole.log(__injected)`)
    expect(prints(code)).toEqual(prints(plain.code))
  })

  it('without types and comments', () => {
    const edited = strip(DISK).replace(/\/\/.*$/gm, '')
    const { code } = compileEdited(edited)
    expect(prints(code)).toEqual(prints(plain.code))
    const recording = recorder()
    const exports = evaluate(code, { 'unplugin-persist/runtime': recording.runtime, 'unplugin-persist': recording.main }, 'a.js')
    expect([exports.f(1), exports.A.g(2), new exports.A().h(3), exports.models.fit(4), exports.wrapped(5)]).toEqual([4, 2, 6, 4, 4])
    expect(recording.calls.map((call) => call.name)).toEqual(['twin', 'f', 'A.g', 'A#h', 'models.fit', 'wrapped'])
  })

  it('with namespaces made functions', () => {
    const code = `export namespace Geo {
  const factor = 3
  // @persist
  export function area(n: number) { return n * factor }
  export namespace Round { /* @persist */ export const circle = (n: number) => n + factor }
}
namespace Own.Inner { /* @persist */ export function f(n: number) { return n } }
export const run = (n: number) => [Geo.area(n), Geo.Round.circle(n), Own.Inner.f(n)]
`
    const host = memoryHost({ 'src/a.ts': code })
    const result = createCompiler({ root: ROOT, host }).compile(strip(code), `${ROOT}/src/a.ts`)!
    const recording = recorder()
    const exports = evaluate(result.code, { 'unplugin-persist/runtime': recording.runtime }, 'a.js')
    expect(exports.run(2)).toEqual([6, 5, 2])
    expect(recording.calls.map((call) => call.name)).toEqual(['Geo.area', 'Geo.Round.circle', 'Own.Inner.f'])
  })

  it('without one of the functions', () => {
    const { code } = compileEdited(DISK.replace(/export function f.*\n/, ''))
    expect(names(code)).toEqual(ALL.slice(1))
  })

  it('without a word of marks', () => {
    const [, only] = DISK.split(/(?=\/\/ @persist\nexport function f)/)
    const disk = only!.split('export class')[0]!.replace('limit', '1')
    expect(names(compileEdited(strip(disk).replace(/\/\/.*$/gm, ''), disk).code)).toEqual(['f'])
    expect(compileEdited('export const a = 1', 'export const a: number = 1')).toBeUndefined()
  })

  it.each([
    ['private fields', 'class Shop {\n  #n = 2\n  // @persist\n  name(times) { return times * this.#n }\n}', 'Shop#name', 'es2020'],
    ['the rest of an object', '// @persist\nconst rest = ({ a, ...others }) => [a, others]', 'rest', 'es2017'],
    ['async functions', '// @persist\nexport async function f(a) { return a }', 'f', 'es2015'],
  ] as const)('compiled to older JavaScript: a function with %s runs as it is, and is told of', (_, disk, name, target) => {
    const { code } = transformSync(disk, { target })
    const result = compileEdited(code, disk)
    expect([result.code, result.isEdited]).toEqual([code, false])
    expect(result.warnings.map((warning) => [warning.code, warning.what.split(':')[0], warning.location.line])).toEqual([['UNFIT', `${name} runs uncached`, disk.split('// @persist')[0]!.split('\n').length + 1]])
  })

  it('with defaults that the body fills in: the key would not hold them', () => {
    const result = compileEdited('function f(a, b) { if (b === void 0) { b = 1 } return a + b }', '// @persist\nfunction f(a, b = 1) { return a + b }')
    expect([result.isEdited, result.warnings.map((warning) => warning.code)]).toEqual([false, ['UNFIT']])
  })

  it('with changed code in a function: its results are those of the disk\'s', () => {
    const { code } = compileEdited(DISK.replace('return a + limit', 'return __cov(1), a + limit'))
    expect(prints(code)).toEqual(prints(plain.code))
  })

  it('a text that stands on no disk is judged itself', () => {
    const code = '// @persist\nexport function f() { return 1 }'
    const result = createCompiler({ root: ROOT, host: memoryHost({}) }).compile(code, `${ROOT}/src/virtual.ts`)!
    expect(result.functions[0]!.id).toBe('src/virtual.ts#f')
  })
})
