import process from 'node:process'

/** `--conditions=name`, `--conditions name` and `-C name`, as words with nothing between them. */
const CONDITION_PATTERN = /(?:^|\0)(?:--conditions[=\0]|-C\0)([^\0]+)/g

/** The conditions that this process was started with, by which Node reads the `exports` and `imports` of packages. */
export function nodeConditions(): string[] {
  const words = [...(process.env.NODE_OPTIONS ?? '').replaceAll('"', '').split(/\s+/), ...process.execArgv].join('\0')
  return [...new Set([...words.matchAll(CONDITION_PATTERN)].map(([, name]) => name!))].sort()
}
