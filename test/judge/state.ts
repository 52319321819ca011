import { traverseFast, type Node } from '@babel/types'
import { applied, parseText, type Change } from './text.ts'

const MUTATORS = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'set', 'add', 'delete', 'clear', 'append'])

/**
 * A module's text in which each variable brings along the functions and classes that change it. Such code counts for who
 * reads the variable, as another part of the program may run it; a bundler leaves it out where nothing of the same entry
 * calls it.
 */
export function withWriters(code: string, file: string): string {
  const writers = new Map<string, string[]>()
  const variables: { name: string; init: Node | null | undefined; end: number }[] = []
  for (const statement of parseText(code, file).ast.program.body) {
    const node = statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement
    if (node?.type === 'VariableDeclaration') {
      for (const { id, init, end } of node.declarations) {
        if (id.type !== 'Identifier') continue
        variables.push({ name: id.name, init, end: end! })
        if (init) addWriter(id.name, init, writers)
      }
    } else if ((node?.type === 'FunctionDeclaration' || node?.type === 'ClassDeclaration') && node.id) addWriter(node.id.name, node, writers)
  }
  const changes = variables.flatMap(({ name, init, end }): Change[] => {
    const own = (writers.get(name) ?? []).filter((writer) => writer !== name)
    if (own.length === 0) return []
    const kept = `/* @__PURE__ */ globalThis.keep(() => [${own.join()}], `
    return init ? [{ start: init.start!, end: init.start!, text: kept }, { start: end, end, text: ')' }] : [{ start: end, end, text: ` = ${kept} undefined)` }]
  })
  return applied(code, changes)
}

function addWriter(writer: string, code: Node, writers: Map<string, string[]>): void {
  for (const name of changedIn(code)) writers.set(name, [...(writers.get(name) ?? []), writer])
}

/** Names of what is assigned, or has something beneath it changed. */
function changedIn(code: Node): Set<string> {
  const found = new Set<string>()
  const add = (target: Node): void => {
    let node = target
    while (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') node = node.object
    if (node.type === 'Identifier') found.add(node.name)
  }
  traverseFast(code, (node) => {
    if (node.type === 'AssignmentExpression') add(node.left)
    else if (node.type === 'UpdateExpression') add(node.argument)
    else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && MUTATORS.has(node.callee.property.name)) add(node.callee.object)
  })
  return found
}
