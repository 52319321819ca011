/** Each row of the comparison names tests: they must be there, under that title, and be run. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { REPOSITORY } from './sources.ts'

const rows = readFileSync(join(REPOSITORY, 'docs/comparison.md'), 'utf8').split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:feature|---)/.test(line))
const links = rows.flatMap((row) => [...row.matchAll(/\[([^\][|]+)\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, name, file]) => ({ name: name!, file: file! })))

/** The function at the root of `it.each(…)` and the like, and what stands in its calls on the way. */
function rootOf(callee: ts.Expression): { name: string; cases: readonly ts.Expression[]; modifiers: readonly string[] } {
  if (ts.isIdentifier(callee)) return { name: callee.text, cases: [], modifiers: [] }
  if (ts.isPropertyAccessExpression(callee)) {
    const root = rootOf(callee.expression)
    return { ...root, modifiers: [...root.modifiers, callee.name.text] }
  }
  if (ts.isCallExpression(callee)) {
    const root = rootOf(callee.expression)
    return { ...root, cases: [...root.cases, ...callee.arguments] }
  }
  return { name: '', cases: [], modifiers: [] }
}

/** The names of a table's cases: where `%s` stands for them, the case is what is named. */
function caseNames(cases: readonly ts.Expression[]): string[] {
  return cases.filter(ts.isArrayLiteralExpression).flatMap(({ elements }) => elements).filter(ts.isArrayLiteralExpression)
    .map(({ elements }) => elements[0]).filter((first) => first !== undefined && ts.isStringLiteralLike(first)).map((first) => (first as ts.StringLiteralLike).text)
}

const known = new Map<string, ReadonlySet<string>>()

/** The titles of a file's tests, and of groups and cases of them. */
function titlesOf(file: string): ReadonlySet<string> {
  const before = known.get(file)
  if (before) return before
  const titles = new Set<string>()
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) ? node.arguments : []
    if (ts.isCallExpression(node) && title !== undefined && ts.isStringLiteralLike(title)) {
      const { name, cases, modifiers } = rootOf(node.expression)
      if (['it', 'test', 'describe'].includes(name) && !modifiers.some((one) => one === 'skip' || one === 'todo')) for (const one of [title.text, ...caseNames(cases)]) titles.add(one)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(REPOSITORY, file), 'utf8'), ts.ScriptTarget.Latest))
  known.set(file, titles)
  return titles
}

it('is a table with a row for each feature', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(links.length).toBeGreaterThan(rows.length)
  expect(new Set(rows.map((row) => row.split(' | ').length))).toEqual(new Set([4]))
})

it.each(rows.map((row) => [row.split(' | ')[0]!.slice(2), row] as const))('%s: shown by a test', (_, row) => {
  expect(row.split(' | ').at(-1)).toMatch(/^(?:\[[^\]]+\]\(\.\.\/test\/[^)]+\)(?:, | \|$))+$/)
})

it.each(links.map(({ name, file }) => [file, name] as const))('%s has: %s', (file, name) => {
  expect(existsSync(join(REPOSITORY, file))).toBe(true)
  expect([...titlesOf(file)]).toContain(name)
})
