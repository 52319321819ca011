import { parse } from '@babel/parser'
import type { Node } from '@babel/types'

interface Piece {
  node: Node
  declares: string[]
  names: string[]
  /** Names that a call gets hold of when the module is evaluated. */
  handed: string[]
  /** Its value is a number or text, which no call can change. */
  isPrimitive: boolean
}

/**
 * The top-level statements of a bundle that have to do with its function `root`: declarations that something of these
 * names, initialisers that hand something of these to a call, and all other statements that name one of them, or only
 * names from outside. Judged by names alone.
 */
export function connected(code: string): string {
  const pieces = parse(code, { sourceType: 'module' }).program.body.flatMap(piecesOf)
  const declared = new Set(pieces.flatMap((piece) => piece.declares))
  const primitive = new Set(pieces.flatMap((piece) => (piece.isPrimitive ? piece.declares : [])))
  const reached = new Set(['root'])
  const kept = new Set<Piece>()
  const isConcerned = (piece: Piece): boolean => {
    if (piece.declares.length > 0) return piece.declares.some((name) => reached.has(name)) || piece.handed.some((name) => reached.has(name) && !primitive.has(name))
    const own = piece.names.filter((name) => declared.has(name))
    return own.length === 0 || own.some((name) => reached.has(name))
  }
  for (let before = -1; before !== kept.size; ) {
    before = kept.size
    for (const piece of pieces) {
      if (kept.has(piece) || !isConcerned(piece)) continue
      kept.add(piece)
      for (const name of piece.names) if (declared.has(name)) reached.add(name)
    }
  }
  return pieces.filter((piece) => kept.has(piece)).map(({ node }) => code.slice(node.start!, node.end!)).join('\n')
}

function piecesOf(node: Node): Piece[] {
  if (node.type === 'VariableDeclaration') return node.declarations.map((item) => pieceOf(item, namesIn(item.id), item.init ?? undefined))
  return [pieceOf(node, 'id' in node && node.id ? [(node.id as { name: string }).name] : [])]
}

function pieceOf(node: Node, declares: string[], init?: Node): Piece {
  const isPrimitive = init !== undefined && ['NumericLiteral', 'StringLiteral', 'BinaryExpression', 'UnaryExpression', 'TemplateLiteral'].includes(init.type)
  return { node, declares, names: namesIn(node), handed: init ? handedIn(init) : [], isPrimitive }
}

/** Each node beneath one, itself included; `visit` answers whether to go on below it. */
function walk(value: unknown, visit: (node: Node) => boolean): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (typeof value === 'object' && value !== null && typeof (value as Node).type === 'string') {
    const node = value as Node
    if (!visit(node)) return
    for (const [key, child] of Object.entries(node)) {
      // Names of properties are no names of declarations.
      const isName = (key === 'property' || key === 'key') && !(node as { computed?: boolean }).computed
      if (!isName) walk(child, visit)
    }
  }
}

function namesIn(node: Node): string[] {
  const names = new Set<string>()
  walk(node, (inner) => {
    if (inner.type === 'Identifier') names.add(inner.name)
    return true
  })
  return [...names]
}

/** Arguments and receivers of calls outside functions. */
function handedIn(init: Node): string[] {
  const handed: string[] = []
  walk(init, (node) => {
    if (/Function|ObjectMethod|Class/.test(node.type)) return false
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      for (const argument of node.arguments) handed.push(...namesIn(argument).filter(() => !/Function/.test(argument.type)))
      if (node.callee.type === 'MemberExpression') handed.push(...namesIn(node.callee.object))
    }
    return true
  })
  return handed
}
