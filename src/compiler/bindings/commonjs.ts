import type { Node } from '@babel/types'
import { isPlain } from '../syntax/equivalence.ts'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'

/** A value that a CommonJS module gives away; `module.exports` itself is the name `=`. */
export interface CommonJsExport {
  name: string
  value: Node
}

/** The name of all that a CommonJS module gives away. */
export const WHOLE = '='

function isFreeName(node: Node, name: string, scopes: ScopeAnalysis): boolean {
  return node.type === 'Identifier' && node.name === name && !scopes.bindingOf.has(node)
}

/** Whether an expression is `exports` or `module.exports`. */
function isOwnName(node: Node, scopes: ScopeAnalysis): boolean {
  return isFreeName(node, 'exports', scopes) || (node.type === 'MemberExpression' && staticKey(node) === 'exports' && isFreeName(unwrap(node.object), 'module', scopes))
}

/** Whether an expression is `exports` or `module.exports`, or a variable that stands for it: `const self = module.exports`. */
export function isExportsObject(node: Node, scopes: ScopeAnalysis): boolean {
  const inner = unwrap(node)
  if (isOwnName(inner, scopes)) return true
  const binding = inner.type === 'Identifier' ? scopes.bindingOf.get(inner) : undefined
  if (binding?.scope !== scopes.module || binding.declaration.type !== 'VariableDeclarator') return false
  const { id, init } = binding.declaration
  return id.type === 'Identifier' && !!init && isOwnName(unwrap(init), scopes) && !binding.uses.some((use) => use.writes)
}

/** What `exports.a = exports.b = value` names, and the value. Nothing is named by what is no such assignment. */
export function exportTargets(node: Node | null | undefined, scopes: ScopeAnalysis): { names: string[]; value: Node | null | undefined } {
  const names: string[] = []
  let value = node
  for (;;) {
    const assignment = value && unwrap(value)
    if (assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=') return { names, value }
    const name = exportedName(unwrap(assignment.left), scopes)
    if (name === undefined) return { names, value }
    names.push(name)
    value = assignment.right
  }
}

function exportedName(target: Node, scopes: ScopeAnalysis): string | undefined {
  if (isExportsObject(target, scopes)) return WHOLE
  if (target.type !== 'MemberExpression' || !isExportsObject(target.object, scopes)) return undefined
  return staticKey(target)
}

/** Reads `exports.f = …`, `module.exports.f = …`, `module.exports = …`, `export = …`; `undefined` for any other statement. */
export function readCommonJsExport(statement: Node, scopes: ScopeAnalysis): CommonJsExport[] | undefined {
  if (statement.type === 'TSExportAssignment') return exportsOf(WHOLE, statement.expression)
  if (statement.type !== 'ExpressionStatement') return undefined
  const defined = readDefinition(unwrap(statement.expression), scopes)
  if (defined) return defined
  const { names, value } = exportTargets(statement.expression, scopes)
  return names.length > 0 && value ? names.flatMap((name) => exportsOf(name, value)) : undefined
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

/** `module.exports = { a, b: … }` gives each of them by name too, but for those that something spread after them may replace. */
function exportsOf(exported: string, value: Node): CommonJsExport[] {
  const all: CommonJsExport[] = [{ name: exported, value }]
  const inner = unwrap(value)
  if (exported !== WHOLE || inner.type !== 'ObjectExpression') return all
  const spread = inner.properties.findLastIndex((property) => property.type === 'SpreadElement')
  for (const property of inner.properties.slice(spread + 1)) {
    if (property.type !== 'ObjectProperty' || property.computed) continue
    const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'StringLiteral' ? property.key.value : undefined
    if (name !== undefined) all.push({ name, value: property.value })
  }
  return all
}

/** The parts of a statement that do one after the other what it does as a whole: `exports.a = 1, exports.b = 2`, and what stands in a block that declares nothing. */
export function statementsIn(statement: Node): readonly Node[] {
  if (statement.type === 'BlockStatement' && statement.directives.length === 0 && statement.body.every((inner) => isPlain(inner) && inner.type !== 'VariableDeclaration')) {
    return statement.body.flatMap((inner) => (inner.type === 'EmptyStatement' ? [] : statementsIn(inner)))
  }
  const expression = statement.type === 'ExpressionStatement' ? unwrap(statement.expression) : undefined
  if (expression?.type !== 'SequenceExpression') return [statement]
  return expression.expressions.map((item) => ({ type: 'ExpressionStatement', expression: item, start: item.start, end: item.end }) as Node)
}
