import { createHash } from 'node:crypto'
import process from 'node:process'
import { createCompiler } from '../compiler/index.ts'
import type { Compiler } from '../compiler/types.ts'
import { optionError } from '../config/problems.ts'
import { loadProjectConfig, loadProjectConfigSync } from '../config/load.ts'
import type { ProjectConfig } from '../config/load.ts'
import type { ProjectOptions } from '../config/options.ts'
import { validateProjectOptions } from '../config/validate.ts'
import { findBarrelNames } from './barrels.ts'
import { createDependents } from './dependents.ts'
import type { Dependents } from './dependents.ts'
import { createTransformFilter } from './filter.ts'
import type { TransformFilter } from './filter.ts'
import { TEST_PATTERN } from './mocks.ts'
import type { Options } from './options.ts'
import { realPathOf } from './real-path.ts'
import { version } from './version.ts'

/** What one plugin in one build or server knows. */
export interface Session {
  readonly filter: TransformFilter
  readonly dependents: Dependents
  /** Words that stand for `persist` in this project. */
  readonly aliases: readonly string[]
  /** Whether the code is for a test runner: only there are mocks looked for. */
  readonly testing: boolean
  /** The test run collects coverage: bodies have to run. */
  covered: boolean
  /** Code that runs in this very process finds its project through the registry. */
  publishes: boolean
  /** Where the project's config is looked for. */
  readonly root: string
  /** Told by the host as early as it can: before its filters are read. */
  setRoot(root: string): void
  /** Told as early where other plugins have a module first: what they hand on may have lost its marks, so that each file is looked at. */
  setBehindOthers(): void
  options(): Promise<ProjectOptions>
  compiler(): Promise<Compiler>
  /** Stands for the version of this package and all options: what a host's own cache must not outlive. Waits for nothing. */
  cacheVersion(): string
  /** Files whose change asks for a restart. */
  configFiles(): readonly string[]
  /** Where paths and imports lead, as long as no file comes or goes. */
  readonly known: Known
  /** Forgets what was read of a file. */
  invalidate(file: string): void
  /** The same for all files that changed since the last look. */
  invalidateChanged(): void
  /** A file that changed, and of which the host goes on with what it knew: there is no telling what it builds. */
  outdated: string | undefined
  /** True the first time. */
  once(message: string): boolean
}

/** What is asked for often. */
export interface Known {
  /** Answers of the host's resolver, by directory and specifier. */
  readonly answers: Map<string, Answer>
  readonly realPaths: Map<string, string>
}

/** A path, or nothing, once the host has said so. */
export interface Answer {
  path?: string | undefined
  readonly given: Promise<void>
}

export function createSession({ root: configuredRoot, ...given }: Options): Session {
  const problems = validateProjectOptions({ ...given })
  if (problems.length > 0) throw optionError('the plugin', problems)
  const filter = createTransformFilter()
  const dependents = createDependents()
  const testing = process.env.VITEST !== undefined
  if (testing) filter.code.include.push(TEST_PATTERN)

  const seen = new Set<string>()
  let root: string | undefined
  let aliases: readonly string[] = []
  let loaded: ProjectConfig | undefined
  let compiler: Compiler | undefined

  const merged = (config: ProjectConfig): ProjectOptions => ({ ...config.options, ...defined(given) })

  const session: Session = {
    filter,
    dependents,
    get aliases() {
      return aliases
    },
    testing,
    get root() {
      return root ?? process.cwd()
    },
    covered: false,
    publishes: testing,
    setRoot(path) {
      if (root !== undefined) return
      root = configuredRoot ?? path
      aliases = findBarrelNames(root)
      filter.code.include.push(...aliases)
    },
    setBehindOthers() {
      filter.code.include.push(/^/)
    },
    async options() {
      session.setRoot(process.cwd())
      loaded ??= await loadProjectConfig(root!)
      return merged(loaded)
    },
    async compiler() {
      const options = await session.options()
      compiler ??= createCompiler({ options, root: root!, persistNames: aliases })
      return compiler
    },
    cacheVersion() {
      session.setRoot(process.cwd())
      loaded ??= loadProjectConfigSync(root!)
      const digest = createHash('sha256').update(JSON.stringify([sorted(merged(loaded)), aliases])).digest('hex')
      return `persist@${version}:${digest.slice(0, 16)}`
    },
    configFiles() {
      return loaded?.dependencies ?? []
    },
    known: { answers: new Map(), realPaths: new Map() },
    invalidate(file) {
      const haveMoved = haveLinksMoved(session.known)
      if (haveMoved || dependents.cameOrWent(file) || dependents.steers(file)) {
        session.known.answers.clear()
        session.known.realPaths.clear()
      }
      compiler?.invalidate(haveMoved ? undefined : file)
    },
    outdated: undefined,
    invalidateChanged() {
      for (const file of dependents.changed()) session.invalidate(file)
    },
    once(message) {
      if (seen.has(message)) return false
      seen.add(message)
      return true
    },
  }
  return session
}

/** Whether a link was exchanged for another, of which not all watchers tell. */
function haveLinksMoved({ realPaths }: Known): boolean {
  return [...realPaths].some(([path, real]) => path !== real && realPathOf(path) !== real)
}

function defined(options: ProjectOptions): ProjectOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]))
}
