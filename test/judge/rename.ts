import type { Binding, NodePath } from '@babel/traverse'
import type { Node } from '@babel/types'
import { applied, collect, parseText, type Change } from './text.ts'

/** A text in which bindings have names by the order in which they are declared. */
export function withNumberedNames(code: string): string {
  const scopes = collect(parseText(code, 'bundle.js'), (path) => path.isScopable(), true).map(({ scope }) => scope)
  const bindings = [...new Set(scopes.flatMap((scope) => Object.values(scope.bindings)))].sort((a, b) => a.identifier.start! - b.identifier.start!)
  return applied(code, bindings.flatMap((binding, index) => renamed(binding, '', `binding${index}`) ?? []))
}

/** The changes that give a binding another name everywhere; `undefined` where its name is seen outside its file. */
export function renamed(binding: Binding, code: string, name: string): Change[] | undefined {
  if (code.includes(name) || binding.identifier.name === 'this') return undefined
  const places = new Map<number, Change>()
  const declaration = binding.path.parentPath?.parent.type === 'ExportNamedDeclaration' || binding.path.parent.type === 'ExportNamedDeclaration'
  if (declaration) return undefined
  const add = (node: Node, path: NodePath | null): void => {
    const change = path && changeAt(path, node, name)
    // A type annotation belongs to the identifier's range.
    places.set(node.start!, change ?? { start: node.start!, end: node.start! + binding.identifier.name.length, text: name })
  }
  add(binding.identifier, pathTo(binding.path, binding.identifier))
  for (const path of binding.referencePaths) {
    if (path.node.type !== 'Identifier') return undefined
    add(path.node, path)
  }
  for (const path of binding.constantViolations) {
    for (const identifier of Object.values(path.getBindingIdentifiers())) {
      if (identifier.name === binding.identifier.name) add(identifier, pathTo(path, identifier))
    }
    if (path.node.type === 'AssignmentExpression' || path.node.type === 'UpdateExpression') continue
    if (path.node.type !== 'VariableDeclarator') return undefined
  }
  return [...places.values()]
}

function pathTo(from: NodePath, identifier: Node): NodePath | null {
  if (from.node === identifier) return from
  let found: NodePath | null = null
  from.traverse({
    noScope: true,
    Identifier(path: NodePath) {
      if (path.node === identifier) found = path
    },
  } as never)
  return found
}

/** Places where a name is two things at once: `{ a }`, `export { a }`, `import { a }`. */
function changeAt(path: NodePath, node: Node, name: string): Change | undefined {
  const { parent } = path
  const own = (node as { name: string }).name
  if (parent.type === 'ObjectProperty' && parent.shorthand) return { start: node.start!, end: node.start! + own.length, text: `${own}: ${name}` }
  if (parent.type === 'AssignmentPattern' && path.parentPath?.parent.type === 'ObjectProperty' && path.parentPath.parent.shorthand) {
    return { start: node.start!, end: node.start! + own.length, text: `${own}: ${name}` }
  }
  if (parent.type === 'ExportSpecifier') {
    const exported = parent.exported.type === 'Identifier' ? parent.exported.name : JSON.stringify(parent.exported.value)
    return { start: parent.start!, end: parent.end!, text: `${name} as ${exported}` }
  }
  if (parent.type === 'ImportSpecifier') {
    const imported = parent.imported.type === 'Identifier' ? parent.imported.name : JSON.stringify(parent.imported.value)
    return { start: parent.start!, end: parent.end!, text: `${imported} as ${name}` }
  }
  return undefined
}
