import { expect, it } from 'vitest'
import { createCompiler } from '../../src/compiler/index.ts'
import { compiled, descriptorsOf, evaluate, memoryHost } from './support.ts'

/** How the variables of a module are read, by what they are called for the runtime. */
function reads(code: string, how?: Parameters<typeof compiled>[1]): { ids: string[]; read(id: string): unknown; exports: any } {
  const tracked = new Map<string, () => unknown>()
  const result = compiled(code, how)
  expect(result.isEdited).toBe(true)
  const exports = evaluate(result.code, { 'unplugin-persist/runtime': { track: (id: string, read: () => unknown) => tracked.set(id, read) } })
  return { ids: [...tracked.keys()], read: (id) => tracked.get(id)!(), exports }
}

it.each<[string, string, string[]]>([
  ['a variable', '// @persist-track\nlet a = 1', ['a']],
  ['an exported one', '// @persist-track\nexport const a = {}', ['a']],
  ['in a block comment', '/* @persist-track */ var a = 1', ['a']],
  ['as a JSDoc tag', '/**\n * What it is.\n * @persist-track\n */\nlet a = 1', ['a']],
  ['among other comments', '// @persist-track\n// eslint-disable-next-line\nlet a = 1', ['a']],
  ['all of a declaration', '// @persist-track\nlet a = 1, { b, c: [d] } = make()\nfunction make() { return { b: 1, c: [2] } }', ['a', 'b', 'd']],
  ['one of a declaration', 'let a = 1,\n  // @persist-track\n  b = 2', ['b']],
])('tracks %s', (_, code, names) => {
  expect(reads(code).ids).toEqual(names.map((name) => `app/src/a.ts#${name}`))
})

it('reads the variable as it is then, and changes nothing else', () => {
  const { read, exports } = reads('// @persist-track\nexport let n = 1\nexport const set = (to) => { n = to }')
  expect(Object.keys(exports)).toEqual(['n', 'set'])
  expect(read('app/src/a.ts#n')).toBe(1)
  exports.set(5)
  expect(read('app/src/a.ts#n')).toBe(5)
})

it('a module that was compiled is left as it is', () => {
  const host = memoryHost({ 'src/a.ts': '// @persist-track\nlet n = 1\nexport const get = () => n' })
  const compiler = createCompiler({ root: '/app', host })
  const { code } = compiler.compile(host.readFile('/app/src/a.ts')!, '/app/src/a.ts')!
  expect(compiler.compile(code, '/app/src/a.ts')).toBeUndefined()
})

it('the mark changes no fingerprint, but is noticed when it comes or goes', () => {
  const code = `import { get } from './state'\n// @persist\nexport const f = (x) => x + get()`
  const state = 'let n = 1\nexport const get = () => n + 0\nexport const set = (to) => { n = to }'
  const plain = compiled(code, { files: { 'src/state.ts': state } })
  const tracked = compiled(code, { files: { 'src/state.ts': `// @persist-track\n${state}` } })
  expect(plain.watchFiles).toContain('/app/src/state.ts')
  const [before, after] = [plain, tracked].map((result) => descriptorsOf(result.code)[0]!)
  expect(before!.captures).toBeUndefined()
  expect(after!.captures).toEqual([{ name: 'src/state.ts#n' }])
  expect(tracked.code).toContain('_v("app/src/state.ts#n")')
})
