import type { Graph, GraphNode, NodeId } from './graph.ts'
import type { Unit } from './unit.ts'

/** A piece of code that was reached, and where it stands. */
export interface ReachedUnit {
  unit: Unit
  file: string
  /** It ran before the function is called, and what it gave is read as a value. */
  before: boolean
}

/** All that is reached from one function, each node once, in the order of first use. */
export class Reach {
  readonly #graph: Graph
  readonly nodes: Map<NodeId, GraphNode> = new Map<NodeId, GraphNode>()
  readonly units: ReachedUnit[] = []
  /** Variables with a value of their own. */
  readonly states: GraphNode[] = []
  /** Reached by code that runs when the function is called. */
  readonly #direct = new Set<NodeId>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  isDirect(id: NodeId): boolean {
    return this.#direct.has(id)
  }

  /** @param before what is reached ran when its module was evaluated, for the sake of a value that is read as such */
  visit(start: NodeId, before = false): void {
    const stack = [start]
    while (stack.length > 0) {
      const id = stack.pop()!
      const isNew = !this.nodes.has(id)
      if (before ? !isNew : this.#direct.has(id)) continue
      const node = this.#graph.node(id)
      if (!before) this.#direct.add(id)
      if (isNew) {
        this.nodes.set(id, node)
        if (node.state) this.states.push(node)
      }
      if (node.unit && node.file !== undefined) this.units.push({ unit: node.unit, file: node.file, before })
      for (let i = node.refs.length - 1; i >= 0; i--) stack.push(node.refs[i]!)
    }
  }
}
