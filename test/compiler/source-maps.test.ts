import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { transformSync } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { compiled, recorder } from './support.ts'

const SOURCE = `import { helper } from './b'
const limit: number = Number('3')

// @persist
export async function train(dataset: string, lr = 1e-3, ...rest: number[]): Promise<string> {
  const marker1 = helper(dataset)
  if (lr > limit) { throw new RangeError('marker2') }
  return \`\${marker1} marker3\`
}

export class Repo<T> {
  // @persist
  static load(id: string): T | undefined { const marker4 = id; return marker4 as never }
  // @persist
  find = (id: string) => id + 'marker5'
}

export const embed = /* @persist */ (text: string): string => text.repeat(2) + 'marker6'
const all = [
  // @persist
  (a: number) => a + limit, 'marker7',
]
/** @persist */
export default (x: number) => { marker8(x); function marker9(): void {} marker9() }
declare function marker8(x: number): void
export const end = 'marker10'
`

/** Every place of a word, as line (from 1) and column (from 0). */
function placesOf(text: string, word: string): { line: number; column: number }[] {
  return text.split('\n').flatMap((line, index) => [...line.matchAll(new RegExp(`${word}(?!\\d)`, 'g'))].map((match) => ({ line: index + 1, column: match.index })))
}

const MARKERS = [...Array.from({ length: 10 }, (_, index) => `marker${index + 1}`), 'train', 'Repo', 'embed', 'limit', 'repeat', 'RangeError', 'helper']

describe('a place in the emitted text leads to the user\'s', () => {
  const { code, map } = compiled(SOURCE, { files: { 'src/b.ts': 'export const helper = (x: string) => x' } })
  const trace = new TraceMap(JSON.parse(map.toString()))

  it.each(MARKERS)('%s', (word) => {
    const found = placesOf(code, word).map((place) => originalPositionFor(trace, place)).filter((place) => place.source !== null)
    const expected = placesOf(SOURCE, word)
    for (const place of expected) expect(found).toContainEqual(expect.objectContaining(place))
    expect(found.every((place) => place.source === '/app/src/a.ts')).toBe(true)
  })

  it('for each word of what the user wrote', () => {
    // Each line of the user's stays a line; what is ours stands within it.
    const originals = SOURCE.split('\n')
    code.split('\n').forEach((line, index) => {
      const original = originals[index]!
      // Nothing points into a comment: its line is all that counts of one.
      const comments = [...original.matchAll(/\/\/.*|\/\*.*?\*\//g)]
      const isInComment = (at: number): boolean => comments.some((comment) => comment.index < at && at < comment.index + comment[0].length)
      for (const match of original.matchAll(/\b[A-Za-z_]\w*/g)) {
        const here = [...line.matchAll(new RegExp(`\\b${match[0]}\\b`, 'g'))].map((found) => originalPositionFor(trace, { line: index + 1, column: found.index }))
        expect(here, `${index + 1}: ${match[0]}`).toContainEqual(expect.objectContaining({ line: index + 1, ...(isInComment(match.index) ? {} : { column: match.index }) }))
      }
    })
  })

  it('also when types are stripped after us', () => {
    const stripped = transformSync(code, { loader: 'ts', sourcemap: true, sourcefile: 'a.ts', format: 'esm' })
    const second = new TraceMap(stripped.map)
    for (const word of MARKERS.filter((marker) => !/^(?:train|Repo|embed|helper|limit)$/.test(marker))) {
      const found = placesOf(stripped.code, word)
        .map((place) => originalPositionFor(second, place))
        .filter((place) => place.line !== null)
        .map(({ line, column }) => originalPositionFor(trace, { line: line!, column: column! }))
      const lines = placesOf(SOURCE.replace(/^declare.*$/m, ''), word)
      for (const place of lines) expect(found.some((other) => other.line === place.line && Math.abs(other.column! - place.column) <= word.length), `${word} at ${place.line}:${place.column} among ${JSON.stringify(found)}`).toBe(true)
    }
  })

  it('holds the source and nothing of this machine but the file', () => {
    const { sources, sourcesContent } = JSON.parse(map.toString()) as { sources: string[]; sourcesContent: string[] }
    expect(sources).toEqual(['/app/src/a.ts'])
    expect(sourcesContent).toEqual([SOURCE])
  })
})

describe('an error that is thrown points to where the user threw it', () => {
  const code = [
    'const id = <T,>(x: T): T => x', // 1
    '// @persist', // 2
    'export function declared(a: number) { if (a) throw new Error("here"); return a }', // 3
    '// @persist', // 4
    'export const arrow = (a: number) => id(null!)[a]', // 5
    'export class A {', // 6
    '  // @persist', // 7
    '  static method(a: number, { b } = null as any) { return b }', // 8
    '  // @persist', // 9
    '  async later(a: number) {', // 10
    '    await null', // 11
    '    throw new TypeError(`later ${a}`)', // 12
    '  }', // 13
    '}', // 14
    'export const nested = () => {', // 15
    '  // @persist', // 16
    '  const f = (x: any) => { const o = { get g() { throw x } }; return o.g; }', // 17
    '  return f(new Error("early"))', // 18
    '}', // 19
  ].join('\n')
  const { code: emitted, map } = compiled(code)
  const trace = new TraceMap(JSON.parse(map.toString()))
  const stripped = transformSync(emitted, { loader: 'ts', sourcemap: true, sourcefile: 'a.ts', format: 'cjs', target: 'node20' })
  const second = new TraceMap(stripped.map)
  const { runtime } = recorder()
  const module = { exports: {} as any }
  new Function('require', 'module', 'exports', `${stripped.code}\n//# sourceURL=/under-test.js`)(() => runtime, module, module.exports)

  /** The user's place of the first frame of a stack. */
  function placeOf(error: Error): { line: number | null; column: number | null } {
    const [, line, column] = /under-test\.js:(\d+):(\d+)/.exec(error.stack!)!
    // `new Function` puts two lines before the text.
    const first = originalPositionFor(second, { line: Number(line) - 2, column: Number(column) - 1 })
    const { line: at, column: from } = originalPositionFor(trace, { line: first.line!, column: first.column! })
    return { line: at, column: from }
  }

  const THROWERS: [what: string, run: () => unknown, line: number, text: string][] = [
    ['in a declaration', () => module.exports.declared(1), 3, 'new Error'],
    ['in an arrow\'s expression', () => module.exports.arrow(1), 5, '[a]'],
    ['in a parameter', () => module.exports.A.method(1), 8, '{ b }'],
    ['in an async method', () => new module.exports.A().later(1), 12, 'new TypeError'],
    ['in a caller of a nested function', () => module.exports.nested(), 18, 'new Error'],
  ]
  it.each(THROWERS)('%s', async (_, run, line, text) => {
    const error = await Promise.resolve().then(run).then(() => undefined, (thrown: Error) => thrown)
    const place = placeOf(error!)
    expect(place.line).toBe(line)
    const column = code.split('\n')[line - 1]!.indexOf(text)
    expect(Math.abs(place.column! - column), `${place.line}:${place.column}`).toBeLessThanOrEqual(2)
  })
})
