import { count } from '../format.ts'
import { scanFiles } from '../scan-files.ts'
import { sourceFiles } from '../source-files.ts'
import type { Check } from './types.ts'

/** Whether there is anything to cache, and whether it compiles. */
export const checkMarks: Check = async ({ path }, context) => {
  const { functions, warnings, errors } = await scanFiles(context, sourceFiles(path, []), false)
  if (errors.length > 0) return errors.map((what) => ({ level: 'problem', what }))
  const misspelt = warnings.filter((warning) => warning.code === 'MISSPELT').map(({ message }) => ({ level: 'problem' as const, what: message }))
  if (functions.length === 0) {
    return [...misspelt, { level: 'advice', what: 'no function is marked', cure: 'Write `// @persist` above one.' }]
  }
  const untracked = functions.filter((found) => found.untracked.length > 0)
  return [
    ...misspelt,
    { level: 'fine', what: `${count(functions.length, 'marked function')}` },
    ...(untracked.length === 0 ? [] : [{
      level: 'advice' as const,
      what: `${count(untracked.length, 'function depends', 'functions depend')} on what can't be tracked: ${untracked.map((found) => found.id).join(', ')}`,
      cure: '`persist scan` says on what.',
    }]),
  ]
}
