import { mismatch } from './mismatch.ts'
import { LIVE_OPTIONS, OPTION_RULES } from './schema.ts'
import type { OptionLevel } from './schema.ts'
import { didYouMean } from './suggest.ts'

/** What is wrong with one option. The message names the option, the value and the cure. */
export interface OptionProblem {
  /** The option's name as written. */
  option: string
  message: string
}

/**
 * Checks the options of one function: names, types, and that what names a parameter names one that there is.
 *
 * @param params The names as {@link Descriptor.params} has them (`...rest` answers to `rest`); `undefined` when they aren't known.
 */
export function validateFunctionOptions(options: Readonly<Record<string, unknown>>, params: readonly string[] | undefined): OptionProblem[] {
  const problems = checkOptions(options, ['shared', 'function'])
  const faulty = new Set(problems.map((problem) => problem.option))
  const sound = (name: string): unknown => (faulty.has(name) ? undefined : options[name])

  if (params) {
    const names = params.map((param) => param.replace(/^\.\.\./, ''))
    for (const [option, references] of parameterReferences(sound)) {
      for (const reference of references) {
        const message = checkReference(option, reference, names)
        if (message) problems.push({ option, message })
      }
    }
  }
  problems.push(...checkCombinations(sound))
  return problems
}

/** Checks the options of a project: a config file, `package.json#persist`, plugin options, the global file. */
export function validateProjectOptions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return checkOptions(options, ['shared', 'project'])
}

/** Checks options that are laid over others (`withOptions`, `configure`), whatever their level. */
export function validateOptions(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return checkOptions(options, ['shared', 'project', 'function'])
}

function checkOptions(options: Readonly<Record<string, unknown>>, levels: readonly OptionLevel[]): OptionProblem[] {
  const problems: OptionProblem[] = []
  for (const [option, value] of Object.entries(options)) {
    const message = checkOption(option, value, levels)
    if (message) problems.push({ option, message })
  }
  return problems
}

function checkOption(option: string, value: unknown, levels: readonly OptionLevel[]): string | undefined {
  const rule = Object.hasOwn(OPTION_RULES, option) ? OPTION_RULES[option] : undefined
  if (!rule) {
    const known = Object.keys(OPTION_RULES).filter((name) => levels.includes(OPTION_RULES[name]!.level))
    return `unknown option \`${option}\`.${didYouMean(option, known) || ` There are ${known.map((name) => `\`${name}\``).join(', ')}.`}`
  }
  if (!levels.includes(rule.level)) {
    return rule.level === 'project'
      ? `option \`${option}\` belongs to the project, not to one function: set it in persist.config.ts, in package.json#persist or on the plugin.`
      : `option \`${option}\` belongs to one function, not to the project: set it in that function's mark or \`persist()\`.`
  }
  if (value === undefined || rule.accepts(value)) return undefined
  const cure = LIVE_OPTIONS.includes(option) && !holdsFunction(value) ? ` What needs a function goes through \`persist(fn, { ${option}: … })\`.` : ''
  return `option \`${option}\` ${mismatch(value, rule)}${cure}`
}

/** Which options name which parameters. */
function* parameterReferences(sound: (name: string) => unknown): Generator<[option: string, references: readonly string[]]> {
  for (const option of ['skip', 'batch', 'outFile'] as const) {
    const value = sound(option) as string | readonly string[] | undefined
    if (value !== undefined) yield [option, typeof value === 'string' ? [value] : value]
  }
  const groups = sound('groupBy') as readonly (string | readonly string[])[] | undefined
  if (groups) yield ['groupBy', groups.flat()]
  const rules = sound('key')
  if (typeof rules === 'object' && rules !== null) yield ['key', Object.keys(rules)]
}

function checkReference(option: string, reference: string, names: readonly string[]): string | undefined {
  const [root, ...path] = reference.split('.')
  if (path.length > 0 && (option === 'batch' || option === 'outFile')) {
    return `option \`${option}\` has '${reference}', expected a whole parameter; paths into parameters are for \`skip\`, \`key\` and \`groupBy\`.`
  }
  if (path.includes('')) return `option \`${option}\` has '${reference}', which has an empty step; write \`opts.verbose\`.`
  if (names.includes(root!)) return undefined
  const known = names.length > 0 ? ` The parameters are ${names.map((name) => `\`${name}\``).join(', ')}.` : ' The function has no parameters.'
  return `option \`${option}\` names '${reference}', but there is no parameter \`${root}\`.${didYouMean(root!, names) || known}`
}

function checkCombinations(sound: (name: string) => unknown): OptionProblem[] {
  const problems: OptionProblem[] = []
  const skipped = new Set((sound('skip') as readonly string[] | undefined) ?? [])
  const grouped = new Set(((sound('groupBy') as readonly (string | readonly string[])[] | undefined) ?? []).flat())
  for (const name of grouped) {
    if (skipped.has(name)) {
      problems.push({ option: 'skip', message: `\`${name}\` is in \`skip\` and in \`groupBy\`: take it out of one, as it can't both count and not count.` })
    }
  }
  for (const name of (sound('batch') as readonly string[] | undefined) ?? []) {
    const other = skipped.has(name) ? 'skip' : grouped.has(name) ? 'groupBy' : undefined
    if (other) problems.push({ option: 'batch', message: `\`${name}\` is in \`batch\` and in \`${other}\`: its elements are what is keyed, take it out of \`${other}\`.` })
  }
  if (sound('batch') !== undefined && sound('lazy') === true) {
    problems.push({ option: 'lazy', message: '`lazy` and `batch` don\'t go together. Leave one out.' })
  }
  if (sound('staleWhileRevalidate') !== undefined && sound('maxAge') === undefined) {
    problems.push({ option: 'staleWhileRevalidate', message: '`staleWhileRevalidate` goes on from `maxAge`: set `maxAge` too.' })
  }
  return problems
}

function holdsFunction(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null && Object.values(value).some(holdsFunction))
}
