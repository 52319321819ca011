import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PersistError } from '../errors.ts'

const loaded = new Map<string, unknown>()

/** From where an optional package is looked for: where this package is installed, where the script lies, where it was started. */
function* startingPoints(): Generator<string> {
  if (typeof import.meta.url === 'string') yield import.meta.url
  if (process.argv[1]) yield process.argv[1]
  yield join(process.cwd(), 'package.json')
}

/** Loads an optional package when it is used, or says what to install. */
export function loadPeer<T>(name: string, user: string, install: string = name): T {
  if (loaded.has(name)) return loaded.get(name) as T
  let cause: unknown
  for (const start of startingPoints()) {
    try {
      const found = createRequire(start)(name) as T
      loaded.set(name, found)
      return found
    } catch (error) {
      if (!isMissing(error, name)) throw new PersistError('PEER', `${user}() needs ${name}, which can't be loaded: ${(error as Error).message}`, { cause: error })
      cause = error
    }
  }
  throw new PersistError('PEER', `${user}() needs the package ${name}, which is not installed. Run: npm install ${install}`, { cause })
}

/**
 * The same for a library whose classes the user holds: the instance that `import` gives, where that is another one than
 * `require()` gives. Node loads both kinds synchronously.
 */
export function loadImportedPeer<T>(name: string, user: string): T {
  const key = `import ${name}`
  if (loaded.has(key)) return loaded.get(key) as T
  const required = loadPeer<T>(name, user)
  const file = importedFile(name)
  const found = file === undefined ? required : (createRequire(file)(file) as T)
  loaded.set(key, found)
  return found
}

/** What `import` of a package loads: its `package.json` says so. */
function importedFile(name: string): string | undefined {
  for (const start of startingPoints()) {
    try {
      const entry = createRequire(start).resolve(name)
      const root = entry.slice(0, entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length)
      const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports?: Record<string, unknown> }
      const path = targetOf(exports?.['.'])
      return path === undefined ? undefined : join(root, path)
    } catch {
      // Not from here.
    }
  }
  return undefined
}

function targetOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  if (typeof entry !== 'object' || entry === null) return undefined
  for (const [condition, target] of Object.entries(entry)) {
    if (condition === 'node' || condition === 'import' || condition === 'default') return targetOf(target)
  }
  return undefined
}

function isMissing(error: unknown, name: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}
