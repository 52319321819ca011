import type { Node } from '@babel/types'
import type { Path } from '../syntax/path.ts'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { isTransparentWrapper } from '../syntax/syntax.ts'

/**
 * An expression that gives a function at the top level of its module, when that has been evaluated: a variable, or a member
 * of what is in one. Nothing for functions that are made anew each time, that nothing names, or whose name is given away again.
 */
export function selfExpression(path: Path, scopes: ScopeAnalysis): string | undefined {
  return standsAtTop(path) ? expressionOf(path, scopes) : undefined
}

/** Whether nothing but declarations and expressions lies between a node and its module. */
function standsAtTop(path: Path): boolean {
  for (let at = path.parentPath; at; at = at.parentPath) {
    const { type } = at.node
    if (type === 'Program') return true
    if (/Statement$|^TSModule|^StaticBlock$|Function|Method$|Switch|Catch/.test(type) && type !== 'ExpressionStatement') return false
  }
  return false
}

function expressionOf(path: Path, scopes: ScopeAnalysis): string | undefined {
  const { node, parentPath } = path
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id ? fixedName(node.id, scopes) : undefined
    case 'ClassMethod':
      return memberOf(parentPath!.parentPath!, node, node.static ? '' : '.prototype', scopes)
    case 'ObjectMethod':
      return memberOf(parentPath!, node, '', scopes)
  }
  const parent = parentPath?.node
  if (!parent) return undefined
  if (isTransparentWrapper(parent)) return expressionOf(parentPath, scopes)
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? fixedName(parent.id, scopes) : undefined
    case 'ObjectProperty':
      return memberOf(parentPath.parentPath!, parent, '', scopes)
    case 'ClassProperty':
      return parent.static ? memberOf(parentPath.parentPath!.parentPath!, parent, '', scopes) : undefined
    default:
      return undefined
  }
}

/** A variable that only ever holds what it was declared with. */
function fixedName(id: Extract<Node, { type: 'Identifier' }>, scopes: ScopeAnalysis): string | undefined {
  const binding = scopes.bindingOf.get(id)
  return binding && !binding.uses.some((use) => use.writes) ? id.name : undefined
}

function memberOf(owner: Path, member: { key: Node; computed?: boolean | null }, between: string, scopes: ScopeAnalysis): string | undefined {
  const object = expressionOf(owner, scopes)
  const key = keyText(member)
  return object !== undefined && key !== undefined ? `${object}${between}${key}` : undefined
}

/** How a member is written after its object. Private ones can't be, from outside. */
export function keyText({ key, computed }: { key: Node; computed?: boolean | null }): string | undefined {
  if (key.type === 'Identifier') return computed ? undefined : `.${key.name}`
  if (key.type === 'StringLiteral') return `[${JSON.stringify(key.value)}]`
  if (key.type === 'NumericLiteral') return `[${key.value}]`
  if (key.type === 'MemberExpression' && key.object.type === 'Identifier' && key.object.name === 'Symbol' && key.property.type === 'Identifier' && !key.computed) {
    return `[Symbol.${key.property.name}]`
  }
  return undefined
}
