import { delimiter, resolve } from 'node:path'
import { mismatch } from './mismatch.ts'
import type { ProjectOptions } from './options.ts'
import { OPTION_RULES } from './schema.ts'

/** What environment variables set. */
export interface Environment {
  options: ProjectOptions
  /** `PERSIST_REFRESH`: functions (`src/a.ts#train`, a module, or a bare name) to compute anew. */
  refresh: readonly string[]
  /** Values that make no sense, as messages with the cure. */
  problems: readonly string[]
}

/** The options that a variable may set: those of every level, and the root of the store. */
const OPTIONS: readonly string[] = ['persistPath', ...Object.keys(OPTION_RULES).filter((option) => OPTION_RULES[option]!.level === 'shared')]

/** `PERSIST_HASH_SIZE` for `hashSize`; the root is `PERSIST_PATH`. */
export function variableOf(option: string): string {
  return option === 'persistPath' ? 'PERSIST_PATH' : `PERSIST_${option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** Reads `PERSIST_PATH`, `PERSIST_MODE`, `PERSIST_REFRESH` and the like. A relative path counts from the working directory, as in a shell. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const options: Record<string, unknown> = {}
  const problems: string[] = []
  for (const option of OPTIONS) {
    const variable = variableOf(option)
    const text = env[variable]
    if (!text) continue
    const value = readValue(option, text)
    const rule = OPTION_RULES[option]!
    if (rule.accepts(value)) options[option] = value
    else problems.push(`${variable} ${mismatch(value, rule)}`)
  }
  const refresh = (env.PERSIST_REFRESH ?? '').split(',').map((id) => id.trim()).filter(Boolean)
  return { options: options as ProjectOptions, refresh, problems }
}

const PATHS = new Set(['persistPath', 'localPath'])
const SWITCHES = new Set(['singleFlight', 'local'])
const WORDS: Readonly<Record<string, boolean>> = { true: true, 1: true, yes: true, on: true, false: false, 0: false, no: false, off: false }

/** A text as the value that a config would have; what can't be one stays a text, for the message. */
function readValue(option: string, text: string): unknown {
  if (PATHS.has(option)) return resolve(text)
  // As in PATH.
  if (option === 'alternatives') return text.split(delimiter).filter(Boolean).map((path) => resolve(path))
  if (SWITCHES.has(option)) return WORDS[text.toLowerCase()] ?? text
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Whether `PERSIST_REFRESH` means this function: by `module#name`, by module, by name, or all with `*`. */
export function isToRefresh(refresh: readonly string[], module: string, name: string): boolean {
  return refresh.some((id) => id === `${module}#${name}` || id === module || id === name || id === `#${name}` || id === '*')
}
