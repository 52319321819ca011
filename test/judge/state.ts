import { traverseFast, type Node } from '@babel/types'
import type { Change, Parsed } from './text.ts'

const MUTATORS = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'set', 'add', 'delete', 'clear', 'append'])

/**
 * Whether an edit lies in a top-level statement that changes a variable of its module which is left in a bundle. Such
 * code counts for who reads the variable, as another part of the program may run it; a bundler leaves it out where
 * nothing of the same entry calls it.
 */
export function changesState({ ast }: Parsed, changes: readonly Change[], bundle: string): boolean {
  const { body } = ast.program
  const around = body.find((node) => changes.every(({ start, end }) => start >= node.start! && end <= node.end!))
  if (!around) return false
  const changed = changedIn(around)
  const variables = body.flatMap((node) => {
    const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node
    return declaration?.type === 'VariableDeclaration' && declaration !== around && node !== around ? declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : '')) : []
  })
  return variables.some((name) => changed.has(name) && new RegExp(`(?:\\bvar |\\blet |\\bconst |, )${name}\\d*\\b`).test(bundle))
}

/** Names of what is assigned, or has something beneath it changed. */
function changedIn(statement: Node): Set<string> {
  const found = new Set<string>()
  const add = (target: Node): void => {
    let node = target
    while (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') node = node.object
    if (node.type === 'Identifier') found.add(node.name)
  }
  traverseFast(statement, (node) => {
    if (node.type === 'AssignmentExpression') add(node.left)
    else if (node.type === 'UpdateExpression') add(node.argument)
    else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && MUTATORS.has(node.callee.property.name)) add(node.callee.object)
  })
  return found
}
