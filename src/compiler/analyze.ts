import { isAbsolute, relative } from 'node:path'
import type { Node } from '@babel/types'
import type { LiteralFunctionOptions, ProjectOptions } from '../config/options.ts'
import { DESCRIPTOR_VERSION, type Descriptor } from '../descriptor.ts'
import { normalize, normalizeMarked } from './bindings/normalize.ts'
import { QUESTION_PATTERN } from './bindings/passes.ts'
import type { ParsedModule } from './bindings/record.ts'
import { givesNothing, sideEffects, type SideEffectContext } from './bindings/side-effects.ts'
import type { Unit } from './bindings/unit.ts'
import type { Emission } from './emit/emit.ts'
import type { Packages } from './files/packages.ts'
import { toPosix, type Projects } from './files/project.ts'
import { changesArgument } from './graph/changes-argument.ts'
import { dependenciesOf, dependencyTexts } from './graph/dependencies.ts'
import type { Dialects } from './graph/dialects.ts'
import type { Graph } from './graph/graph.ts'
import type { Modules } from './graph/modules.ts'
import { RootAnalyzer, type Capture, type RootAnalysis } from './graph/root.ts'
import { countersOf } from './marks/counters.ts'
import { allFunctions, findFunctions, type FoundFunction, type IsPersist } from './marks/functions.ts'
import { checkCallOptions, readMarkOptions } from './marks/options-literal.ts'
import { hasPrivateMembers, methodFields, privateCaptures, receiverUse } from './marks/receiver.ts'
import { mayHoldCall } from './prefilter.ts'
import { Diagnostics } from './report/diagnostics.ts'
import { reportRemarks } from './report/report.ts'
import { redeclaresParameter } from './syntax/body.ts'
import { boundNames } from './syntax/bound-names.ts'
import type { Scope } from './syntax/scope.ts'
import { unwrap } from './syntax/syntax.ts'
import { staticKey } from './syntax/uses.ts'
import type { CompiledFunction, CompilerHost } from './types.ts'

export interface AnalyzedFunction {
  found: FoundFunction
  compiled: CompiledFunction
  analysis: RootAnalysis
  emission: Emission
}

/** What the functions of a file have in common. */
interface Surroundings {
  parsed: ParsedModule
  file: string
  diagnostics: Diagnostics
  roots: RootAnalyzer
  effects: SideEffectContext
  /** Classes and object literals with marked members, in their normal form. */
  arounds: Map<Node, Unit>
}

export interface FileAnalysis {
  parsed: ParsedModule
  functions: AnalyzedFunction[]
  diagnostics: Diagnostics
}

export interface AnalyzerParts {
  host: CompilerHost
  projects: Projects
  packages: Packages
  dialects: Dialects
  modules: Modules
  graph: Graph
  persistNames: readonly string[]
  options: ProjectOptions
}

/** Finds a file's functions to be persisted, and all that is to be said of each. */
export class Analyzer {
  readonly #parts: AnalyzerParts
  readonly #defaults: ProjectOptions

  constructor(parts: AnalyzerParts) {
    this.#parts = parts
    // What the runtime can use; `projectPath` has done its work when modules have their names.
    const { projectPath: _, ...defaults } = parts.options
    this.#defaults = defaults
  }

  /** @throws {@link PersistError} `COMPILE`, SyntaxError of the parser */
  analyze(code: string, file: string, all = false): FileAnalysis {
    const { modules, graph } = this.#parts
    const parsed = modules.parse(file, code)
    if (modules.setCurrent(file, parsed)) graph.invalidate(file)
    const diagnostics = new Diagnostics(code, file)
    const found = findFunctions(parsed, this.persistFinder(parsed, file), diagnostics)
    if (all) for (const entry of allFunctions(parsed)) if (!found.some((other) => other.node === entry.node)) found.push(entry)
    found.sort((a, b) => a.start - b.start)
    const twins = new Map<string, number>()
    const roots = new RootAnalyzer(graph, parsed, file)
    const effects: SideEffectContext = { parsed, mayAsk: QUESTION_PATTERN.test(code), unchanged: new Set(), changesArgument: (callee, index) => changesArgument(graph, graph.target(callee, file), index, true) }
    const arounds = new Map<Node, Unit>()
    const functions = found.map((entry) => {
      const twin = (twins.get(entry.name) ?? 0) + 1
      twins.set(entry.name, twin)
      return this.#analyzeFunction(entry, twin > 1 ? `${entry.name}~${twin}` : entry.name, { parsed, file, diagnostics, roots, effects, arounds })
    })
    const names = new Set<string>()
    for (const { found: entry, compiled } of functions) {
      if (names.has(compiled.name)) diagnostics.error(entry.mark?.start ?? entry.start, `Two functions of this module have the name \`${compiled.name}\``, 'Give one of them another: it is where their results are kept.')
      names.add(compiled.name)
    }
    for (const start of parsed.tracks.stray) diagnostics.error(start, 'This @persist-track mark belongs to no variable', 'Put it directly above a variable at the top level of its module; or remove it.')
    diagnostics.throwErrors()
    return { parsed, functions, diagnostics }
  }

  /** Tells calls of `persist()` by what the callee is bound to, through the project's own modules too; nothing where there can be none. */
  persistFinder(parsed: ParsedModule, file: string): IsPersist | undefined {
    if (!mayHoldCall(parsed.code, this.#parts.persistNames)) return undefined
    return (callee) => {
      let inner = unwrap(callee)
      // `(0, lib.persist)(…)`, as TypeScript writes calls of imports in CommonJS.
      if (inner.type === 'SequenceExpression') inner = unwrap(inner.expressions.at(-1)!)
      const member = inner.type === 'MemberExpression' ? staticKey(inner) : undefined
      const base = inner.type === 'MemberExpression' ? unwrap(inner.object) : inner
      if (base.type !== 'Identifier' || parsed.scopes.bindingOf.get(base)?.scope !== parsed.scopes.module) return false
      const target = parsed.context.imports.get(base.name)
      if (!target) return false
      const { graph, persistNames } = this.#parts
      const leadsTo = (name: string, what: string): boolean => graph.target({ kind: 'import', from: target.from, name }, file).isExportOf('unplugin-persist', what)
      // `export * as p from 'unplugin-persist'` in a module of the project's own.
      if (target.name !== '*' && member !== undefined) return member === 'persist' && leadsTo(target.name, '*')
      const name = target.name === '*' ? member : target.name
      if (name === undefined) return false
      if (target.from === 'unplugin-persist') return name === 'persist'
      if (name !== 'persist' && !(name === 'default' && persistNames.length > 0) && !persistNames.includes(name)) return false
      return leadsTo(name, 'persist')
    }
  }

  #analyzeFunction(found: FoundFunction, ownName: string, { parsed, file, diagnostics, roots, effects, arounds }: Surroundings): AnalyzedFunction {
    const { host, projects, modules, graph, dialects } = this.#parts
    const { node } = found
    const bound = node && boundNames(node.params as Node[])
    const params = bound?.map((param) => (param.rest === 'args' ? `...${param.name}` : param.name)) ?? ['...args']
    const names = params.map(withoutDots)
    const fromCall = found.call ? checkCallOptions(found.call.arguments[1] as Node | undefined, bound && params, diagnostics) : {}
    const fromMark = found.mark && readMarkOptions(found.mark, params, diagnostics)
    const options: Record<string, unknown> = { ...fromCall, ...fromMark }

    const normal = node ? normalizeMarked(node, parsed.context, keyedParams(options), declaredUnit(node, parsed)) : { unit: normalize([found.argument!], parsed.context), order: [] }
    const scope = node ? parsed.scopes.scopeOf.get(node)! : scopeAround(found, parsed)
    const helpers = roots.enclosed(normal.unit, scope, node ?? found.argument!)
    const { receiver, around, wrapsThis, readsArguments, readsOthers } = receiverUse(found, scope, helpers, parsed.scopes, options.skip !== undefined || options.key !== undefined)
    let members = around && arounds.get(around)
    if (around && !members) arounds.set(around, (members = normalize([around], parsed.context)))
    const units = members ? [normal.unit, members] : [normal.unit]
    const owner = around && topLevelClass(around, parsed)
    const analysis = roots.analyze(units, scope, node ?? found.argument!, dialects, owner)
    const counters = around && receiver === 'instance' ? countersOf(around, node!) : new Set<string>()
    if (around && receiver === 'instance') analysis.captures.push(...privateCaptures(around, counters))
    if (readsOthers) analysis.untracked.push({ what: '`this` or `arguments` of an enclosing function', start: found.start, file })
    if (wrapsThis) analysis.captures.push({ name: 'this', expression: 'this' })
    if (Array.isArray(options.untracked)) vouch(analysis.captures, options.untracked as string[])
    if (owner !== undefined && !analysis.known.some((item) => item.expression === owner)) {
      analysis.known.push({ expression: owner, fingerprint: graph.hash(graph.target({ kind: 'top', name: owner }, file)).slice(0, 32) })
    }
    const values = readsArguments ? [...params, '...arguments'] : params

    const project = projects.projectOf(file)
    const module = projects.moduleName(file)
    const name = typeof options.name === 'string' ? options.name : ownName
    const dependencies = dependenciesOf(analysis, modules, file)
    const descriptor: Descriptor = {
      v: DESCRIPTOR_VERSION, module, name, fingerprint: analysis.fingerprint, project: { name: project.name, at: project.at }, params: values,
    }
    const order = normal.order.map((param) => names.indexOf(param))
    if (readsArguments) order.push(order.length)
    if (order.some((position, index) => position !== index)) descriptor.order = order
    if (analysis.captures.length > 0) descriptor.captures = analysis.captures.map(({ expression: _, hidden: __, imported: ___, tracked: ____, early: _____, ...capture }) => capture)
    if (analysis.inputs.length > 0) descriptor.files = [...new Set(analysis.inputs.map((path) => (isAbsolute(path) ? toPosix(relative(project.root, path)) : path)))].sort()
    if (receiver) descriptor.self = receiver
    const methods = around && receiver === 'instance' ? methodFields(around) : []
    if (methods.length > 0) descriptor.methods = methods
    const uncounted = [...counters].filter((field) => !field.startsWith('#')).sort()
    if (uncounted.length > 0) descriptor.counters = uncounted
    if (around && receiver === 'instance' && hasPrivateMembers(around)) descriptor.seesPrivate = true
    if (node?.async) descriptor.async = true
    if (!node) descriptor.wrapped = true
    if (dependencies.length > 0) descriptor.dependencies = dependencyTexts(dependencies)
    if (fromMark) descriptor.options = fromMark as LiteralFunctionOptions
    if (Object.keys(this.#defaults).length > 0) descriptor.defaults = this.#defaults

    const nameOf = (path: string): string => modules.nameOf(path)
    const isIdle = node !== undefined && givesNothing(node)
    reportRemarks(analysis, options, { name, start: found.start, diagnostics, file, effects: node ? sideEffects(node, around, effects) : [], isIdle, nameOf, read: (path) => (path === file ? parsed.code : (host.readFile(path) ?? '')) })
    const bodyNeedsValues = node !== undefined && (options.batch !== undefined || options.outFile !== undefined || hidesOptions(found) || redeclaresParameter(node, names, parsed.scopes))
    return {
      found,
      analysis,
      compiled: {
        id: `${module}#${name}`,
        module,
        name,
        fingerprint: analysis.fingerprint,
        dependencies,
        captures: analysis.captures.filter((capture) => !capture.backing).map((capture) => capture.name),
        untracked: [...new Set([...analysis.untracked.map((remark) => remark.what), ...analysis.unresolved.map((item) => item.specifier), ...analysis.unread.map((item) => nameOf(item.file))])],
        location: diagnostics.locate(found.start),
        options,
      },
      emission: {
        found,
        descriptor,
        captures: analysis.captures,
        known: analysis.known,
        values: values.map((value) => (value === '...arguments' ? '[...arguments]' : withoutDots(value))),
        usesThis: receiver !== undefined,
        ...(bodyNeedsValues ? { bodyParams: names } : {}),
      },
    }
  }
}

/** What the user vouches for is keyed as far as it is data. */
function vouch(captures: readonly Capture[], names: readonly string[]): void {
  for (const capture of captures) if (names.includes(capture.name)) capture.provenance ??= 'vouched'
}

/** The normal form that a function at the top level has for others. */
function declaredUnit(node: Node, { scopes, record }: ParsedModule): Unit | undefined {
  const binding = node.type === 'FunctionDeclaration' && node.id ? scopes.module.bindings.get(node.id.name) : undefined
  return binding?.declaration === node && !binding.more ? record.units[binding.name] : undefined
}

/** The name of a class at the top level: the runtime knows its instances by its code. */
function topLevelClass(node: Node, parsed: ParsedModule): string | undefined {
  const name = node.type === 'ClassDeclaration' ? node.id?.name : undefined
  return name !== undefined && parsed.scopes.module.bindings.get(name)?.declaration === node ? name : undefined
}

function withoutDots(param: string): string {
  return param.replace(/^\.\.\./, '')
}

/** A parameter whose effective value is in the key as it is: its default can't make two results differ unseen. */
function keyedParams(options: Readonly<Record<string, unknown>>): (name: string) => boolean {
  const { skip, key } = options
  const partly = new Set<string>()
  if (Array.isArray(skip)) for (const path of skip as string[]) partly.add(path.split('.')[0]!)
  if (typeof key === 'object' && key !== null) for (const path of Object.keys(key)) partly.add(path.split('.')[0]!)
  return (name) => typeof key !== 'function' && !partly.has(name)
}

/** Options of `persist()` that are not written in place may hold any. */
function hidesOptions(found: FoundFunction): boolean {
  const options = found.call?.arguments[1]
  if (!options) return false
  const inner = unwrap(options as Node)
  return inner.type !== 'ObjectExpression' || inner.properties.some((property) => property.type === 'SpreadElement')
}

/** The scope in which a wrapped expression stands. */
function scopeAround(found: FoundFunction, parsed: ParsedModule): Scope {
  for (let path: FoundFunction['path'] | null = found.path; path; path = path.parentPath) {
    const scope = parsed.scopes.scopeOf.get(path.node)
    if (scope) return scope
  }
  return parsed.scopes.module
}
