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

/** `const api = module.exports = …`, `const app = exports = module.exports = …` */
export function givesExports(init: Node | null | undefined, scopes: ScopeAnalysis): boolean {
  const value = init && unwrap(init)
  return value?.type === 'AssignmentExpression' && value.operator === '=' && (isExportsObject(value.left, scopes) || givesExports(value.right, scopes))
}

/** Reads `exports.f = …`, `module.exports.f = …`, `module.exports = …`, `export = …`; `undefined` for any other statement. */
export function readCommonJsExport(statement: Node, scopes: ScopeAnalysis): CommonJsExport[] | undefined {
  if (statement.type === 'TSExportAssignment') return exportsOfValue(statement.expression)
  if (statement.type !== 'ExpressionStatement') return undefined
  const defined = readDefinition(unwrap(statement.expression), scopes)
  if (defined) return defined
  const assignment = unwrap(statement.expression)
  if (assignment.type !== 'AssignmentExpression' || assignment.operator !== '=') return undefined
  const target = unwrap(assignment.left)
  if (target.type !== 'MemberExpression') return undefined
  if (isExportsObject(target, scopes)) return exportsOfValue(assignment.right)
  const key = staticKey(target)
  if (key === undefined || !isExportsObject(target.object, scopes)) return undefined
  return [{ name: key, value: assignment.right }]
}

/** `Object.defineProperty(exports, 'f', { get: … })`, as compilers write re-exports; the mark of a compiled module gives nothing. */
function readDefinition(call: Node, scopes: ScopeAnalysis): CommonJsExport[] | undefined {
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || staticKey(call.callee) !== 'defineProperty') return undefined
  const [object, name, value] = call.arguments as Node[]
  if (!isFreeName(unwrap(call.callee.object), 'Object', scopes) || !object || !isExportsObject(object, scopes) || name?.type !== 'StringLiteral' || !value) return undefined
  return name.value === '__esModule' ? [] : [{ name: name.value, value }]
}

/** The module of `__exportStar(require('./b'), exports)`, as TypeScript writes `export * from './b'`. */
export function readExportStar(statement: Node, scopes: ScopeAnalysis): string | undefined {
  const call = statement.type === 'ExpressionStatement' ? unwrap(statement.expression) : undefined
  if (call?.type !== 'CallExpression') return undefined
  const callee = unwrap(call.callee as Node)
  const name = callee.type === 'Identifier' ? callee.name : callee.type === 'SequenceExpression' ? staticKey(callee.expressions.at(-1)!) : staticKey(callee)
  const [source, target] = call.arguments as Node[]
  if (name !== '__exportStar' || !target || !isExportsObject(target, scopes) || source?.type !== 'CallExpression') return undefined
  const [specifier] = source.arguments
  return isFreeName(source.callee as Node, 'require', scopes) && specifier?.type === 'StringLiteral' ? specifier.value : undefined
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
