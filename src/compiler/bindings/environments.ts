import type { Node } from '@babel/types'
import { unwrap } from '../syntax/syntax.ts'
import { keyName, membersTaken } from './members-taken.ts'
import type { ModuleContext } from './normalize.ts'
import type { References } from './references.ts'
import { ALL_ENV, ALL_META_ENV, isMetaEnv, isProcess, isProcessEnv } from './remarks.ts'
import type { Reference, Unit } from './unit.ts'

/** `process.env` or `import.meta.env`, as the list of a unit that has the names read of it. */
export type Environment = 'env' | 'metaEnv'

/** Takes note of what a piece of code reads of the environment, where that is told by its text. */
export class Environments {
  readonly #unit: Unit
  readonly #context: ModuleContext
  readonly #references: References
  /** Those of which it is known what is read. */
  #explained: Set<Node> | undefined

  constructor(unit: Unit, context: ModuleContext, references: References) {
    this.#unit = unit
    this.#context = context
    this.#references = references
  }

  /** Those that an expression may give: `process.env`, `process.env ?? {}`, `isNode ? process.env : import.meta.env`. */
  of(node: Node): readonly Environment[] {
    if (!this.#context.mentionsEnv) return []
    const inner = unwrap(node)
    if (inner.type === 'LogicalExpression') return [...(inner.operator === '&&' ? [] : this.of(inner.left)), ...this.of(inner.right)]
    if (inner.type === 'ConditionalExpression') return [...this.of(inner.consequent), ...this.of(inner.alternate)]
    return isProcessEnv(inner, this.#references.isFree, this.#references.importOf) ? ['env'] : isMetaEnv(inner) ? ['metaEnv'] : []
  }

  /**
   * Where one is named. If it isn't known what is read of it all may count.
   *
   * @param isAtOnce not in a function that may run later
   */
  noteNamed(node: Node, isAtOnce: boolean): void {
    const [list] = this.#explained?.has(node) ? [] : this.of(node)
    if (list) this.#unit.untracked.push({ what: list === 'env' ? ALL_ENV : ALL_META_ENV, start: node.start!, ...(isAtOnce ? { atOnce: true } : {}) })
  }

  /** It is known what is read of those that an expression may give. */
  explain(node: Node): void {
    if (!this.#context.mentionsEnv) return
    const inner = unwrap(node)
    if (inner.type === 'LogicalExpression') for (const side of [inner.left, inner.right]) this.explain(side)
    else if (inner.type === 'ConditionalExpression') for (const side of [inner.consequent, inner.alternate]) this.explain(side)
    else if (this.of(inner).length > 0) (this.#explained ??= new Set()).add(inner)
  }

  /** The name that a member is read by, where that is a constant: `const KEY = 'URL'`. */
  keyOf(name: Node): string | undefined {
    const binding = name.type === 'Identifier' ? this.#context.scopes.bindingOf.get(name) : undefined
    const { declaration } = binding ?? {}
    const isFixed = declaration?.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && !binding!.more && !binding!.uses.some((use) => use.writes)
    return isFixed && declaration.init?.type === 'StringLiteral' ? declaration.init.value : undefined
  }

  /** `'A' in process.env`, `process.env !== undefined` */
  noteQuestion({ operator, left, right }: Extract<Node, { type: 'BinaryExpression' }>): void {
    const lists = operator === 'in' && left.type === 'StringLiteral' ? this.of(right) : []
    for (const list of lists) this.#add(list, [(left as Extract<Node, { type: 'StringLiteral' }>).value])
    if (lists.length > 0 || /^[!=]==?$/.test(operator)) for (const side of [left, right]) this.explain(side)
  }

  /** `const { A, B } = process.env`, `const { env } = process`, `const env = process.env` */
  notePattern(pattern: Node, init: Node): void {
    if (!this.#context.mentionsEnv) return
    const lists = this.of(init)
    if (lists.length > 0) {
      const names = this.#taken(pattern)
      if (names) this.explain(init)
      // `{ A, ...rest }`
      const known = names ?? (pattern.type === 'ObjectPattern' ? pattern.properties.flatMap((property) => (property.type === 'ObjectProperty' && !property.computed ? (keyName(property.key) ?? []) : [])) : [])
      for (const list of lists) this.#add(list, known)
    } else if (pattern.type === 'ObjectPattern' && isProcess(init, this.#references.isFree, this.#references.importOf)) {
      for (const property of pattern.properties) {
        if (property.type !== 'ObjectProperty' || property.computed || keyName(property.key) !== 'env') continue
        const names = this.#taken(property.value)
        if (names) this.#add('env', names)
        else this.#unit.untracked.push({ what: ALL_ENV, start: property.start! })
      }
    }
  }

  #add(list: Environment, names: readonly string[]): void {
    for (const name of names) if (!this.#unit[list].includes(name)) this.#unit[list].push(name)
  }

  /** What is read of one by way of what a pattern binds; nothing where it may be all. */
  #taken(pattern: Node): string[] | undefined {
    const names = membersTaken(pattern.type === 'AssignmentPattern' ? pattern.left : pattern, this.#context.scopes)
    return names?.every((name) => !(name in {})) ? names : undefined
  }
}

/** `import { env } from 'node:process'` */
export function isEnvironmentImport(reference: Reference): boolean {
  return reference.kind === 'import' && reference.name === 'env' && /^(?:node:)?process$/.test(reference.from)
}
