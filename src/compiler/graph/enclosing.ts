import type { Node } from '@babel/types'
import { emptyUnit, normalize } from '../bindings/normalize.ts'
import { initKind } from '../bindings/pure.ts'
import type { ParsedModule } from '../bindings/record.ts'
import type { Reference, Unit } from '../bindings/unit.ts'
import { readsReceiver } from '../syntax/body.ts'
import { functionScope, isWithin, lookUpName, type Binding, type Scope } from '../syntax/scope.ts'
import type { Graph } from './graph.ts'
import { digest } from './hashing.ts'
import type { GraphNode } from './node.ts'
import type { Capture } from './root.ts'

/** How a variable of an enclosing function is read, and what stands behind what can't be read as data. */
export interface EnclosingCapture {
  capture: Capture
  /** Variables that its initialiser reads, of enclosing functions. */
  backing: readonly Binding[]
  /** What else its initialiser refers to. */
  references: readonly GraphNode[]
}

interface Parts {
  graph: Graph
  parsed: ParsedModule
  file: string
  /** Where the marked function's captures are read. */
  scope: Scope
  /** The marked code itself. */
  range: Node
  /** Normal forms of enclosing functions' own functions, as far as anybody has asked for them: the same for each marked one. */
  units: Map<Binding, Unit>
}

/** Judges variables and functions of the functions around a marked one. */
export class Enclosing {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether a binding is all said by its code; every other one is a value. */
  isCode(binding: Binding): boolean {
    if (this.#isFilledWhenNeeded(binding)) return true
    if (binding.uses.some((use) => use.writes)) return false
    if (binding.kind === 'function' || binding.kind === 'class' || binding.kind === 'self') return true
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier' || binding.more) return false
    return initKind(declaration.init, this.#parts.parsed.purity) === 'code' || this.#isMemo(binding)
  }

  unit(binding: Binding): Unit {
    const { units, parsed } = this.#parts
    let unit = units.get(binding)
    if (!unit) {
      const { declaration } = binding
      const node = declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' ? declaration.init : declaration
      units.set(binding, (unit = node ? normalize([node], parsed.context) : emptyUnit()))
    }
    return unit
  }

  /** Functions and classes of enclosing functions that code comes to, by way of one another. */
  codeBeneath({ refs }: Unit): Binding[] {
    const found: Binding[] = []
    // Most have none.
    if (!refs.some(({ kind }) => kind === 'inner')) return found
    const add = (references: readonly Reference[]): void => {
      for (const reference of references) {
        if (reference.kind === 'inner' && this.isCode(reference.binding) && !found.includes(reference.binding)) found.push(reference.binding)
      }
    }
    add(refs)
    for (let i = 0; i < found.length; i++) add(this.unit(found[i]!).refs)
    return found
  }

  /** `let client; const get = () => (client ??= new Client(url))`: nobody but who fills it reads it, so that the filling code says all. */
  #isFilledWhenNeeded(binding: Binding): boolean {
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || binding.more || initKind(declaration.init, this.#parts.parsed.purity) !== 'constant') return false
    const writes = binding.uses.filter((use) => use.writes)
    const fillers = new Set(writes.map((use) => use.within))
    return writes.length > 0 && writes.every((use) => use.fillsIn) && binding.uses.every((use) => use.within !== undefined && fillers.has(use.within)) && !fillers.has(binding.scope.node)
  }

  /** A container that only the marked function itself fills. */
  #isMemo(binding: Binding): boolean {
    const { declaration } = binding
    if (declaration.type !== 'VariableDeclarator' || initKind(declaration.init, this.#parts.parsed.purity) !== 'data') return false
    const uses = binding.uses.filter((use) => use.node.start! < declaration.start! || use.node.end! > declaration.end!)
    return (
      uses.some((use) => use.mutates) &&
      uses.every((use) => !use.escapes || use.method === 'get') &&
      uses.every((use) => use.node.start! >= this.#parts.range.start! && use.node.end! <= this.#parts.range.end!)
    )
  }

  /** How a variable is read when a call is made; nothing where nothing comes back from it, `hidden` where it can't be named. */
  capture(binding: Binding): EnclosingCapture | 'hidden' | undefined {
    const uses = binding.uses.filter((use) => isWithin(use.scope, functionScope(this.#parts.scope)))
    if (uses.length > 0 && uses.every((use) => use.dropped && !use.writes)) return undefined
    if (lookUpName(this.#parts.scope, binding.name) !== binding) return 'hidden'
    const capture: Capture = { name: binding.name, expression: binding.name }
    const unit = this.#history(binding)
    if (!unit) return { capture, backing: [], references: [] }
    const backing: Binding[] = []
    const references: GraphNode[] = []
    const hashes = unit.refs.map((reference) => {
      if (reference.kind === 'inner') return `inner ${reference.binding === binding ? 'self' : backing.push(reference.binding)}`
      const node = this.#parts.graph.target(reference, this.#parts.file)
      references.push(node)
      return this.#parts.graph.hash(node)
    })
    if (backing.some((other) => !this.isCode(other) && lookUpName(this.#parts.scope, other.name) !== other)) return { capture, backing: [], references: [] }
    if (this.codeBeneath(unit).some(({ declaration }) => readsReceiver(declaration))) return { capture, backing: [], references: [] }
    capture.provenance = digest(unit.text, hashes).slice(0, 16)
    return { capture, backing, references }
  }

  /**
   * The code that made the one value that a variable has: two closures of one source have the same, so that it stands for the value only
   * together with what it reads. A variable that is reassigned or the head of a loop, and what comes of `this`, have none.
   */
  #history(binding: Binding): Unit | undefined {
    const { declaration } = binding
    if (binding.uses.some((use) => use.writes) || binding.more) return undefined
    if (declaration.type === 'TSEnumDeclaration') return normalize([declaration], this.#parts.parsed.context)
    if (declaration.type !== 'VariableDeclarator' || !declaration.init || readsReceiver(declaration.init)) return undefined
    return normalize([declaration], this.#parts.parsed.context)
  }
}
