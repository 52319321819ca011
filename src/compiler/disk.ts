import fs, { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import enhancedResolve, { type Resolver } from 'enhanced-resolve'
import { Directories } from './directories.ts'
import { readPathConfig, type PathConfig } from './tsconfig-paths.ts'
import type { CompilerHost } from './types.ts'

const { CachedInputFileSystem, ResolverFactory } = enhancedResolve

/**
 * The conditions that package `exports` are read with, whatever the host's own are: a fingerprint must not depend on
 * who asks.
 */
const CONDITIONS = ['node', 'import', 'default']
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']
/** TypeScript writes the extension of what will be emitted. */
const EXTENSION_ALIAS: Record<string, string[]> = { '.js': ['.js', '.ts', '.tsx', '.jsx'], '.jsx': ['.jsx', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'] }
/** How long the resolver trusts what it saw of the file system, milliseconds; `invalidate` ends it at once. */
const TRUST = 60_000

/** The compiler's view of the disk. */
export function createDiskHost(): CompilerHost {
  const fileSystem = new CachedInputFileSystem(fs, TRUST)
  const directories = new Directories()
  let resolver: Resolver | undefined
  const answers = new Map<string, string | undefined>()
  const configs = new Map<string, PathConfig | undefined>()

  /** The nearest config above, read once. */
  function configFor(directory: string): PathConfig | undefined {
    if (configs.has(directory)) return configs.get(directory)
    const file = ['tsconfig.json', 'jsconfig.json'].map((name) => join(directory, name)).find((path) => directories.file(path) !== undefined)
    const parent = dirname(directory)
    const config = file !== undefined ? readPathConfig(file) : parent === directory ? undefined : configFor(parent)
    configs.set(directory, config)
    return config
  }

  const makeResolver = (): Resolver =>
    ResolverFactory.createResolver({
      fileSystem,
      useSyncFileSystemCalls: true,
      conditionNames: CONDITIONS,
      extensions: EXTENSIONS,
      extensionAlias: EXTENSION_ALIAS,
      mainFields: ['module', 'main'],
      symlinks: true,
    })

  /** A file at a path, or with an extension added or exchanged: what the resolver would find, without asking it. */
  function fileAt(path: string): string | undefined {
    const extension = /\.[cm]?jsx?$/.exec(path)?.[0]
    const aliases = extension === undefined ? undefined : EXTENSION_ALIAS[extension]
    if (aliases) {
      const stem = path.slice(0, -extension!.length)
      for (const alias of aliases) {
        const found = directories.file(stem + alias)
        if (found !== undefined) return found
      }
      return undefined
    }
    const exact = directories.file(path)
    if (exact !== undefined) return exact
    for (const added of EXTENSIONS) {
      const found = directories.file(path + added)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** An index file, where no `package.json` has a say. */
  function indexIn(path: string): string | undefined {
    return directories.file(join(path, 'package.json')) === undefined ? EXTENSIONS.map((extension) => directories.file(join(path, `index${extension}`))).find((file) => file !== undefined) : undefined
  }

  function find(specifier: string, importer: string): string | undefined {
    const directory = dirname(importer)
    const isRelative = /^\.{1,2}(?:\/|$)/.test(specifier)
    if (isRelative) {
      const path = resolve(directory, specifier)
      const file = (specifier.endsWith('/') ? undefined : fileAt(path)) ?? indexIn(path)
      if (file !== undefined) return file
    }
    if (!isRelative) {
      for (const place of configFor(directory)?.places(specifier, importer) ?? []) {
        const file = fileAt(place) ?? indexIn(place) ?? ask(directory, place)
        if (file !== undefined) return file
      }
    }
    return ask(directory, specifier)
  }

  function ask(directory: string, specifier: string): string | undefined {
    try {
      const found = (resolver ??= makeResolver()).resolveSync({}, directory, specifier)
      return found === false ? undefined : found.replace(/\?.*$/, '')
    } catch {
      return undefined
    }
  }

  return {
    readFile(path) {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
    resolve(specifier, importer) {
      const id = `${dirname(importer)}\0${specifier}`
      if (answers.has(id)) return answers.get(id)
      const answer = find(specifier, importer)
      answers.set(id, answer)
      return answer
    },
    invalidate() {
      fileSystem.purge()
      directories.clear()
      answers.clear()
      configs.clear()
      resolver = undefined
    },
  }
}
