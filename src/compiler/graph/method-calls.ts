import type { Reference, Unit } from '../bindings/unit.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'
import { QUIET, type Reach } from './reach.ts'

/** Which methods of objects and classes reached code names. */
export class MethodCalls {
  readonly #graph: Graph
  readonly #reach: Reach
  readonly #file: string
  readonly #units: () => readonly Unit[]

  /**
   * @param file the module of the marked code
   * @param units that code's own
   */
  constructor(graph: Graph, reach: Reach, file: string, units: () => readonly Unit[]) {
    this.#graph = graph
    this.#reach = reach
    this.#file = file
    this.#units = units
  }

  /** Whether a method may be called: by its name, by `this`, or where all of the object goes. */
  comesTo(node: GraphNode, method: string): boolean {
    const { text } = this.#graph.modules.record(node.file!).units[node.name!]!
    if (text.includes(`(this."${method}"`) || text.includes(`(this.["`)) return true
    if (this.#reach.has(this.#graph.variable(node.file!, `${node.name}.${method}`))) return true
    const isNamed = (reference: Reference): boolean => reference.kind !== 'inner' && (reference.member === undefined || reference.member === method)
    for (const unit of this.#units()) {
      if (unit.refs.some((reference) => reference.kind !== 'inner' && isNamed(reference) && this.#graph.target(reference, this.#file) === node)) return true
    }
    for (const other of node.dependents) {
      if ((this.#reach.levelOf(other) ?? QUIET) === QUIET || !other.unit) continue
      if (other.unit.refs.some((reference, index) => other.refs[index] === node && isNamed(reference))) return true
    }
    return false
  }
}
