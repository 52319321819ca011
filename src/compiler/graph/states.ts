import { hash } from 'node:crypto'
import type { Node } from '@babel/types'
import { differsInEachProcess } from '../bindings/impure.ts'
import type { ModuleRecord, Variable } from '../bindings/module-record.ts'
import type { ParsedModule } from '../bindings/record.ts'
import { ALL_ENV, ALL_META_ENV } from '../bindings/remarks.ts'
import type { Unit } from '../bindings/unit.ts'
import type { Scope } from '../syntax/scope.ts'
import { aliasedEnvironment } from './given-names.ts'
import type { Graph } from './graph.ts'
import type { MemberUses } from './member-uses.ts'
import { MethodCalls } from './method-calls.ts'
import type { GraphNode } from './node.ts'
import { BEFORE, DIRECT, type Level, type Reach } from './reach.ts'
import type { Capture, RootRemark } from './root.ts'
import type { Named, Visible } from './visible.ts'
import { CODE, CONTAINER, EMPTY, FUNCTION } from './shapes.ts'
import { writersOf } from './writers.ts'

/** A function that is there to give a variable of its module: `export const getSettings = () => settings`. */
function getterOf({ units, exports }: ModuleRecord, name: string): string | undefined {
  return Object.keys(units).find((key) => {
    const { text, refs } = units[key]!
    const [reference] = refs
    const isGetter = /^(?:=>|function)\(\)\{ReturnStatement\(R0;\);\}$/.test(text) && reference?.kind === 'top' && reference.name === name && reference.member === undefined
    return isGetter && Object.values(exports).some((entry) => entry.kind === 'local' && entry.name === key)
  })
}

interface Parts {
  graph: Graph
  reach: Reach
  parsed: ParsedModule
  visible: Visible
  file: string
  scope: Scope
  range: Node
  /** The marked code's own. */
  units(): readonly Unit[]
}

/** Decides what each variable with a value of its own becomes: ignored, read when a call is made, or its history. */
export class States {
  /** Histories that are part of the code, in the order in which they were reached. */
  readonly origins: GraphNode[] = []
  readonly captures: Capture[] = []
  readonly untracked: RootRemark[] = []
  /** Values that are another in each process. */
  readonly differing: RootRemark[] = []
  readonly #parts: Parts
  /** What is decided on, and as what it was reached: a variable that was reached beneath a value may be reached by the function itself later. */
  readonly #done = new Map<GraphNode, Level>()
  readonly #captured = new Map<GraphNode, Capture>()
  readonly #calls: MethodCalls
  /** Statements stand for values, beside what made these. */
  #isFilled = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#calls = new MethodCalls(parts.graph, parts.reach, parts.file, parts.units)
  }

  /** Whether a variable is read as a value. */
  isCaptured(node: GraphNode): boolean {
    return this.#captured.has(node)
  }

  /** Variables that are read as values, whatever these are. */
  get objects(): GraphNode[] {
    return [...this.#captured.keys()]
  }

  /** Lets of objects those members alone count that are read. */
  narrow(uses: MemberUses): void {
    for (const [node, capture] of this.#captured) {
      const members = uses.of(node)
      const unit = this.#parts.graph.modules.record(node.file!).units[node.name!]
      const isOfItself = unit === undefined || [unit, ...this.#fillers(node)].some(({ text }) => text.includes('this'))
      if (members && !isOfItself) {
        capture.members = [...members].sort()
        this.#narrowOrigin(node, capture)
      }
      // The environment is read by name.
      if (unit && aliasedEnvironment(unit) !== undefined) this.captures.splice(this.captures.indexOf(capture), 1)
    }
  }

  /** Of a table of functions that nobody writes to those stand for it that are read. */
  #narrowOrigin({ file, name }: GraphNode, capture: Capture): void {
    const { graph } = this.#parts
    const { members = [], handed } = graph.modules.record(file!).variables[name!]!
    const at = this.origins.indexOf(graph.initial(file!, name!))
    if (at < 0 || this.#isFilled || handed.length > 0 || writersOf(graph, file!, name!).length > 0 || !capture.members!.every((member) => members.includes(member))) return
    const parts = capture.members!.map((member) => graph.variable(file!, `${name!}.${member}`))
    this.origins.splice(at, 1, ...parts)
    capture.provenance = hash('sha256', parts.map((part) => graph.hash(part)).join('\n')).slice(0, 16)
  }

  /** Lets further statements stand for values that are no data, where functions write to these. */
  addToOrigins(statements: readonly string[]): void {
    if (statements.length === 0) return
    this.#isFilled = true
    for (const [node, capture] of this.#captured) {
      const { exported } = this.#parts.graph.modules.record(node.file!).variables[node.name!]!
      const isFilled = capture.provenance !== undefined && (exported || this.#changers(node).length > 0)
      if (isFilled) capture.provenance = hash('sha256', [capture.provenance, ...statements].join('\n')).slice(0, 16)
    }
  }

  /**
   * To be asked last. What lies beneath values that are read, and is changed by functions that a call doesn't come to:
   * `const tax = { of: (x) => x * rate }` and an exported `setRate`. It counts where code stands for such a value.
   *
   * @param starts what the marked function's own code refers to
   */
  backing(starts: readonly GraphNode[]): Capture[] {
    const { reach } = this.#parts
    const changed = [...new Set(reach.states)].filter((node) => this.#changers(node).length > 0)
    if (changed.length === 0) return []
    const running = this.#running(starts)
    const found: Capture[] = []
    for (const node of changed) {
      if (!running.has(node) || this.#changers(node).every((writer) => this.#mayRun(node, writer, running))) continue
      const capture = this.#captured.get(node)
      if (capture?.provenance !== undefined) capture.open = true
      if (capture || reach.levelOf(node) !== BEFORE) continue
      const backing = this.#capture(node.file!, node.name!)
      if (backing) found.push({ ...backing, backing: true })
      else this.#report(node)
    }
    return found
  }

  /** Functions that change a variable. */
  #changers({ file, name }: GraphNode): readonly string[] {
    const { later } = this.#parts.graph.modules.record(file!).variables[name!]!
    if (later.length === 0) return later
    return writersOf(this.#parts.graph, file!, name!).filter((writer) => !writer.startsWith('effect:') && later.includes(writer))
  }

  /** Statements of its module that put functions into a variable: `Object.defineProperty(config, 'rate', { get: () => rate })`. */
  #fillers({ file, name }: GraphNode): GraphNode[] {
    const { graph } = this.#parts
    const effects = writersOf(graph, file!, name!).flatMap((writer) => (writer.startsWith('effect:') ? graph.effect(file!, Number(writer.slice('effect:'.length))) : []))
    return effects.filter((effect) => FUNCTION.test(graph.made(effect).text))
  }

  /** What may run in a call: of a variable not what made its value, but what that was at first. */
  #running(starts: readonly GraphNode[]): ReadonlySet<GraphNode> {
    const { graph } = this.#parts
    const seen = new Set<GraphNode>()
    const stack = [...starts]
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      const { refs } = graph.made(node.state ? graph.initial(node.file!, node.name!) : node)
      for (let i = 0; i < refs.length; i++) stack.push(refs[i]!)
      if (node.state) for (const filler of this.#fillers(node)) stack.push(...graph.made(filler).refs)
    }
    return seen
  }

  /** A variable of another module, which can't be read. */
  #report({ file, name }: GraphNode): void {
    const declaredIn = this.#parts.graph.modules.nameOf(file!)
    this.untracked.push({ what: `${declaredIn}#${name}`, start: this.#parts.range.start!, file: this.#parts.file, declaredIn })
  }

  /** Decides on all that was reached so far; each may bring more. */
  decide(): void {
    const { reach } = this.#parts
    for (;;) {
      const open = reach.states.filter((node) => this.#done.get(node) !== reach.levelOf(node))
      if (open.length === 0) return
      // Whether a variable is a memo depends on what else is reached, so that those which are go first.
      const next = open.find((node) => this.#isMemo(node)) ?? open[0]!
      this.#done.set(next, reach.levelOf(next)!)
      this.#decideOne(next)
    }
  }

  #decideOne(node: GraphNode): void {
    const { graph, reach, range } = this.#parts
    const file = node.file!
    const name = node.name!
    const variable = graph.modules.record(file).variables[name]!
    const level = reach.levelOf(node)!
    const isDirect = level === DIRECT
    if (this.#isMemo(node)) return this.#follow(graph.initial(file, name), level)
    const origin = graph.origin(file, name)
    const capture = isDirect ? this.#capture(file, name) : undefined
    if (capture) {
      const { name: expression } = capture
      this.#captured.set(node, capture)
      this.captures.push(capture)
      const random = graph.modules.record(file).units[name]?.impure.find((remark) => differsInEachProcess(remark.what) && !remark.named)
      if (random && !variable.reassigned) this.differing.push({ what: expression, start: random.start, file })
      // What it began as is code; what became of it is the value, which says all of what is written out as numbers and text.
      const { text, refs } = graph.modules.record(file).units[name]!
      if (refs.length === 0 && CONTAINER.test(text) && !CODE.test(text)) reach.visit(graph.initial(file, name), BEFORE)
      else this.#follow(graph.initial(file, name), BEFORE)
      reach.visit(origin, BEFORE)
      if (capture.provenance !== undefined && variable.init === 'other' && this.#isInstance(file, name)) {
        capture.told = true
        this.untracked.push({ what: expression, start: range.start!, file: this.#parts.file })
      }
      return
    }
    this.#follow(origin, level)
    if (!isDirect) return
    const isChanged = isReassignedLater(variable, name) || this.#changers(node).some((writer) => isCallableLater(graph.modules.record(file), writer)) || variable.later.some((writer) => writer.startsWith('effect:') && variable.writers.includes(writer))
    if (isChanged || graph.made(origin).unit?.impure.some((remark) => !remark.named)) this.#report(node)
  }

  /** How a variable is read when a call is made, where it can be. */
  #capture(file: string, name: string): Capture | undefined {
    const { graph, visible, scope } = this.#parts
    const variable = graph.modules.record(file).variables[name]!
    const shownName = `${graph.modules.nameOf(file)}#${name}`
    const named = visible.named(file, name, scope) ?? this.#imported(file, name)
    // What its user wants to be read has no other thing stand for it.
    if (variable.tracked) {
      if (named && !named.imported) return { name: named.expression, ...named }
      return { name: shownName, expression: '', tracked: graph.modules.variableId(file, name) }
    }
    if (named === undefined) return undefined
    const isStable = !variable.reassigned && !variable.mutated && !variable.escapes && !variable.exported
    return {
      name: named.imported ? shownName : named.expression, ...named, provenance: graph.hash(graph.origin(file, name)).slice(0, 16),
      ...(variable.init === 'data' || variable.init === 'code' ? { told: true } : {}), ...(variable.exported && EMPTY.test(graph.modules.record(file).units[name]!.text) ? { open: true } : {}), ...(isStable ? { stable: true } : {}),
    }
  }

  /**
   * An exported variable of a module that the marked one doesn't see into is read through an import of its own, where modules above
   * may have filled it. What the call itself changes tells nothing when it begins, nor does what differs in each process.
   */
  #imported(file: string, name: string): Named | undefined {
    const { graph, reach, visible } = this.#parts
    const { variables, units } = graph.modules.record(file)
    const { exported, later, init } = variables[name]!
    const unit = units[name]!
    if (unit.impure.some((remark) => differsInEachProcess(remark.what) && !remark.named)) return undefined
    const changers = this.#changers(graph.variable(file, name))
    if (changers.some((writer) => graph.partsOf(file, writer).some((part) => reach.levelOf(part) === DIRECT))) return undefined
    const mayChange = changers.length > 0 || later.length > 0 || init === 'data' || CONTAINER.test(unit.text) || unit.untracked.some(({ what }) => what === ALL_ENV || what === ALL_META_ENV)
    if (!mayChange) return undefined
    return exported ? visible.imported(file, name) : visible.imported(file, getterOf(graph.modules.record(file), name), '()')
  }

  #follow(origin: GraphNode, level: Level): void {
    if (!this.origins.includes(origin)) this.origins.push(origin)
    this.#parts.reach.visit(origin, level)
  }

  /** Made by `new` of a class of the project's or a package's. */
  #isInstance(file: string, name: string): boolean {
    return this.#parts.graph.modules.record(file).units[name]?.text.startsWith('new(R') ?? false
  }

  /** A private container, or a client made when first needed, that only functions reached from here write to. */
  #isMemo(node: GraphNode): boolean {
    const { graph, reach } = this.#parts
    const file = node.file!
    const variable = graph.modules.record(file).variables[node.name!]!
    const writers = writersOf(graph, file, node.name!)
    if (variable.tracked || variable.exported || variable.accumulates || writers.length === 0) return false
    const isLazy = variable.reassigned && variable.onlyFilledIn && (!variable.mutated || variable.onlyContainers)
    const isContainer = !variable.reassigned && variable.init === 'data'
    if (!isLazy && !isContainer) return false
    return writers.every((writer) => !writer.startsWith('effect:') && this.#mayRun(node, writer, reach))
  }

  /** Whether a writer of a variable may run in the call: of an object or class not all methods do that nobody calls from here. */
  #mayRun({ file, name }: GraphNode, writer: string, running: { has(node: GraphNode): boolean }): boolean {
    const { graph, range } = this.#parts
    const node = graph.variable(file!, writer)
    const isAround = this.#isAround(file!, writer)
    if (!isAround && !graph.partsOf(file!, writer).some((part) => running.has(part))) return false
    const { writingMethods, handed } = graph.modules.record(file!).variables[name!]!
    const methods = handed.some((one) => one.writer === writer) ? undefined : writingMethods?.[writer]
    return !methods || methods.some((method) => method === undefined || (isAround && method.start <= range.start! && range.end! <= method.end) || this.#calls.comesTo(node, method.name) || !isCallableLater(graph.modules.record(file!), writer, method.name))
  }

  /** The marked function itself is the writer, or part of it. */
  #isAround(file: string, writer: string): boolean {
    const { parsed, range } = this.#parts
    const declaration = file === this.#parts.file ? parsed.scopes.module.bindings.get(writer)?.declaration : undefined
    return declaration !== undefined && declaration.start! <= range.start! && declaration.end! >= range.end!
  }
}

/** Whether a function, or a method of an object or class, may be called when its module has been evaluated: others have it, or a function names it. */
function isCallableLater({ effects, exports, givesIndirectly, units, variables }: ModuleRecord, name: string, method?: string): boolean {
  if (givesIndirectly || variables[name]?.escapes || Object.values(exports).some((entry) => entry.kind === 'local' && entry.name === name)) return true
  const isNamed = ({ refs }: Unit): boolean => refs.some((reference) => reference.kind === 'top' && reference.name === name && (method === undefined || reference.member === undefined || reference.member === method))
  return Object.values(units).some(isNamed) || effects.some((effect) => isNamed(effect) && FUNCTION.test(effect.text))
}

/** Whether a variable gets another value when its module has been evaluated, as that of a compiled enum doesn't: `(Kind || (Kind = {}))`. */
function isReassignedLater({ reassigned, later, writers }: Variable, name: string): boolean {
  return reassigned && later.some((writer) => writer === name || writers.includes(writer))
}
