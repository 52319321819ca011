import { dirname, resolve } from 'node:path'
import MagicString from 'magic-string'
import { Analyzer, type AnalyzedFunction } from './analyze.ts'
import { emit, isCompiled } from './emit/emit.ts'
import { sourceMapOf } from './emit/source-map.ts'
import { createDiskHost } from './files/disk.ts'
import { moduleFormat } from './files/format.ts'
import { Packages } from './files/packages.ts'
import { Projects } from './files/project.ts'
import { Dialects } from './graph/dialects.ts'
import { knownOfFile } from './graph/file-known.ts'
import { Graph } from './graph/graph.ts'
import { Modules } from './graph/modules.ts'
import { matchFunctions } from './match.ts'
import { mayHoldMark } from './prefilter.ts'
import { messageAt } from './report/diagnostics.ts'
import type { CompileWarning, Compiler, CompilerOptions, Import } from './types.ts'

/** The parser's own word for a place, which is said already, and counted otherwise. */
const PLACE_PATTERN = / \(\d+:\d+\)$/

/** Makes a compiler. It keeps what it reads, so that a module is parsed once while it is unchanged. */
export function createCompiler(options: CompilerOptions = {}): Compiler {
  const host = options.host ?? createDiskHost(options.conditions)
  const projects = new Projects(host, resolve(options.root ?? '.'), options.options ?? {})
  const packages = new Packages(host, projects)
  const modules = new Modules(host, packages, projects)
  const dialects = new Dialects(host, packages)
  const graph = new Graph(modules, dialects)
  const persistNames = options.persistNames ?? []
  const analyzer = new Analyzer({ host, projects, packages, modules, graph, dialects, persistNames, options: options.options ?? {} })

  /** All that had a say in a file's functions, beside itself. */
  function lookedAt(file: string, functions: readonly AnalyzedFunction[], further: Iterable<string> = []): { files: Set<string>; missing: Set<string>; steering: Set<string> } {
    const evaluated = functions.length > 0 ? graph.closure.of(file).files : []
    const files = new Set([...functions.flatMap(({ analysis }) => [...analysis.files]), ...evaluated, ...further])
    const missing = new Set<string>()
    const steering = new Set<string>()
    for (const path of new Set([file, ...files])) {
      const looked = modules.looked(path)
      for (const one of looked.files) steering.add(one)
      for (const one of looked.missing) missing.add(one)
      for (const one of looked.links ?? []) files.add(one)
    }
    for (const one of steering) files.add(one)
    files.delete(file)
    return { files, missing, steering }
  }

  return {
    compile(code, file, how = {}) {
      if (isCompiled(code)) return undefined
      try {
        const disk = host.readFile(file)
        const source = disk !== undefined && disk !== code && mayHoldMark(disk, persistNames) && !isCompiled(disk) ? disk : code
        if (!mayHoldMark(source, persistNames)) return undefined
        const { parsed, functions, diagnostics } = analyzer.analyze(source, file)
        if (functions.length === 0 && parsed.tracks.names.length === 0 && diagnostics.warnings.length === 0) return undefined
        const known = functions.length > 0 ? knownOfFile(graph, parsed, file) : undefined
        const edit = new MagicString(code)
        const edited = source === code ? parsed : modules.parse(file, code)
        const { emissions, unfit } = source === code ? { emissions: functions.map((item) => item.emission), unfit: [] } : matchFunctions(functions, edited, analyzer.persistFinder(edited, file))
        for (const { found, compiled } of unfit) {
          diagnostics.warn('UNFIT', found.start, `${compiled.name} runs uncached: an earlier step of the build has compiled it to something with other parameters or members`, 'Put unplugin-persist before that step, or let it compile to newer JavaScript.')
        }
        const tracked = parsed.tracks.names.filter((name) => edited.scopes.module.bindings.has(name)).map((name) => ({ name, id: modules.variableId(file, name) }))
        const isEdited = emissions.length > 0 || tracked.length > 0
        if (isEdited) emit(edit, edited, emissions, { tracked, known: known?.known.filter(({ expression }) => edited.scopes.module.bindings.has(expression)) ?? [] }, moduleFormat(edited.ast, file, projects, how.format))
        const unresolved = functions.flatMap(({ analysis }) => analysis.unresolved).filter(({ specifier, importer }) => !modules.wasProvided(specifier, importer))
        const { files, missing, steering } = lookedAt(file, functions, known?.files)
        for (const { specifier, importer } of unresolved) if (specifier.startsWith('.')) missing.add(resolve(dirname(importer), specifier))
        return {
          code: edit.toString(),
          isEdited,
          map: sourceMapOf(edit, file, edited.ast.comments ?? []),
          functions: functions.map((item) => item.compiled),
          watchFiles: [...files],
          missingFiles: [...missing],
          steeringFiles: [...steering],
          imports: distinct([...unresolved, ...[file, ...files].flatMap((importer) => modules.steerable(importer).map((specifier) => ({ specifier, importer })))]),
          warnings: diagnostics.warnings,
        }
      } catch (error) {
        // What doesn't parse is for the host to report: it knows the dialect.
        if (isSyntaxError(error)) return undefined
        if (!isOverflow(error)) throw error
        graph.invalidate()
        const untouched = { code, isEdited: false, map: sourceMapOf(new MagicString(code), file, []) }
        return { ...untouched, functions: [], watchFiles: [], missingFiles: [], steeringFiles: [], imports: [], warnings: [tooDeep(code, file)] }
      } finally {
        modules.clearCurrent()
      }
    },
    scan(file, how = {}) {
      const code = host.readFile(file)
      if (code === undefined || (!how.all && !mayHoldMark(code, persistNames))) return { functions: [], warnings: [], files: [] }
      try {
        const { functions, diagnostics } = analyzer.analyze(code, file, how.all)
        const { files, missing } = lookedAt(file, functions)
        return { functions: functions.map((item) => item.compiled), warnings: diagnostics.warnings, files: [...files, ...missing] }
      } catch (error) {
        if (isOverflow(error)) {
          graph.invalidate()
          return { functions: [], warnings: [tooDeep(code, file)], files: [] }
        }
        if (!isSyntaxError(error)) throw error
        const { line, column } = error.loc
        const location = { file, line, column: column + 1 }
        return { functions: [], warnings: [{ code: 'SYNTAX', ...messageAt(code, location, `This file does not parse: ${error.message.replace(PLACE_PATTERN, '')}`, 'Its functions are not cached until it does.') }], files: [] }
      } finally {
        modules.clearCurrent()
      }
    },
    provide(specifier, importer, path) {
      if (!modules.provide(specifier, importer, path)) return false
      graph.invalidate(importer)
      return true
    },
    invalidate(file) {
      if (modules.invalidate(file)) return graph.invalidate(file)
      projects.invalidate()
      packages.invalidate()
      dialects.invalidate()
      graph.invalidate()
    },
  }
}

/** Each import once. */
function distinct(imports: readonly Import[]): Import[] {
  return [...new Map(imports.map((item) => [`${item.importer}\0${item.specifier}`, item])).values()]
}

function isSyntaxError(error: unknown): error is SyntaxError & { loc: { line: number; column: number } } {
  return error instanceof SyntaxError && 'loc' in error
}

/** Code is walked by recursion: some thousand levels are more than the stack holds. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message)
}

function tooDeep(code: string, file: string): CompileWarning {
  const location = { file, line: 1, column: 1 }
  return { code: 'SYNTAX', ...messageAt(code, location, 'Code in this file is nested too deeply to be read: it exceeds the stack.', 'Its functions are not cached. Move what is nested to a file of its own.') }
}
