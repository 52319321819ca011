import type { Node } from '@babel/types'
import { eachChild } from '../syntax/syntax.ts'

type Class = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>

/**
 * Fields of a class that a method and what it reaches of the class only change and never read, such as a counter of calls: what they hold
 * is no input of the method. `#name` for private ones. None where `this` is handed on, or where a class above this one may read them.
 */
export function countersOf(around: Node, method: Node): Set<string> {
  const none = new Set<string>()
  if ((around.type !== 'ClassDeclaration' && around.type !== 'ClassExpression') || around.superClass) return none
  const reached = reachedMembers(around, method)
  const changed = new Set<string>()
  const read = new Set<string>()
  let isHandedOn = false
  const visit = (node: Node, parents: readonly Node[]): void => {
    if (node.type === 'ThisExpression') {
      const [statement, change, member] = parents.slice(-3)
      const name = member && fieldOf(member, node)
      if (name === undefined) isHandedOn = true
      else if (isChange(change!, member!) && statement?.type === 'ExpressionStatement') changed.add(name)
      else if (parents.some((parent) => reached.has(parent))) read.add(name)
    }
    const inner = [...parents, node]
    eachChild(node, (child) => visit(child, inner))
  }
  visit(around.body, [])
  if (isHandedOn) return none
  return new Set([...changed].filter((name) => !read.has(name)))
}

/** The method, and those members of its class that it names, directly or not: on whatever object. */
function reachedMembers(around: Class, method: Node): Set<Node> {
  const members = around.body.body
  const reached = new Set(members.filter((member) => holds(member, method)) as Node[])
  for (const member of reached) {
    const names = namedIn(member)
    for (const other of members) if (!('key' in other) || names.has(nameOf(other.key)) || ('computed' in other && other.computed)) reached.add(other)
  }
  return reached
}

function holds(node: Node, inner: Node): boolean {
  return node.start! <= inner.start! && inner.end! <= node.end!
}

/** All words of some code that may name a property. */
function namedIn(node: Node): Set<string | undefined> {
  const names = new Set<string | undefined>()
  const visit = (inner: Node): void => {
    names.add(nameOf(inner))
    eachChild(inner, visit)
  }
  visit(node)
  return names
}

function nameOf(key: Node): string | undefined {
  if (key.type === 'PrivateName') return `#${key.id.name}`
  return key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : key.type === 'NumericLiteral' ? String(key.value) : undefined
}

/** The member of `this` that an expression names. */
function fieldOf(node: Node, object: Node): string | undefined {
  if (node.type !== 'MemberExpression' || node.object !== object || node.computed) return undefined
  return node.property.type === 'Identifier' ? node.property.name : node.property.type === 'PrivateName' ? `#${node.property.id.name}` : undefined
}

function isChange(node: Node, target: Node): boolean {
  return node.type === 'UpdateExpression' || (node.type === 'AssignmentExpression' && node.left === target)
}
