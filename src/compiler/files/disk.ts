import fs, { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import enhancedResolve, { type Resolver } from 'enhanced-resolve'
import type { CompilerHost, Looked } from '../types.ts'
import { Directories } from './directories.ts'
import { readPathConfig, type PathConfig } from './tsconfig-paths.ts'

const { CachedInputFileSystem, ResolverFactory } = enhancedResolve

/**
 * The conditions that package `exports` are read with, whatever a host's own are: a fingerprint must not depend on
 * who asks, unless that one is told to take other code.
 */
const CONDITIONS = ['node', 'import', 'default']
/** The same for what `require` asks for. */
const REQUIRE_CONDITIONS = ['node', 'require', 'default']
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']
/** TypeScript writes the extension of what will be emitted. */
const EXTENSION_ALIAS: Record<string, string[]> = { '.js': ['.js', '.ts', '.tsx', '.jsx'], '.jsx': ['.jsx', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'] }
/** How long the resolver trusts what it saw of the file system, milliseconds; `invalidate` ends it at once. */
const TRUST = 60_000

interface Answer {
  file: string | undefined
  looked: Looked
}

interface ConfigAnswer {
  config: PathConfig | undefined
  looked: Looked
}

/** The compiler's view of the disk. */
export function createDiskHost(conditions: readonly string[] = []): CompilerHost {
  const fileSystem = new CachedInputFileSystem(fs, TRUST)
  const directories = new Directories()
  let resolver: Resolver | undefined
  let requireResolver: Resolver | undefined
  const answers = new Map<string, Answer>()
  const configs = new Map<string, ConfigAnswer>()
  /** What the question at hand has looked for in vain, what it has read, and which links it followed. */
  let missing: string[] = []
  let read: string[] = []
  let links: string[] = []

  /** The real path of a file; what is not there, or somewhere else, is noted. */
  function probe(path: string): string | undefined {
    const found = directories.file(path)
    if (found === undefined) missing.push(path)
    else if (found !== path) links.push(path)
    return found
  }

  /** The nearest config above, read once. */
  function configFor(directory: string): ConfigAnswer {
    const known = configs.get(directory)
    if (known) return known
    const candidates = ['tsconfig.json', 'jsconfig.json'].map((name) => join(directory, name))
    const at = candidates.findIndex((path) => directories.file(path) !== undefined)
    const parent = dirname(directory)
    let answer: ConfigAnswer
    if (at >= 0) {
      const config = readPathConfig(candidates[at]!)
      answer = { config, looked: { files: config?.files ?? [candidates[at]!], missing: candidates.slice(0, at) } }
    } else {
      const above = parent === directory ? { config: undefined, looked: { files: [], missing: [] } } : configFor(parent)
      answer = { config: above.config, looked: { files: above.looked.files, missing: [...candidates, ...above.looked.missing] } }
    }
    configs.set(directory, answer)
    return answer
  }

  const makeResolver = (conditionNames: string[], mainFields: string[]): Resolver =>
    ResolverFactory.createResolver({
      fileSystem,
      useSyncFileSystemCalls: true,
      conditionNames: [...conditions, ...conditionNames],
      extensions: EXTENSIONS,
      extensionAlias: EXTENSION_ALIAS,
      mainFields,
      symlinks: true,
    })

  /** A file at a path, or with an extension added or exchanged: what the resolver would find, without asking it. */
  function fileAt(path: string): string | undefined {
    const extension = /\.[cm]?jsx?$/.exec(path)?.[0]
    const aliases = extension === undefined ? undefined : EXTENSION_ALIAS[extension]
    if (aliases) {
      const stem = path.slice(0, -extension!.length)
      for (const alias of aliases) {
        const found = probe(stem + alias)
        if (found !== undefined) return found
      }
      return undefined
    }
    const exact = probe(path)
    if (exact !== undefined) return exact
    for (const added of EXTENSIONS) {
      const found = probe(path + added)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** An index file, where no `package.json` has a say. */
  function indexIn(path: string): string | undefined {
    if (probe(join(path, 'package.json')) !== undefined) return undefined
    for (const extension of EXTENSIONS) {
      const found = probe(join(path, `index${extension}`))
      if (found !== undefined) return found
    }
    return undefined
  }

  function find(specifier: string, importer: string, isRequired: boolean): string | undefined {
    const directory = dirname(importer)
    if (isRelative(specifier)) {
      const path = resolve(directory, specifier)
      const file = (specifier.endsWith('/') ? undefined : fileAt(path)) ?? indexIn(path)
      if (file !== undefined) return file
    } else {
      for (const place of configFor(directory).config?.places(specifier, importer) ?? []) {
        const file = fileAt(place) ?? indexIn(place) ?? ask(directory, place, isRequired)
        if (file !== undefined) return file
      }
    }
    return ask(directory, specifier, isRequired)
  }

  function answerTo(specifier: string, importer: string, isRequired = false): Answer {
    const id = `${dirname(importer)}\0${isRequired ? 'require ' : ''}${specifier}`
    let answer = answers.get(id)
    if (!answer) {
      missing = []
      read = []
      links = []
      const file = find(specifier, importer, isRequired)
      answer = { file, looked: { files: read.filter((path) => path.endsWith('package.json')), missing, links } }
      answers.set(id, answer)
    }
    return answer
  }

  function ask(directory: string, specifier: string, isRequired: boolean): string | undefined {
    try {
      const asked = isRequired ? (requireResolver ??= makeResolver(REQUIRE_CONDITIONS, ['main', 'module'])) : (resolver ??= makeResolver(CONDITIONS, ['module', 'main']))
      const found = asked.resolveSync({}, directory, specifier, {
        fileDependencies: { add: (path) => void read.push(path) },
        missingDependencies: { add: (path) => void missing.push(path) },
      })
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
    resolve(specifier, importer, isRequired) {
      return answerTo(specifier, importer, isRequired).file
    },
    looked(specifier, importer, isRequired) {
      const { looked } = answerTo(specifier, importer, isRequired)
      if (isRelative(specifier)) return looked
      const config = configFor(dirname(importer)).looked
      return { ...looked, files: [...looked.files, ...config.files], missing: [...looked.missing, ...config.missing] }
    },
    invalidate() {
      fileSystem.purge()
      directories.clear()
      answers.clear()
      configs.clear()
      resolver = requireResolver = undefined
    },
  }
}

function isRelative(specifier: string): boolean {
  return /^\.{1,2}(?:\/|$)/.test(specifier)
}
