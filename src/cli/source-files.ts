import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { extname, join, resolve, sep } from 'node:path'
import { globPattern } from '../compiler/files/glob-pattern.ts'
import { globBase, isGlob } from './glob.ts'
import { UsageError } from './types.ts'

const SOURCE_PATTERN = /\.[cm]?[jt]sx?$/
const DECLARATION_PATTERN = /\.d\.[cm]?ts$/
/** Directories with code that isn't the project's own. Named as an argument they are looked into. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'out'])

/** The source files that arguments name: files as they are, directories with all below them, globs. Real paths, sorted. */
export function sourceFiles(cwd: string, paths: readonly string[]): string[] {
  const files = new Set<string>()
  let other: string | undefined
  for (const given of paths.length > 0 ? paths : ['.']) {
    const path = resolve(cwd, given)
    // A shell names all that `src/*` stands for. What a router calls `[id].ts` is there by that name.
    if (existsSync(path) && isOther(path)) other ??= given
    else if (existsSync(path)) addPath(realpathSync(path), files)
    else if (isGlob(given)) addMatching(cwd, given.replaceAll(sep, '/'), files)
    else throw new UsageError(`${given} isn't there.`)
  }
  if (files.size === 0 && other !== undefined) throw new UsageError(`${other} is no JavaScript or TypeScript.`)
  return [...files].sort()
}

/** Whether a file is something else by its name. A script may have none of an extension. */
function isOther(path: string): boolean {
  return extname(path) !== '' && !SOURCE_PATTERN.test(path) && !statSync(path).isDirectory()
}

/** Files below a directory that a compiler of ours is not asked about, and that may yet hold marks. */
export function filesBelow(directory: string, pattern: RegExp): string[] {
  return [...walk(directory)].filter((path) => pattern.test(path))
}

function addPath(path: string, files: Set<string>): void {
  if (!statSync(path).isDirectory()) files.add(path)
  else for (const file of walk(path)) if (isSource(file)) files.add(file)
}

function addMatching(cwd: string, glob: string, files: Set<string>): void {
  const base = resolve(cwd, globBase(glob))
  const pattern = globPattern(glob.slice(globBase(glob).length).replace(/^\//, ''))
  const found = existsSync(base) ? [...walk(realpathSync(base))].filter((path) => isSource(path) && pattern.test(path.slice(realpathSync(base).length + 1).replaceAll(sep, '/'))) : []
  if (found.length === 0) throw new UsageError(`No source file matches ${glob}.`)
  for (const path of found) files.add(path)
}

function isSource(path: string): boolean {
  return SOURCE_PATTERN.test(path) && !DECLARATION_PATTERN.test(path)
}

function* walk(directory: string, entries: readonly Dirent[] = list(directory)): Generator<string> {
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(directory, entry.name)
    if (entry.isFile()) yield path
    else if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* walk(path, listIfReadable(path))
  }
}

function list(directory: string): Dirent[] {
  return readdirSync(directory, { withFileTypes: true })
}

/** A directory that this user can't read (a database's, in a container) holds no module that a program of theirs could load. */
function listIfReadable(directory: string): Dirent[] {
  try {
    return list(directory)
  } catch (error) {
    if (/^(?:EACCES|EPERM|ENOENT)$/.test((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}
