import type { Graph } from './graph.ts'
import { outsideOf, type GraphNode } from './node.ts'
import { sourcesOf } from './writers.ts'

const NONE: readonly never[] = []

/**
 * Finds top-level statements by what they may change, over all modules that were added, so that a function looks at
 * those alone which have to do with what it reaches.
 */
export class EffectIndex {
  readonly #graph: Graph
  readonly #added = new Set<string>()
  /** Statements by what they write to or hand over: a node, or a package, module of Node or file that it is of. */
  readonly #touching = new Map<GraphNode | string, GraphNode[]>()
  /** Those that write to globals or to what their module gives away, by module. */
  readonly #everywhere = new Map<string, GraphNode[]>()
  /** Statements of modules that were added, of which it isn't known yet what they call. */
  #open: GraphNode[] = []
  /** Nodes that are made with all that they reach. */
  readonly #made = new Set<GraphNode>()
  /** Nodes that are made with all that they reach in their own module. */
  readonly #madeWithin = new Set<GraphNode>()
  readonly #callers = new Map<GraphNode, ReadonlySet<GraphNode>>()
  /** Whether what functions are put into is called when modules are evaluated, as far as anybody has asked. */
  readonly #called = new Map<GraphNode, boolean>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** Adds the statements of a module, and tells whether it is new. */
  add(file: string): boolean {
    if (this.#added.has(file)) return false
    this.#added.add(file)
    for (const effect of this.#graph.effects(file)) {
      this.#open.push(effect)
      for (const key of this.#keysOf(effect, file)) append(this.#touching, key, effect)
      const { writes, passes } = this.#graph.effectOf(effect)
      if (passes.some((pass) => pass.isGlobal) || writes.some(({ name }) => name === 'global' || name === 'exports')) append(this.#everywhere, file, effect)
    }
    return true
  }

  touching(key: GraphNode | string): readonly GraphNode[] {
    return this.#touching.get(key) ?? NONE
  }

  everywhere(file: string): readonly GraphNode[] {
    return this.#everywhere.get(file) ?? NONE
  }

  /**
   * Statements that call a function, themselves or through others. One that is there for its value is followed within
   * its own module alone: what makes something is used everywhere, and what it counts or remembers on the way is seldom
   * seen again.
   */
  callersOf(fn: GraphNode): ReadonlySet<GraphNode> {
    if (this.#open.length > 0) this.#makeOpen()
    let found = this.#callers.get(fn)
    if (!found) this.#callers.set(fn, (found = this.#findCallers(fn)))
    return found
  }

  /** What refers to a node of all that statements come to. */
  referrersOf(node: GraphNode): GraphNode[] {
    if (this.#open.length > 0) this.#makeOpen()
    return [...dependentsOf(node), ...this.#tellersOf(node)]
  }

  invalidate(): void {
    for (const table of [this.#added, this.#touching, this.#everywhere, this.#made, this.#madeWithin, this.#callers, this.#called]) table.clear()
    this.#open = []
  }

  #keysOf(effect: GraphNode, file: string): Set<GraphNode | string> {
    const graph = this.#graph
    const keys = new Set<GraphNode | string>()
    const add = (node: GraphNode): void => {
      keys.add(node)
      const outside = outsideOf(node)
      if (outside !== undefined) keys.add(outside)
      // What is told to a bus or logger counts as what it began as does.
      if (node.kind === 'unit' && graph.modules.record(node.file!).variables[node.name!]) keys.add(graph.initial(node.file!, node.name!))
    }
    const { writes, passes } = graph.effectOf(effect)
    for (const { name, member } of [...writes, ...passes]) {
      const imported = graph.modules.record(file).imports[name]
      const whole = imported ? graph.source({ kind: 'import', ...imported }, file) : graph.variable(file, name)
      add(whole)
      for (const source of sourcesOf(graph, whole)) add(source)
      if (imported) {
        if (graph.isChangeable(whole)) keys.add(whole.file!)
        if (imported.name === '*' && member !== undefined) add(graph.source({ kind: 'import', from: imported.from, name: member }, file))
      }
    }
    return keys
  }

  /** References lead back to the statements only from nodes that are made. */
  #makeOpen(): void {
    for (const effect of this.#open) {
      const isForValue = this.#isForValue(effect)
      const made = isForValue ? this.#madeWithin : this.#made
      const stack = [effect]
      for (let node = stack.pop(); node; node = stack.pop()) {
        if (made.has(node) || (isForValue && node.file !== effect.file)) continue
        made.add(node)
        stack.push(...this.#graph.made(node).refs)
      }
    }
    this.#open = []
    this.#callers.clear()
    this.#called.clear()
  }

  /** A class that is decorated is also there for what its decorators do. */
  #isForValue(effect: GraphNode): boolean {
    const { initialises, decorates } = this.#graph.effectOf(effect)
    return initialises === true && !decorates
  }

  #findCallers(fn: GraphNode): Set<GraphNode> {
    const found = new Set<GraphNode>()
    const keeping: GraphNode[] = []
    this.#walkBack([fn], (node) => {
      if (node.kind !== 'effect') return true
      if (this.#graph.effectOf(node).quiet) keeping.push(node)
      else if (!this.#isForValue(node)) found.add(node)
      return true
    })
    for (const node of keeping) if (this.#keepersOf(node).some((keeper) => this.#isCalled(keeper))) found.add(node)
    for (const start of [...dependentsOf(fn), ...this.#tellersOf(fn)]) {
      this.#walkBack([start], (node) => {
        if (node.file !== start.file) return false
        if (node.kind === 'effect' && this.#isForValue(node) && !this.#graph.effectOf(node).quiet) found.add(node)
        return true
      })
    }
    return found
  }

  /** Follows references back from nodes, as far as they are to be followed. */
  #walkBack(stack: GraphNode[], visit: (node: GraphNode) => boolean): void {
    const seen = new Set<GraphNode>()
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      if (!visit(node)) continue
      stack.push(...dependentsOf(node), ...this.#tellersOf(node), ...this.#keepersOf(node))
    }
  }

  /** Whether a statement runs what a name stands for, or something that does. */
  #isCalled(keeper: GraphNode): boolean {
    let called = this.#called.get(keeper)
    if (called !== undefined) return called
    called = false
    this.#walkBack([keeper], (node) => {
      called ||= node.kind === 'effect' && !this.#graph.effectOf(node).quiet
      return !called
    })
    this.#called.set(keeper, called)
    return called
  }

  /** What a statement that runs nothing puts a function into, from where others call it: `hooks.start = () => …`, `const hooks = { start }`. */
  #keepersOf(node: GraphNode): GraphNode[] {
    if (node.kind !== 'effect') return []
    const { quiet, writes, keeps } = this.#graph.effectOf(node)
    if (!quiet) return []
    const { imports, units } = this.#graph.modules.record(node.file!)
    return [...writes.map(({ name }) => name), ...(keeps === undefined ? [] : [keeps])].flatMap((name) => {
      const imported = imports[name]
      if (imported) return [this.#graph.source({ kind: 'import', ...imported }, node.file!)]
      return units[name] ? [this.#graph.variable(node.file!, name)] : []
    })
  }

  /** What refers to a node as to a logger, in modules that only tell it something: `bus.on('closed', close)`. */
  #tellersOf({ kind, file, name }: GraphNode): GraphNode[] {
    return kind === 'unit' ? dependentsOf(this.#graph.told(file!, name!)) : []
  }
}

/** What refers to a node now: one that isn't made did once. */
function dependentsOf(node: GraphNode): GraphNode[] {
  return [...node.dependents].filter(({ isMade }) => isMade)
}

function append<K>(table: Map<K, GraphNode[]>, key: K, node: GraphNode): void {
  const nodes = table.get(key)
  if (nodes) nodes.push(node)
  else table.set(key, [node])
}
