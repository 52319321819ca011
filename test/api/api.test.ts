import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { generateApiSnapshot } from 'tsnapi'
import { expect, test } from 'vitest'

/*
 * What users and compiled code see of the package, reviewed as code is. Reads dist: build first. After a change that is meant:
 * `npx vitest run test/api -u`.
 */

const directory = fileURLToPath(new URL('../..', import.meta.url))
const { exports: entries, name } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')) as { name: string; exports: Record<string, unknown> }
const require = createRequire(pathToFileURL(`${directory}/index.js`))
/** Loading it would register its hooks. */
const imported = Object.keys(entries).filter((entry) => entry !== './register' && entry !== './package.json')

test('the entries, and what each exports', async () => {
  const lines = await Promise.all(imported.map(async (entry) => `${entry}: ${(await namesOf(entry)).join(', ')}`))
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('__snapshots__/exports.txt')
})

test.each(['.', './runtime'])('`require()` gives the same of %s', async (entry) => {
  const required = require(specifier(entry)) as object
  expect(Object.keys(required).filter((key) => key !== 'default' && key !== '__esModule').sort()).toEqual(await namesOf(entry))
})

test('the types', async () => {
  const api = await generateApiSnapshot(directory)
  for (const [entry, { dts }] of Object.entries(api)) await expect(dts).toMatchFileSnapshot(`__snapshots__/${entry === '.' ? 'index' : entry.slice(2)}.txt`)
})

function specifier(entry: string): string {
  return name + entry.slice(1)
}

async function namesOf(entry: string): Promise<string[]> {
  const exported = (await import(/* @vite-ignore */ pathToFileURL(require.resolve(specifier(entry)).replace(/\.cjs$/, '.js')).href)) as object
  return Object.keys(exported).filter((key) => key !== 'module.exports').sort()
}
