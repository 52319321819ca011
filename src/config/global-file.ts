import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { exists } from './exists.ts'
import type { ProjectOptions } from './options.ts'
import { globalConfigPath } from './paths.ts'
import { validateProjectOptions } from './validate.ts'

export interface GlobalConfig {
  path: string
  options: ProjectOptions
  /** What is wrong with the file, as messages; faulty options are left out. */
  problems: readonly string[]
}

/** Reads the machine's config file (JSON), which need not exist. It never throws: a faulty file is no reason for a program to stop. One of a home that this process may not look into is none. */
export function readGlobalConfig(path: string = globalConfigPath()): GlobalConfig {
  let text: string
  try {
    // Mostly there is none, and an error costs milliseconds at the start of a script.
    if (!exists(path)) return { path, options: {}, problems: [] }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return { path, options: {}, problems: [`${path} can't be read: ${(error as Error).message}`] }
  }
  let options: unknown
  try {
    options = JSON.parse(text)
  } catch (error) {
    return { path, options: {}, problems: [`${path} is no JSON: ${(error as Error).message}`] }
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return { path, options: {}, problems: [`${path} holds no object of options`] }
  }
  const sound = { ...options } as Record<string, unknown>
  const problems: string[] = []
  const reject = (option: string, message: string): void => {
    delete sound[option]
    problems.push(`${path}: ${message}`)
  }
  for (const { option, message } of validateProjectOptions(sound)) reject(option, message)
  for (const option of ['projectPath', 'projectId']) {
    if (option in sound) reject(option, `option \`${option}\` is one project's own and can't be global: set it in persist.config.ts.`)
  }
  return { path, options: sound as ProjectOptions, problems }
}

/** Writes the machine's config file. Refuses to replace one unless told to. */
export function writeGlobalConfig(options: ProjectOptions, how: { path?: string; replace?: boolean } = {}): string {
  const path = how.path ?? globalConfigPath()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(options, undefined, 2)}\n`, { flag: how.replace ? 'w' : 'wx' })
  return path
}
