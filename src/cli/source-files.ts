import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from './types.ts'

const SOURCE_PATTERN = /\.[cm]?[jt]sx?$/
const DECLARATION_PATTERN = /\.d\.[cm]?ts$/
/** Directories with code that isn't the project's own. Named as an argument they are looked into. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'out'])

/** The source files that arguments name: files as they are, directories with all below them. Real paths, sorted. */
export function sourceFiles(cwd: string, paths: readonly string[]): string[] {
  const files = new Set<string>()
  for (const given of paths.length > 0 ? paths : ['.']) {
    const path = resolve(cwd, given)
    if (!existsSync(path)) throw new UsageError(`${given} isn't there.`)
    const real = realpathSync(path)
    if (statSync(real).isDirectory()) addBelow(real, files)
    else files.add(real)
  }
  return [...files].sort()
}

function addBelow(directory: string, files: Set<string>): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) addBelow(path, files)
    } else if (entry.isFile() && SOURCE_PATTERN.test(entry.name) && !DECLARATION_PATTERN.test(entry.name)) files.add(path)
  }
}
