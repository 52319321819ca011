import type { Node } from '@babel/types'
import { eachChild } from '../syntax/syntax.ts'

/**
 * Fields of a class that its code only changes and never reads, such as a counter of calls: what they hold is no input of its methods.
 * `#name` for private ones. None where `this` is handed on, or where a class around this one may read them.
 */
export function countersOf(around: Node): Set<string> {
  const none = new Set<string>()
  if ((around.type !== 'ClassDeclaration' && around.type !== 'ClassExpression') || around.superClass) return none
  const changed = new Set<string>()
  const read = new Set<string>()
  let isHandedOn = false
  const visit = (node: Node, parents: readonly Node[]): void => {
    if (node.type === 'ThisExpression') {
      const [statement, change, member] = parents.slice(-3)
      const name = member && fieldOf(member, node)
      if (name === undefined) isHandedOn = true
      else if (isChange(change!, member!) && statement?.type === 'ExpressionStatement') changed.add(name)
      else read.add(name)
    }
    const inner = [...parents, node]
    eachChild(node, (child) => visit(child, inner))
  }
  visit(around.body, [])
  if (isHandedOn) return none
  return new Set([...changed].filter((name) => !read.has(name)))
}

/** The member of `this` that an expression names. */
function fieldOf(node: Node, object: Node): string | undefined {
  if (node.type !== 'MemberExpression' || node.object !== object || node.computed) return undefined
  return node.property.type === 'Identifier' ? node.property.name : node.property.type === 'PrivateName' ? `#${node.property.id.name}` : undefined
}

function isChange(node: Node, target: Node): boolean {
  return node.type === 'UpdateExpression' || (node.type === 'AssignmentExpression' && node.left === target)
}
