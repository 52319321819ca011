import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { count } from '../format.ts'
import { scanFiles } from '../scan-files.ts'
import { filesBelow, sourceFiles } from '../source-files.ts'
import type { Check, Finding } from './types.ts'

/** Whether there is anything to cache, and whether it compiles. */
export const checkMarks: Check = async ({ path }, context) => {
  const { functions, warnings, errors } = await scanFiles(context, sourceFiles(path, []), false)
  if (errors.length > 0) return errors.map((what) => ({ level: 'problem', what }))
  const found: Finding[] = warnings.filter((warning) => warning.code === 'MISSPELT').map(({ message }) => ({ level: 'problem', what: message }))
  found.push(...componentFiles(path))
  if (functions.length === 0) {
    return [...found, { level: 'advice', what: 'no function is marked', cure: 'Write `// @persist` above one.' }]
  }
  const untracked = functions.filter((marked) => marked.untracked.length > 0)
  return [
    ...found,
    { level: 'fine', what: `${count(functions.length, 'marked function')}` },
    ...(untracked.length === 0 ? [] : [{
      level: 'advice' as const,
      what: `${count(untracked.length, 'function depends', 'functions depend')} on what can't be tracked: ${untracked.map((marked) => marked.id).join(', ')}`,
      cure: '`persist scan` says on what.',
    }]),
  ]
}

/** A mark on a line of its own. */
const MARK_LINE_PATTERN = /^\s*(?:\/\/|\/?\*+)\s*@persist\b/m
const COMPONENT_PATTERN = /\.(?:vue|svelte|astro|mdx)$/

/** Marks where nothing looks for them. */
function componentFiles(path: string): Finding[] {
  return filesBelow(path, COMPONENT_PATTERN).filter((file) => MARK_LINE_PATTERN.test(readFileSync(file, 'utf8'))).map((file) => ({
    level: 'problem',
    what: `${relative(path, file)} holds a mark, and components are not compiled: its functions run uncached`,
    cure: 'Move them into a module of their own, and import them.',
  }))
}
