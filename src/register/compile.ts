import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createCompiler } from '../compiler/index.ts'
import type { Compiler, CompileResult } from '../compiler/types.ts'
import { configPlaces, loadProjectConfigSync } from '../config/load.ts'
import { analysisPath } from '../plugin/analyses.ts'
import type { Analyses } from '../plugin/analyses.ts'
import { collectRenames } from '../plugin/barrels.ts'
import { mayKeepAnalyses } from '../plugin/kept-files.ts'
import { findMock, switchOff, usesMock } from '../plugin/mocks.ts'
import { nodeConditions } from '../plugin/node-conditions.ts'
import { projectRootOf } from '../plugin/project-root.ts'
import { isFirst } from '../plugin/said.ts'
import { writeNames } from './names.ts'
import { subjectOf } from './rewrite.ts'
import type { Analysis, Job } from './rewrite.ts'
import { findToJavaScript } from './to-javascript.ts'
import type { ToJavaScript } from './to-javascript.ts'

/** One for each config. */
const compilers = new Map<string | undefined, Compiler>()

/** Compiles one module and keeps what came of it for the next start. */
export function compile(job: Job, analyses: Analyses): Analysis {
  const config = loadProjectConfigSync(dirname(job.file))
  const root = dirname(config.file ?? job.file)
  let compiler = compilers.get(config.file)
  if (!compiler) compilers.set(config.file, (compiler = createCompiler({ options: config.options, root, persistNames: job.names, conditions: nodeConditions() })))
  const text = textOf(job)
  const result = compiler.compile(text.code, job.file, text.isPlain ? { format: job.format } : {})
  // Where nothing may be written, each start compiles anew.
  const isKept = mayKeepAnalyses(config.options.mode)
  for (const { message, what } of result?.warnings ?? []) if (isFirst(job.file, what, isKept)) console.warn(message)

  const mock = job.code.includes('node:test') ? findMock(job.code) : undefined
  const marked = result?.isEdited ? result : undefined
  const rewritten = mock === undefined ? marked : switchOff(text.code, job.file, usesMock(mock), text.isModule ? 'module' : 'commonjs', marked)
  if (isKept) noteNames(job)
  const finished = rewritten && finish(job, text, rewritten)
  const rest: Omit<Analysis, 'code'> = marked ? { root: projectRootOf(job.file, root) } : {}
  const subject = subjectOf(job)
  const outcome = (mapUrl?: string): Analysis => ({ code: finished ? finished.code + (finished.map ? `\n//# sourceMappingURL=${mapUrl}\n` : '') : null, ...rest })
  if (isKept) {
    const files = [...configPlaces(job.file), ...config.dependencies, ...(result?.watchFiles ?? []), ...(result?.missingFiles ?? [])]
    // Node takes an inline map apart at each start, with all that stands in it of the code.
    analyses.write(subject, outcome(pathToFileURL(analysisPath(subject)).pathname), files, finished?.map && { ...finished.map, sources: [pathToFileURL(job.file).href], sourcesContent: undefined })
  }
  return outcome(finished?.map?.toUrl())
}

/** A barrel's names are known from the next start on. */
function noteNames({ code, file, names }: Job): void {
  const all = new Set(['persist', ...names])
  collectRenames(code, file, all)
  all.delete('persist')
  if (all.size > names.length) writeNames([...all])
}

/** What is edited of a module. */
interface Text {
  code: string
  /** It is as Node runs it, in the module's own format. */
  isPlain: boolean
  /** TypeScript is written as a module also where it runs as CommonJS. */
  isModule: boolean
  /** Has to follow. */
  toJavaScript?: ToJavaScript
}

/** The text itself; or what another hook has made of it, where nothing at hand can do that again. */
function textOf(job: Job): Text {
  const toJavaScript = job.compiled === undefined ? undefined : findToJavaScript(job.file, job.format)
  const code = toJavaScript ? job.code : (job.compiled ?? job.code)
  const isPlain = toJavaScript === undefined && (job.compiled !== undefined || !/\.[cm]?tsx?$|\.jsx$/.test(job.file))
  return { code, isPlain, isModule: job.format === 'module' || (!isPlain && /^\s*(?:import|export)\b/m.test(code)), ...(toJavaScript && { toJavaScript }) }
}

/** The code to run, and the map that leads from it to what the user wrote, where the code has none of its own. */
function finish(job: Job, { code: before, isModule, toJavaScript }: Text, { code, map }: Pick<CompileResult, 'code' | 'map'>): { code: string; map?: CompileResult['map'] } {
  const text = withReachableRuntime(job.file, isModule, code)
  if (toJavaScript) return { code: toJavaScript(`${text}\n//# sourceMappingURL=${map.toUrl()}\n`) }
  // The other hook's map leads to what the user wrote, and no line was moved.
  return before.includes('sourceMappingURL=data:') ? { code: text } : { code: text, map }
}

/** A linked package may be marked without having this one among its dependencies: then compiled code names our own copy. */
function withReachableRuntime(file: string, isModule: boolean, code: string): string {
  try {
    createRequire(file).resolve('unplugin-persist/runtime')
    return code
  } catch {
    const own = join(__dirname, isModule ? 'runtime.js' : 'runtime.cjs')
    return code.replace(/(['"])unplugin-persist\/runtime\1/, JSON.stringify(isModule ? pathToFileURL(own).href : own))
  }
}
