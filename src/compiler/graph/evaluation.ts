import type { Write } from '../bindings/changes.ts'
import type { Pass } from '../bindings/passes.ts'
import { WHOLE } from '../bindings/commonjs.ts'
import { changesArgument, isChanger } from './changes-argument.ts'
import type { Evaluated } from './closure.ts'
import type { Graph } from './graph.ts'
import { outsideOf, type GraphNode } from './node.ts'
import { BEFORE, DIRECT, QUIET, type Reach } from './reach.ts'
import type { States } from './states.ts'
import { changesHanded, sourcesOf, tellersOf, writersOf } from './writers.ts'

/** Whether a node is a function or class: calls don't change it, but where they are seen to. */
export function isFunctionLike(graph: Graph, node: GraphNode): boolean {
  if (node.file === undefined || node.name === undefined) return false
  const record = graph.modules.record(node.file)
  const kind = record.kinds[node.name]
  return kind === 'function' || kind === 'class' || record.variables[node.name]?.init === 'code'
}

/**
 * Finds the top-level statements that, when their modules are evaluated, change what a function reaches: prototypes
 * that are filled, registries, globals, functions and classes that are handed to one that writes to them.
 */
export class Evaluation {
  readonly #graph: Graph
  readonly #reach: Reach
  readonly #states: Pick<States, 'decide' | 'isCaptured'>
  readonly #ownBinding: () => GraphNode | undefined
  readonly #included = new Set<GraphNode>()
  readonly #modules = new Set<string>()
  /** Modules whose functions change something of others. */
  readonly #writing = new Set<string>()
  /** Those of which something was reached. */
  readonly #files = new Set<string>()
  /** How many of the reached nodes have been looked at for their modules. */
  #seen = 0
  /** Statements that may change something of what was reached, by module: most of a program's have nothing to do with one function. */
  readonly #candidates = new Map<string, Set<GraphNode>>()
  /** How many of the reached nodes have been looked at for these. */
  #matched = 0
  /** What is evaluated with the marked function's module, and with modules that were reached beside. */
  readonly evaluated: Evaluated[] = []
  /** Statements that call a function which writes to a variable that was reached (`register('csv', parse)`), itself or through others. */
  #calling: ReadonlySet<GraphNode> = new Set()
  /** Those that call a function which writes to a variable that is read as a value. */
  #callingFillers: ReadonlySet<GraphNode> = new Set()
  readonly #filling = new Set<GraphNode>()
  /** Files of which something was reached that whoever has all of it may change. */
  readonly #parts = new Set<string>()
  /** Classes that were reached, with static methods that change them. */
  readonly #classes = new Set<GraphNode>()
  readonly #staticWriters = new Set<GraphNode>()
  /** Packages, and modules of Node, of which something was reached. */
  readonly #outside = new Set<string>()

  /** @param ownBinding finds the top-level binding that the marked function is, or is in */
  constructor(graph: Graph, reach: Reach, states: Pick<States, 'decide' | 'isCaptured'>, file: string, ownBinding: () => GraphNode | undefined = () => undefined) {
    this.#graph = graph
    this.#reach = reach
    this.#states = states
    this.#ownBinding = ownBinding
    this.#addModule(file)
  }

  /** Hashes of the statements, by module, in an order that doesn't depend on how the modules were reached. */
  run(): string[] {
    const size = (): number => this.#included.size + this.#filling.size + this.#modules.size
    for (let before = -1; before !== size(); ) {
      before = size()
      this.#collectModules()
      this.#match()
      this.#collectWriters()
      for (const file of this.#modules) this.#include(file)
      this.#states.decide()
    }
    return this.#hashesOf(this.#included)
  }

  /**
   * Hashes of the statements that call functions which fill what is read as a value: `register('csv', (text) => …)`. They
   * count where that value is no data, as what made it does.
   */
  get filling(): readonly string[] {
    return this.#hashesOf(this.#filling)
  }

  #hashesOf(statements: ReadonlySet<GraphNode>): string[] {
    const byFile = new Map<string, GraphNode[]>()
    for (const node of statements) {
      const nodes = byFile.get(node.file!)
      if (nodes) nodes.push(node)
      else byFile.set(node.file!, [node])
    }
    const inOrder = (nodes: GraphNode[]): GraphNode[] => nodes.sort((a, b) => Number(a.parts[0]) - Number(b.parts[0]))
    return [...byFile.values()].map((nodes) => `effects ${inOrder(nodes).map((node) => this.#graph.hash(node)).join(' ')}`).sort()
  }

  #include(file: string): void {
    this.#match()
    const candidates = this.#candidates.get(file)
    if (!candidates) return
    for (const node of this.#graph.effects(file)) {
      if (!candidates.has(node) || this.#included.has(node)) continue
      const effect = this.#graph.effectOf(node)
      const isForValue = effect.initialises === true
      const concerns = this.#calling.has(node) || effect.writes.some((write) => this.#concerns(file, write, isForValue)) || effect.passes.some((pass) => this.#isChanged(file, pass, isForValue))
      const fills = !concerns && !this.#filling.has(node) && this.#callingFillers.has(node)
      if (!concerns && !fills) continue
      ;(concerns ? this.#included : this.#filling).add(node)
      this.#reach.visit(node, BEFORE)
      this.#match()
    }
  }

  /** Looks up the statements that have to do with what was reached since. */
  #match(): void {
    const { nodes } = this.#reach
    let last: string | undefined
    for (; this.#matched < nodes.length; this.#matched++) {
      const node = nodes[this.#matched]!
      const { file } = node
      this.#addCandidates(this.#graph.effectIndex.touching(node))
      if (file === undefined || file === last || !this.#graph.isChangeable(node)) continue
      last = file
      this.#parts.add(file)
      this.#addCandidates(this.#graph.effectIndex.touching(file))
    }
  }

  #addCandidates(statements: Iterable<GraphNode>): void {
    for (const node of statements) {
      const candidates = this.#candidates.get(node.file!)
      if (candidates) candidates.add(node)
      else this.#candidates.set(node.file!, new Set([node]))
    }
  }

  /** Whether something of what a CommonJS module gives away was reached, or all of it under another module's name. */
  #givesAway(file: string): boolean {
    return this.#files.has(file) || this.#graph.modules.record(file).exports[WHOLE]?.kind === 'from'
  }

  #collectModules(): void {
    const { nodes } = this.#reach
    let last: string | undefined
    for (; this.#seen < nodes.length; this.#seen++) {
      const node = nodes[this.#seen]!
      const { file, unit, kind } = node
      if (unit && node.name !== undefined) this.#addStaticWriters(file!, node.name)
      const outside = outsideOf(node)
      if (outside !== undefined && this.#reach.levelOf(node) !== QUIET) this.#outside.add(outside)
      const isEvaluated = unit !== undefined || kind === 'namespace' || kind === 'evaluation'
      if (file === undefined || file === last || !(isEvaluated || node.state)) continue
      this.#files.add(file)
      if (isEvaluated) this.#addModule(file)
      last = file
    }
    for (const outside of this.#outside) this.#addCandidates(this.#graph.effectIndex.touching(outside))
  }

  /** Functions that change what a reached function or class holds: `Config.options = …`. */
  #addStaticWriters(file: string, name: string): void {
    const { classes, statics, staticWriters } = this.#graph.modules.record(file)
    if (classes[name]?.changingClass.length) this.#classes.add(this.#graph.variable(file, name))
    for (const { writes } of Object.values(statics[name] ?? {})) {
      for (const { writer } of writes) if (writer !== name && !writer.startsWith('effect:')) addAll(this.#staticWriters, this.#graph.partsOf(file, writer))
    }
    for (const { writer, by } of staticWriters[name] ?? []) if (changesHanded(this.#graph, file, by)) addAll(this.#staticWriters, this.#graph.partsOf(file, writer))
  }

  /** A module, and those that are evaluated before it. */
  #addModule(file: string): void {
    if (this.#modules.has(file) || this.evaluated.some(({ files }) => files.has(file))) return
    const evaluated = this.#graph.closure.of(file)
    if (evaluated.files.size > 1) this.evaluated.push(evaluated)
    this.#modules.add(file)
    for (const one of evaluated.acting) {
      if (this.#modules.has(one) && one !== file) continue
      this.#modules.add(one)
      // What was looked up before didn't know of its statements.
      if (this.#graph.effectIndex.add(one)) this.#matched = 0
      this.#addCandidates(this.#graph.effectIndex.everywhere(one))
    }
    for (const one of evaluated.writing) this.#writing.add(one)
  }

  #node(file: string, name: string, member?: string): GraphNode | undefined {
    const imported = this.#graph.modules.record(file).imports[name]
    if (!imported) return this.#reached(this.#graph.variable(file, name))
    const isMember = imported.name === '*' && member !== undefined
    const node = this.#graph.source({ kind: 'import', from: imported.from, name: isMember ? member : imported.name }, file)
    return this.#reached(node) ?? (this.#hasPart(node, isMember) ? node : undefined)
  }

  /** Whether what was reached is a part of what a name stands for, or that of it. */
  #hasPart(node: GraphNode, isMember: boolean): boolean {
    if (!this.#graph.isChangeable(node)) return false
    if (!isMember) return this.#parts.has(node.file!)
    return node.kind === 'asset' && this.#reach.has(this.#graph.asset(node.file!, '*'))
  }

  /** What a name imports of a package or a module of Node of which something was reached. */
  #foreign(file: string, name: string): GraphNode | undefined {
    const imported = this.#graph.modules.record(file).imports[name]
    const node = imported && this.#graph.source({ kind: 'import', ...imported }, file)
    return node && this.#outside.has(outsideOf(node)!) ? node : undefined
  }

  #reached(node: GraphNode): GraphNode | undefined {
    return this.#reach.has(node) || this.#isDropped(node) ? node : undefined
  }

  /** What is told to a bus or logger counts as what it began as does. */
  #isDropped({ kind, file, name }: GraphNode): boolean {
    return kind === 'unit' && this.#graph.modules.record(file!).variables[name!] !== undefined && this.#reach.has(this.#graph.initial(file!, name!))
  }

  /** Whether a statement that writes to a name changes what was reached. */
  #concerns(file: string, { name, member, by }: Write, isForValue: boolean): boolean {
    if (name === 'global') return true
    if (name === 'exports') return this.#givesAway(file)
    const foreign = this.#foreign(file, name)
    // `dayjs.extend(utc)`, `Settings.zone = 'utc'`, `setDefaults({ … })`: any of a package may change all of it.
    if (foreign) return by === undefined || (foreign.kind === 'package' && by !== 'callback' && !isForValue)
    if (by === 'call') return false
    const node = this.#node(file, name, member)
    if (node) return node.file !== undefined && !node.dropped
    return by === 'method' && !isForValue && sourcesOf(this.#graph, this.#source(file, name)).some((source) => this.#reached(source))
  }

  #source(file: string, name: string): GraphNode {
    const imported = this.#graph.modules.record(file).imports[name]
    return imported ? this.#graph.source({ kind: 'import', ...imported }, file) : this.#graph.variable(file, name)
  }

  /** Whether a call that is handed something may change it. What is read as a value may hold functions, which don't show what was done to it. */
  #isChanged(file: string, pass: Pass, isForValue: boolean): boolean {
    if (pass.isGlobal) return pass.byItself === true || (pass.callee !== undefined && changesArgument(this.#graph, this.#graph.target(pass.callee, file), pass.index))
    const node = this.#node(file, pass.name, pass.member)
    if (node?.file === undefined || node.dropped) return false
    const variable = node.name === undefined ? undefined : this.#graph.modules.record(node.file).variables[node.name]
    if (variable?.init === 'constant' && !variable.reassigned) return false
    // A call for the sake of its value is taken to leave its arguments alone, where it is not seen to change them.
    if (!isFunctionLike(this.#graph, node) && !isForValue && this.#reached(node)) return true
    if (pass.member === 'prototype' || pass.byItself) return true
    if (pass.callee) return changesArgument(this.#graph, this.#graph.target(pass.callee, file), pass.index)
    return pass.index === 0 && isChanger(pass.called)
  }

  /** Functions that write to variables which were reached, or to packages that were. */
  #collectWriters(): void {
    const writers = new Set(this.#staticWriters)
    const fillers = new Set<GraphNode>()
    /** Statements that call these. */
    const told = new Set<GraphNode>()
    const toldFillers = new Set<GraphNode>()
    for (const state of this.#reach.states) {
      // What is done to a logger is no input.
      if (this.#reach.levelOf(state) === QUIET) continue
      const found = this.#states.isCaptured(state) ? fillers : writers
      for (const writer of writersOf(this.#graph, state.file!, state.name!)) {
        if (!writer.startsWith('effect:')) addAll(found, this.#graph.partsOf(state.file!, writer))
      }
      this.#collectTellers(state, found === fillers ? toldFillers : told)
    }
    for (const one of this.#classes) this.#collectTellers(one, told)
    for (const file of this.#writing) {
      for (const { name, member, writer, by } of this.#graph.modules.record(file).importWrites) {
        const node = this.#node(file, name, member)
        if ((node?.file === undefined && !this.#foreign(file, name)) || !changesHanded(this.#graph, file, by)) continue
        const found = node?.file !== undefined && this.#states.isCaptured(node) ? fillers : writers
        addAll(found, this.#graph.partsOf(file, writer))
      }
    }
    this.#addCallers(writers, told)
    this.#addCallers(fillers, toldFillers)
    this.#calling = told
    this.#callingFillers = toldFillers
    this.#addCandidates(this.#calling)
    this.#addCandidates(this.#callingFillers)
  }

  /**
   * Statements that let an instance be changed by a method of its class. Those that come to the marked function itself are its
   * users: what they do beside is theirs, such as a `main()` that goes on with a client.
   */
  #collectTellers(state: GraphNode, found: Set<GraphNode>): void {
    const all = tellersOf(this.#graph, state)
    if (all.length === 0) return
    const own = this.#ownBinding()
    const tellers = all.filter((teller) => teller !== own && this.#reach.levelOf(teller) !== DIRECT)
    if (tellers.length === 0) return
    const users = own && this.#graph.effectIndex.callersOf(own)
    for (const teller of tellers) for (const statement of this.#graph.effectIndex.callersOf(teller)) if (!users?.has(statement)) found.add(statement)
  }

  #addCallers(functions: ReadonlySet<GraphNode>, found: Set<GraphNode>): void {
    for (const fn of functions) for (const statement of this.#graph.effectIndex.callersOf(fn)) found.add(statement)
  }
}

function addAll<T>(set: Set<T>, items: readonly T[]): void {
  for (const item of items) set.add(item)
}
