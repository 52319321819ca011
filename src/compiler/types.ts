import type { SourceMap } from 'magic-string'
import type { ProjectOptions } from '../config/options.ts'
import type { SourceLocation } from '../errors.ts'

/** What the compiler asks of the world: files and where specifiers lead. All synchronous. */
export interface CompilerHost {
  /** A file's text; `undefined` where there is none. Never throws. */
  readFile(path: string): string | undefined
  /** The real path of the file that a specifier means in a file, under fixed conditions (others where it is required); `undefined` where nothing answers. */
  resolve(specifier: string, importer: string, isRequired?: boolean): string | undefined
  /** What had a say in where a specifier leads. */
  looked?(specifier: string, importer: string, isRequired?: boolean): Looked
  /** Forget what was remembered of the file system. */
  invalidate?(path?: string): void
}

/** Absolute paths that were looked at. */
export interface Looked {
  /** Files that were read: configs, manifests. */
  files: readonly string[]
  /** Paths with nothing there. Something there would lead elsewhere. */
  missing: readonly string[]
  /** Paths of files that are reached by a link. */
  links?: readonly string[]
}

export interface CompilerOptions {
  /** @default the disk */
  host?: CompilerHost
  /** The project's options; what the runtime needs of them is baked into the code. */
  options?: ProjectOptions
  /** Directory that relative option values count from, and where a project without `package.json` begins. @default the working directory */
  root?: string
  /** Further names under which the project's own modules pass on `persist`. */
  persistNames?: readonly string[]
  /** What packages' `exports` and `imports` are read with, beside the fixed conditions: those of the Node that runs the code. */
  conditions?: readonly string[]
}

export interface CompileHow {
  /** How the file's imports are to be written. @default by its syntax, extension and package */
  format?: 'module' | 'commonjs'
}

export interface Dependency {
  /** Path from the project's root. Absent for packages. */
  module?: string
  /** Name of a package, with its version. */
  package?: string
  version?: string
  /** The binding or export. */
  binding: string
  /** First digits of a hash over the binding's own normalised code; of a package over its version, its dependencies' and patches. */
  hash?: string
}

/** A marked function, as `scan` lists it. */
export interface CompiledFunction {
  /** `module#name` */
  id: string
  module: string
  name: string
  fingerprint: string
  dependencies: Dependency[]
  /** Names of what is read at call time. */
  captures: string[]
  /** What can't be followed. */
  untracked: string[]
  location: SourceLocation
  /** Its options, as far as they are literals. */
  options: Readonly<Record<string, unknown>>
}

export type WarningCode = 'MISSPELT' | 'UNTRACKED' | 'IMPURE' | 'SYNTAX' | 'RESOLVE' | 'NEVER_HITS' | 'OPTION' | 'UNFIT'

/** What the compiler has to say of a place. Hosts that show places and lines by themselves are told the parts. */
export interface CompileMessage {
  /** All of it. */
  message: string
  location: SourceLocation
  /** What there is, by names: the same wherever the code is moved to. */
  what: string
  /** The line, marked, and its neighbours. */
  frame: string
  cure: string
}

export interface CompileWarning extends CompileMessage {
  code: WarningCode
}

/** A specifier as it stands in a file. */
export interface Import {
  specifier: string
  /** Absolute path. */
  importer: string
}

export interface CompileResult {
  code: string
  /** The text holds marked functions or tracked variables. Without them there are warnings only. */
  isEdited: boolean
  map: SourceMap
  functions: CompiledFunction[]
  /** Absolute paths of all other files that a fingerprint depends on. */
  watchFiles: string[]
  /** Absolute paths whose appearance would change the result. */
  missingFiles: string[]
  /** Those of `watchFiles` that decide where imports lead: manifests, and configs with what they extend. */
  steeringFiles: string[]
  /** What the host's resolver has a say in: names of packages and aliases, and all that the own resolver could not answer. */
  imports: Import[]
  warnings: CompileWarning[]
}

/** What `scan` found in a file. */
export interface ScanResult {
  functions: CompiledFunction[]
  warnings: CompileWarning[]
  /** Absolute paths of all other files that had a say, there or not. */
  files: string[]
}

export interface Compiler {
  /**
   * Rewrites a module's marked functions.
   *
   * @param code the text to edit, as the host has it: it may have lost its comments, as the marks are those of the file on disk
   * @param file absolute path without query
   * @returns `undefined` when there is nothing to do
   * @throws {@link PersistError} `COMPILE` with all that is wrong in the file
   */
  compile(code: string, file: string, how?: CompileHow): CompileResult | undefined
  /** Lists a file's functions without rewriting it; with `all`, every top-level function as if it were marked. */
  scan(file: string, how?: { all?: boolean }): ScanResult
  /** Takes the real path to which the host's resolver leads, if it does. Says whether that changes what was compiled. */
  provide(specifier: string, importer: string, path: string | undefined): boolean
  /** Forgets what was read of a file, or of all. */
  invalidate(file?: string): void
}
