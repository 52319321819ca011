/** Each row of the comparison names a test: it must be there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REPOSITORY } from './sources.ts'

const rows = readFileSync(join(REPOSITORY, 'docs/comparison.md'), 'utf8').split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:feature|---)/.test(line))
const links = rows.flatMap((row) => [...row.matchAll(/\[([^\][|]+)\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, name, file]) => ({ name: name!, file: file! })))

it('is a table with a row for each feature', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(links.length).toBeGreaterThan(rows.length)
  expect(new Set(rows.map((row) => row.split(' | ').length))).toEqual(new Set([4]))
})

it.each(rows.map((row) => [row.split(' | ')[0]!.slice(2), row] as const))('%s: shown by a test', (_, row) => {
  expect(row).toContain('](../test/')
})

it.each(links.map(({ name, file }) => [file, name] as const))('%s has: %s', (file, name) => {
  const path = join(REPOSITORY, file)
  expect(existsSync(path)).toBe(true)
  expect(readFileSync(path, 'utf8').replaceAll('\\\'', '\'').includes(name)).toBe(true)
})
