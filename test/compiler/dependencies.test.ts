import { expect, it } from 'vitest'
import { compiled, descriptorsOf } from './support.ts'

const carried = (code: string, files: Record<string, string>): readonly string[] | undefined => descriptorsOf(compiled(code, { files }).code)[0]!.dependencies

it('compiled code carries what it depends on, a text per module', () => {
  const texts = carried(`import { one, two } from './b'\nconst own = () => 1\n// @persist\nexport function f(x) { return own() + one(x) + two(x) }`, {
    'src/b.ts': 'export const one = (x) => x + 1\nexport const two = (x) => x + 2',
  })
  expect(texts).toEqual([expect.stringMatching(/^src\/a\.ts#own [0-9a-f]{8}$/), expect.stringMatching(/^src\/b\.ts#one [0-9a-f]{8},two [0-9a-f]{8}$/)])
})

it('of very many bindings it carries a hash per module', () => {
  const names = Array.from({ length: 300 }, (_, i) => `g${i}`)
  const texts = (last: number): readonly string[] | undefined =>
    carried(`import * as b from './b'\n// @persist\nexport function f(x) { return [${names.map((name) => `b.${name}(x)`).join()}] }`, { 'src/b.ts': names.map((name, i) => `export const ${name} = (x) => x + ${i === 299 ? last : i}`).join('\n') })
  expect(texts(1)).toEqual([expect.stringMatching(/^src\/b\.ts#\* [0-9a-f]{8}$/)])
  expect(texts(2)).not.toEqual(texts(1))
})

it('a variable that is reached as a value and as what it began as stands in the list once', () => {
  const { functions } = compiled(`class Client {}\nexport const client = new Client()\n// @persist\nexport function f(x) { return client.get(x) }`, {})
  expect(functions[0]!.dependencies.map(({ binding }) => binding).sort()).toEqual(['Client', 'client'])
})
