import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { compiled } from './support.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))

const SOURCE = `import { persist, handle } from 'unplugin-persist'

interface Row { id: string; n?: number }
const limit = 3
let changing = 1
export const change = (): void => { changing++ }

// @persist
export function overloaded(x: string): string
export function overloaded(x: number): number
export function overloaded(x: string | number): string | number { return x }

// @persist
export async function train<T extends Row>(rows: readonly T[], { lr = 1e-3, epochs }: { lr?: number; epochs?: number } = {}, ...rest: string[]): Promise<Map<string, T>> {
  if (rows.length > limit && changing > 1) throw new RangeError(rest.join())
  return new Map(rows.map((row) => [row.id, row] as const))
}

// @persist
export function isRow(value: unknown): value is Row { return typeof value === 'object' && value !== null && 'id' in value }
// @persist
export function assertRow(value: unknown): asserts value is Row { if (!isRow(value)) throw new TypeError('no row') }
// @persist
export function withThis(this: { n: number }, a: number): number { return this.n + a }
// @persist
export const generic = <T,>(value: T, wrap: (x: T) => T = (x) => x): T => wrap(value)
// @persist
export const predicate = (row: Row): row is Required<Row> => row.n !== undefined
// @persist
export function narrowed(a?: string | null): number { a ??= ''; if (a === '') return 0; return a.length }
// @persist
export function nothing(a: number): void { if (a) return; void a }
// @persist
export const recursive = (n: number): number => (n === 0 ? 0 : recursive(n - 1))

export abstract class Base<T> {
  protected abstract load(id: string): T
  #hidden = 1
  constructor(protected readonly root: string) {}
  // @persist
  read(id: string): T { return this.load(this.root + id + this.#hidden) }
  // @persist
  static of(this: void, id: string): string { return id }
  // @persist
  field = async (id: string): Promise<T> => this.load(id)
  // @persist
  #secret(a: number): number { return a + this.#hidden }
  use(): number { return this.#secret(1) }
}
export class Derived extends Base<string> {
  protected override load(id: string): string { return id }
  // @persist
  override read(id: string): string { return super.read(id) }
}

export const models = {
  // @persist
  fit(a: number) { return a },
  linear: { test: /* @persist */ (a: number) => a * 2 },
} satisfies Record<string, unknown>

export function make(n: number) {
  // @persist
  const closure = (a: number) => a + n
  // @persist
  function inner(a: number): number { return closure(a) }
  return { inner, arrow: /* @persist */ (a: number) => inner(a), method: [
    // @persist
    (a: string) => a.length,
  ], object: { /* @persist */ run(a: number) { return a + n } } }
}

const rows: Row[] = [{ id: 'a' }]
export const contextual: number[] = rows.map(/* @persist */ (row) => row.id.length)
export const typed: (row: Row) => string = /* @persist */ (row) => row.id
export const wrapped = persist(async (id: string, seed = 0) => ({ id, seed }), { tags: ['a'], key: { seed: (x: number) => x } })
export const other = persist(typed)
export enum Level { Low = 1, High }
export namespace Inner { 
  // @persist
  export const level = (a: Level) => a === Level.High
  // @persist
  export function deep(a: number) { return a + limit }
}
// @persist
export default async (x: number) => x + 1

// What users get of them is still what they wrote.
export const checks: [string, number, Promise<Map<string, Row>>, Promise<{ id: string; seed: number }>, number, string] = [
  overloaded('a'), overloaded(1), train([{ id: 'a' }]), wrapped('a'), make(1).inner(2), other({ id: 'a' }),
]
export const found: Promise<boolean> = handle(wrapped).has('a')
`

/** The errors of a text, as a type-checking loader would see it. */
function errorsOf(text: string): string[] {
  const file = `${PACKAGE}src/emitted-by-a-test.ts`
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ['node'],
    strict: true, noUncheckedIndexedAccess: true, noImplicitOverride: true, noImplicitReturns: true, noUnusedLocals: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, isolatedModules: true,
    paths: { 'unplugin-persist': [`${PACKAGE}src/index.ts`], 'unplugin-persist/runtime': [`${PACKAGE}src/runtime/index.ts`] },
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, readFile, fileExists } = host
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true) : getSourceFile.call(host, name, ...rest))
  host.readFile = (name) => (name === file ? text : readFile.call(host, name))
  host.fileExists = (name) => name === file || fileExists.call(host, name)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)!
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText, start }) => {
    const { line, character } = source.getLineAndCharacterOfPosition(start!)
    return `${line + 1}:${character + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

it('a strict type-checker accepts the emitted text as it accepts the user\'s', () => {
  expect(errorsOf(SOURCE)).toEqual([])
  const { code, functions } = compiled(SOURCE)
  expect(functions.length).toBeGreaterThan(25)
  expect(errorsOf(code)).toEqual([])
}, 120_000)
