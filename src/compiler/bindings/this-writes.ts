import type { Node } from '@babel/types'
import { eachChild, isErased, isFunction, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { isNothing, LIST_MUTATORS, staticKey } from '../syntax/uses.ts'
import { definitionOf } from './passes.ts'
import type { Remark } from './unit.ts'

/**
 * What a method changes of its `this`, itself or by others of its class or object that it calls. What is only filled in where
 * nothing is yet is a memo.
 */
export function writesToThis(fn: FunctionNode, around: Node | undefined): Remark[] {
  const remarks: Remark[] = []
  const visited = new Set<Node>()
  /** @param at where the marked function calls what the code belongs to */
  const collect = (code: Node, at?: number): void => {
    if (visited.has(code)) return
    visited.add(code)
    let tested: ReadonlySet<string> | undefined
    const isTested = (name: string): boolean => (tested ??= testedMembers(code)).has(name)
    const note = (target: Node): void => {
      const name = memberOfThis(target)
      if (name !== undefined && !remarks.some((remark) => remark.what === name) && !isTested(name)) remarks.push({ what: name, start: at ?? target.start! })
    }
    eachOwn(code, (node) => {
      if (node.type === 'AssignmentExpression' && node.operator !== '??=' && node.operator !== '||=') note(node.left)
      if (node.type === 'UpdateExpression' || (node.type === 'UnaryExpression' && node.operator === 'delete')) note(node.argument)
      if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return
      const [first] = node.arguments
      if (first && definitionOf(node, first) === 'assign') note(first as Node)
      const callee = unwrap(node.callee as Node)
      if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return
      const key = staticKey(callee)
      if (unwrap(callee.object).type === 'ThisExpression') {
        const method = key === undefined || !around ? undefined : methodOf(around, key, isStatic(fn, around))
        if (method) collect(method.body, at ?? node.start!)
      } else if (LIST_MUTATORS.has(key ?? '')) {
        // What is set in a map of the instance is most often a memo.
        note(callee.object)
      }
    })
  }
  collect(fn.body)
  return remarks
}

/** `this.items` for `this.items[0].name`, `this` for itself. */
function memberOfThis(target: Node): string | undefined {
  let at = unwrap(target)
  let name = 'this'
  while (at.type === 'MemberExpression') {
    const object = unwrap(at.object)
    if (object.type === 'ThisExpression') name = `this.${staticKey(at) ?? '[…]'}`
    at = object
  }
  return at.type === 'ThisExpression' ? name : undefined
}

/** Calls `visit` for all code that has the same `this`. */
function eachOwn(code: Node, visit: (node: Node) => void): void {
  const enter = (node: Node): void => {
    if (isErased(node) || (isFunction(node) && node.type !== 'ArrowFunctionExpression') || node.type === 'ClassBody') return
    visit(node)
    eachChild(node, enter)
  }
  enter(code)
}

/** Members of which it is asked whether they are there: `if (!this.config) this.config = read()`. */
function testedMembers(code: Node): Set<string> {
  const found = new Set<string>()
  eachOwn(code, (node) => {
    if (node.type !== 'IfStatement' && node.type !== 'ConditionalExpression') return
    let test = unwrap(node.test)
    if (test.type === 'BinaryExpression' && (isNothing(test.right) || test.right.type === 'StringLiteral')) test = unwrap(test.left)
    if (test.type === 'UnaryExpression' && (test.operator === '!' || test.operator === 'typeof')) test = unwrap(test.argument)
    const name = test.type === 'MemberExpression' ? memberOfThis(test) : undefined
    if (name !== undefined) found.add(name)
  })
  return found
}

function isStatic(fn: FunctionNode, around: Node): boolean {
  return (around.type === 'ClassDeclaration' || around.type === 'ClassExpression') && around.body.body.some((member) => 'static' in member && member.static === true && holds(member, fn))
}

function holds(node: Node, inner: Node): boolean {
  return node.start! <= inner.start! && inner.end! <= node.end!
}

/** A method of a class or object literal, or a function that a field of it holds. */
function methodOf(around: Node, name: string, isOfClass: boolean): FunctionNode | undefined {
  const isClass = around.type === 'ClassDeclaration' || around.type === 'ClassExpression'
  const members: readonly Node[] = isClass ? around.body.body : around.type === 'ObjectExpression' ? around.properties : []
  for (const member of members) {
    if (!('key' in member) || ('computed' in member && member.computed) || (isClass && ('static' in member && member.static === true) !== isOfClass)) continue
    const key = member.key as Node
    const own = key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : key.type === 'PrivateName' ? `#${key.id.name}` : undefined
    if (own !== name || ('kind' in member && (member.kind === 'get' || member.kind === 'set'))) continue
    const value = isFunction(member) ? member : 'value' in member && member.value ? unwrap(member.value as Node) : undefined
    return isFunction(value) ? value : undefined
  }
  return undefined
}
