import type { Node } from '@babel/types'
import type { Binding, ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isTransparentWrapper, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'

/** Names of functions and methods that only bring a value into another form, or compare it with the clock. */
const FORMATS = new Set(['toFixed', 'toString', 'toISOString', 'toLocaleString', 'toLocaleTimeString', 'toLocaleDateString', 'toJSON', 'getTime', 'valueOf', 'round', 'floor', 'ceil', 'trunc', 'padStart', 'padEnd', 'slice', 'format', 'diff', 'unix', 'String', 'Number', 'stringify', 'join', 'hrtime'])

/**
 * Follows values through a piece of code, to see whether all that becomes of them is told to a log: `log.info(`took ${Date.now() - start} ms`)`.
 */
export class Logged {
  readonly #scopes: ScopeAnalysis
  readonly #parents = new Map<Node, Node>()
  /** Variables that are being looked at, or were. */
  readonly #variables = new Map<Binding, boolean>()

  constructor(nodes: readonly Node[], scopes: ScopeAnalysis) {
    this.#scopes = scopes
    const visit = (node: Node): void =>
      eachChild(node, (child) => {
        this.#parents.set(child, node)
        visit(child)
      })
    for (const node of nodes) visit(node)
  }

  /** Whether the value of an expression goes nowhere but into a log. */
  isOnlyLogged(node: Node): boolean {
    const parent = this.#parents.get(node)
    if (!parent) return false
    switch (parent.type) {
      case 'BinaryExpression':
      case 'UnaryExpression':
      case 'TemplateLiteral':
      case 'ArrayExpression':
      case 'ObjectExpression':
      case 'SpreadElement':
        return this.isOnlyLogged(parent)
      case 'ObjectProperty':
        return parent.value === node && this.isOnlyLogged(parent)
      case 'LogicalExpression':
      case 'ConditionalExpression':
        return this.isOnlyLogged(parent)
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return parent.object === node && this.#isMemberLogged(parent)
      case 'CallExpression':
      case 'OptionalCallExpression':
        return parent.callee !== node && this.#isArgumentLogged(parent)
      case 'VariableDeclarator':
        return parent.init === node && this.#isVariableLogged(parent.id)
      case 'AssignmentExpression':
        return parent.right === node && this.#isStatement(parent) && this.#isVariableLogged(parent.left)
      case 'IfStatement':
        return parent.test === node && this.#logs(parent.consequent) && (!parent.alternate || this.#logs(parent.alternate))
      case 'ExpressionStatement':
        return true
      default:
        return isTransparentWrapper(parent) && this.isOnlyLogged(parent)
    }
  }

  /** `(Date.now() - start).toFixed(1)`, `process.hrtime()[0]` */
  #isMemberLogged(member: Node): boolean {
    const parent = this.#parents.get(member)
    const isMethod = (parent?.type === 'CallExpression' || parent?.type === 'OptionalCallExpression') && parent.callee === member
    if (!isMethod) return this.isOnlyLogged(member)
    return FORMATS.has(staticKey(member) ?? '') && this.isOnlyLogged(parent)
  }

  #isArgumentLogged(call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>): boolean {
    if (this.#isStatement(call) && this.#isLog(call)) return true
    const callee = unwrap(call.callee as Node)
    const name = callee.type === 'Identifier' ? callee.name : staticKey(callee)
    const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : callee
    const isOfLanguage = object.type === 'Identifier' && !this.#scopes.bindingOf.has(object)
    return isOfLanguage && FORMATS.has(name ?? '') && this.isOnlyLogged(call)
  }

  /** `console.info()`, or a call of a variable, or of a method of one, from which nothing ever comes back. */
  #isLog(call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>): boolean {
    let object = unwrap(call.callee as Node)
    const isFunction = object.type === 'Identifier'
    while (object.type === 'MemberExpression' || object.type === 'OptionalMemberExpression') object = unwrap(object.object)
    if (object.type !== 'Identifier') return false
    const binding = this.#scopes.bindingOf.get(object)
    if (!binding) return object.name === 'console' && !isFunction
    if (binding.scope !== this.#scopes.module || (isFunction && binding.declaration.type !== 'VariableDeclarator')) return false
    return binding.uses.every((use) => use.dropped && !use.writes && !use.mutates && (isFunction || use.method !== undefined))
  }

  #isVariableLogged(target: Node): boolean {
    const inner = unwrap(target)
    const binding = inner.type === 'Identifier' ? this.#scopes.bindingOf.get(inner) : undefined
    if (!binding || binding.scope === this.#scopes.module || !this.#parents.has(binding.declaration)) return false
    const known = this.#variables.get(binding)
    if (known !== undefined) return known
    this.#variables.set(binding, true)
    const isLogged = binding.uses.every((use) => (use.writes ? use.dropped : this.isOnlyLogged(use.node)))
    this.#variables.set(binding, isLogged)
    return isLogged
  }

  /** Nothing but calls of a log. */
  #logs(statement: Node): boolean {
    if (statement.type === 'BlockStatement') return statement.body.every((inner) => this.#logs(inner))
    if (statement.type !== 'ExpressionStatement') return false
    const call = unwrap(statement.expression)
    return (call.type === 'CallExpression' || call.type === 'OptionalCallExpression') && this.#isLog(call)
  }

  #isStatement(node: Node): boolean {
    const parent = this.#parents.get(node)
    return parent?.type === 'ExpressionStatement' || (parent !== undefined && isTransparentWrapper(parent) && this.#isStatement(parent))
  }
}
