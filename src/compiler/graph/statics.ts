import type { Node } from '@babel/types'
import type { OuterReference, Unit } from '../bindings/unit.ts'
import type { Scope } from '../syntax/scope.ts'
import { membersOf, type Graph } from './graph.ts'
import type { GraphNode } from './node.ts'
import { DIRECT, type Reach } from './reach.ts'
import type { Capture, RootRemark } from './root.ts'
import type { Visible } from './visible.ts'
import { changesHanded } from './writers.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

interface Parts {
  graph: Graph
  reach: Reach
  /** The marked code's own. */
  units: readonly Unit[]
  visible: Visible
  /** The module of the marked code, that code, and where its thunk will stand. */
  file: string
  range: Node
  scope: Scope
  /** The top-level class whose member it is, and reads by `this`. */
  owner: string | undefined
  /** The top-level binding within which it stands. */
  around: () => GraphNode | undefined
}

/**
 * Properties of reached functions and classes that somebody may give another value. They are read when a call is made; those
 * that another module's own code changes, and that can't be named here, are `untracked`.
 */
export function readStatics(parts: Parts): { captures: Capture[]; untracked: RootRemark[] } {
  const { graph, reach, units, visible, file: own, range, scope, owner, around } = parts
  const captures = new Map<string, Capture>()
  const untracked = new Map<string, RootRemark>()
  const calls = new Calls(parts)
  /** @param isOwn it is the class's own code that names it */
  const add = (node: GraphNode, member: string, isOwn: boolean): void => {
    const isPrivate = member.startsWith('#')
    if (node.file === undefined || node.name === undefined) return
    const holder = holderOf(graph, node, member)
    if (!holder || !mayChange(parts, calls, holder, member)) return
    const found = graph.modules.record(holder.file!).statics[holder.name!]![member]
    if (found?.isCounter && isOwn) return
    const named = visible.named(node.file, node.name, scope) ?? visible.imported(node.file, node.name)
    // Private ones have names within their class only.
    const key = isPrivate && (node !== around() || named?.hidden) ? found?.giver : member
    const shownName = `${graph.modules.nameOf(node.file)}#${node.name}.${member}`
    if (named === undefined || key === undefined) {
      if (found?.writes.length) untracked.set(shownName, { what: shownName, start: range.start!, file: own })
      return
    }
    const expression = `${named.expression}.${key}`
    const name = named.imported ? shownName : `${named.expression}.${member}`
    captures.set(name, { ...named, name, expression, provenance: graph.hash(node).slice(0, 16), told: true, ...(found?.isContainer ? { open: true } : {}) })
  }
  /** What members of a class read of it where no name tells. */
  const addRead = (node: GraphNode): void => {
    for (const [member, { reads }] of Object.entries(graph.modules.record(node.file!).statics[node.name!] ?? {})) {
      if (reads.some(({ method, start }) => calls.isWithin(node.file!, start) || calls.comesTo(node, method))) add(node, member, true)
    }
  }
  const addNamed = (references: readonly OuterReference[], file: string, from?: GraphNode): void => {
    for (const reference of references) {
      const node = graph.target(reference, file)
      if (IDENTIFIER.test(reference.member!)) add(node, reference.member!, from ? from === node : node.file === own)
    }
  }
  for (const unit of units) addNamed(membersOf(unit), own)
  for (const node of reach.nodes) {
    if (reach.levelOf(node) !== DIRECT) continue
    addNamed(node.members, node.file!, node)
    if (node.kind === 'unit') addRead(node)
  }
  if (owner !== undefined) addRead(graph.variable(own, owner))
  return { captures: [...captures.values()], untracked: [...untracked.values()] }
}

/** The function or class itself, or the class that it inherits a property from. */
function holderOf(graph: Graph, node: GraphNode, member: string): GraphNode | undefined {
  const seen = new Set<GraphNode>()
  for (let at = node; at.file !== undefined && at.name !== undefined && !seen.has(at); ) {
    seen.add(at)
    const { statics, classes } = graph.modules.record(at.file)
    const base = classes[at.name]?.base
    const found = statics[at.name]?.[member]
    if ((found && !found.foreign) || !base) return at
    at = graph.target(base, at.file)
  }
  return undefined
}

/** Which static methods the marked function may come to: those that reached code names, and that others of their class call by `this`. */
class Calls {
  readonly #parts: Parts
  #named: Map<GraphNode, Set<string>> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether a place belongs to the marked function. */
  isWithin(file: string, start: number): boolean {
    return file === this.#parts.file && start >= this.#parts.range.start! && start < this.#parts.range.end!
  }

  comesTo(node: GraphNode, method: string): boolean {
    return method === '' || this.#all().get(node)?.has(method) === true || this.#parts.graph.modules.record(node.file!).statics[node.name!]?.[method]?.reads.some(({ byThis }) => byThis) === true
  }

  #all(): Map<GraphNode, Set<string>> {
    if (this.#named) return this.#named
    const { graph, reach, units, file } = this.#parts
    const named = (this.#named = new Map<GraphNode, Set<string>>())
    const note = (references: readonly OuterReference[], at: string): void => {
      for (const reference of references) {
        const node = graph.target(reference, at)
        const methods = named.get(node)
        if (methods) methods.add(reference.member!)
        else named.set(node, new Set([reference.member!]))
      }
    }
    for (const unit of units) note(membersOf(unit), file)
    for (const node of reach.nodes) if (node.members.length > 0 && reach.levelOf(node) === DIRECT) note(node.members, node.file!)
    return named
  }
}

/**
 * Top-level statements that write are part of the code; what the marked function writes is its own affair, what other reached ones do a
 * memo of theirs. Of a class all methods are reached, whoever calls them, so that what they give another value counts, and what one
 * puts into a container that nobody calls from here.
 */
function mayChange({ graph, reach }: Parts, calls: Calls, node: GraphNode, member: string): boolean {
  const { file, name } = node
  const record = graph.modules.record(file!)
  const found = record.statics[name!]?.[member]
  if (record.staticWriters[name!]?.some(({ writer, by, start }) => !calls.isWithin(file!, start) && !reach.has(graph.variable(file!, writer)) && changesHanded(graph, file!, by))) return true
  if (!found || found.foreign || found.isFilledIn) return false
  if (found.writes.length === 0) return !member.startsWith('#') && Object.values(record.exports).some((entry) => entry.kind === 'local' && entry.name === name)
  return found.writes.some(({ writer, start, method }) => {
    if (writer.startsWith('effect:') || calls.isWithin(file!, start)) return false
    if (writer !== name) return !reach.has(graph.variable(file!, writer))
    return !found.isContainer || (method !== undefined && !calls.comesTo(node, method))
  })
}
