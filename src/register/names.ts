import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { analysesPath, keepFile } from '../plugin/kept-files.ts'

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
  keepFile(namesFile(), JSON.stringify(names))
}

function namesFile(): string {
  // No hash: that would load the crypto module at each start.
  return join(analysesPath(), 'names', `${encodeURIComponent(process.cwd()).slice(-200)}.json`)
}
