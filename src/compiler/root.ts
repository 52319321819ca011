import { hash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { Node } from '@babel/types'
import type { CaptureDescriptor } from '../descriptor.ts'
import { digest, nameOfNode, type Graph, type GraphNode, type NodeId } from './graph.ts'
import { normalize } from './normalize.ts'
import { initKind } from './pure.ts'
import { describeVariable, type ParsedModule } from './record.ts'
import { functionScope, isWithin, lookUpName, type Binding, type Scope } from './scope.ts'
import type { Remark, Unit } from './unit.ts'

/** A value that a call reads, and the expression that reads it. */
export interface Capture extends CaptureDescriptor {
  expression: string
}

/** What a marked function's code depends on, all together. */
export interface RootAnalysis {
  fingerprint: string
  captures: Capture[]
  /** Everything that was reached, in the order of first use. */
  reached: GraphNode[]
  untracked: RootRemark[]
  impure: RootRemark[]
  unresolved: { specifier: string; importer: string }[]
  /** Files that decided what the code is. */
  files: Set<string>
  /** Absolute paths, or paths from the project, of files that the code reads. */
  inputs: string[]
  /** Functions and classes that are named in the module and reached, with their hashes. */
  known: { expression: string; fingerprint: string }[]
}

export interface RootRemark extends Remark {
  file: string
}

/** Changes whenever the same code would get another fingerprint: part of every fingerprint. */
const EPOCH = 'persist-code-1'

/**
 * Follows a marked function through all that it reaches: makes its fingerprint, and finds what has to be read
 * when a call is made.
 */
export class RootAnalyzer {
  readonly #graph: Graph
  readonly #parsed: ParsedModule
  readonly #file: string

  constructor(graph: Graph, parsed: ParsedModule, file: string) {
    this.#graph = graph
    this.#parsed = parsed
    this.#file = file
  }

  /**
   * @param units the function's own normal form, and that of the class or object whose member it is
   * @param scope where the thunk will stand: the function's scope, or that around a wrapped expression
   * @param range the marked code itself
   * @param jsx what JSX means in this project, for functions that use it
   */
  analyze(units: readonly Unit[], scope: Scope, range: Node, jsx: () => string): RootAnalysis {
    const walk = new RootWalk(this.#graph, this.#parsed, this.#file, scope, range)
    return walk.run(units, jsx)
  }
}

class RootWalk {
  readonly #graph: Graph
  readonly #parsed: ParsedModule
  readonly #file: string
  readonly #scope: Scope
  readonly #range: Node
  readonly #captures: Capture[] = []
  readonly #captured = new Set<string | Binding>()
  readonly #reached = new Map<NodeId, GraphNode>()
  readonly #behind = new Map<NodeId, GraphNode>()
  readonly #innerQueue: Binding[] = []
  readonly #origins: NodeId[] = []
  readonly #units: { unit: Unit; file: string }[] = []
  readonly #untracked: RootRemark[] = []

  constructor(graph: Graph, parsed: ParsedModule, file: string, scope: Scope, range: Node) {
    this.#graph = graph
    this.#parsed = parsed
    this.#file = file
    this.#scope = scope
    this.#range = range
  }

  run(units: readonly Unit[], jsx: () => string): RootAnalysis {
    const parts = units.flatMap((unit) => [unit.text, ...this.#enterUnit(unit)])
    // Functions of enclosing functions are code too; each may bring further ones.
    for (let i = 0; i < this.#innerQueue.length; i++) {
      const binding = this.#innerQueue[i]!
      const inner = this.#innerUnit(binding)
      parts.push(`inner ${i} ${inner.text}`, ...this.#enterUnit(inner))
    }
    this.#decideStates()
    const effects = this.#effects()
    for (const origin of this.#origins) parts.push(`origin ${this.#graph.hash(origin)}`)
    parts.push(...effects)
    const reflects = this.#units.some((entry) => entry.unit.reflects)
    if (reflects) parts.push(`names ${this.#classNames().join(',')}`)
    if (this.#units.some((entry) => entry.unit.jsx)) parts.push(`jsx ${jsx()}`)
    this.#readByName()
    const files = new Set<string>()
    const unresolved: { specifier: string; importer: string }[] = []
    for (const node of [...this.#reached.values(), ...this.#behind.values()]) {
      if (node.file !== undefined) files.add(node.file)
      for (const file of node.files) files.add(file)
      if (node.unresolved) unresolved.push(node.unresolved)
    }
    return {
      fingerprint: hash('sha256', [EPOCH, ...parts].join('\n')).slice(0, 32),
      captures: this.#captures,
      reached: [...this.#reached.values()],
      untracked: [...this.#untracked, ...this.#remarks('untracked')],
      impure: this.#remarks('impure'),
      unresolved,
      files,
      inputs: this.#inputs(),
      known: this.#known(),
    }
  }

  /** Follows what a unit of the marked file refers to; answers the hashes that stand for it. */
  #enterUnit(unit: Unit): string[] {
    this.#units.push({ unit, file: this.#file })
    const parts: string[] = []
    unit.refs.forEach((reference, index) => {
      if (reference.kind === 'inner') parts.push(`R${index} ${this.#enterInner(reference.binding)}`)
      else {
        const id = this.#graph.target(reference, this.#file, [])
        this.#visit(id)
        parts.push(`R${index} ${this.#graph.hash(id)}`)
        if (unit.namesSeen.includes(index)) parts.push(`name ${nameOfNode(id)}`)
      }
    })
    return parts
  }

  /** An enclosing function's own function is code; every other variable of it is a value. */
  #enterInner(binding: Binding): string {
    if (this.#isInnerCode(binding)) {
      let at = this.#innerQueue.indexOf(binding)
      if (at < 0) at = this.#innerQueue.push(binding) - 1
      return `inner ${at}`
    }
    this.#captureInner(binding)
    return 'value'
  }

  #isInnerCode(binding: Binding): boolean {
    if (binding.uses.some((use) => use.writes)) return false
    if (binding.kind === 'function' || binding.kind === 'class' || binding.kind === 'self') return true
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier' || binding.more) return false
    return initKind(declaration.init, this.#parsed.purity) === 'code' || this.#isInnerMemo(binding)
  }

  #innerUnit(binding: Binding): Unit {
    const { declaration } = binding
    const node = declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' ? declaration.init! : declaration
    return normalize([node], this.#parsed.context)
  }

  /** A container that only the marked function itself fills. */
  #isInnerMemo(binding: Binding): boolean {
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || initKind(declaration.init, this.#parsed.purity) !== 'data') return false
    const uses = binding.uses.filter((use) => use.node.start! < declaration.start! || use.node.end! > declaration.end!)
    return (
      uses.some((use) => use.mutates) &&
      uses.every((use) => !use.escapes || use.method === 'get') &&
      uses.every((use) => use.node.start! >= this.#range.start! && use.node.end! <= this.#range.end!)
    )
  }

  #captureInner(binding: Binding): void {
    if (this.#captured.has(binding)) return
    this.#captured.add(binding)
    const uses = binding.uses.filter((use) => isWithin(use.scope, functionScope(this.#scope)))
    if (uses.length > 0 && uses.every((use) => use.dropped && !use.writes)) return
    if (lookUpName(this.#scope, binding.name) !== binding) {
      this.#untracked.push({ what: `\`${binding.name}\` of an enclosing function, hidden by another of that name`, start: this.#range.start!, file: this.#file })
      return
    }
    const { declaration } = binding
    const capture: Capture = { name: binding.name, expression: binding.name }
    const init = declaration.type === 'VariableDeclarator' ? declaration : declaration.type === 'TSEnumDeclaration' ? declaration : undefined
    if (init) {
      const unit = normalize([init], this.#parsed.context)
      const hashes = unit.refs.map((reference) => (reference.kind === 'inner' ? reference.binding.name : this.#graph.hash(this.#graph.target(reference, this.#file))))
      capture.provenance = digest(unit.text, hashes).slice(0, 16)
    }
    this.#captures.push(capture)
  }

  /** All that is reached from a node, each once, in the order of first use. */
  #visit(id: NodeId): void {
    const stack = [id]
    while (stack.length > 0) {
      const next = stack.pop()!
      if (this.#reached.has(next)) continue
      const node = this.#graph.node(next)
      this.#reached.set(next, node)
      if (node.unit && node.file !== undefined) this.#units.push({ unit: node.unit, file: node.file })
      for (let i = node.refs.length - 1; i >= 0; i--) stack.push(node.refs[i]!)
    }
  }

  /** What each variable with a value of its own becomes: ignored, read at call time, or its history. */
  #decideStates(): void {
    const done = new Set<NodeId>()
    for (let changed = true; changed; ) {
      changed = false
      for (const [id, node] of this.#reached) {
        if (!node.state || done.has(id)) continue
        done.add(id)
        changed = true
        this.#decideState(node)
      }
    }
  }

  #decideState(node: GraphNode): void {
    const file = node.file!
    const name = node.name!
    const record = this.#graph.modules.record(file)
    const variable = record.variables[name]!
    const origin = this.#graph.origin(file, name)
    if (this.#isMemo(file, name)) {
      this.#follow(this.#graph.initial(file, name))
      return
    }
    const expression = this.#expressionFor(file, name)
    if (expression !== undefined) {
      if (this.#captured.has(expression)) return
      this.#captured.add(expression)
      const isStable = !variable.reassigned && !variable.mutated && !variable.escapes && !variable.exported
      this.#captures.push({
        name: expression,
        expression,
        provenance: this.#graph.hash(origin).slice(0, 16),
        ...(isStable ? { stable: true } : {}),
      })
      this.#stayBehind(origin)
      if (variable.init === 'other' && this.#isInstance(name, file)) this.#untracked.push({ what: expression, start: this.#range.start!, file: this.#file })
      return
    }
    this.#follow(origin)
    const isChanged = variable.reassigned || variable.writers.some((writer) => !writer.startsWith('effect:'))
    if (isChanged || this.#graph.node(origin).unit?.impure.length) {
      this.#untracked.push({ what: `${this.#graph.modules.nameOf(file)}#${name}`, start: this.#range.start!, file: this.#file })
    }
  }

  #isInstance(name: string, file: string): boolean {
    const text = this.#graph.modules.record(file).units[name]?.text ?? ''
    return text.startsWith('new(')
  }

  /** The variable's history is part of the code. */
  #follow(origin: NodeId): void {
    this.#origins.push(origin)
    this.#visit(origin)
  }

  /**
   * The value counts, and its history stands for it only where it is no data: then the environment that went into it
   * counts too, and an edit of it has to be noticed.
   */
  #stayBehind(origin: NodeId): void {
    const stack = [origin]
    while (stack.length > 0) {
      const id = stack.pop()!
      if (this.#reached.has(id) || this.#behind.has(id)) continue
      const node = this.#graph.node(id)
      this.#behind.set(id, node)
      stack.push(...node.refs)
    }
  }

  /** A private container, or a client made when first needed, that only functions reached from here write to. */
  #isMemo(file: string, name: string): boolean {
    const record = this.#graph.modules.record(file)
    const variable = record.variables[name]!
    if (variable.exported || variable.writers.length === 0) return false
    const isLazy = variable.reassigned && variable.onlyFilledIn && !variable.mutated
    const isContainer = !variable.reassigned && variable.mutated && variable.init === 'data'
    if (!isLazy && !isContainer) return false
    return variable.writers.every((writer) => {
      if (writer.startsWith('effect:')) return false
      const ids = [...this.#reached.values()].some((node) => node.file === file && node.name === writer)
      return ids || this.#isWithinRange(file, writer)
    })
  }

  /** The marked function itself is the writer, or part of it. */
  #isWithinRange(file: string, writer: string): boolean {
    if (file !== this.#file) return false
    const binding = this.#parsed.scopes.module.bindings.get(writer)
    const declaration = binding?.declaration
    if (!declaration) return false
    return declaration.start! <= this.#range.start! && declaration.end! >= this.#range.end!
  }

  /** How the marked file can read a variable: its own by name, another module's through an import that it has. */
  #expressionFor(file: string, name: string): string | undefined {
    const { module } = this.#parsed.scopes
    const isVisible = (local: string): boolean => lookUpName(this.#scope, local)?.scope === module
    if (file === this.#file) return module.bindings.has(name) && isVisible(name) ? name : undefined
    for (const [local, target] of this.#parsed.context.imports) {
      if (!isVisible(local) || module.bindings.get(local)!.uses.length === 0) continue
      if (target.name === '*') {
        const resolved = this.#graph.modules.resolve(target.from, this.#file)
        if (resolved.kind !== 'module') continue
        for (const exported of this.#graph.exportNames(resolved.file)) {
          if (/^[\w$]+$/.test(exported) && this.#leadsTo(this.#graph.exported(resolved.file, exported), file, name)) return `${local}.${exported}`
        }
      } else if (this.#leadsTo(this.#graph.target({ kind: 'import', ...target }, this.#file), file, name)) return local
    }
    return undefined
  }

  #leadsTo(id: NodeId, file: string, name: string): boolean {
    const node = this.#graph.node(id)
    return node.state === true && node.file === file && node.name === name
  }

  /** Top-level statements that write to what was reached, module by module in their order. */
  #effects(): string[] {
    const parts: string[] = []
    const included = new Set<NodeId>()
    const modules = new Set<string>()
    for (let before = -1; before !== included.size + modules.size; ) {
      before = included.size + modules.size
      for (const node of [...this.#reached.values()]) if (node.file !== undefined && node.unit) modules.add(node.file)
      modules.add(this.#file)
      for (const file of [...modules]) {
        for (const from of this.#graph.modules.record(file).bare) {
          const target = this.#graph.modules.resolve(from, file)
          if (target.kind === 'module') modules.add(target.file)
        }
      }
      for (const file of modules) {
        const record = this.#graph.modules.record(file)
        record.effects.forEach((effect, index) => {
          const id = this.#graph.effect(file, index)
          if (included.has(id) || !this.#concerns(file, effect.writes)) return
          included.add(id)
          this.#visit(id)
        })
      }
      this.#decideStates()
    }
    for (const file of modules) {
      const hashes = this.#graph.modules.record(file).effects.flatMap((_, index) => {
        const id = this.#graph.effect(file, index)
        return included.has(id) ? [this.#graph.hash(id)] : []
      })
      if (hashes.length > 0) parts.push(`effects ${hashes.join(' ')}`)
    }
    return parts.sort()
  }

  /** Whether a statement writes to a global, or to something that was reached and is code. */
  #concerns(file: string, writes: readonly string[]): boolean {
    const record = this.#graph.modules.record(file)
    return writes.some((write) => {
      if (write === 'global') return true
      const name = write.replace(/^\?/, '')
      const imported = record.imports[name]
      const id = imported ? this.#graph.target({ kind: 'import', ...imported }, file) : this.#graph.target({ kind: 'top', name }, file)
      const node = this.#reached.get(id)
      if (write.startsWith('?') && node && this.#isFunctionLike(node)) return false
      return node !== undefined && node.file !== undefined && !(node.state && this.#captured.has(this.#expressionFor(node.file, node.name!) ?? ''))
    })
  }

  #isFunctionLike(node: GraphNode): boolean {
    if (node.file === undefined || node.name === undefined) return false
    const record = this.#graph.modules.record(node.file)
    const kind = record.kinds[node.name]
    return kind === 'function' || kind === 'class' || record.variables[node.name]?.init === 'code'
  }

  #classNames(): string[] {
    return [...this.#reached.values()].filter((node) => node.file !== undefined && this.#graph.modules.record(node.file).kinds[node.name!] === 'class').map((node) => node.name!).sort()
  }

  /** What is read by its name at call time, wherever it is reached from. */
  #readByName(): void {
    const units = this.#units.map(({ unit }) => unit)
    const behind = [...this.#behind.values()].flatMap((node) => node.unit ?? [])
    const names = (pick: (unit: Unit) => readonly string[], from = units): string[] => [...new Set(from.flatMap(pick))].sort()
    for (const name of names((unit) => unit.env, [...units, ...behind])) this.#captures.push({ name: `process.env.${name}`, expression: /^[A-Za-z_$][\w$]*$/.test(name) ? `process.env.${name}` : `process.env[${JSON.stringify(name)}]` })
    for (const name of names((unit) => unit.metaEnv)) this.#captures.push({ name: `import.meta.env.${name}`, expression: `import.meta.env?.${name}` })
    for (const name of names((unit) => unit.globals)) {
      this.#captures.push({ name, expression: `typeof ${name} === 'undefined' ? void 0 : ${name}`, provenance: `global ${name}` })
    }
    for (const name of names((unit) => unit.platform)) this.#captures.push({ name, expression: name === 'locale' ? '' : name })
  }

  #inputs(): string[] {
    const paths = this.#units.flatMap(({ unit, file }) => unit.files.map((input) => (input.base === 'module' ? resolve(dirname(file), input.path) : input.path)))
    return [...new Set(paths)].sort()
  }

  #remarks(kind: 'untracked' | 'impure'): RootRemark[] {
    const remarks: RootRemark[] = []
    for (const { unit, file } of this.#units) for (const remark of unit[kind]) remarks.push({ ...remark, file })
    return remarks
  }

  /** Functions and classes of the marked file, and those it imports, that were reached: the runtime knows them by their code. */
  #known(): { expression: string; fingerprint: string }[] {
    const known: { expression: string; fingerprint: string }[] = []
    for (const binding of this.#parsed.scopes.module.bindings.values()) {
      if (binding.uses.length === 0) continue
      const imported = this.#parsed.context.imports.get(binding.name)
      if (imported?.name === '*') continue
      const id = imported ? this.#graph.target({ kind: 'import', ...imported }, this.#file) : this.#graph.target({ kind: 'top', name: binding.name }, this.#file)
      const node = this.#reached.get(id)
      if (!node?.file || !node.unit) continue
      if (this.#isFunctionLike(node)) known.push({ expression: binding.name, fingerprint: this.#graph.hash(id).slice(0, 32) })
    }
    return known
  }
}
