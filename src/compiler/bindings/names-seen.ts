import type { Node } from '@babel/types'
import type { Binding, ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'

/** What functions have of themselves: to ask for more than this is to take something for data. */
const FUNCTION_MEMBERS = new Set(['name', 'length', 'prototype', 'call', 'apply', 'bind', 'toString', 'constructor'])

/** Whether `.name` of a thing may be a function's name. What is asked for other members, and is never called, is taken for data. */
export function maybeFunction(object: Node, { bindingOf }: ScopeAnalysis): boolean {
  const inner = unwrap(object)
  if (inner.type === 'Identifier') {
    const binding = bindingOf.get(inner)
    // Of an error that was caught it is no name of code's.
    if (!binding || binding.kind === 'catch') return false
    return binding.uses.some((use) => use.called) || !binding.uses.some((use) => use.member !== undefined && !FUNCTION_MEMBERS.has(use.member))
  }
  if (inner.type !== 'MemberExpression' && inner.type !== 'OptionalMemberExpression') return /Call|New|Conditional|Logical/.test(inner.type)
  const key = staticKey(inner)
  if (key === undefined) return true
  // `step.run.name` beside `step.run(x)`
  const holder = unwrap(inner.object)
  return holder.type === 'Identifier' && (bindingOf.get(holder)?.uses.some((use) => use.method === key) ?? false)
}

/** Whether a pattern takes nothing but what functions have: `({ name }) => …`. */
export function takesOnlyName({ properties }: Extract<Node, { type: 'ObjectPattern' }>): boolean {
  const keys = properties.map((property) => (property.type === 'ObjectProperty' && !property.computed && property.key.type === 'Identifier' ? property.key.name : ''))
  return keys.includes('name') && keys.every((key) => FUNCTION_MEMBERS.has(key))
}

/** Whether static members of a class ask `this`, which is the class or one that extends it, for its name. */
export function asksOwnName(members: readonly Node[]): boolean {
  const statics = members.filter((member) => member.type === 'StaticBlock' || ('static' in member && member.static))
  // `static name = 'table'`
  if (statics.some((member) => 'key' in member && !('computed' in member && member.computed) && isNameKey(member.key as Node))) return false
  return statics.some((member) => {
    let asks = false
    const visit = (node: Node): void => {
      if (asks || /^Class(?:Declaration|Expression)$/.test(node.type) || (isFunction(node) && node.type !== 'ArrowFunctionExpression')) return
      asks = asksThis(node)
      eachChild(node, visit)
    }
    eachChild(member, visit)
    return asks
  })
}

function isNameKey(key: Node): boolean {
  return key.type === 'Identifier' && key.name === 'name'
}

/** `this.name`, `const { name } = this` */
function asksThis(node: Node): boolean {
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') return staticKey(node) === 'name' && unwrap(node.object).type === 'ThisExpression'
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'ObjectPattern' || !node.init || unwrap(node.init).type !== 'ThisExpression') return false
  return node.id.properties.some((property) => property.type === 'RestElement' || isNameKey(property.key))
}

/** Whether what a name stands for is handed on by a piece of code. */
export function isHandedOn({ handed }: Binding, { start, end }: { start: number; end: number }): boolean {
  return handed !== undefined && handed.some(({ node }) => node.start! >= start && node.end! <= end)
}

/** Whether a member of a namespace is: `[steps.one, steps.two]`. */
export function isMemberHandedOn(object: Node, { bindingOf }: ScopeAnalysis): boolean {
  const use = bindingOf.get(object)?.uses.find(({ node }) => node === object)
  return use !== undefined && use.method === undefined && (use.element === true || use.passedTo !== undefined)
}

/** Whether a variable is a class that has its name from it. */
export function isNamedClass({ kind, declaration }: Binding): boolean {
  if (kind === 'class') return true
  return declaration.type === 'VariableDeclarator' && !!declaration.init && unwrap(declaration.init).type === 'ClassExpression'
}

/** Whether a function or class has its name from a declaration. */
export function givesName({ kind, declaration }: Binding): boolean {
  if (kind === 'function' || kind === 'class') return true
  if (declaration.type !== 'VariableDeclarator' || !declaration.init) return false
  const init = unwrap(declaration.init)
  return isFunction(init) || init.type === 'ClassExpression'
}
