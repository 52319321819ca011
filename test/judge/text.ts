import { parse } from '@babel/parser'
import babelTraverse, { type NodePath, type TraverseOptions } from '@babel/traverse'
import type { File, Node } from '@babel/types'

// The package is CommonJS; depending on the loader its function is the default export or a member of it.
const traverse: (root: Node, options: TraverseOptions) => void = ((babelTraverse as unknown as { default?: unknown }).default ?? babelTraverse) as never

/** A change of one range of a text. */
export interface Change {
  start: number
  end: number
  text: string
}

export interface Parsed {
  code: string
  ast: File
}

export function parseText(code: string, file: string): Parsed {
  return { code, ast: parse(code, { sourceType: 'unambiguous', allowReturnOutsideFunction: true, plugins: file.endsWith('ts') ? ['typescript'] : [], attachComment: false }) }
}

export function applied(code: string, changes: readonly Change[]): string {
  let text = code
  for (const { start, end, text: replacement } of [...changes].sort((a, b) => b.start - a.start)) text = text.slice(0, start) + replacement + text.slice(end)
  return text
}

/** Where a declaration begins, with the mark above it: what belongs to it goes where it goes. */
export function startWithMark(code: string, node: Node): number {
  return /\/\/ @persist\s*$/.exec(code.slice(0, node.start!))?.index ?? node.start!
}

/** All nodes that a test accepts, with the paths to them, types left out. */
export function collect(parsed: Parsed, accepts: (path: NodePath) => boolean, withScope = false): NodePath[] {
  const found: NodePath[] = []
  traverse(parsed.ast, {
    ...(withScope ? {} : { noScope: true }),
    enter(path: NodePath) {
      if (path.node.type.startsWith('TS') && !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(path.node.type)) return path.skip()
      if (accepts(path)) found.push(path)
      return undefined
    },
  })
  return found
}
