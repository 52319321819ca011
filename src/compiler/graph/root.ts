import { hash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { Node } from '@babel/types'
import type { CaptureDescriptor } from '../../descriptor.ts'
import { givesName } from '../bindings/names-seen.ts'
import type { ParsedModule } from '../bindings/record.ts'
import type { Remark, Unit } from '../bindings/unit.ts'
import type { Binding, Scope } from '../syntax/scope.ts'
import { capturesByName } from './by-name.ts'
import type { Dialects } from './dialects.ts'
import { Enclosing } from './enclosing.ts'
import { Evaluation, isFunctionLike } from './evaluation.ts'
import { aliasedEnvironment, GivenNames } from './given-names.ts'
import type { Graph } from './graph.ts'
import type { ImportWay } from './import-ways.ts'
import { MemberUses } from './member-uses.ts'
import type { GraphNode } from './node.ts'
import { BEFORE, codesOf, DIRECT, Reach, type ReachedCode } from './reach.ts'
import { States } from './states.ts'
import { readStatics } from './statics.ts'
import { Visible } from './visible.ts'

/** A value that a call reads, and the expression that reads it. */
export interface Capture extends CaptureDescriptor {
  /** Empty for what the runtime itself gives. */
  expression: string
  /** Another variable of its name hides it where the call is made: it is read at the top of the module. */
  hidden?: true
  /** The expression comes behind the name of this, which the module doesn't import yet. */
  imported?: ImportWay
  /** A variable with `@persist-track` of a module that the marked one doesn't see into. */
  tracked?: string
  /** A variable of the environment that is read when modules are evaluated, too: what it was when the marked one began counts where that is something else. */
  early?: string
}

/** What a marked function's code depends on, all together. */
export interface RootAnalysis {
  fingerprint: string
  captures: Capture[]
  /** Everything that was reached, in the order of first use. */
  reached: GraphNode[]
  untracked: RootRemark[]
  impure: RootRemark[]
  /** Variables that are read as values and are another in each process. */
  differing: RootRemark[]
  unresolved: { specifier: string; importer: string }[]
  /** Modules that can't be read as code, and why. */
  unread: { file: string; why: string }[]
  /** Files that decided what the code is. */
  files: Set<string>
  /** Absolute paths, or paths from the project, of files that the code reads. */
  inputs: string[]
  /** Functions and classes that are named in the module and reached, with their hashes. */
  known: KnownExpression[]
}

/** A function or class, and the hash of its code. */
export interface KnownExpression {
  expression: string
  fingerprint: string
}

export interface RootRemark extends Remark {
  file: string
  /** The module of a variable that could be marked with `@persist-track`. */
  declaredIn?: string
}

/** Changes whenever the same code would get another fingerprint: part of every fingerprint. */
const EPOCH = 'persist-code-1'

/**
 * Follows a file's marked functions through all that they reach: makes their fingerprints, and finds what has to be read
 * when a call is made. What is the same for all functions of a file is found once.
 */
export class RootAnalyzer {
  readonly #graph: Graph
  readonly #parsed: ParsedModule
  readonly #file: string
  readonly #visible: Visible
  readonly #innerUnits = new Map<Binding, Unit>()
  #nameable: { expression: string; node: GraphNode }[] | undefined

  constructor(graph: Graph, parsed: ParsedModule, file: string) {
    this.#graph = graph
    this.#parsed = parsed
    this.#file = file
    this.#visible = new Visible(graph, parsed, file)
  }

  /**
   * Functions and classes of enclosing functions that a marked one comes to.
   *
   * @param unit the function's own normal form
   * @param scope the function's
   * @param range the marked code itself
   */
  enclosed(unit: Unit, scope: Scope, range: Node): Binding[] {
    return this.#enclosing(scope, range).codeBeneath(unit)
  }

  #enclosing(scope: Scope, range: Node): Enclosing {
    return new Enclosing({ graph: this.#graph, parsed: this.#parsed, file: this.#file, scope, range, units: this.#innerUnits })
  }

  /**
   * @param units the function's own normal form, and that of the class or object whose member it is
   * @param scope where the thunk will stand: the function's scope, or that around a wrapped expression
   * @param range the marked code itself
   * @param dialects what projects' settings make of syntax
   * @param owner the top-level class whose member it is
   */
  analyze(units: readonly Unit[], scope: Scope, range: Node, dialects: Dialects, owner?: string): RootAnalysis {
    const graph = this.#graph
    const parsed = this.#parsed
    const file = this.#file
    const reach = new Reach(graph)
    const enclosing = this.#enclosing(scope, range)
    const states = new States({ graph, reach, parsed, visible: this.#visible, file, scope, range, units: () => own })
    const untracked: RootRemark[] = []
    const captures: Capture[] = []
    const inner: Binding[] = []
    const captured = new Map<Binding, Capture | undefined>()
    /** What the function's own code refers to. */
    const starts: GraphNode[] = []
    /** What variables of enclosing functions were made of. */
    const wholes: GraphNode[] = []
    const enter = (node: GraphNode): GraphNode => {
      starts.push(node)
      reach.visit(node, DIRECT)
      return node
    }

    /** An enclosing function's own function is code; every other variable of it is a value. */
    const enterInner = (binding: Binding, isBacking = false): string => {
      if (enclosing.isCode(binding)) {
        const at = inner.indexOf(binding)
        return `inner ${at < 0 ? inner.push(binding) - 1 : at}`
      }
      if (captured.has(binding)) {
        if (!isBacking) delete captured.get(binding)?.backing
        return 'value'
      }
      const found = enclosing.capture(binding)
      captured.set(binding, found === 'hidden' ? undefined : found?.capture)
      if (found === 'hidden') untracked.push({ what: `\`${binding.name}\` of an enclosing function, hidden by another of that name`, start: range.start!, file })
      else if (found) {
        if (isBacking) found.capture.backing = true
        captures.push(found.capture)
        for (const node of found.references) reach.visit(node, BEFORE)
        starts.push(...found.references)
        wholes.push(...found.references)
        for (const other of found.backing) enterInner(other, true)
      }
      return 'value'
    }

    /** Follows what a unit of the marked file refers to; answers the hashes that stand for it. */
    const enterUnit = (unit: Unit): string[] => {
      reach.units.push({ unit: graph.withPassedOn(unit, file), file, before: false })
      const parts: string[] = []
      unit.refs.forEach((reference, index) => {
        if (reference.kind === 'inner') parts.push(`R${index} ${reference.written && !enclosing.isCode(reference.binding) ? 'written' : enterInner(reference.binding)}`)
        else {
          const node = enter(graph.target(reference, file))
          parts.push(`R${index} ${graph.hash(node)}`)
          if (unit.namesSeen.includes(index)) parts.push(`name ${node.declaredName}`)
          if (unit.sourcesSeen.includes(index)) parts.push(`source ${graph.sourceDigest(node)}`)
        }
      })
      return parts
    }

    /** A top-level name of a module, if it has it. */
    const enterNamed = (name: string, at: string): string[] => {
      const node = graph.named(at, name)
      return node === undefined ? [] : [`factory ${graph.hash(enter(node))}`]
    }

    const own: Unit[] = [...units]
    const parts = units.flatMap((unit) => [unit.text, ...enterUnit(unit)])
    // Functions of enclosing functions are code too; each may bring further ones.
    for (let i = 0; i < inner.length; i++) {
      const unit = enclosing.unit(inner[i]!)
      own.push(unit)
      parts.push(`inner ${i} ${unit.text}`, ...enterUnit(unit))
    }
    // What JSX calls, where that is of the module itself.
    for (let i = 0; i < reach.units.length; i++) {
      const { unit, file: at } = reach.units[i]!
      if (unit.dialects.includes('jsx')) parts.push(...dialects.meaningOf(unit, at).factories.flatMap((name) => enterNamed(name, at)))
    }
    // Its code is among the units; statements may give it further members.
    if (owner !== undefined) reach.visit(graph.variable(file, owner), BEFORE)
    states.decide()
    const evaluation = new Evaluation(graph, reach, states, file, () => this.#bindingAround(range))
    const effects = evaluation.run()
    states.addToOrigins(evaluation.filling)
    const backing = states.backing(starts)
    let allCodes: readonly ReachedCode[] | undefined
    const codes = (): readonly ReachedCode[] =>
      (allCodes ??= [...own.map((unit) => ({ unit, nodes: unit.refs.map((reference) => (reference.kind === 'inner' ? undefined : graph.target(reference, file))) })), ...codesOf(reach)])
    const given = new GivenNames(reach, codes)
    const environment = (unit: Unit): string[] => [...unit.env, ...(given.names.get(unit)?.env ?? [])]
    const variables: GraphNode[] = []
    for (const { kind, unit, file: at, name } of reach.nodes) {
      if (!unit || kind === 'effect' || (unit.env.length === 0 && unit.untracked.length === 0 && !given.names.has(unit))) continue
      const isEnvironment = aliasedEnvironment(unit) !== undefined || (unit.text.startsWith('ObjectExpression([') && environment(unit).length > 0)
      if (isEnvironment && graph.modules.record(at!).variables[name!]) variables.push(graph.variable(at!, name!))
    }
    const memberUses = new MemberUses(graph, reach, [...new Set([...states.objects, ...variables])], codes, wholes)
    for (const variable of variables) given.addAlias(graph.modules.record(variable.file!).units[variable.name!]!, memberUses.of(variable))
    states.narrow(memberUses)
    const statics = readStatics({ graph, reach, units, visible: this.#visible, file, range, scope, owner, around: () => this.#bindingAround(range) })
    parts.push(...states.origins.map((origin) => `origin ${graph.hash(origin)}`), ...effects)
    if (reach.units.some(({ unit }) => unit.reflects)) parts.push(`names ${[...classNames(reach), ...constructorNames(codes())].sort().join(',')}`)
    parts.push(...handedNames(graph, reach, own, file))
    const meanings = reach.units.filter(({ unit }) => unit.dialects.length > 0).map((entry) => dialects.meaningOf(entry.unit, entry.file))
    parts.push(...[...new Set(meanings.flatMap((meaning) => meaning.parts))].sort())

    return {
      fingerprint: hash('sha256', [EPOCH, ...parts].join('\n')).slice(0, 32),
      captures: [...captures.filter((capture) => !capture.backing), ...states.captures, ...statics.captures, ...capturesByName(graph, reach, given.names, memberUses.unreadNames(graph, environment), scope), ...captures.filter((capture) => capture.backing), ...backing],
      reached: reach.nodes,
      untracked: [...untracked, ...states.untracked, ...statics.untracked, ...remarks(reach, 'untracked', given.followed)],
      impure: remarks(reach, 'impure', given.followed),
      differing: states.differing,
      ...sources(reach, [...meanings.flatMap((meaning) => meaning.files), ...evaluation.evaluated.filter((evaluated) => evaluated !== graph.closure.of(file)).flatMap(({ files }) => [...files])]),
      inputs: inputs(reach),
      known: this.#known(reach),
    }
  }

  /** The top-level binding within which code stands. */
  #bindingAround({ start, end }: Node): GraphNode | undefined {
    for (const { name, declaration } of this.#parsed.scopes.module.bindings.values()) {
      if (declaration.start! <= start! && end! <= declaration.end!) return this.#graph.variable(this.#file, name)
    }
    return undefined
  }

  /** Functions and classes of the marked file, and those it imports, that were reached: the runtime knows them by their code. */
  #known(reach: Reach): KnownExpression[] {
    this.#nameable ??= this.#collectNameable()
    const found = this.#nameable.filter(({ node }) => node.unit && reach.has(node) && isFunctionLike(this.#graph, node))
    const twins = this.#tellTwins(reach, found.map(({ node }) => node))
    return found.map(({ expression, node }) => ({ expression, fingerprint: twins.get(node)! }))
  }

  /** What the marked file has a name for. */
  #collectNameable(): { expression: string; node: GraphNode }[] {
    const found: { expression: string; node: GraphNode }[] = []
    for (const { name, uses } of this.#parsed.scopes.module.bindings.values()) {
      const imported = this.#parsed.context.imports.get(name)
      if (uses.length === 0 || imported?.name === '*') continue
      found.push({ expression: name, node: this.#graph.target(imported ? { kind: 'import', ...imported } : { kind: 'top', name }, this.#file) })
    }
    return found
  }

  /** The code of what was reached. Equal code in two places stays two things, as `instanceof` and `===` tell them apart: `~1` by first use. */
  #tellTwins(reach: Reach, nodes: readonly GraphNode[]): Map<GraphNode, string> {
    const told = new Map<GraphNode, string>()
    if (nodes.length === 0) return told
    const counts = new Map(nodes.map((node) => [this.#graph.hash(node), 0]))
    for (const node of reach.nodes) {
      const hash = this.#graph.hash(node)
      const before = counts.get(hash)
      if (before === undefined) continue
      counts.set(hash, before + 1)
      told.set(node, `${hash.slice(0, 32)}${before === 0 ? '' : `~${before}`}`)
    }
    return told
  }
}

function classNames(reach: Reach): string[] {
  // `const A = class { … }`
  const classes = reach.nodes.filter(({ name, unit }) => name !== undefined && unit?.text.startsWith('class('))
  return [...classes.map((node) => node.declaredName), ...reach.units.flatMap(({ unit }) => unit.classNames)]
}

/** What a unit's text says of functions that make instances. */
interface MakerFacts {
  /** References to what it calls by `new`, or puts something onto the prototype of. */
  made: readonly number[]
  /** It asks how it is called. */
  asks: boolean
  /** It reads names. */
  readsNames: boolean
}

const makerFacts = new WeakMap<Unit, MakerFacts>()

function makerFactsOf(unit: Unit): MakerFacts {
  let facts = makerFacts.get(unit)
  if (!facts) {
    const made = [...unit.text.matchAll(/new\(R(\d+)(?!\d)|(?<![\w"])R(\d+)\."prototype"/g)].map(([, constructed, extended]) => Number(constructed ?? extended))
    makerFacts.set(unit, (facts = { made, asks: unit.text.includes('new.target'), readsNames: /"name"(?::|\))/.test(unit.text) }))
  }
  return facts
}

/** Names of functions that make instances, where names are read: by `new`, by what is put onto their prototypes, or by asking how they were called. */
function constructorNames(codes: readonly ReachedCode[]): Set<string> {
  const found = new Set<string>()
  if (!codes.some(({ unit }) => makerFactsOf(unit).readsNames)) return found
  for (const { unit, nodes, node } of codes) {
    const { made, asks } = makerFactsOf(unit)
    for (const maker of [...made.map((index) => nodes[index]), asks ? node : undefined]) if (maker?.name !== undefined && maker.unit && !maker.unit.text.startsWith('class(')) found.add(maker.declaredName)
  }
  return found
}

/**
 * Names of functions and classes that are put where their names may be asked for, where something asks for a name:
 * `[one, two].map((step) => [step.name, step(x)])`.
 */
function handedNames(graph: Graph, reach: Reach, units: readonly Unit[], file: string): string[] {
  const nodes = reach.nodes.filter((node) => node.unit)
  if (!units.some((unit) => unit.readsNames) && !nodes.some(({ unit }) => unit!.readsNames)) return []
  const found = new Set<string>()
  const add = (unit: Unit, refs: readonly (GraphNode | undefined)[], own: string): void => {
    for (const name of unit.handedNames) found.add(`${own} ${name}`)
    for (const index of unit.handed) {
      const node = refs[index]
      if (node && isFunctionLike(graph, node)) found.add(`${graph.hash(node)} ${node.declaredName}`)
    }
  }
  for (const unit of units) {
    add(unit, unit.refs.map((reference) => (reference.kind === 'inner' ? undefined : graph.target(reference, file))), '')
    for (const index of unit.handed) {
      const reference = unit.refs[index]!
      if (reference.kind === 'inner' && givesName(reference.binding)) found.add(`inner ${reference.binding.name}`)
    }
  }
  for (const node of nodes) add(node.unit!, node.refs, graph.hash(node))
  return found.size === 0 ? [] : [`handed ${[...found].sort().join('\n')}`]
}

/** What ran before, for the sake of a value that is read as such, is no impurity of the function's. */
function remarks(reach: Reach, kind: 'untracked' | 'impure', followed: ReadonlyMap<Unit, ReadonlySet<string>>): RootRemark[] {
  const found: RootRemark[] = []
  for (const { unit, file, before } of reach.units) {
    for (const remark of unit[kind]) if (!(before && kind === 'impure' && !remark.named) && !followed.get(unit)?.has(remark.what) && !(before && remark.atOnce && aliasedEnvironment(unit) === undefined)) found.push({ ...remark, file })
  }
  return found
}

function inputs(reach: Reach): string[] {
  const paths = new Set<string>()
  for (const { unit, file } of reach.units) {
    for (const input of unit.files) paths.add(input.base === 'module' ? resolve(dirname(file), input.path) : input.path)
  }
  return [...paths].sort()
}

function sources(reach: Reach, further: readonly string[]): Pick<RootAnalysis, 'files' | 'unresolved' | 'unread'> {
  const files = new Set<string>(further)
  const unresolved: { specifier: string; importer: string }[] = []
  const unread: { file: string; why: string }[] = []
  let last: string | undefined
  for (const node of reach.nodes) {
    if (node.file !== undefined && node.file !== last) files.add((last = node.file))
    for (const file of node.files) files.add(file)
    if (node.unresolved) unresolved.push(node.unresolved)
    if (node.unread !== undefined) unread.push({ file: node.file!, why: node.unread })
  }
  return { files, unresolved, unread }
}
