import type { Node } from '@babel/types'
import type { ScopeAnalysis } from './scope.ts'
import { unwrap } from './syntax.ts'
import { staticKey } from './uses.ts'

/** A value that a CommonJS module gives away; `module.exports` itself is the name `=`. */
export interface CommonJsExport {
  name: string
  value: Node
}

function isFreeName(node: Node, name: string, scopes: ScopeAnalysis): boolean {
  return node.type === 'Identifier' && node.name === name && !scopes.bindingOf.has(node)
}

/** Whether an expression is `exports` or `module.exports`. */
export function isExportsObject(node: Node, scopes: ScopeAnalysis): boolean {
  const inner = unwrap(node)
  return isFreeName(inner, 'exports', scopes) || (inner.type === 'MemberExpression' && staticKey(inner) === 'exports' && isFreeName(unwrap(inner.object), 'module', scopes))
}

/** Reads `exports.f = …`, `module.exports.f = …`, `module.exports = …`, `export = …`; `undefined` for any other statement. */
export function readCommonJsExport(statement: Node, scopes: ScopeAnalysis): CommonJsExport[] | undefined {
  if (statement.type === 'TSExportAssignment') return exportsOfValue(statement.expression)
  if (statement.type !== 'ExpressionStatement') return undefined
  const assignment = unwrap(statement.expression)
  if (assignment.type !== 'AssignmentExpression' || assignment.operator !== '=') return undefined
  const target = unwrap(assignment.left)
  if (target.type !== 'MemberExpression') return undefined
  if (isExportsObject(target, scopes)) return exportsOfValue(assignment.right)
  const key = staticKey(target)
  if (key === undefined || !isExportsObject(target.object, scopes)) return undefined
  return [{ name: key, value: assignment.right }]
}

/** `module.exports = { a, b: … }` gives each of them by name too. */
function exportsOfValue(value: Node): CommonJsExport[] {
  const all: CommonJsExport[] = [{ name: '=', value }]
  const inner = unwrap(value)
  if (inner.type === 'ObjectExpression') {
    for (const property of inner.properties) {
      if (property.type !== 'ObjectProperty' || property.computed) continue
      const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'StringLiteral' ? property.key.value : undefined
      if (name !== undefined) all.push({ name, value: property.value })
    }
  }
  return all
}
