import type { Check } from './types.ts'

/** What is wrong with a project's own file has been thrown before. */
export const checkConfig: Check = ({ configFile, problems }) => [
  ...(configFile === undefined ? [] : [{ level: 'fine' as const, what: `config in ${configFile}` }]),
  ...problems.map((what) => ({ level: 'problem' as const, what })),
]
