import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createCompiler } from '../compiler/index.ts'
import type { Compiler, CompileResult } from '../compiler/types.ts'
import { configPlaces, loadProjectConfigSync } from '../config/load.ts'
import { mayKeepAnalyses } from '../plugin/analyses.ts'
import type { Analyses } from '../plugin/analyses.ts'
import { collectRenames } from '../plugin/barrels.ts'
import { findMock, switchOff, usesMock } from '../plugin/mocks.ts'
import { projectRootOf } from '../plugin/project-root.ts'
import { isFirst } from '../plugin/said.ts'
import { writeNames } from './names.ts'
import { subjectOf } from './rewrite.ts'
import type { Analysis, Job } from './rewrite.ts'
import { toJavaScript } from './to-javascript.ts'

/** One for each config. */
const compilers = new Map<string | undefined, Compiler>()

/** Compiles one module and keeps what came of it for the next start. */
export function compile(job: Job, analyses: Analyses): Analysis {
  const config = loadProjectConfigSync(dirname(job.file))
  const root = dirname(config.file ?? job.file)
  let compiler = compilers.get(config.file)
  if (!compiler) compilers.set(config.file, (compiler = createCompiler({ options: config.options, root, persistNames: job.names })))
  const result = compiler.compile(job.code, job.file, isPlain(job) ? { format: job.format } : undefined)
  // Where nothing may be written, each start compiles anew.
  const isKept = mayKeepAnalyses(config.options.mode)
  for (const { message, what } of result?.warnings ?? []) if (isFirst(job.file, what, isKept)) console.warn(message)

  const mock = job.code.includes('node:test') ? findMock(job.code) : undefined
  const marked = result?.isEdited ? result : undefined
  const rewritten = mock === undefined ? marked : switchOff(job.code, job.file, usesMock(mock), isModule(job) ? 'module' : 'commonjs', marked)
  if (isKept) noteNames(job)
  const analysis: Analysis = {
    code: rewritten ? finish(job, rewritten) : null,
    ...(marked && { root: projectRootOf(job.file, root) }),
  }
  if (isKept) analyses.write(subjectOf(job), analysis, [...configPlaces(job.file), ...config.dependencies, ...(result?.watchFiles ?? []), ...(result?.missingFiles ?? [])])
  return analysis
}

/** A barrel's names are known from the next start on. */
function noteNames({ code, file, names }: Job): void {
  const all = new Set(['persist', ...names])
  collectRenames(code, file, all)
  all.delete('persist')
  if (all.size > names.length) writeNames([...all])
}

function finish(job: Job, { code, map }: Pick<CompileResult, 'code' | 'map'>): string {
  const mapped = `${withReachableRuntime(job, code)}\n//# sourceMappingURL=${map.toUrl()}\n`
  return job.toJavaScript ? toJavaScript(mapped, job.file, job.format) : mapped
}

/** A linked package may be marked without having this one among its dependencies: then compiled code names our own copy. */
function withReachableRuntime(job: Job, code: string): string {
  try {
    createRequire(job.file).resolve('unplugin-persist/runtime')
    return code
  } catch {
    const file = join(__dirname, isModule(job) ? 'runtime.js' : 'runtime.cjs')
    return code.replace(/(['"])unplugin-persist\/runtime\1/, JSON.stringify(isModule(job) ? pathToFileURL(file).href : file))
  }
}

/** The module's own format is known: its code is as Node runs it. */
function isPlain(job: Job): boolean {
  return !job.toJavaScript && !/\.[cm]?tsx?$|\.jsx$/.test(job.file)
}

/** TypeScript is written as a module also where it runs as CommonJS. */
function isModule(job: Job): boolean {
  return job.format === 'module' || (!isPlain(job) && /^\s*(?:import|export)\b/m.test(job.code))
}
