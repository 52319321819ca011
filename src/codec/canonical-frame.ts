import type { PathNode } from './canonical.ts'
import { elementLabel, entryLabel, propertyLabel } from './path.ts'

export const ARRAY: number = 0
export const PROPS: number = 1
export const MAP: number = 2
export const SET: number = 3

/** A container that is being written. A class of its own stack, as recursion would overflow the engine's. */
export class Frame {
  readonly kind: number
  readonly source: object
  /** Keys of properties; the flat entries of a Map; the elements of a Set. */
  readonly items: readonly unknown[]
  /** For properties: what is written before each value. */
  readonly tokens: readonly string[]
  readonly node: PathNode | undefined
  readonly opening: string
  index = 0
  /** For arrays with holes: the indices that there are. */
  present: readonly number[] | undefined
  cursor = 0

  constructor(kind: number, source: object, items: readonly unknown[], tokens: readonly string[], node: PathNode | undefined, opening: string) {
    this.kind = kind
    this.source = source
    this.items = items
    this.tokens = tokens
    this.node = node
    this.opening = opening
  }

  /** How the child that was begun last stands in a path. */
  label(): string {
    if (this.kind === ARRAY) return `[${this.index - 1}]`
    if (this.kind === PROPS) return propertyLabel(this.items[this.index - 1] as string | symbol)
    return this.kind === SET ? elementLabel(this.index - 1) : entryLabel(this.items, this.index - 1)
  }
}
