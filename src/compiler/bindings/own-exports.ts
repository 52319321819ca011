import type { Node } from '@babel/types'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey, type Use } from '../syntax/uses.ts'
import { isExportsObject } from './commonjs.ts'
import type { ModuleRecord } from './module-record.ts'
import { OWN_MODULE } from './unit.ts'

/** Whether a use of `exports` or `module` may put something onto what the module gives away. */
function givesAway(use: Use, code: string): boolean {
  if (use.writes || use.mutates) return true
  const isWhole = use.name === 'exports' ? use.member === undefined : use.member === undefined || (use.member === 'exports' && !/^\s*\.\s*exports\s*(?:\.|\[|\?\.)/.test(code.slice(use.node.end!, use.node.end! + 40)))
  return isWhole && (use.escapes || use.passedTo !== undefined)
}

/** Whether a top-level statement of a script hands on `this`, which is `exports` there, or writes to it. */
export function givesThisAway(statement: Node): boolean {
  let found = false
  const visit = (node: Node, parent: Node): void => {
    if (found || (isFunction(node) && node.type !== 'ArrowFunctionExpression') || node.type.startsWith('Class')) return
    if (node.type === 'ThisExpression') {
      const isRead = (parent.type === 'MemberExpression' && parent.object === node) || parent.type === 'LogicalExpression' || parent.type === 'BinaryExpression' || parent.type === 'UnaryExpression'
      found = !isRead
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && node.left.object.type === 'ThisExpression') found = true
    else eachChild(node, (child) => visit(child, node))
  }
  visit(statement, statement)
  return found
}

/**
 * What functions of a CommonJS module do to what it gives away, and use of it by `this`.
 *
 * @param unitAt the unit that stands at a place
 * @param nodes the code of units that may be functions
 */
export function noteOwnExports(record: ModuleRecord, scopes: ScopeAnalysis, code: string, unitAt: (position: number) => string | undefined, nodes: ReadonlyMap<string, Node>): void {
  for (const use of scopes.free) {
    if (use.name !== 'exports' && use.name !== 'module') continue
    const writer = unitAt(use.node.start!)
    if (writer === undefined || writer.startsWith('effect:') || isTarget(use, writer)) continue
    const member = exportedAt(use, code)
    const exported = member === undefined ? undefined : record.exports[member]
    const variable = exported?.kind === 'local' ? record.variables[exported.name] : undefined
    if (variable && use.mutates) {
      variable.reassigned = true
      if (!variable.writers.includes(writer)) variable.writers.push(writer)
      if (use.within !== undefined && !variable.later.includes(writer)) variable.later.push(writer)
    } else if (givesAway(use, code) && !isAlias(nodes.get(writer), scopes)) record.givesIndirectly = true
  }
  const names = Object.values(record.exports).flatMap((entry) => (entry.kind === 'local' ? [entry.name] : []))
  for (const name of new Set(names)) {
    const unit = record.units[name]
    if (!unit || !usesOthersByThis(nodes.get(name), record)) continue
    unit.text += `\nthis R${unit.refs.push({ kind: 'import', from: OWN_MODULE, name: '*' }) - 1}`
  }
}

/** The name of what is given away that a use of `exports` or `module` is about: `exports.limit`, `module.exports.limit`. */
function exportedAt({ name, member, node }: Use, code: string): string | undefined {
  if (name === 'exports') return member
  return member === 'exports' ? /^\s*\.\s*exports\s*\.\s*([\w$]+)/.exec(code.slice(node.end!, node.end! + 80))?.[1] : undefined
}

/** `const f = exports.f = …` */
function isTarget(use: Use, writer: string): boolean {
  return use.mutates && use.within === undefined && !writer.startsWith('exports.')
}

/** `const self = module.exports` */
function isAlias(node: Node | undefined, scopes: ScopeAnalysis): boolean {
  return node !== undefined && isExportsObject(node, scopes)
}

/** A function that is called as a method of what the module gives away: `this.parse()`. */
function usesOthersByThis(node: Node | undefined, record: ModuleRecord): boolean {
  const fn = node && unwrap(node)
  if (!isFunction(fn) || fn.type === 'ArrowFunctionExpression') return false
  let found = false
  const visit = (inner: Node): void => {
    if (found || (isFunction(inner) && inner.type !== 'ArrowFunctionExpression') || inner.type.startsWith('Class')) return
    if (inner.type === 'MemberExpression' && inner.object.type === 'ThisExpression') {
      const key = staticKey(inner)
      found = key === undefined || key in record.exports
    }
    eachChild(inner, visit)
  }
  for (const param of fn.params) visit(param)
  visit(fn.body)
  return found
}
