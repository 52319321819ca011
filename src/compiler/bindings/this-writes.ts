import type { Node } from '@babel/types'
import { eachChild, isErased, isFunction, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { isNothing, LIST_MUTATORS, staticKey } from '../syntax/uses.ts'
import { definitionOf } from './passes.ts'
import type { Remark } from './unit.ts'

type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>

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

/**
 * Methods of a class that change an instance for those who ask it later: `use(step) { this.steps.push(step) }`; or static ones that
 * change the class.
 *
 * @param changesByName whether a method does so by the name of the class
 */
export function changingMethods(around: ClassNode, isOfClass: boolean, changesByName: (method: FunctionNode) => boolean = () => false): string[] {
  return around.body.body.flatMap((member) => {
    if (!('key' in member) || ('computed' in member && member.computed) || ('static' in member && member.static === true) !== isOfClass || ('kind' in member && member.kind === 'constructor')) return []
    const name = keyOf(member.key as Node)
    const method = name === undefined ? undefined : methodOf(around, name, isOfClass)
    return method && (writesToThis(method, around).length > 0 || fillsMap(method) || changesByName(method)) ? [name!] : []
  })
}

/** Whether a method puts something into a map or set of its instance that it doesn't look up there itself, as a memo does. */
function fillsMap({ body }: FunctionNode): boolean {
  const filled = new Set<string>()
  const lookedUp = new Set<string>()
  eachOwn(body, (node) => {
    if (node.type !== 'CallExpression') return
    const callee = unwrap(node.callee as Node)
    if (callee.type !== 'MemberExpression') return
    const key = staticKey(callee)
    const member = key === undefined ? undefined : memberOfThis(callee.object)
    if (member === undefined || member === 'this') return
    if (key === 'set' || key === 'add') filled.add(member)
    else if (key === 'get' || key === 'has') lookedUp.add(member)
  })
  return [...filled].some((member) => !lookedUp.has(member))
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

/** What a key that is written out is called. */
function keyOf(key: Node): string | undefined {
  return key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : key.type === 'PrivateName' ? `#${key.id.name}` : undefined
}

/** A method of a class or object literal, or a function that a field of it holds. */
function methodOf(around: Node, name: string, isOfClass: boolean): FunctionNode | undefined {
  const isClass = around.type === 'ClassDeclaration' || around.type === 'ClassExpression'
  const members: readonly Node[] = isClass ? around.body.body : around.type === 'ObjectExpression' ? around.properties : []
  for (const member of members) {
    if (!('key' in member) || ('computed' in member && member.computed) || (isClass && ('static' in member && member.static === true) !== isOfClass)) continue
    if (keyOf(member.key as Node) !== name || ('kind' in member && (member.kind === 'get' || member.kind === 'set'))) continue
    const value = isFunction(member) ? member : 'value' in member && member.value ? unwrap(member.value as Node) : undefined
    return isFunction(value) ? value : undefined
  }
  return undefined
}
