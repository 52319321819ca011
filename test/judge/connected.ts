import { parse } from '@babel/parser'
import type { Node } from '@babel/types'

/**
 * The top-level statements of a bundle that have to do with its function `root`: declarations that something of these
 * names, and all other statements that name one of them, or only names from outside. Judged by names alone.
 */
export function connected(code: string): string {
  const { body } = parse(code, { sourceType: 'module' }).program
  const pieces = body.flatMap((node) =>
    node.type === 'VariableDeclaration' ? node.declarations.map((item) => pieceOf(item, namesDeclared(item.id))) : [pieceOf(node, 'id' in node && node.id ? [(node.id as { name: string }).name] : [])],
  )
  const declared = new Set(pieces.flatMap((piece) => piece.declares))
  const reached = new Set(['root'])
  const kept = new Set<(typeof pieces)[number]>()
  for (let before = -1; before !== kept.size; ) {
    before = kept.size
    for (const piece of pieces) {
      if (kept.has(piece)) continue
      const own = piece.names.filter((name) => declared.has(name))
      const isKept = piece.declares.length > 0 ? piece.declares.some((name) => reached.has(name)) : own.length === 0 || own.some((name) => reached.has(name))
      if (!isKept) continue
      kept.add(piece)
      for (const name of own) reached.add(name)
    }
  }
  return pieces.filter((piece) => kept.has(piece)).map(({ node }) => code.slice(node.start!, node.end!)).join('\n')
}

function pieceOf(node: Node, declares: string[]): { node: Node; declares: string[]; names: string[] } {
  const names = new Set<string>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item)
    else if (typeof value === 'object' && value !== null && typeof (value as Node).type === 'string') {
      const node = value as Node
      if (node.type === 'Identifier') names.add(node.name)
      for (const [key, child] of Object.entries(node)) {
        // Names of properties are no names of declarations.
        const isName = (key === 'property' || key === 'key') && !(node as { computed?: boolean }).computed
        if (!isName) walk(child)
      }
    }
  }
  walk(node)
  return { node, declares, names: [...names] }
}

function namesDeclared(pattern: Node): string[] {
  return pattern.type === 'Identifier' ? [pattern.name] : pieceOf(pattern, []).names
}
