import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ID_PATTERN, MARK } from './filter.ts'

/** Directories with code that isn't the project's own. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'out'])
/** A file that does nothing but re-export is small. */
const LARGEST_BARREL = 65_536
/** Where to stop looking: an answer that takes longer than the build is no help. */
const MOST_FILES = 20_000

const LIST_PATTERN = /\b(import|export)\s*(?:type\s+)?\{([^}]*)\}/g
const RENAMED_PATTERN = /^\s*([\w$]+)\s+as\s+([\w$]+)\s*$/

/**
 * The names under which a project's own files re-export `persist`: `export { persist as cached } from 'unplugin-persist'`.
 * A file that uses `cached` holds no word by which the filter would find it, so these words are added to the filter. What a
 * name really is bound to is the compiler's business: one too many here costs a look, no more.
 *
 * A default re-export can be imported under any name: there the word is the last part of the barrel's path.
 */
export function findBarrelNames(root: string): readonly string[] {
  const names = new Set<string>([MARK])
  // Barrels of barrels are rare, so that the files are read again only where a name turned up.
  for (let known = 0; known < names.size; ) {
    known = names.size
    for (const path of sourceFiles(root)) {
      const code = readSmall(path)
      if (code.includes('export') && [...names].some((name) => code.includes(name))) collectRenames(code, path, names)
    }
  }
  names.delete(MARK)
  return [...names]
}

/** Adds the names that a module gives to what `names` holds. */
export function collectRenames(code: string, path: string, names: Set<string>): void {
  const locals = new Set<string>()
  for (const [, keyword, list] of code.matchAll(LIST_PATTERN)) {
    for (const part of list!.split(',')) {
      const renamed = RENAMED_PATTERN.exec(part)
      const from = renamed ? renamed[1]! : part.trim()
      const to = renamed ? renamed[2]! : from
      if (!names.has(from) && !locals.has(from)) continue
      if (keyword === 'import') locals.add(to)
      else names.add(to === 'default' ? barrelWord(path) : to)
    }
  }
}

/** What an import of the file is bound to hold: `/cache` for `src/cache.ts` and `src/cache/index.ts`. */
function barrelWord(path: string): string {
  const stem = basename(path).replace(/\.[cm]?[jt]sx?$/, '')
  return `/${stem === 'index' ? basename(join(path, '..')) : stem}`
}

function* sourceFiles(root: string): Generator<string> {
  const directories = [root]
  let count = 0
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const entry of readDirectory(directory)) {
      if (entry.name.startsWith('.')) continue
      const path = join(directory, entry.name)
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) directories.push(path)
      } else if (ID_PATTERN.test(entry.name) && !entry.name.endsWith('.d.ts')) {
        if (++count > MOST_FILES) return
        yield path
      }
    }
  }
}

function readDirectory(directory: string): import('node:fs').Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}

function readSmall(path: string): string {
  try {
    const bytes = readFileSync(path)
    return bytes.length > LARGEST_BARREL ? '' : bytes.toString()
  } catch {
    return ''
  }
}
