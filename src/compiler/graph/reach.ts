import type { Unit } from '../bindings/unit.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'

/** A piece of code that was reached, and where it stands. */
export interface ReachedUnit {
  unit: Unit
  file: string
  /** It ran before the function is called, and what it gave is read as a value. */
  before: boolean
}

/** Code of a function or beneath it. */
export interface ReachedCode {
  unit: Unit
  /** What its references lead to, in their order. */
  nodes: readonly (GraphNode | undefined)[]
  /** As what others refer to it; nothing for the marked function itself. */
  node?: GraphNode
}

/**
 * How something was reached, each with all that the ones before it say.
 * - 0: beneath what nothing comes back from (a logger): it is code, and no input
 * - 1: it ran when its module was evaluated, for the sake of a value that is read as such
 * - 2: by code that runs when the function is called
 */
export type Level = 0 | 1 | 2
export const QUIET = 0
export const BEFORE = 1
export const DIRECT = 2

let searches = 0

/** All that is reached from one function, each node once, in the order of first use. */
export class Reach {
  readonly #graph: Graph
  /** Nodes keep by its number how a search has reached them: a table for each search would cost several times the search. */
  readonly #number = ++searches
  readonly nodes: GraphNode[] = []
  /** Code that has something to tell beside what it does: inputs, remarks. */
  readonly units: ReachedUnit[] = []
  /** Variables with a value of their own; again where they are reached in another way than before. */
  readonly states: GraphNode[] = []

  constructor(graph: Graph) {
    this.#graph = graph
  }

  levelOf(node: GraphNode): Level | undefined {
    return node.reachedBy === this.#number ? node.level : undefined
  }

  has(node: GraphNode): boolean {
    return node.reachedBy === this.#number
  }

  visit(start: GraphNode, level: Level): void {
    const stack: GraphNode[] = [start]
    const quiet: GraphNode[] = []
    for (let node = stack.pop(); node; node = stack.pop()) {
      const known = this.levelOf(node)
      if (known !== undefined && known >= level) continue
      this.#graph.made(node)
      node.level = level
      node.reachedBy = this.#number
      if (known === undefined) this.nodes.push(node)
      if (node.state) this.states.push(node)
      if (level > QUIET && node.unit && isTelling(node.unit)) this.units.push({ unit: node.unit, file: node.file!, before: level === BEFORE })
      const { refs } = node
      const next = node.dropped ? quiet : stack
      for (let i = refs.length - 1; i >= 0; i--) next.push(refs[i]!)
    }
    for (const node of quiet) this.visit(node, QUIET)
  }
}

/** All code that was reached and may be an input. */
export function codesOf(reach: Reach): ReachedCode[] {
  const found: ReachedCode[] = []
  for (const node of reach.nodes) if (node.unit && reach.levelOf(node)! > QUIET) found.push({ unit: node.unit, nodes: node.refs, node })
  return found
}

function isTelling(unit: Unit): boolean {
  return (
    unit.env.length > 0 || unit.metaEnv.length > 0 || unit.globals.length > 0 || unit.platform.length > 0 || unit.files.length > 0 ||
    unit.untracked.length > 0 || unit.impure.length > 0 || unit.reflects || unit.classNames.length > 0 || unit.dialects.length > 0
  )
}
