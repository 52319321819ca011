import { createRequire } from 'node:module'
import process from 'node:process'
import { Analyses } from '../plugin/analyses.ts'
import type { Subject } from '../plugin/analyses.ts'
import { nodeConditions } from '../plugin/node-conditions.ts'
import { publish } from '../plugin/publish.ts'
import type { compile as compileFunction } from './compile.ts'
import { asBuffer, isCompiled, readText, words } from './source.ts'

/** One module on its way through the hooks. */
export interface Loaded {
  /** Absolute path. */
  file: string
  source: string | NodeJS.TypedArray | ArrayBuffer
  format: 'module' | 'commonjs'
  /** Node itself will drop the types. */
  typed: boolean
}

/** What the compiler is asked for. */
export interface Job {
  file: string
  code: string
  format: 'module' | 'commonjs'
  /**
   * What another hook has made of the file, without its comments: `code` is TypeScript (or JSX) from disk then, and has to come out
   * as JavaScript. Else it comes out as it went in.
   */
  compiled?: string
  /** Further names of `persist` in this project. */
  names: readonly string[]
}

/** What came of compiling a module. */
export interface Analysis {
  /** Nothing where the module stays as it is. */
  code: string | null
  /** Where the module's project is: a place in the runtime's registry, and a directory. */
  root?: readonly [place: string, directory: string]
}

export interface Rewritten {
  code: string
  /** It is JavaScript now, whatever it was. */
  plain: boolean
}

/** What no code but ours holds: a module that comes by a second time stays as it is. */
const RUNTIME = 'unplugin-persist/runtime'

const analyses = new Analyses()
/** Where imports lead depends on them. */
const conditions: string[] = nodeConditions().map((name) => `--conditions=${name}`)

/** The code to run in place of a module's, or nothing where it stays as it is. */
export function rewrite(loaded: Loaded): Rewritten | undefined {
  const job = findJob(loaded)
  if (!job) return undefined
  const analysis = analyses.read<Analysis>(subjectOf(job)) ?? loadCompiler()(job, analyses)
  if (analysis.root) publish(analysis.root)
  return analysis.code === null ? undefined : { code: analysis.code, plain: job.compiled !== undefined }
}

/** Under what a module's analysis is kept: for other versions of Node it may have to be other JavaScript. */
export function subjectOf({ file, code, format, compiled, names }: Job): Subject {
  const how = [format, ...names, ...conditions]
  if (compiled === undefined) return { file, code, how: ['register', ...how] }
  return { file, code: `${code}\0${compiled}`, how: ['register, compiled', ...how, process.versions.node] }
}

function findJob({ file, source, format }: Loaded): Job | undefined {
  const code = typeof source === 'string' ? source : asBuffer(source).toString()
  if (code.includes(RUNTIME)) return undefined
  const disk = isCompiled(file, code) ? readText(file) : undefined
  // Compiled code may hold the word (an import) and yet have lost the marks: what stands on disk is compiled then.
  if (disk === undefined || disk === code) return { file, code, format, names: words }
  return { file, code: disk, format, compiled: code, names: words }
}

let compile: typeof compileFunction | undefined

/** The compiler, and Babel with it, are loaded when a marked file turns up that has no analysis on disk. In CommonJS, as hooks can't wait. */
function loadCompiler(): typeof compileFunction {
  compile ??= (createRequire(import.meta.url)('./register-compile.cjs') as { compile: typeof compileFunction }).compile
  return compile
}
