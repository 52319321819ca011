import { itemsAt, propertiesOf } from '../bindings/normal-text.ts'
import type { Unit } from '../bindings/unit.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'
import { QUIET, type Reach, type ReachedCode } from './reach.ts'

/** Of variables of which nothing but members by name is read, as `config.url`, says which. */
export class MemberUses {
  readonly #graph: Graph
  /** Names of the members, or `undefined` where all of the variable may be read. */
  readonly #found = new Map<GraphNode, Set<string> | undefined>()

  /**
   * @param graph says what is known of these
   * @param variables those to be looked at
   * @param codes the code that may read them
   * @param whole what is read whole elsewhere
   */
  constructor(graph: Graph, reach: Reach, variables: readonly GraphNode[], codes: () => readonly ReachedCode[], whole: readonly GraphNode[]) {
    this.#graph = graph
    if (variables.length === 0) return
    for (const variable of variables) this.#found.set(variable, new Set())
    for (const { unit, nodes } of codes()) {
      nodes.forEach((node, index) => {
        if (node && this.#found.has(node)) this.#add(node, unit, index)
      })
    }
    for (const node of reach.nodes) if (!node.unit && reach.levelOf(node)! > QUIET) for (const ref of node.refs) this.#lose(ref)
    for (const node of whole) this.#lose(node)
  }

  of(variable: GraphNode): ReadonlySet<string> | undefined {
    const members = this.#found.get(variable)
    return members && members.size > 0 ? members : undefined
  }

  /** Variables of the environment that code reads for members alone of which nothing is read. */
  unreadNames(graph: Graph, names: (unit: Unit) => Iterable<string>): Map<Unit, ReadonlySet<string>> {
    const found = new Map<Unit, ReadonlySet<string>>()
    for (const variable of this.#found.keys()) {
      const members = this.of(variable)
      const unit = graph.modules.record(variable.file!).units[variable.name!]
      const properties = members && unit && propertiesOf(unit.text)
      if (!properties) continue
      const mentions = (name: string, isRead: boolean): boolean => [...properties].some(([key, text]) => members.has(key) === isRead && text.includes(JSON.stringify(name)))
      const unread = [...names(unit)].filter((name) => mentions(name, false) && !mentions(name, true))
      if (unread.length > 0) found.set(unit, new Set(unread))
    }
    return found
  }

  #add(node: GraphNode, unit: Unit, index: number): void {
    const known = this.#found.get(node)
    if (!known) return
    const reference = unit.refs[index]
    const member = reference && reference.kind !== 'inner' ? reference.member : undefined
    const members = member === undefined ? takenBy(unit.text, index) : [member]
    // What is called gets all of the object as `this`, but where it asks for none, and methods that every object has look at all of it.
    if (!members || members.some((name) => name in {}) || (isCalledOn(unit.text, index) && !members.every((name) => this.#isClosed(node, name)))) this.#lose(node)
    else for (const name of members) known.add(name)
  }

  /** Whether a member has no `this`. */
  #isClosed({ file, name }: GraphNode, member: string): boolean {
    return this.#graph.modules.record(file!).variables[name!]?.members?.includes(member) ?? false
  }

  #lose(node: GraphNode): void {
    if (this.#found.has(node)) this.#found.set(node, undefined)
  }
}

/** `config.load()`, `config?.load()`, `config.load?.()` or a template that such a one gets. */
function isCalledOn(text: string, index: number): boolean {
  return [`(R${index}.`, `(R${index}?.`].some((use) => ['call', 'call?.', 'call ended', 'tag'].some((call) => text.includes(call + use)))
}

/** The members that code takes of a variable, where it does nothing else with it: `const { url, size = 1 } = config`. */
function takenBy(text: string, index: number): string[] | undefined {
  if (!text.includes('ObjectPattern([')) return undefined
  const uses = text.match(new RegExp(`(?<![\\w"])R${index}(?!\\d)`, 'g')) ?? []
  const patterns = [...text.matchAll(new RegExp(`ObjectPattern\\(\\[([^[\\]]*)\\]\\)=R${index}(?!\\d)`, 'g'))]
  const names = patterns.map(([, properties]) => namesTaken(properties!))
  return uses.length === patterns.length && names.every((list) => list !== undefined) ? names.flat() : undefined
}

/** The names in an object pattern's normal form, if it takes nothing else. */
export function namesTaken(properties: string): string[] | undefined {
  const names = itemsAt(properties, 0, ';').map((item) => /^"(\w+)":/.exec(item)?.[1])
  return names.every((name) => name !== undefined) ? names : undefined
}
