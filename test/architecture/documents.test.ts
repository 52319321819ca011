import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { OPTION_RULES } from '../../src/config/schema.ts'

const directory = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(`${directory}${path}`, 'utf8')

test.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'playground/README.md'])('what %s points at is there', (document) => {
  const text = read(document)
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => new URL(match[1]!, `file:///${document}`).pathname.slice(1))
  const paths = [...text.matchAll(/`((?:src|test|bench|docs)\/[\w/.-]+)`/g)].map((match) => match[1]!)
  // The example of the architecture page.
  const examples = new Set(['src/price.ts', 'src/main.ts'])
  const missing = [...links, ...(document.startsWith('playground') ? [] : paths)].filter((path) => !examples.has(path) && !existsSync(`${directory}${path}`))
  expect(missing).toEqual([])
})

test('the README has every option and every command', () => {
  const text = read('README.md')
  const names = [...Object.keys(OPTION_RULES), ...commands.map(({ usage }) => usage.split(' ')[0]!)]
  expect(names.filter((name) => !new RegExp(`\`(?:persist )?${name}\\b`).test(text))).toEqual([])
})
