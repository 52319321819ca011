import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { analysesPath } from '../plugin/analyses.ts'

/**
 * What the barrels of a project call `persist` (`export { persist as cached } from 'unplugin-persist'`). A barrel is loaded after
 * the modules that import it, too late for them, and looking through all files is more than a script's start may take: so what
 * was met is kept for the next start from the same directory.
 */
export function readNames(): readonly string[] {
  try {
    return JSON.parse(readFileSync(namesFile(), 'utf8')) as string[]
  } catch {
    return []
  }
}

export function writeNames(names: readonly string[]): void {
  try {
    mkdirSync(dirname(namesFile()), { recursive: true, mode: 0o700 })
    writeFileSync(namesFile(), JSON.stringify(names), { mode: 0o600 })
  } catch {
    // As with analyses: the next start knows no more than this one.
  }
}

function namesFile(): string {
  // No hash: that would load the crypto module at each start.
  return join(analysesPath(), 'names', `${encodeURIComponent(process.cwd()).slice(-200)}.json`)
}
