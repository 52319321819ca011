import type { Node } from '@babel/types'
import type { Binding } from '../syntax/scope.ts'
import { unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import { givesName, isHandedOn, isNamedClass } from './names-seen.ts'
import type { ImportTarget, ModuleContext } from './normalize.ts'
import type { OuterReference, Reference, Unit } from './unit.ts'

/** What a piece of code names, by the order of first use: `L0`, `L1`, … of its own, `R0`, `R1`, … outside itself. */
export class References {
  readonly #context: ModuleContext
  readonly #range: { start: number; end: number }
  readonly #list: Reference[]
  readonly #own = new Map<Binding, number>()
  readonly #outside = new Map<string | Binding, number>()
  #onlyWritten: Map<Binding, boolean> | undefined

  /**
   * @param range where the code stands
   * @param list gets what the code refers to
   */
  constructor(context: ModuleContext, range: { start: number; end: number }, list: Reference[]) {
    this.#context = context
    this.#range = range
    this.#list = list
  }

  isOwn(binding: Binding): boolean {
    const { start, end } = binding.declaration
    return start! >= this.#range.start && end! <= this.#range.end && binding.scope !== this.#context.scopes.module
  }

  local(binding: Binding): string {
    let number = this.#own.get(binding)
    if (number === undefined) this.#own.set(binding, (number = this.#own.size))
    return `L${number}`
  }

  /** The place of a binding of its own by first use, if it has been used. */
  numberOf(binding: Binding): number | undefined {
    return this.#own.get(binding)
  }

  add(reference: Reference): string {
    return `R${this.indexOf(reference)}`
  }

  indexOf(reference: Reference): number {
    const id = reference.kind === 'inner' ? reference.binding : idOf(reference)
    let index = this.#outside.get(id)
    if (index === undefined) {
      index = this.#list.push(reference) - 1
      this.#outside.set(id, index)
    }
    return index
  }

  /** Of a binding at the top level of the module. */
  indexOfBinding(binding: Binding): number {
    let index = this.#outside.get(binding)
    if (index === undefined) this.#outside.set(binding, (index = this.indexOf(this.#outer(binding))))
    return index
  }

  /** What an identifier stands for at the top level of the module. */
  top(node: Node): OuterReference | undefined {
    const binding = this.#context.scopes.bindingOf.get(node)
    return binding?.scope === this.#context.scopes.module ? this.#outer(binding) : undefined
  }

  /** Whether this code changes a variable and does nothing else with it: `calls++`, `log.push(x)`. */
  written(binding: Binding): { written?: true } {
    this.#onlyWritten ??= new Map()
    let written = this.#onlyWritten.get(binding)
    if (written === undefined) this.#onlyWritten.set(binding, (written = this.#isOnlyWritten(binding)))
    return written ? { written } : {}
  }

  isFree = (node: Node): boolean => !this.#context.scopes.bindingOf.has(node)

  importOf = (node: Node): ImportTarget | undefined => {
    if (this.#context.imports.size === 0) return undefined
    const inner = unwrap(node)
    if (inner.type === 'Identifier') {
      const binding = this.#context.scopes.bindingOf.get(inner)
      return binding && binding.scope === this.#context.scopes.module ? this.#context.imports.get(inner.name) : undefined
    }
    if (inner.type === 'MemberExpression') {
      const key = staticKey(inner)
      const object = this.importOf(inner.object)
      if (object?.name === '*' && key !== undefined) return { from: object.from, name: key }
    }
    return undefined
  }

  /** Notes the functions and classes that this code puts where their names may be asked for, and its own classes. */
  noteHandedOn(unit: Unit): void {
    for (const [binding, index] of this.#outside) if (typeof binding !== 'string' && isHandedOn(binding, this.#range) && !unit.handed.includes(index)) unit.handed.push(index)
    for (const binding of this.#own.keys()) {
      if (isNamedClass(binding)) unit.classNames.push(binding.name)
      if (givesName(binding) && isHandedOn(binding, this.#range)) unit.handedNames.push(binding.name)
    }
  }

  #outer(binding: Binding): OuterReference {
    const target = this.#context.imports.get(binding.name)
    return target ? { kind: 'import', from: target.from, name: target.name, ...this.written(binding) } : { kind: 'top', name: binding.name, ...this.written(binding) }
  }

  #isOnlyWritten(binding: Binding): boolean {
    let isWritten = false
    for (const { node, dropped, writes, mutates } of binding.uses) {
      if (node.start! < this.#range.start || node.end! > this.#range.end) continue
      if (!dropped || !(writes || mutates)) return false
      isWritten = true
    }
    return isWritten
  }
}

/** What tells references apart. */
function idOf(reference: OuterReference): string {
  const { name, member, written } = reference
  const own = `${name}\0${member ?? ''}\0${written ?? ''}`
  return reference.kind === 'top' ? own : `${own}\0${reference.from}\0${reference.optional ?? ''}`
}
