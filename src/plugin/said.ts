import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { analysesPath } from './kept-files.ts'
import { digestOf } from './digest.ts'

const said = new Set<string>()

/**
 * Whether something is said of a file for the first time. Whoever makes the file that stands for it is the one to say it; where
 * nothing may or can be written, it is said once per process.
 */
export function isFirst(file: string, what: string, mayWrite: boolean): boolean {
  const cause = `${file}\0${what}`
  if (said.has(cause)) return false
  said.add(cause)
  if (!mayWrite) return true
  const path = join(analysesPath(), 'said', digestOf(cause))
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST'
  }
}
