import { parseDuration, parseSize } from './units.ts'

/** Where an option may stand: on every level, in a project's config only, on a function only. */
export type OptionLevel = 'shared' | 'project' | 'function'

export interface OptionRule {
  level: OptionLevel
  /** Completes "expected …". */
  expects: string
  accepts(value: unknown): boolean
}

export const MODES: readonly string[] = ['cache', 'off', 'refresh', 'read-only', 'require']
const LOCK_GRANULARITIES = ['call', 'func', 'global']
const ON_ERRORS = ['warn', 'throw', 'ignore']
const DURABILITIES = ['process', 'disk']

const DURATION = 'milliseconds or a number with a unit: `500ms`, `30s`, `15m`, `12h`, `7d`, `2w`'
const SIZE = 'bytes or a number with a unit: `500KB`, `200MB`, `10GB`'

/** Every option there is. Types say the same to the editor; this says it of values, for comments, config files and plain JavaScript. */
export const OPTION_RULES: Readonly<Record<string, OptionRule>> = {
  mode: { level: 'shared', ...oneOf(MODES) },
  hashSize: { level: 'shared', expects: 'a whole number from 1 to 100000', accepts: (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= 100_000 },
  lockGranularity: { level: 'shared', ...oneOf(LOCK_GRANULARITIES) },
  singleFlight: { level: 'shared', ...boolean() },
  onError: { level: 'shared', ...oneOf(ON_ERRORS) },
  local: { level: 'shared', ...boolean() },
  localPath: { level: 'shared', ...text('a path') },
  alternatives: { level: 'shared', ...texts('a list of paths') },
  durability: { level: 'shared', ...oneOf(DURABILITIES) },
  maxSize: { level: 'shared', expects: `${SIZE}, or { total, current } of such`, accepts: isBudget },
  keepVersions: { level: 'shared', ...duration() },

  persistPath: { level: 'project', ...text('a path') },
  projectPath: { level: 'project', ...text('a path') },
  projectId: { level: 'project', ...text('a name of your own') },

  name: { level: 'function', ...text('a name of your own') },
  version: {
    level: 'function',
    expects: 'a string or a finite number',
    accepts: (value) => (typeof value === 'string' && value !== '') || Number.isFinite(value),
  },
  skip: { level: 'function', ...texts('a list of parameters or paths into them: `[\'device\', \'opts.verbose\']`') },
  key: { level: 'function', expects: 'a rule per parameter (`{ seed: ignore }`) or one function of all arguments', accepts: isKeyOption },
  groupBy: {
    level: 'function',
    expects: 'a list of parameters, paths or lists of them: `[\'dataset\', [\'model\', \'opts.size\']]`',
    accepts: (value) => Array.isArray(value) && value.every((item) => isText(item) || (isTexts(item) && item.length > 0)),
  },
  batch: { level: 'function', ...texts('a list of parameters') },
  outFile: { level: 'function', expects: 'a parameter or a list of parameters', accepts: (value) => isText(value) || isTexts(value) },
  codec: { level: 'function', expects: 'a codec (`json()`) or one per property of the result', accepts: isCodecOption },
  lazy: { level: 'function', ...boolean() },
  maxAge: {
    level: 'function',
    expects: `${DURATION}, or a Date`,
    accepts: (value) => isDuration(value) || (value instanceof Date && !Number.isNaN(value.getTime())),
  },
  staleWhileRevalidate: { level: 'function', ...duration() },
  validate: { level: 'function', ...callback() },
  cacheIf: { level: 'function', ...callback() },
  minDuration: { level: 'function', ...duration() },
  tags: { level: 'function', ...texts('a list of strings') },
  env: { level: 'function', ...texts('a list of names of environment variables') },
  files: { level: 'function', ...texts('a list of paths from the project\'s root') },
  untracked: { level: 'function', ...texts('a list of names as the report gives them') },
  impure: {
    level: 'function',
    expects: 'true or a list of names as the report gives them',
    accepts: (value) => typeof value === 'boolean' || isTexts(value),
  },
}

/** Options that hold functions, so that a comment can't have them. */
export const LIVE_OPTIONS: readonly string[] = ['key', 'codec', 'validate', 'cacheIf']

type Rule = Omit<OptionRule, 'level'>

function oneOf(words: readonly string[]): Rule {
  return { expects: `one of ${words.map((word) => `'${word}'`).join(', ')}`, accepts: (value) => words.includes(value as string) }
}

function boolean(): Rule {
  return { expects: 'true or false', accepts: (value) => typeof value === 'boolean' }
}

function text(expects: string): Rule {
  return { expects, accepts: isText }
}

function texts(expects: string): Rule {
  return { expects, accepts: isTexts }
}

function duration(): Rule {
  return { expects: DURATION, accepts: isDuration }
}

function callback(): Rule {
  return { expects: 'a function, which only `persist(fn, { … })` can take', accepts: (value) => typeof value === 'function' }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isDuration(value: unknown): boolean {
  return parseDuration(value) !== undefined
}

function isBudget(value: unknown): boolean {
  if (parseSize(value) !== undefined) return true
  return isRecord(value) && Object.entries(value).every(([name, size]) => ['total', 'current'].includes(name) && parseSize(size) !== undefined)
}

function isKeyOption(value: unknown): boolean {
  return typeof value === 'function' || (isRecord(value) && Object.values(value).every((rule) => typeof rule === 'function'))
}

function isCodecOption(value: unknown): boolean {
  return isCodec(value) || (isRecord(value) && Object.values(value).length > 0 && Object.values(value).every(isCodec))
}

/** Whether it is one codec (of either kind), not a record of codecs. */
export function isCodec(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== 'string') return false
  return (
    (typeof value.encode === 'function' && typeof value.decode === 'function') ||
    (typeof value.save === 'function' && typeof value.load === 'function')
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
