import { hash } from 'node:crypto'
import type { Effect, ModuleRecord } from '../bindings/module-record.ts'
import { EVALUATION, PROGRAM, type OuterReference, type Unit } from '../bindings/unit.ts'
import { Closure } from './closure.ts'
import type { Dialects } from './dialects.ts'
import { EffectIndex } from './effect-index.ts'
import { Exports } from './exports.ts'
import { hashFrom } from './hashing.ts'
import type { Modules, Target } from './modules.ts'
import { GraphNode, type Content, type MemberUse, type NodeKind } from './node.ts'
import { withPassedOn } from './passed-on.ts'
import { writersOf } from './writers.ts'

/** How a reference to a variable is treated: by its code alone, by a value of its own, or as what it began as, since nothing comes back from it. */
export type Role = 'code' | 'state' | 'dropped'

/** Judges a top-level variable: is its code all that there is to it, or has it a value of its own? */
export function roleOf(record: ModuleRecord, name: string): Role {
  const variable = record.variables[name]
  if (!variable) return 'code'
  if (variable.onlyDropped && !variable.exported && !variable.reassigned) return 'dropped'
  if (variable.frozen && !variable.reassigned) return 'code'
  if (variable.reassigned) return 'state'
  if (variable.init === 'code' || variable.init === 'constant') return 'code'
  if (variable.init === 'data' && !variable.mutated && !variable.escapes && !variable.exported) return 'code'
  return 'state'
}

/** `Object.prototype`, whose functions have no text. */
function isBuiltIn(unit: Unit | undefined): boolean {
  return unit !== undefined && /^member\(global \w+\."\w+"\)$/.test(unit.text)
}

/** What writes to a variable: what runs with its module in that order, then functions, of which it makes no difference where they stand. */
function inOrder(writers: readonly string[], { units }: ModuleRecord): string[] {
  const textOf = (name: string): string => units[name]?.text ?? ''
  const isFunction = (name: string): boolean => /^(?:async )?(?:function|=>)/.test(textOf(name))
  const functions = writers.filter(isFunction).sort((a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0))
  return [...writers.filter((name) => !isFunction(name)), ...functions]
}

/**
 * References of a unit that name a static member.
 *
 * @param nodes what its references lead to, in their order
 */
export function membersOf(unit: Unit, nodes: readonly (GraphNode | undefined)[]): MemberUse[] {
  const members: MemberUse[] = []
  unit.refs.forEach((reference, index) => {
    if (reference.kind !== 'inner' && reference.member !== undefined) members.push({ node: nodes[index]!, member: reference.member })
  })
  return members
}

type PlacedKind = Extract<NodeKind, 'unit' | 'origin' | 'initial' | 'effect' | 'dropped' | 'namespace' | 'evaluation' | 'program' | 'asset' | 'unread'>

/** The graph of bindings over all modules, and a hash per node over everything beneath it. */
export class Graph {
  readonly modules: Modules
  readonly closure: Closure
  readonly effectIndex: EffectIndex
  readonly #exports: Exports
  readonly #nodes = new Map<string, GraphNode>()
  /** Those that stand in a file, by file and name. */
  readonly #placed: Record<PlacedKind, Map<string, Map<string, GraphNode>>> = {
    unit: new Map(), origin: new Map(), initial: new Map(), effect: new Map(), dropped: new Map(), namespace: new Map(), evaluation: new Map(), program: new Map(), asset: new Map(), unread: new Map(),
  }
  readonly #effects = new Map<string, readonly GraphNode[]>()
  /** For each file the nodes that it had a part in. */
  readonly #byFile = new Map<string, Set<GraphNode>>()

  constructor(modules: Modules, dialects: Dialects) {
    this.modules = modules
    this.closure = new Closure(modules, dialects)
    this.effectIndex = new EffectIndex(this)
    this.#exports = new Exports(modules, this)
  }

  /** The node that a reference in a module leads to. */
  target(reference: OuterReference, file: string, files?: Set<string>): GraphNode {
    const node = this.source(reference, file, files)
    const isDropped = (reference.kind === 'import' && this.#isDropped(node, reference, file)) || (reference.written && this.#isVariable(node))
    return isDropped ? this.told(node.file!, node.name!) : node
  }

  /** The node that a reference leads to, also where nothing comes back from it. */
  source(reference: OuterReference, file: string, files?: Set<string>): GraphNode {
    if (reference.kind === 'top') return this.binding(file, reference.name, reference.member)
    const target = this.modules.resolve(reference.from, file)
    if (reference.name === EVALUATION) return target.kind === 'module' ? this.#placedNode('evaluation', target.file, EVALUATION) : this.#node('nothing')
    switch (target.kind) {
      case 'module':
        if (reference.name === PROGRAM) return this.#placedNode('program', target.file, PROGRAM)
        return this.#exports.find(target.file, reference.name, reference.member, files)
      case 'asset': {
        const member = target.file.endsWith('.json') ? reference.member : undefined
        return this.asset(target.file, reference.name === 'default' ? (member ?? '*') : reference.name)
      }
      case 'package':
        return this.packageExport(target, reference.name === '*' && reference.member ? reference.member : reference.name)
      case 'builtin':
        return this.#node('builtin', undefined, target.name, reference.name)
      case 'self':
        return this.#node('builtin', undefined, 'unplugin-persist', reference.name)
      case 'unresolved':
        return reference.optional ? this.#node('nothing') : this.unresolved(target, reference.name)
    }
  }

  /** Of a logger nothing comes back. A function may still do something, so that only variables are meant. */
  #isDropped(node: GraphNode, reference: Extract<OuterReference, { kind: 'import' }>, file: string): boolean {
    return this.modules.record(file).dropped.includes(`${reference.from}\0${reference.name}`) && this.#isVariable(node)
  }

  #isVariable({ kind, file, name }: GraphNode): boolean {
    return kind === 'unit' && this.modules.record(file!).variables[name!] !== undefined
  }

  /** A top-level name of a module, or of an enum or a table that nobody changes one member. */
  binding(file: string, name: string, member?: string): GraphNode {
    if (member === undefined) return this.variable(file, name)
    const record = this.modules.record(file)
    const isFixed = record.units[`${name}.${member}`] !== undefined && (record.kinds[name] === 'enum' || roleOf(record, name) === 'code')
    return this.variable(file, isFixed ? `${name}.${member}` : name)
  }

  /** What a top-level name of a module stands for, an import too; `undefined` where there is no such name. */
  named(file: string, name: string): GraphNode | undefined {
    const { imports, units } = this.modules.record(file)
    const imported = imports[name]
    if (imported) return this.target({ kind: 'import', ...imported }, file)
    return units[name] && this.variable(file, name)
  }

  /** Names of all that a module exports. */
  exportNames(file: string): string[] {
    return this.#exports.names(file, new Set())
  }

  /** A top-level binding of a module. */
  variable(file: string, name: string): GraphNode {
    return this.#placedNode('unit', file, name)
  }

  /** A top-level binding, and members of it that stand for themselves. */
  partsOf(file: string, name: string): GraphNode[] {
    const { members = [] } = this.modules.record(file).variables[name] ?? {}
    return [this.variable(file, name), ...members.map((member) => this.variable(file, `${name}.${member}`))]
  }

  /** How a variable came to its value: its initialiser and all that writes to it. */
  origin(file: string, name: string): GraphNode {
    return this.#placedNode('origin', file, name)
  }

  /** A variable where all that comes back from it is thrown away. */
  told(file: string, name: string): GraphNode {
    return this.#placedNode('dropped', file, name)
  }

  /** What a variable began as. */
  initial(file: string, name: string): GraphNode {
    return this.#placedNode('initial', file, name)
  }

  /** A top-level statement. */
  effect(file: string, index: number): GraphNode {
    return this.#placedNode('effect', file, String(index))
  }

  /** The top-level statements of a module. */
  effects(file: string): readonly GraphNode[] {
    let nodes = this.#effects.get(file)
    if (!nodes) this.#effects.set(file, (nodes = this.modules.record(file).effects.map((_, index) => this.effect(file, index))))
    return nodes
  }

  /** What is known of a top-level statement. */
  effectOf(node: GraphNode): Effect {
    return this.modules.record(node.file!).effects[Number(node.parts[0])]!
  }

  /** Whether a module gives away one object, of which whoever has it may change any part: that of CommonJS, or what stands in JSON. */
  isChangeable({ kind, file }: GraphNode): boolean {
    return kind === 'asset' || (file !== undefined && this.modules.record(file).commonJs)
  }

  asset(file: string, name: string): GraphNode {
    return this.#placedNode('asset', file, name)
  }

  namespace(file: string): GraphNode {
    return this.#placedNode('namespace', file, '*')
  }

  /** A module that can't be read as code: all of its text stands for whatever is asked of it. */
  unread(file: string): GraphNode {
    return this.#placedNode('unread', file, '*')
  }

  packageExport({ name: owner, version, digest, id, manifest }: Extract<Target, { kind: 'package' }>, name: string): GraphNode {
    return this.#node('package', name, owner, version, digest, id, manifest)
  }

  unresolved({ importer, specifier }: Extract<Target, { kind: 'unresolved' }>, name: string): GraphNode {
    return this.#node('unresolved', undefined, importer, specifier, name)
  }

  missing(file: string, name: string): GraphNode {
    return this.#node('missing', undefined, file, name)
  }

  /** A node that stands in a file. */
  #placedNode(kind: PlacedKind, file: string, name: string): GraphNode {
    const files = this.#placed[kind]
    let names = files.get(file)
    if (!names) files.set(file, (names = new Map()))
    let node = names.get(name)
    const isNamed = kind !== 'effect' && kind !== 'evaluation'
    if (!node) names.set(name, (node = new GraphNode(kind, file, isNamed ? name : undefined, isNamed ? [] : [name])))
    return node
  }

  /** A node that stands for something outside the project's files. */
  #node(kind: Exclude<NodeKind, PlacedKind>, name?: string, ...parts: string[]): GraphNode {
    const id = [kind, name, ...parts].join('\0')
    let node = this.#nodes.get(id)
    if (!node) this.#nodes.set(id, (node = new GraphNode(kind, undefined, name, parts)))
    return node
  }

  /** A node with what stands in it. */
  made(node: GraphNode): GraphNode {
    if (node.isMade) return node
    for (const ref of node.refs) ref.dependents.delete(node)
    node.fill(this.#contentOf(node))
    for (const file of node.file === undefined ? node.files : [node.file, ...node.files]) {
      const nodes = this.#byFile.get(file)
      if (nodes) nodes.add(node)
      else this.#byFile.set(file, new Set([node]))
    }
    for (const ref of node.refs) ref.dependents.add(node)
    return node
  }

  #contentOf(node: GraphNode): Content {
    const { kind, file, name, parts } = node
    switch (kind) {
      case 'unit':
        return this.#unitContent(file!, name!)
      case 'origin':
      case 'initial':
        return this.#originContent(file!, name!, kind === 'origin')
      case 'effect':
        return this.#contentOfUnit(this.modules.record(file!).effects[Number(parts[0])]!, file!)
      case 'dropped':
        return { text: 'dropped', refs: [this.initial(file!, name!)], dropped: true }
      case 'namespace': {
        const files = new Set<string>()
        const names = this.#exports.names(file!, files)
        const refs = names.map((item) => this.#exports.find(file!, item, undefined, files))
        const { commonJs, givesIndirectly, effects, units } = this.modules.record(file!)
        // A script that gives away nothing by name does so in a way that is not known.
        const gives = (effect: Effect): boolean => effect.writes.some((write) => write.name === 'exports')
        const isAll = commonJs && (givesIndirectly || (names.length === 0 && !effects.some(gives)))
        effects.forEach((effect, index) => {
          if (isAll || gives(effect)) refs.push(this.effect(file!, index))
        })
        if (commonJs && givesIndirectly) refs.push(...Object.keys(units).map((unit) => this.variable(file!, unit)))
        return { text: `namespace ${JSON.stringify(names)}`, refs, files: [...files] }
      }
      case 'evaluation':
        return { text: 'evaluation' }
      case 'program': {
        const { files, acting } = this.closure.of(file!)
        const own = this.modules.record(file!).broken === undefined ? this.namespace(file!) : this.unread(file!)
        return { text: 'program', refs: [own, ...acting.flatMap((one) => this.effects(one))], files: [...files] }
      }
      case 'asset': {
        const { digest, isMember } = this.modules.asset(file!, name!)
        return { text: `asset ${digest}`, ...(!isMember && { listed: '*' }) }
      }
      case 'unread':
        return { text: `unread ${this.modules.asset(file!, name!).digest}`, unread: this.modules.record(file!).broken! }
      case 'package': {
        const [owner, version, digest, entry, manifest] = parts as [string, string, string, string, string]
        return { text: `package ${owner}@${version} ${digest} ${entry}#${name}`, package: { name: owner, version }, files: [manifest] }
      }
      case 'builtin':
        return { text: `builtin ${parts[0]}#${parts[1]}` }
      case 'unresolved': {
        const [importer, specifier, item] = parts as [string, string, string]
        return { text: `unresolved ${specifier}#${item}`, unresolved: { specifier, importer } }
      }
      case 'nothing':
        return { text: 'dropped' }
      case 'missing':
        return { text: `missing ${parts[1]}`, files: [parts[0]!] }
    }
  }

  #unitContent(file: string, name: string): Content {
    const record = this.modules.record(file)
    const unit = record.units[name]
    if (!unit) return { text: `missing ${name}` }
    const role = roleOf(record, name)
    if (role === 'dropped') return { text: 'dropped', refs: [this.initial(file, name)], dropped: true }
    return role === 'state' ? { text: 'state', state: true } : this.#contentOfUnit(unit, file)
  }

  #originContent(file: string, name: string, withWriters: boolean): Content {
    const record = this.modules.record(file)
    const content = this.#contentOfUnit(record.units[name]!, file)
    const files = new Set(content.files)
    const writers = withWriters ? writersOf(this, file, name, files) : []
    const refs = inOrder(writers, record).map((writer) => (writer.startsWith('effect:') ? this.effect(file, Number(writer.slice(7))) : this.variable(file, writer)))
    return { ...content, text: `origin ${content.text}`, refs: [...content.refs!, ...refs], files: [...files] }
  }

  /** A unit of a module, and what it reads of the platform by way of other modules. */
  withPassedOn(unit: Unit, file: string): Unit {
    return this.#withPassedOn(unit, unit.refs.map((reference) => (reference.kind === 'inner' ? undefined : this.source(reference, file))), file)
  }

  #withPassedOn(unit: Unit, refs: readonly (GraphNode | undefined)[], file: string): Unit {
    return withPassedOn(unit, refs, (from) => Math.max(0, this.modules.host.readFile(file)?.indexOf(from) ?? 0))
  }

  /** What stands in a node of a unit: its references lead on. */
  #contentOfUnit(unit: Unit, file: string): Content {
    const files = new Set<string>()
    const refs = unit.refs.map((reference) => this.target(reference as OuterReference, file, files))
    let { text } = unit
    for (const index of unit.namesSeen) text += `\nname ${index} ${refs[index]!.declaredName}`
    for (const index of unit.sourcesSeen) text += `\nsource ${index} ${this.sourceDigest(refs[index]!)}`
    return { text, refs, unit: this.#withPassedOn(unit, refs, file), members: membersOf(unit, refs), files: [...files] }
  }

  /** Over the text around a function, for code that reads it. */
  sourceDigest({ kind, file, name }: GraphNode): string {
    if (kind !== 'unit') return ''
    const { units, variables } = this.modules.record(file!)
    const init = variables[name!]?.init
    // The text of an object or a number has nothing to do with its source.
    if (init === 'data' || init === 'constant' || isBuiltIn(units[name!])) return ''
    return hash('sha256', this.modules.host.readFile(file!) ?? '')
  }

  /** The hash of a node over all that it reaches. */
  hash(node: GraphNode): string {
    if (node.hash === undefined) hashFrom(node, (other) => this.made(other))
    return node.hash!
  }

  /** Forgets what a file decided, and the hashes of all above it. */
  invalidate(file?: string): void {
    this.closure.invalidate(file)
    this.effectIndex.invalidate()
    if (file === undefined) {
      for (const map of [this.#nodes, ...Object.values(this.#placed), this.#effects, this.#byFile]) map.clear()
      return
    }
    this.#effects.delete(file)
    const changed = this.#byFile.get(file) ?? []
    this.#byFile.delete(file)
    for (const node of changed) this.#unmake(node)
  }

  /** Takes a node's content to be another than before. */
  #unmake(node: GraphNode): void {
    node.isMade = false
    const stale = [node]
    for (let at = stale.pop(); at; at = stale.pop()) {
      // What refers to it has none either, then.
      if (at.hash === undefined) continue
      at.hash = undefined
      at.changesArguments = undefined
      for (const dependent of at.dependents) stale.push(dependent)
    }
  }
}
