import type { Node } from '@babel/types'
import type { ScopeAnalysis } from '../syntax/scope.ts'

/** The name that a key says which is not computed. */
export function keyName(key: Node): string | undefined {
  return key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : key.type === 'NumericLiteral' ? String(key.value) : undefined
}

/** The members that are taken of what a pattern gets; nothing where they may be any. */
export function membersTaken(pattern: Node, { bindingOf }: ScopeAnalysis): string[] | undefined {
  if (pattern.type === 'Identifier') {
    const uses = bindingOf.get(pattern)?.uses
    return uses?.every((use) => use.member !== undefined && !use.writes) ? uses.map((use) => use.member!) : undefined
  }
  if (pattern.type !== 'ObjectPattern') return undefined
  const names = pattern.properties.map((property) => (property.type === 'RestElement' || property.computed ? undefined : keyName(property.key)))
  return names.every((name) => name !== undefined) ? names : undefined
}
