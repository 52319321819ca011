import type { Node } from '@babel/types'
import type { OuterReference, Unit } from '../bindings/unit.ts'
import type { Scope } from '../syntax/scope.ts'
import { membersOf, type Graph } from './graph.ts'
import type { GraphNode, MemberUse } from './node.ts'
import { namesTaken } from './member-uses.ts'
import { BEFORE, DIRECT, type Reach } from './reach.ts'
import type { Capture, RootRemark } from './root.ts'
import { CONTAINER, FUNCTION } from './shapes.ts'
import type { Visible } from './visible.ts'
import { changesHanded } from './writers.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const NONE: readonly never[] = []
const constructorNames = new WeakMap<Unit, readonly string[]>()

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
  /** Of functions and classes the properties that functions change. */
  const changedLater = new Map<GraphNode, string[]>()
  for (const node of reach.nodes) {
    const statics = node.kind === 'unit' ? graph.modules.record(node.file!).statics[node.name!] : undefined
    const changed = statics ? Object.keys(statics).filter((member) => !member.startsWith('#') && statics[member]!.writes.some(({ writer, later }) => later || !writer.startsWith('effect:'))) : []
    if (changed.length > 0) changedLater.set(node, changed)
  }
  /** @param isOwn it is the class's own code that names it */
  const add = (node: GraphNode, member: string, isOwn: boolean): void => {
    const isPrivate = member.startsWith('#')
    if (!mayHold(graph, node)) return
    const holder = holderOf(graph, node, member)
    if (!holder || !mayChange(parts, calls, holder, member)) return
    const found = graph.modules.record(holder.file!).statics[holder.name!]![member]
    if (found?.isCounter && isOwn) return
    const named = visible.named(node.file!, node.name!, scope) ?? visible.imported(node.file!, node.name)
    // Private ones have names within their class only.
    const key = found?.hidden || (isPrivate && (node !== around() || named?.hidden)) ? found?.giver : member
    const shownName = `${graph.modules.nameOf(node.file!)}#${node.name}.${member}`
    if (named === undefined || key === undefined) {
      if (found?.writes.length) untracked.set(shownName, { what: shownName, start: range.start!, file: own })
      return
    }
    const expression = `${named.expression}.${key}`
    const name = named.imported ? shownName : `${named.expression}.${member}`
    captures.set(name, { ...named, name, expression, provenance: graph.hash(node).slice(0, 16), told: true, ...(found?.isContainer ? { open: true } : {}) })
  }
  /** What members of a class, or of one that it extends, read of it where no name tells. */
  const addRead = (node: GraphNode): void => {
    if (!mayHold(graph, node) && !graph.modules.record(node.file!).units[node.name!]?.reflects) return
    for (const from of lineOf(graph, node)) {
      for (const member of constructorReads(graph.modules.record(from.file!).units[from.name!])) add(node, member, true)
      for (const [member, { reads }] of Object.entries(graph.modules.record(from.file!).statics[from.name!] ?? {})) {
        if (from !== node && member.startsWith('#')) continue
        if (reads.some(({ method, start }) => calls.isWithin(from.file!, start) || calls.comesTo(from, method) || (from !== node && calls.comesTo(node, method)))) add(node, member, true)
      }
    }
  }
  /** What functions change later of a class that is handed on, or taken apart: where it goes, no name tells. */
  const addHanded = (unit: Unit, nodes: readonly (GraphNode | undefined)[], file: string): void => {
    nodes.forEach((node, index) => {
      const changed = node && changedLater.get(node)
      if (!changed || (unit.refs[index] as OuterReference).member !== undefined) return
      const members = membersHanded(unit.text, index)
      for (const member of changed) if (!members || members.includes(member)) add(node, member, node.file === file)
    })
  }
  const addNamed = (members: readonly MemberUse[], from?: GraphNode): void => {
    for (const { node, member } of members) if (IDENTIFIER.test(member)) add(node, member, from ? from === node : node.file === own)
  }
  for (const unit of units) {
    const nodes = targetsOf(graph, unit, own)
    addNamed(membersOf(unit, nodes))
    if (changedLater.size > 0) addHanded(unit, nodes, own)
  }
  for (const node of reach.nodes) {
    const isDirect = reach.levelOf(node) === DIRECT
    if (changedLater.size > 0 && node.unit && (isDirect || (reach.levelOf(node) === BEFORE && CONTAINER.test(node.unit.text)))) addHanded(node.unit, node.refs, node.file!)
    if (!isDirect) {
      // `api.limit = () => api.most`
      if (node.kind === 'effect' && node.members.length > 0 && FUNCTION.test(node.text)) addNamed(node.members, node)
      continue
    }
    addNamed(node.members, node)
    if (node.kind === 'unit') addRead(node)
  }
  if (owner !== undefined) addRead(graph.variable(own, owner))
  return { captures: [...captures.values()], untracked: [...untracked.values()] }
}

/** What the references of the marked code's own units lead to. */
function targetsOf(graph: Graph, unit: Unit, file: string): (GraphNode | undefined)[] {
  return unit.refs.map((reference) => (reference.kind === 'inner' ? undefined : graph.target(reference, file)))
}

/** Whether something is a function or class with properties that somebody may change, or that inherits such. */
function mayHold(graph: Graph, { file, name }: GraphNode): boolean {
  if (file === undefined || name === undefined) return false
  const { statics, classes, staticWriters } = graph.modules.record(file)
  return statics[name] !== undefined || classes[name] !== undefined || staticWriters[name] !== undefined
}

/** Members of a class that its instances read by `this.constructor`. */
function constructorReads(unit: Unit | undefined): readonly string[] {
  if (!unit?.reflects) return NONE
  let names = constructorNames.get(unit)
  if (!names) constructorNames.set(unit, (names = [...unit.text.matchAll(/member\(this\."constructor"\)\??\."([A-Za-z_$][\w$]*)"/g)].map(([, name]) => name!)))
  return names
}

/** Members that may be read of a reference wherever code puts it; nothing where these may be any. What is only called, extended or compared is not read. */
function membersHanded(text: string, index: number): string[] | undefined {
  const uses = text.matchAll(new RegExp(`(?:ObjectPattern\\(\\[([^[\\]]*)\\]\\)=|(new|call|call\\?\\.|class|jsx)\\(|(instanceof)\\([^;]*;)?(?<![\\w"])R${index}(?!\\d)`, 'g'))
  const members: string[] = []
  for (const [, pattern, calling, comparing] of uses) {
    if (calling ?? comparing) continue
    const names = pattern === undefined ? undefined : namesTaken(pattern)
    if (!names) return undefined
    members.push(...names)
  }
  return members
}

/** The function or class itself, or the class that it inherits a property from. */
function holderOf(graph: Graph, node: GraphNode, member: string): GraphNode | undefined {
  const line = lineOf(graph, node)
  const found = line.find(({ file, name }) => {
    const own = graph.modules.record(file!).statics[name!]?.[member]
    return own && !own.foreign
  })
  return found ?? line.at(-1)
}

/** A class, that which it extends, and so on. */
function lineOf(graph: Graph, node: GraphNode): GraphNode[] {
  const line = [node]
  for (let at = node; ; ) {
    const base = graph.modules.record(at.file!).classes[at.name!]?.base
    if (!base) return line
    at = graph.target(base, at.file!)
    if (at.file === undefined || at.name === undefined || line.includes(at)) return line
    line.push(at)
  }
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
    const note = (members: readonly MemberUse[]): void => {
      for (const { node, member } of members) {
        const methods = named.get(node)
        if (methods) methods.add(member)
        else named.set(node, new Set([member]))
      }
    }
    for (const unit of units) note(membersOf(unit, targetsOf(graph, unit, file)))
    for (const node of reach.nodes) if (node.members.length > 0 && reach.levelOf(node) === DIRECT) note(node.members)
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
  if (record.staticWriters[name!]?.some(({ writer, by, start }) => !calls.isWithin(file!, start) && !graph.partsOf(file!, writer).some((part) => reach.has(part)) && changesHanded(graph, file!, by))) return true
  if (!found || found.foreign || found.isFilledIn) return false
  const later = found.writes.filter((write) => !write.writer.startsWith('effect:') || write.later)
  // What a statement puts there is what others may change, but for a method.
  if (later.length === 0) return !member.startsWith('#') && !found.isMethod && Object.values(record.exports).some((entry) => entry.kind === 'local' && entry.name === name)
  return later.some(({ writer, start, method }) => {
    if (calls.isWithin(file!, start)) return false
    if (writer.startsWith('effect:')) return true
    if (writer !== name) return !graph.partsOf(file!, writer).some((part) => reach.has(part))
    return !found.isContainer || (method !== undefined && !calls.comesTo(node, method))
  })
}
