import type { Node } from '@babel/types'
import type { Use } from '../syntax/uses.ts'
import { functionsRunAtOnce } from './changes.ts'
import type { Teller, Writer } from './module-record.ts'
import { changesContent, passOf, type NamesContext } from './passes.ts'

/** Says of uses of a module's names which unit they stand in, and what that does to what the name stands for. */
export class UnitUses {
  readonly #program: Node
  readonly #context: NamesContext
  #atOnce: ReadonlySet<Node> | undefined
  /** The unit at a position: the name of a top-level binding, or `effect:2`. */
  readonly unitAt: (position: number) => string | undefined

  constructor(program: Node, context: NamesContext, unitAt: (position: number) => string | undefined) {
    this.#program = program
    this.#context = context
    this.unitAt = unitAt
  }

  /** Whether a use is come to later than when the module is evaluated. */
  isLater({ within }: Use): boolean {
    return within !== undefined && !(this.#atOnce ??= functionsRunAtOnce(this.#program)).has(within)
  }

  /** The function or class that changes, at a use, what a name stands for, or hands it to another. */
  writerAt(name: string, use: Use): Writer | undefined {
    const isChange = changesContent(use)
    if (!use.within || !(isChange || use.passedTo)) return undefined
    const { callee, index } = isChange ? { callee: undefined, index: 0 } : passOf(name, use, this.#context)
    const writer = isChange || callee ? this.#codeAt(name, use) : undefined
    return writer === undefined ? undefined : { writer, ...(callee ? { by: { callee, index } } : {}) }
  }

  /** The function or class that calls a method, at a use, on what a name stands for. */
  tellerAt(name: string, use: Use, isNamespace = false): Teller | undefined {
    if (!use.within || use.method === undefined || use.passedTo || (use.method === use.member) === isNamespace) return undefined
    const writer = this.#codeAt(name, use)
    return writer === undefined ? undefined : { writer, method: use.method }
  }

  /** The binding with another name in which a use stands. */
  #codeAt(name: string, use: Use): string | undefined {
    const writer = this.unitAt(use.node.start!)
    return writer === name || writer?.startsWith('effect:') ? undefined : writer
  }
}
