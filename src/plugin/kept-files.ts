import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { defaultPersistPath } from '../config/paths.ts'

/* What is kept from one start to the next so that it takes less time. Safe to delete. */

const READING: readonly string[] = ['read-only', 'require']

/** Where it lies: below the default root of stores. */
export function analysesPath(): string {
  return join(process.env.PERSIST_PATH || defaultPersistPath(), '.analyses')
}

/** Whether anything may be written: some modes leave the store as it is. */
export function mayKeepAnalyses(mode?: string): boolean {
  return !READING.includes(process.env.PERSIST_MODE || mode || '')
}

/** What is kept is run: nobody else may have written it. */
export function isTrusted(): boolean {
  const stats = statOf(analysesPath())
  return stats === undefined || process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
}

/** Nothing also where a file stands in the way. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** A new file takes the old one's place at once, so that concurrent processes see one or the other. */
export function keepFile(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const temporary = `${path}.${process.pid}-${process.hrtime().join('')}`
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch {
    // A store that can't be written makes the next start slower, no more.
  }
}
