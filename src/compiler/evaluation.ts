import type { Pass } from './changes.ts'
import type { Graph, GraphNode, NodeId } from './graph.ts'
import type { Reach } from './reach.ts'
import type { States } from './states.ts'

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
  readonly #states: States
  readonly #included = new Set<NodeId>()
  readonly #modules = new Set<string>()
  readonly #seen = new Set<NodeId>()

  constructor(graph: Graph, reach: Reach, states: States, file: string) {
    this.#graph = graph
    this.#reach = reach
    this.#states = states
    this.#modules.add(file)
  }

  /** Hashes of the statements, by module, in an order that doesn't depend on how the modules were reached. */
  run(): string[] {
    for (let before = -1; before !== this.#included.size + this.#modules.size; ) {
      before = this.#included.size + this.#modules.size
      this.#collectModules()
      for (const file of this.#modules) {
        this.#graph.modules.record(file).effects.forEach((effect, index) => {
          const id = this.#graph.effect(file, index)
          if (this.#included.has(id)) return
          const concerns =
            effect.writes.some((name) => this.#concerns(file, name)) || effect.passes.some((pass) => this.#isChanged(file, pass, effect.initialises === true)) || (effect.refs.length > 0 && this.#callsWriter(id, file))
          if (!concerns) return
          this.#included.add(id)
          this.#reach.visit(id, true)
        })
      }
      this.#states.decide()
    }
    const parts: string[] = []
    for (const file of this.#modules) {
      const ids = this.#graph.modules.record(file).effects.map((_, index) => this.#graph.effect(file, index))
      const hashes = ids.filter((id) => this.#included.has(id)).map((id) => this.#graph.hash(id))
      if (hashes.length > 0) parts.push(`effects ${hashes.join(' ')}`)
    }
    return parts.sort()
  }

  #collectModules(): void {
    for (const [id, node] of this.#reach.nodes) {
      if (this.#seen.has(id)) continue
      this.#seen.add(id)
      if (node.file !== undefined && node.unit) this.#modules.add(node.file)
    }
    for (const file of this.#modules) {
      for (const from of this.#graph.modules.record(file).bare) {
        const target = this.#graph.modules.resolve(from, file)
        if (target.kind === 'module') this.#modules.add(target.file)
      }
    }
  }

  #node(file: string, name: string): GraphNode | undefined {
    const imported = this.#graph.modules.record(file).imports[name]
    return this.#reach.nodes.get(this.#graph.target(imported ? { kind: 'import', ...imported } : { kind: 'top', name }, file))
  }

  /** Whether a statement that writes to a name changes what was reached. */
  #concerns(file: string, name: string): boolean {
    if (name === 'global' || name === 'exports') return true
    const node = this.#node(file, name)
    return node?.file !== undefined && node.text !== 'dropped'
  }

  /** Whether a call that is handed something may change it. What is read as a value shows by itself what was done to it. */
  #isChanged(file: string, pass: Pass, initialises: boolean): boolean {
    const node = this.#node(file, pass.name)
    if (node?.file === undefined || node.text === 'dropped' || this.#states.isCaptured(node.id)) return false
    const variable = this.#graph.modules.record(node.file).variables[node.name!]
    if (variable?.init === 'constant' && !variable.reassigned) return false
    // A call for the sake of its value is taken to leave its arguments alone, where it is not seen to change them.
    if (!isFunctionLike(this.#graph, node) && !initialises) return true
    if (pass.callee) return this.#changesArgument(this.#graph.target(pass.callee, file), pass.index)
    return pass.member === 'prototype'
  }

  /**
   * Whether a statement calls a function that writes to a variable which was reached (`register('csv', parse)`): one that it
   * names, or that a function of its own module does.
   */
  #callsWriter(effect: NodeId, file: string): boolean {
    const writers = this.#writers()
    if (writers.size === 0) return false
    const stack = [effect]
    const seen = new Set(stack)
    while (stack.length > 0) {
      const id = stack.pop()!
      if (writers.has(id)) return true
      const node = this.#graph.node(id)
      if (node.file !== file || node.state) continue
      for (const ref of node.refs) {
        if (seen.has(ref)) continue
        seen.add(ref)
        stack.push(ref)
      }
    }
    return false
  }

  /** Functions that write to variables which were reached and are not read as values. */
  #writers(): ReadonlySet<NodeId> {
    const writers = new Set<NodeId>()
    for (const state of this.#reach.states) {
      if (this.#states.isCaptured(state.id)) continue
      for (const writer of this.#graph.modules.record(state.file!).variables[state.name!]!.writers) {
        if (!writer.startsWith('effect:')) writers.add(this.#graph.variable(state.file!, writer))
      }
    }
    return writers
  }

  /** Whether a function writes to what it gets as an argument, or hands it to one that does. */
  #changesArgument(callee: NodeId, index: number, visited: NodeId[] = []): boolean {
    if (visited.includes(callee)) return false
    const node = this.#graph.node(callee)
    if (node.file === undefined || node.name === undefined) return callee.endsWith('util\0inherits') && index === 0
    const changes = this.#graph.modules.record(node.file).changes[node.name] ?? []
    return changes.some(({ parameter, by }) => {
      if (parameter !== index) return false
      return !by || this.#changesArgument(this.#graph.target(by.callee, node.file!), by.index, [...visited, callee])
    })
  }
}
