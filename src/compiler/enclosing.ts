import type { Node } from '@babel/types'
import type { Graph } from './graph.ts'
import { digest } from './hashing.ts'
import { normalize } from './normalize.ts'
import { initKind } from './pure.ts'
import type { ParsedModule } from './record.ts'
import type { Capture } from './root.ts'
import { functionScope, isWithin, lookUpName, type Binding, type Scope } from './scope.ts'
import type { Unit } from './unit.ts'

/** Judges variables and functions of the functions around a marked one. */
export class Enclosing {
  readonly #graph: Graph
  readonly #parsed: ParsedModule
  readonly #file: string
  readonly #scope: Scope
  readonly #range: Node

  constructor(graph: Graph, parsed: ParsedModule, file: string, scope: Scope, range: Node) {
    this.#graph = graph
    this.#parsed = parsed
    this.#file = file
    this.#scope = scope
    this.#range = range
  }

  /** Whether a binding is all said by its code; every other one is a value. */
  isCode(binding: Binding): boolean {
    if (binding.uses.some((use) => use.writes)) return false
    if (binding.kind === 'function' || binding.kind === 'class' || binding.kind === 'self') return true
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier' || binding.more) return false
    return initKind(declaration.init, this.#parsed.purity) === 'code' || this.#isMemo(binding)
  }

  unit(binding: Binding): Unit {
    const { declaration } = binding
    const node = declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' ? declaration.init! : declaration
    return normalize([node], this.#parsed.context)
  }

  /** A container that only the marked function itself fills. */
  #isMemo(binding: Binding): boolean {
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || initKind(declaration.init, this.#parsed.purity) !== 'data') return false
    const uses = binding.uses.filter((use) => use.node.start! < declaration.start! || use.node.end! > declaration.end!)
    return (
      uses.some((use) => use.mutates) &&
      uses.every((use) => !use.escapes || use.method === 'get') &&
      uses.every((use) => use.node.start! >= this.#range.start! && use.node.end! <= this.#range.end!)
    )
  }

  /** How a variable is read when a call is made; nothing where nothing comes back from it, `hidden` where it can't be named. */
  capture(binding: Binding): Capture | 'hidden' | undefined {
    const uses = binding.uses.filter((use) => isWithin(use.scope, functionScope(this.#scope)))
    if (uses.length > 0 && uses.every((use) => use.dropped && !use.writes)) return undefined
    if (lookUpName(this.#scope, binding.name) !== binding) return 'hidden'
    const { declaration } = binding
    const capture: Capture = { name: binding.name, expression: binding.name }
    if (declaration.type === 'VariableDeclarator' || declaration.type === 'TSEnumDeclaration') {
      const unit = normalize([declaration], this.#parsed.context)
      const hashes = unit.refs.map((reference) => (reference.kind === 'inner' ? reference.binding.name : this.#graph.hash(this.#graph.target(reference, this.#file))))
      capture.provenance = digest(unit.text, hashes).slice(0, 16)
    }
    return capture
  }
}
