import fs, { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import enhancedResolve, { type Resolver } from 'enhanced-resolve'
import type { CompilerHost } from './types.ts'

const { CachedInputFileSystem, ResolverFactory } = enhancedResolve

/**
 * The conditions that package `exports` are read with, whatever the host's own are: a fingerprint must not depend on
 * who asks.
 */
const CONDITIONS = ['node', 'import', 'default']
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']
/** TypeScript writes the extension of what will be emitted. */
const EXTENSION_ALIAS = { '.js': ['.js', '.ts', '.tsx', '.jsx'], '.jsx': ['.jsx', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'] }
/** How long the resolver trusts what it saw of the file system, milliseconds; `invalidate` ends it at once. */
const TRUST = 60_000

/** The compiler's view of the disk. */
export function createDiskHost(): CompilerHost {
  const fileSystem = new CachedInputFileSystem(fs, TRUST)
  const resolvers = new Map<string, Resolver>()
  const answers = new Map<string, string | undefined>()
  const configs = new Map<string, string | undefined>()

  function nearestConfig(directory: string): string | undefined {
    if (configs.has(directory)) return configs.get(directory)
    const candidates = ['tsconfig.json', 'jsconfig.json'].map((name) => join(directory, name))
    const parent = dirname(directory)
    const found = candidates.find((path) => fs.existsSync(path)) ?? (parent === directory ? undefined : nearestConfig(parent))
    configs.set(directory, found)
    return found
  }

  function resolverFor(config: string | undefined): Resolver {
    const id = config ?? ''
    let resolver = resolvers.get(id)
    if (!resolver) {
      resolver = ResolverFactory.createResolver({
        fileSystem,
        useSyncFileSystemCalls: true,
        conditionNames: CONDITIONS,
        extensions: EXTENSIONS,
        extensionAlias: EXTENSION_ALIAS,
        mainFields: ['module', 'main'],
        symlinks: true,
        ...(config ? { tsconfig: { configFile: config, references: 'auto' as const } } : {}),
      })
      resolvers.set(id, resolver)
    }
    return resolver
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
      const directory = dirname(importer)
      const id = `${directory}\0${specifier}`
      if (answers.has(id)) return answers.get(id)
      let answer: string | undefined
      try {
        const found = resolverFor(nearestConfig(directory)).resolveSync({}, directory, specifier)
        answer = found === false ? undefined : found.replace(/\?.*$/, '')
      } catch {
        answer = undefined
      }
      answers.set(id, answer)
      return answer
    },
    invalidate() {
      fileSystem.purge()
      answers.clear()
      configs.clear()
      resolvers.clear()
    },
  }
}
