import { hash } from 'node:crypto'
import type { ModuleRecord } from './record.ts'
import type { Modules, Target } from './modules.ts'
import type { Reference, Unit } from './unit.ts'

/**
 * A node of the graph of all code: a top-level binding, an export of a package, an asset, a namespace.
 * Its id tells what it is; nodes are made when first asked for.
 */
export type NodeId = string

const SEPARATOR = '\0'
const DROPPED: NodeId = 'dropped'
const unitId = (file: string, name: string): NodeId => `unit${SEPARATOR}${file}${SEPARATOR}${name}`

export interface GraphNode {
  id: NodeId
  /** Its own code in normal form, or what stands for it. */
  text: string
  refs: readonly NodeId[]
  unit?: Unit
  /** The module it stands in, for bindings. */
  file?: string
  /** The binding's name in that module, or an export's of a package. */
  name?: string
  package?: { name: string; version: string }
  /** A variable whose value its code doesn't fix. */
  state?: boolean
  unresolved?: { specifier: string; importer: string }
  /** Files that decided what this node is, beside its own. */
  files: readonly string[]
  /** First digits of a hash over its own code alone; made when first asked for. */
  own?: string
}

/** How a reference to a variable is treated: by its code alone, by a value of its own, or not at all. */
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

/**
 * The graph of bindings over all modules, and a hash per node over everything beneath it. Nodes that form a cycle are
 * hashed by refinement: each begins with its own text and is hashed again with those it refers to, often enough
 * that two nodes come out equal just when what unfolds from them is equal. So the result is the same from each entry.
 */
export class Graph {
  readonly modules: Modules
  readonly #nodes = new Map<NodeId, GraphNode>()
  readonly #hashes = new Map<NodeId, string>()
  /** For each node those that refer to it. */
  readonly #dependents = new Map<NodeId, Set<NodeId>>()
  /** For each file the nodes that it had a part in. */
  readonly #byFile = new Map<string, Set<NodeId>>()

  constructor(modules: Modules) {
    this.modules = modules
  }

  /** The node that a reference in a module leads to. */
  target(reference: Exclude<Reference, { kind: 'inner' }>, file: string, visited: string[] = []): NodeId {
    if (reference.kind === 'top') return this.#binding(file, reference.name, reference.member)
    const target = this.modules.resolve(reference.from, file)
    switch (target.kind) {
      case 'module': {
        const id = this.exported(target.file, reference.name, reference.member, visited)
        return this.#isDropped(id, reference, file) ? DROPPED : id
      }
      case 'asset':
        return `asset${SEPARATOR}${target.file}`
      case 'package':
        return this.#packageNode(target, reference.name === '*' && reference.member ? reference.member : reference.name)
      case 'builtin':
        return `builtin${SEPARATOR}${target.name}${SEPARATOR}${reference.name}`
      case 'self':
        return `builtin${SEPARATOR}unplugin-persist${SEPARATOR}${reference.name}`
      case 'unresolved':
        if (reference.optional) return DROPPED
        return `unresolved${SEPARATOR}${target.importer}${SEPARATOR}${target.specifier}${SEPARATOR}${reference.name}`
    }
  }

  /** Of a logger nothing comes back. A function may still do something, so that only variables are meant. */
  #isDropped(id: NodeId, reference: Extract<Reference, { kind: 'import' }>, file: string): boolean {
    if (!this.modules.record(file).dropped.includes(`${reference.from}${SEPARATOR}${reference.name}`)) return false
    const [kind, owner, name] = id.split(SEPARATOR)
    return kind === 'unit' && this.modules.record(owner!).variables[name!] !== undefined
  }

  /** The node behind a module's export, through whatever passes it on. */
  exported(file: string, name: string, member?: string, visited: string[] = []): NodeId {
    const node = this.#find(file, name, member, visited)
    if (node !== undefined) return node
    const record = this.modules.record(file)
    // What a CommonJS module gives away can be anything that it did to `exports`.
    if (record.commonJs) return this.#find(file, '=', name === 'default' ? member : undefined, visited) ?? `namespace${SEPARATOR}${file}`
    return `missing${SEPARATOR}${file}${SEPARATOR}${name}`
  }

  #find(file: string, name: string, member: string | undefined, visited: string[]): NodeId | undefined {
    visited.push(file)
    const record = this.modules.record(file)
    if (name === '*') {
      if (record.exports['='] && !member) return this.#find(file, '=', undefined, visited)
      // Of a namespace that another module passes on only a member is named.
      if (member) return this.exported(file, member, undefined, visited)
      return `namespace${SEPARATOR}${file}`
    }
    const own = record.exports[name]
    if (own?.kind === 'local') return this.#binding(file, own.name, member)
    if (own?.kind === 'from') return this.#follow(own.from, own.name, member, file, visited)
    if (name === 'default') return undefined
    for (const from of record.stars) {
      const target = this.modules.resolve(from, file)
      if (target.kind === 'module') {
        if (visited.includes(target.file)) continue
        const found = this.#find(target.file, name, member, visited)
        if (found !== undefined) return found
      }
    }
    // `export *` from a package: there is no telling what it exports, so the first one answers.
    for (const from of record.stars) {
      const target = this.modules.resolve(from, file)
      if (target.kind === 'package') return this.#packageNode(target, name)
      if (target.kind === 'self') return this.target({ kind: 'import', from, name }, file)
      if (target.kind === 'unresolved') return `unresolved${SEPARATOR}${target.importer}${SEPARATOR}${target.specifier}${SEPARATOR}${name}`
    }
    return undefined
  }

  #follow(from: string, name: string, member: string | undefined, file: string, visited: string[]): NodeId | undefined {
    const target = this.modules.resolve(from, file)
    if (target.kind !== 'module') return this.target({ kind: 'import', from, name, ...(member ? { member } : {}) }, file, visited)
    if (visited.filter((seen) => seen === target.file).length > 8) return undefined
    return this.#find(target.file, name, member, visited) ?? this.exported(target.file, name, member, visited)
  }

  #binding(file: string, name: string, member?: string): NodeId {
    const record = this.modules.record(file)
    if (member !== undefined && record.units[`${name}.${member}`] && record.kinds[name] === 'enum') return unitId(file, `${name}.${member}`)
    return unitId(file, name)
  }

  #packageNode(target: Extract<Target, { kind: 'package' }>, name: string): NodeId {
    return ['package', target.name, target.version, target.digest, target.id, name, target.manifest].join(SEPARATOR)
  }

  /** A top-level binding of a module. */
  variable(file: string, name: string): NodeId {
    return unitId(file, name)
  }

  /** How a variable came to its value: its initialiser and all that writes to it. */
  origin(file: string, name: string): NodeId {
    return `origin${SEPARATOR}${file}${SEPARATOR}${name}`
  }

  /** What a variable began as. */
  initial(file: string, name: string): NodeId {
    return `initial${SEPARATOR}${file}${SEPARATOR}${name}`
  }

  node(id: NodeId): GraphNode {
    let node = this.#nodes.get(id)
    if (!node) {
      node = this.#make(id)
      this.#nodes.set(id, node)
      for (const file of node.file === undefined ? node.files : [node.file, ...node.files]) add(this.#byFile, file, id)
      for (const ref of node.refs) add(this.#dependents, ref, id)
    }
    return node
  }

  #make(id: NodeId): GraphNode {
    const [kind, ...rest] = id.split(SEPARATOR)
    switch (kind) {
      case 'unit':
        return this.#makeUnit(id, rest[0]!, rest[1]!)
      case 'origin':
      case 'initial':
        return this.#makeOrigin(id, rest[0]!, rest[1]!, kind === 'origin')
      case 'effect': {
        const effect = this.modules.record(rest[0]!).effects[Number(rest[1])]!
        return this.fromUnit(id, effect, rest[0]!)
      }
      case 'namespace': {
        const file = rest[0]!
        const visited: string[] = []
        const names = this.exportNames(file, visited)
        const refs = names.map((name) => this.exported(file, name, undefined, visited))
        this.modules.record(file).effects.forEach((effect, index) => {
          if (effect.writes.includes('exports')) refs.push(this.effect(file, index))
        })
        return { id, text: `namespace ${JSON.stringify(names)}`, refs, file, name: '*', files: visited }
      }
      case 'asset':
        return { id, text: `asset ${this.modules.assetDigest(rest[0]!)}`, refs: [], file: rest[0]!, name: '*', files: [] }
      case 'package': {
        const [name, version, digest, entry, binding, manifest] = rest as [string, string, string, string, string, string]
        return { id, text: `package ${name}@${version} ${digest} ${entry}#${binding}`, refs: [], name: binding, package: { name, version }, files: [manifest] }
      }
      case 'builtin':
        return { id, text: `builtin ${rest[0]}#${rest[1]}`, refs: [], files: [] }
      case 'unresolved': {
        const [importer, specifier, name] = rest as [string, string, string]
        return { id, text: `unresolved ${specifier}#${name}`, refs: [], unresolved: { specifier, importer }, files: [] }
      }
      case 'dropped':
        return { id, text: 'dropped', refs: [], files: [] }
      default:
        return { id, text: `missing ${rest[1]}`, refs: [], files: [rest[0]!] }
    }
  }

  #makeUnit(id: NodeId, file: string, name: string): GraphNode {
    const record = this.modules.record(file)
    const unit = record.units[name]
    if (record.broken !== undefined) return { id, text: `broken ${name}`, refs: [], file, name, files: [], unresolved: { specifier: name, importer: file } }
    if (!unit) return { id, text: `missing ${name}`, refs: [], file, name, files: [] }
    const role = roleOf(record, name)
    if (role === 'dropped') return { id, text: 'dropped', refs: [], file, name, files: [] }
    if (role === 'state') return { id, text: 'state', refs: [], file, name, state: true, files: [] }
    return { ...this.fromUnit(id, unit, file), name }
  }

  #makeOrigin(id: NodeId, file: string, name: string, withWriters: boolean): GraphNode {
    const record = this.modules.record(file)
    const node = this.fromUnit(id, record.units[name]!, file)
    const writers = withWriters ? (record.variables[name]?.writers ?? []) : []
    const refs = writers.map((writer) => (writer.startsWith('effect:') ? this.effect(file, Number(writer.slice(7))) : unitId(file, writer)))
    return { ...node, text: `origin ${node.text}`, refs: [...node.refs, ...refs], name }
  }

  effect(file: string, index: number): NodeId {
    return `effect${SEPARATOR}${file}${SEPARATOR}${index}`
  }

  /** A node of a unit: its references lead on. */
  fromUnit(id: NodeId, unit: Unit, file: string): GraphNode {
    const visited: string[] = []
    const refs = unit.refs.map((reference) => this.target(reference as Exclude<Reference, { kind: 'inner' }>, file, visited))
    let text = unit.text
    for (const index of unit.namesSeen) text += `\nname ${index} ${nameOfNode(refs[index]!)}`
    for (const index of unit.sourcesSeen) text += `\nsource ${index} ${this.sourceDigest(refs[index]!)}`
    return { id, text, refs, unit, file, files: visited }
  }

  /** Over the text around a function, for code that reads it. */
  sourceDigest(id: NodeId): string {
    const [kind, file] = id.split(SEPARATOR)
    return kind === 'unit' ? hash('sha256', this.modules.host.readFile(file!) ?? '') : ''
  }

  exportNames(file: string, visited: string[] = []): string[] {
    const names = new Set<string>()
    const walk = (at: string): void => {
      if (visited.includes(at)) return
      visited.push(at)
      const record = this.modules.record(at)
      for (const name of Object.keys(record.exports)) if (at === file || name !== 'default') names.add(name)
      for (const from of record.stars) {
        const target = this.modules.resolve(from, at)
        if (target.kind === 'module') walk(target.file)
        else names.add(`* ${from}`)
      }
    }
    walk(file)
    return [...names].sort()
  }

  /** The hash of a node over all that it reaches. */
  hash(id: NodeId): string {
    const known = this.#hashes.get(id)
    if (known !== undefined) return known
    this.#hashComponents(id)
    return this.#hashes.get(id)!
  }

  /** Tarjan's algorithm, without recursion: components come out with those they refer to before them. */
  #hashComponents(start: NodeId): void {
    const index = new Map<NodeId, number>()
    const low = new Map<NodeId, number>()
    const onStack = new Set<NodeId>()
    const stack: NodeId[] = []
    const work: { id: NodeId; next: number }[] = []
    const enter = (id: NodeId): void => {
      index.set(id, index.size)
      low.set(id, index.get(id)!)
      stack.push(id)
      onStack.add(id)
      work.push({ id, next: 0 })
    }
    enter(start)
    while (work.length > 0) {
      const frame = work.at(-1)!
      const { refs } = this.node(frame.id)
      if (frame.next < refs.length) {
        const ref = refs[frame.next++]!
        if (this.#hashes.has(ref)) continue
        if (!index.has(ref)) enter(ref)
        else if (onStack.has(ref)) low.set(frame.id, Math.min(low.get(frame.id)!, index.get(ref)!))
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) low.set(parent.id, Math.min(low.get(parent.id)!, low.get(frame.id)!))
      if (low.get(frame.id) !== index.get(frame.id)) continue
      const component: NodeId[] = []
      let member: NodeId
      do {
        member = stack.pop()!
        onStack.delete(member)
        component.push(member)
      } while (member !== frame.id)
      this.#hashComponent(component)
    }
  }

  #hashComponent(component: readonly NodeId[]): void {
    const inside = new Set(component)
    const isCycle = component.length > 1 || this.node(component[0]!).refs.includes(component[0]!)
    if (!isCycle) {
      const node = this.node(component[0]!)
      this.#hashes.set(node.id, digest(node.text, node.refs.map((ref) => this.#hashes.get(ref)!)))
      return
    }
    let colours = new Map(component.map((id) => [id, digest(this.node(id).text, [])]))
    let distinct = 0
    // As soon as a round tells no more nodes apart than the one before, further ones can't either.
    while (new Set(colours.values()).size > distinct) {
      distinct = new Set(colours.values()).size
      colours = new Map(
        component.map((id) => {
          const node = this.node(id)
          return [id, digest(node.text, node.refs.map((ref) => (inside.has(ref) ? colours.get(ref)! : this.#hashes.get(ref)!)))]
        }),
      )
    }
    // A colour has seen no further than the rounds went; all of them together are the whole cycle.
    const whole = [...new Set(colours.values())].sort()
    for (const [id, colour] of colours) this.#hashes.set(id, digest(colour, whole))
  }

  /** Forgets what a file decided, and the hashes of all above it. */
  invalidate(file?: string): void {
    if (file === undefined) {
      for (const map of [this.#nodes, this.#hashes, this.#dependents, this.#byFile]) map.clear()
      return
    }
    const changed = [...(this.#byFile.get(file) ?? [])]
    this.#byFile.delete(file)
    const stale = new Set(changed)
    for (const id of stale) {
      this.#hashes.delete(id)
      for (const dependent of this.#dependents.get(id) ?? []) stale.add(dependent)
    }
    for (const id of changed) this.#nodes.delete(id)
  }

  /** Nodes that could not be resolved are looked for again. */
  invalidateUnresolved(): void {
    for (const [id, node] of this.#nodes) {
      if (!node.unresolved && !id.startsWith('missing')) continue
      for (const dependent of this.#dependents.get(id) ?? []) {
        const at = this.#nodes.get(dependent)?.file
        if (at !== undefined) this.invalidate(at)
      }
      this.#nodes.delete(id)
      this.#hashes.delete(id)
    }
  }
}

export function nameOfNode(id: NodeId): string {
  const parts = id.split(SEPARATOR)
  return parts[0] === 'unit' ? parts[2]! : parts[0] === 'package' ? parts[5]! : ''
}

/** First digits of a hash over a node's own code, so that a change shows where it was made. */
export function ownDigest(node: GraphNode): string {
  return (node.own ??= hash('sha256', node.text).slice(0, 8))
}

export function digest(text: string, parts: readonly string[]): string {
  return hash('sha256', `${parts.length}\0${parts.join('')}\0${text}`)
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key)
  if (set) set.add(value)
  else map.set(key, new Set([value]))
}
