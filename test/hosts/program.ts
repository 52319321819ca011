import ts from 'typescript'

/**
 * The program of the contract: several modules, a class, helpers and tracked state in other files, async and sync functions,
 * closures, a default export, both kinds of marks. Each computation says so on stderr, the results go to stdout as one line of JSON.
 *
 * It is TypeScript that Node can run by itself; the other syntaxes are made of it.
 */
const MODULES: Record<string, string> = {
  'src/helper.ts': `
export const stopWords: readonly string[] = ['the', 'a', 'of']

export function tokenize(text: string): string[] {
  return text.toLowerCase().split(/\\W+/).filter((word) => word !== '' && !stopWords.includes(word))
}

export function weigh(word: string): number {
  return word.length * 2
}
`,
  'src/score.ts': `
import { tokenize, weigh } from './helper.ts'

// @persist
export function score(text: string, boost = 1): number {
  console.error('computed score')
  return tokenize(text).reduce((sum, word) => sum + weigh(word), 0) * boost
}

/** Counts words. @persist { tags: ['counts'] } */
export const count = (text: string): Map<string, number> => {
  console.error('computed count')
  const counts = new Map<string, number>()
  for (const word of tokenize(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}
`,
  'src/summary.ts': `
import { score } from './score.ts'

interface Summary { scores: number[]; best: Date }

// @persist
export default async function summarize(texts: readonly string[]): Promise<Summary> {
  console.error('computed summarize')
  await Promise.resolve()
  return { scores: texts.map((text) => score(text, 2)), best: new Date(texts.length) }
}
`,
  'src/library.ts': `
export class Library {
  books: string[]
  constructor(books: string[]) {
    this.books = books
  }

  // @persist
  static async load(name: string): Promise<string[]> {
    console.error('computed Library.load')
    return [name, name.toUpperCase()]
  }

  // @persist
  find(part: string): string[] {
    console.error('computed Library#find')
    return this.books.filter((book) => book.includes(part))
  }
}
`,
  'src/scaler.ts': `
import { weigh } from './helper.ts'

export function makeScaler(factor: number): (word: string) => number {
  // @persist
  const scale = (word: string): number => {
    console.error('computed scale')
    return weigh(word) * factor
  }
  return scale
}
`,
  'src/unit.ts': `
// @persist-track
let unit = 'kg'

export const currentUnit = (): string => unit

export function setUnit(name: string): void {
  unit = name
}
`,
  'src/label.ts': `
import { currentUnit } from './unit.ts'

// @persist
export function label(weight: number): string {
  console.error('computed label')
  return weight + ' ' + currentUnit()
}
`,
  'src/rates.ts': `
export const rates: { vat: number } = { vat: 1 }
`,
  'src/tax.ts': `
import { rates } from './rates.ts'

export function withTax(price: number): number {
  return price * rates.vat
}
`,
  'src/total.ts': `
import { withTax } from './tax.ts'

// @persist
export function total(price: number): number {
  console.error('computed total')
  return withTax(price)
}
`,
  'src/fit.ts': `
import { persist } from 'unplugin-persist'

export const fit = persist(async (rows: number[], { rate = 0.5 }: { rate?: number } = {}) => {
  console.error('computed fit')
  return rows.map((row) => row * rate)
})
`,
  'src/main.ts': `
import { fit } from './fit.ts'
import { label } from './label.ts'
import { Library } from './library.ts'
import { makeScaler } from './scaler.ts'
import { count, score } from './score.ts'
import { rates } from './rates.ts'
import summarize from './summary.ts'
import { total } from './total.ts'
import { setUnit } from './unit.ts'

async function main(): Promise<void> {
  const results = {
    score: score('The cat of a house'),
    again: score('The cat of a house'),
    boosted: score('The cat of a house', 3),
    count: [...count('one two two')],
    summary: await summarize(['red', 'green']),
    load: await Library.load('dune'),
    find: new Library(['dune', 'emma']).find('u'),
    other: new Library(['ulysses']).find('u'),
    scaled: [makeScaler(2)('abc'), makeScaler(3)('abc')],
    labels: [label(1), setUnit('g'), label(1), label(1)],
    totals: [total(10), Object.assign(rates, { vat: 2 }), total(10), total(10)],
    fit: await fit([1, 2], { rate: 2 }),
    names: [score.name, score.length, count.name],
  }
  console.log(JSON.stringify(results))
}

export const done: Promise<void> = main()
`,
}

/** All computations of a first run. */
export const COMPUTATIONS: readonly string[] = [
  'Library#find', 'Library#find', 'Library.load', 'count', 'fit', 'label', 'label', 'scale', 'scale', 'score', 'score', 'score', 'score', 'summarize', 'total', 'total',
]

export type Syntax = 'ts' | 'tscjs' | 'cts' | 'js' | 'cjs'

/**
 * The program's files: `ts` and `js` as ES modules, `tscjs` the same as `ts` in a CommonJS package, `cts` TypeScript with `require`,
 * `cjs` JavaScript with it.
 */
export function program(syntax: Syntax): Record<string, string> {
  const files: Record<string, string> = {}
  for (const [path, typescript] of Object.entries(MODULES)) {
    let code = typescript.trimStart()
    if (syntax === 'js' || syntax === 'cjs') code = dropTypes(code)
    if (syntax === 'cts' || syntax === 'cjs') code = toRequire(code)
    files[syntax === 'js' || syntax === 'cjs' ? path.replace(/\.ts$/, '.js') : path] = code
  }
  const type = syntax === 'ts' || syntax === 'js' ? 'module' : 'commonjs'
  // With an id of its own the project is the same wherever it lies, and whatever it is written in.
  files['package.json'] = JSON.stringify({ name: 'contract-app', version: '1.0.0', private: true, type, persist: { projectId: 'contract' } })
  return files
}

function dropTypes(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, removeComments: false },
  })
  return outputText.replaceAll(/(from '\.\/\w+)\.ts'/g, '$1.js\'')
}

/** Enough for the modules above. */
function toRequire(code: string): string {
  const exported: string[] = []
  const body = code
    .replaceAll(/^import (\w+) from ('[^']+');?$/gm, 'const $1 = require($2).default')
    .replaceAll(/^import (\{[^}]+\}) from ('[^']+');?$/gm, 'const $1 = require($2)')
    .replaceAll(/^export default (async function (\w+))/gm, (_, declaration: string, name: string) => {
      exported.push(`exports.default = ${name}`)
      return declaration
    })
    .replaceAll(/^export ((?:async )?(?:function|const|class) (\w+))/gm, (_, declaration: string, name: string) => {
      exported.push(`exports.${name} = ${name}`)
      return declaration
    })
  return `${body}\n${exported.join('\n')}\n`
}
