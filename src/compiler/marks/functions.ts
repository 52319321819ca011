import type { Node } from '@babel/types'
import type { ParsedModule } from '../bindings/record.ts'
import type { Diagnostics } from '../report/diagnostics.ts'
import { Anchors } from '../syntax/anchors.ts'
import { findMarks, type MarkText } from '../syntax/comments.ts'
import { walk, type Path } from '../syntax/path.ts'
import { isAnyWithin } from '../syntax/scope.ts'
import { isFunction, isTransparentWrapper, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { callPath, scopePath } from './identity.ts'
import { isCacheable } from './refuse.ts'

/** A function to be persisted, and how it was asked for. */
export interface FoundFunction {
  /** The function; for `persist(name)` none, but {@link FoundFunction.argument}. */
  node?: FunctionNode
  path: Path
  /** Scope path, without the `~2` of a twin. */
  name: string
  mark?: MarkText
  /** The `persist()` call around it. */
  call?: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>
  /** What `persist()` was given, where that is no function written in place. */
  argument?: Node
  /** Where it stands, for messages. */
  start: number
}

/** Names under which `persist` is known to a module: by import, by namespace, or through a module of the project's own. */
export type IsPersist = (callee: Node) => boolean

/**
 * Finds all functions that are marked or wrapped in `persist()`.
 *
 * @param isPersist without it there are marks only, and functions without one in them aren't entered
 */
export function findFunctions(parsed: ParsedModule, isPersist: IsPersist | undefined, diagnostics: Diagnostics): FoundFunction[] {
  const { ast, code } = parsed
  const { marks, misspelt } = findMarks(ast.comments ?? [])
  const anchors = new Anchors(code)
  const needsAnchors = marks.length > 0 || misspelt.length > 0
  const places = [...marks, ...misspelt].map(({ start }) => start).sort((a, b) => a - b)
  const found: FoundFunction[] = []
  const byNode = new Map<Node, FoundFunction>()

  walk(ast.program, (path) => {
    if (needsAnchors) anchors.note(path)
    const { node, parentPath } = path
    if ((node.type === 'CallExpression' || node.type === 'OptionalCallExpression') && node.arguments[0] && isPersist?.(node.callee as Node)) {
      const argument = unwrap(node.arguments[0] as Node)
      const entry: FoundFunction = { path, name: callPath(path), call: node, start: node.start! }
      if (argument.type === 'FunctionExpression' || argument.type === 'ArrowFunctionExpression') byNode.set(argument, entry)
      else entry.argument = node.arguments[0] as Node
      found.push(entry)
    }
    const call = byNode.get(node)
    if (call && parentPath) Object.assign(call, { node, path })
    return isPersist !== undefined || !isFunction(node) || isAnyWithin(places, node.start!, node.end!) ? undefined : false
  })

  for (const mark of marks) {
    const anchor = anchors.after(mark.end)
    if (!anchor) {
      diagnostics.error(mark.start, 'This @persist mark belongs to no function', 'Put it directly above a function, a method, or a variable that holds one; or remove it.')
      continue
    }
    if (anchor.problem) {
      diagnostics.error(mark.start, ...anchor.problem)
      continue
    }
    const { path } = anchor
    const known = byNode.get(path.node)
    if (!known) {
      const entry: FoundFunction = { node: path.node as FunctionNode, path, name: scopePath(path), mark, start: path.node.start! }
      byNode.set(path.node, entry)
      found.push(entry)
    } else if (mark.options && (known.mark?.options || known.call?.arguments[1])) {
      diagnostics.error(mark.start, 'This function has options in two places', 'Keep one mark, or the options of persist().')
    } else if (mark.options || !known.mark) known.mark = mark
  }

  for (const { word, start, end } of misspelt) {
    if (/track/i.test(word)) diagnostics.warn('MISSPELT', start, `\`${word}\` looks like a misspelt mark`, 'A variable is marked with `@persist-track`, alone on its line.')
    else if (anchors.after(end)) diagnostics.warn('MISSPELT', start, `\`${word}\` looks like a misspelt mark`, 'A mark is `@persist`, alone on its line but for one object literal of options.')
  }
  return found.filter((entry) => !entry.node || isCacheable(entry, parsed.scopes, diagnostics)).sort((a, b) => a.start - b.start)
}

/** Every top-level function and method, as if it were marked. */
export function allFunctions(parsed: ParsedModule): FoundFunction[] {
  const found: FoundFunction[] = []
  walk(parsed.ast.program, (path) => {
    const { node } = path
    if (!isFunction(node)) return
    const isMethod = node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod' || node.type === 'ObjectMethod'
    const isNamed = node.type === 'FunctionDeclaration' || isMethod || holdsName(path)
    if (isNamed && !node.generator && !('kind' in node && node.kind !== 'method')) found.push({ node, path, name: scopePath(path), start: node.start! })
    return false
  })
  return found
}

function holdsName(path: Path): boolean {
  let parent = path.parentPath
  while (parent && isTransparentWrapper(parent.node)) parent = parent.parentPath
  return ['VariableDeclarator', 'AssignmentExpression', 'ObjectProperty', 'ClassProperty', 'ClassPrivateProperty', 'ExportDefaultDeclaration'].includes(parent?.node.type ?? '')
}
