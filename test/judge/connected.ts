import { parse } from '@babel/parser'
import type { Node } from '@babel/types'

interface Piece {
  node: Node
  declares: string[]
  names: string[]
  /** Those of them that stand elsewhere than where it is declared. */
  inner: string[]
  /** Names that a call gets hold of when the module is evaluated. */
  handed: string[]
  /** Names of what it assigns to. */
  changed: string[]
  /** A number, a text or a function: what is handed to a call for the sake of its value comes back as it was. */
  isFixed: boolean
}

/**
 * The top-level statements of a bundle that have to do with the function it exports: declarations that something of these
 * names, and statements that assign to something of these, hand it to a call, or name nothing of the bundle. Judged by
 * names alone.
 */
export function connected(code: string): string {
  const { body } = parse(code, { sourceType: 'module' }).program
  const pieces = body.flatMap(piecesOf)
  const declared = new Set(pieces.flatMap((piece) => piece.declares))
  const fixed = new Set(pieces.flatMap((piece) => (piece.isFixed ? piece.declares : [])))
  const exported = new Set(body.flatMap((node) => (node.type === 'ExportNamedDeclaration' ? namesIn(node) : [])))
  const reached = new Set(exported)
  const kept = new Set<Piece>()
  // What is put onto the function itself is nothing to one that doesn't name itself.
  const isAsked = (name: string): boolean => reached.has(name) && (!exported.has(name) || [...kept].some((piece) => piece.declares.length > 0 && piece.inner.includes(name)))
  const isConcerned = (piece: Piece): boolean => {
    if (piece.declares.length > 0) return piece.declares.some((name) => reached.has(name)) || piece.handed.some((name) => reached.has(name) && !fixed.has(name))
    const own = piece.names.filter((name) => declared.has(name))
    return own.length === 0 || piece.changed.some(isAsked) || piece.handed.some((name) => reached.has(name))
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

const FIXED = new Set(['NumericLiteral', 'BigIntLiteral', 'StringLiteral', 'BinaryExpression', 'UnaryExpression', 'TemplateLiteral', 'ArrowFunctionExpression', 'FunctionExpression'])

const CASTS = new Set(['BigInt', 'Number', 'String', 'Boolean', 'Symbol', 'Symbol.for'])

/** `BigInt(0)`, `Symbol.for('a')` */
function givesPrimitive(node: Node): boolean {
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  const name = callee.type === 'MemberExpression' && !callee.computed ? `${namesIn(callee.object).join()}.${namesIn({ ...callee.property } as Node).join()}` : namesIn(callee).join()
  return CASTS.has(name)
}

function piecesOf(node: Node): Piece[] {
  if (node.type === 'VariableDeclaration') return node.declarations.map((item) => pieceOf(item, namesIn(item.id), item.init ?? undefined))
  return [pieceOf(node, 'id' in node && node.id ? [(node.id as { name: string }).name] : [])]
}

function pieceOf(node: Node, declares: string[], init?: Node): Piece {
  const isFixed = node.type === 'FunctionDeclaration' || (init !== undefined && (FIXED.has(init.type) || givesPrimitive(init)))
  const changed: string[] = []
  const acts = init ?? (node.type === 'ExpressionStatement' ? node : undefined)
  walk(acts, (inner) => {
    if (inner.type === 'AssignmentExpression') changed.push(...namesIn(inner.left))
    return isOutsideFunctions(inner)
  })
  const inside = node.type === 'FunctionDeclaration' ? [...node.params, node.body] : init ? [init] : [node]
  return { node, declares, names: namesIn(node), inner: inside.flatMap((part) => namesIn(part)), handed: acts ? handedIn(acts) : [], changed, isFixed }
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

function namesIn(node: Node, isEntered: (node: Node) => boolean = () => true): string[] {
  const names = new Set<string>()
  walk(node, (inner) => {
    if (inner.type === 'Identifier') names.add(inner.name)
    return isEntered(inner)
  })
  return [...names]
}

/** What a function names, wherever it stands, is not handed over with it. */
function isOutsideFunctions(node: Node): boolean {
  return !/Function|ObjectMethod|Class/.test(node.type)
}

/** Arguments and receivers of calls outside functions. */
function handedIn(node: Node): string[] {
  const handed: string[] = []
  walk(node, (inner) => {
    if (!isOutsideFunctions(inner)) return false
    if (inner.type === 'CallExpression' || inner.type === 'NewExpression') {
      // Of what is copied from nothing changes.
      const isCopying = namesIn(inner.callee).join() === 'Object' && inner.callee.type === 'MemberExpression' && (inner.callee.property as { name?: string }).name === 'assign'
      for (const argument of isCopying ? inner.arguments.slice(0, 1) : inner.arguments) handed.push(...namesIn(argument, isOutsideFunctions))
      if (inner.callee.type === 'MemberExpression') handed.push(...namesIn(inner.callee.object, isOutsideFunctions))
    }
    return true
  })
  return handed
}
