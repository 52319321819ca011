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
}

/**
 * Properties of reached functions and classes that somebody may give another value. They are read when a call is made; those
 * that another module's own code changes, and that can't be named here, are `untracked`.
 */
export function readStatics(parts: Parts): { captures: Capture[]; untracked: RootRemark[] } {
  const { graph, reach, units, visible, file: own, range, scope } = parts
  const captures = new Map<string, Capture>()
  const untracked = new Map<string, RootRemark>()
  const add = (reference: OuterReference, file: string): void => {
    const { member } = reference
    if (member === undefined || !IDENTIFIER.test(member)) return
    const node = graph.target(reference, file)
    if (node.file === undefined || node.name === undefined || !mayChange(parts, node, member)) return
    const owner = visible.named(node.file, node.name, scope) ?? visible.imported(node.file, node.name)
    const shownName = `${graph.modules.nameOf(node.file)}#${node.name}.${member}`
    if (owner === undefined) {
      const isChanged = graph.modules.record(node.file).statics[node.name]![member]!.writes.length > 0
      if (isChanged) untracked.set(shownName, { what: shownName, start: range.start!, file: own })
      return
    }
    const expression = `${owner.expression}.${member}`
    const name = owner.imported ? shownName : expression
    captures.set(name, { ...owner, name, expression, provenance: graph.hash(node).slice(0, 16), told: true })
  }
  for (const unit of units) for (const reference of membersOf(unit)) add(reference, own)
  for (const node of reach.nodes) {
    if (node.members.length > 0 && reach.levelOf(node) === DIRECT) for (const reference of node.members) add(reference, node.file!)
  }
  return { captures: [...captures.values()], untracked: [...untracked.values()] }
}

/**
 * Top-level statements that write are part of the code; what the marked function writes is its own affair, what other reached ones do a
 * memo of theirs. Of a class all methods are reached, whoever calls them, so that what they give another value counts.
 */
function mayChange({ graph, reach, file: own, range }: Parts, { file, name }: GraphNode, member: string): boolean {
  const record = graph.modules.record(file!)
  const found = record.statics[name!]?.[member]
  const isWithin = (start: number): boolean => file === own && start >= range.start! && start < range.end!
  if (record.staticWriters[name!]?.some(({ writer, by, start }) => !isWithin(start) && !reach.has(graph.variable(file!, writer)) && changesHanded(graph, file!, by))) return true
  if (!found || found.isFilledIn) return false
  if (found.writes.length === 0) return Object.values(record.exports).some((entry) => entry.kind === 'local' && entry.name === name)
  return found.writes.some(({ writer, start }) => {
    if (writer.startsWith('effect:') || isWithin(start)) return false
    return writer === name ? !found.isContainer : !reach.has(graph.variable(file!, writer))
  })
}
