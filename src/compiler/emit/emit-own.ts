import type { Node } from '@babel/types'
import type MagicString from 'magic-string'
import { skipSpace } from '../syntax/anchors.ts'
import { siblings, type Path } from '../syntax/path.ts'
import { isTransparentWrapper } from '../syntax/syntax.ts'
import type { Names } from './names.ts'
import { keyText } from './self.ts'

/**
 * Lets `handle(fn)` find a function that no name at the top of the module leads to: it is shown to the runtime where it
 * is made. What would change by that (a generated name, hoisting) is left as it was, and the function unknown if need be.
 */
export function emitOwn(edit: MagicString, code: string, path: Path, name: string, names: Names): void {
  const { node } = path
  if (node.type === 'FunctionDeclaration') {
    insertStatement(edit, code, path, name, names)
  } else if (node.type === 'ClassMethod') {
    const key = keyText(node)
    const body = path.parentPath!.node
    if (key !== undefined) edit.appendLeft(body.end! - 1, ` static { ${names.use('own')}(${name}, this${node.static ? '' : '.prototype'}${key}); }`)
  } else if (node.type === 'ObjectMethod') {
    const key = keyLiteral(node)
    const object = path.parentPath!.node
    if (key !== undefined && !isConstAssertion(path.parentPath!.parentPath!.node, code)) wrap(edit, object, name, key, names)
  } else if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
    const holder = nestedVariable(path)
    if (holder) edit.appendLeft(holder.declaration.end!, `; ${names.use('own')}(${name}, ${holder.name});`)
    else {
      const given = node.type === 'FunctionExpression' && node.id ? '' : givenName(path, node)
      if (given !== undefined && !isConstructed(path)) wrap(edit, node, name, given, names)
    }
  }
}

/** The function, or the object that holds it, is handed through the runtime. */
function wrap(edit: MagicString, node: Node, name: string, key: string, names: Names): void {
  edit.prependRight(node.start!, `/*#__PURE__*/ ${names.use('own')}(${name}, `)
  edit.appendLeft(node.end!, `${key && `, ${key}`})`)
}

/** At the beginning of the block, since a declaration can be used above its place; in a `switch` before it. */
function insertStatement(edit: MagicString, code: string, path: Path, name: string, names: Names): void {
  const { id } = path.node as Extract<Node, { type: 'FunctionDeclaration' }>
  const statement = path.parentPath!.node.type === 'ExportNamedDeclaration' ? path.parentPath! : path
  const container = statement.parentPath!.node
  if (!id || siblings(statement).length === 0) return
  const text = ` ${names.use('own')}(${name}, ${id.name});`
  const directive = container.type === 'BlockStatement' ? container.directives.at(-1) : undefined
  if (directive) edit.prependRight(directive.end!, `;${text}`)
  else if (container.type === 'BlockStatement' || container.type === 'TSModuleBlock') edit.prependRight(container.start! + 1, text)
  else if (container.type === 'StaticBlock') edit.prependRight(skipSpace(code, container.start! + 'static'.length) + 1, text)
  else edit.appendLeft(statement.node.start!, `${text.trimStart()} `)
}

/** `const f = () => …` as a statement of a block: said after it, so that types stay as they are inferred. */
function nestedVariable(path: Path): { declaration: Node; name: string } | undefined {
  let holder = path.parentPath
  while (holder && isTransparentWrapper(holder.node)) holder = holder.parentPath
  if (holder?.node.type !== 'VariableDeclarator' || holder.node.id.type !== 'Identifier') return undefined
  const declaration = holder.parentPath!
  const around = declaration.parentPath!.node.type
  return ['BlockStatement', 'Program', 'StaticBlock', 'TSModuleBlock', 'SwitchCase'].includes(around) ? { declaration: declaration.node, name: holder.node.id.name } : undefined
}

/**
 * The name, as a literal, that JavaScript gives to an anonymous function at its place, and not to one that has been handed through;
 * empty where it gives none, `undefined` where it can't be told.
 */
function givenName(path: Path, value: Node): string | undefined {
  const parent = path.parentPath!
  const { node } = parent
  if (isTransparentWrapper(node)) return givenName(parent, value)
  switch (node.type) {
    case 'VariableDeclarator':
      // What a namespace exports becomes a member of its object.
      return node.id.type === 'Identifier' && parent.parentPath!.parentPath!.node.type !== 'ExportNamedDeclaration' ? JSON.stringify(node.id.name) : ''
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      if (node.right !== path.node) return ''
      return node.left.type === 'Identifier' && !node.left.extra?.parenthesized ? JSON.stringify(node.left.name) : ''
    case 'ObjectProperty':
      return node.value === path.node && !(keyLiteral(node) === '"__proto__"' && !node.computed) ? keyLiteral(node) : ''
    case 'ClassProperty':
    case 'ClassPrivateProperty':
    case 'ClassAccessorProperty':
      if (node.value !== path.node) return ''
      return node.key.type === 'PrivateName' ? JSON.stringify(`#${node.key.id.name}`) : keyLiteral(node)
    case 'ExportDefaultDeclaration':
      return '"default"'
    default:
      return ''
  }
}

/** `new function () {}`: what is handed through would be called with what `new` makes. */
function isConstructed(path: Path): boolean {
  const parent = path.parentPath!.node
  return parent.type === 'NewExpression' && parent.callee === path.node
}

function keyLiteral({ key, computed }: { key: Node; computed?: boolean | null }): string | undefined {
  if (key.type === 'Identifier') return computed ? undefined : JSON.stringify(key.name)
  if (key.type === 'StringLiteral') return JSON.stringify(key.value)
  if (key.type === 'NumericLiteral') return JSON.stringify(String(key.value))
  return undefined
}

function isConstAssertion(node: Node, code: string): boolean {
  return node.type === 'TSAsExpression' && code.slice(node.typeAnnotation.start!, node.typeAnnotation.end!) === 'const'
}
