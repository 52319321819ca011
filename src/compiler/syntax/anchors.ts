import type { Node } from '@babel/types'
import { siblings, type Path } from './path.ts'
import { isFunction, isTransparentWrapper, unwrap } from './syntax.ts'
import { staticKey } from './uses.ts'

/** A place at which a mark would mean a function, or something that it can't mean. */
export interface Anchor {
  path: Path
  problem?: [what: string, cure: string]
}

/** The places of one file at which a mark would mean something, by what begins there. */
export class Anchors {
  readonly #code: string
  readonly #anchors = new Map<number, Anchor>()
  /** Ends of decorators by their starts: a mark may stand before them. */
  readonly #decorators = new Map<number, number>()

  constructor(code: string) {
    this.#code = code
  }

  /** Notes what a node makes of the place where it begins, and of those that introduce it. */
  note(path: Path): void {
    const { node } = path
    if (node.type === 'Decorator') this.#decorators.set(node.start!, node.end!)
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const problem: Anchor['problem'] = ['A class can\'t be persisted', 'Mark the methods that are to be.']
      for (const start of [...headStarts(node, this.#code), ...introducers(path, this.#code)]) this.#add(start, { path, problem })
    }
    if (!isFunction(node)) return
    for (const start of headStarts(node, this.#code)) this.#add(start, { path })
    const isOneOfMany = (declarationOf(path)?.declarations.length ?? 0) > 1
    for (const start of introducers(path, this.#code)) {
      this.#add(start, isOneOfMany ? { path, problem: ['This declaration declares more than one variable', 'Give the function a declaration of its own, and mark that.'] } : { path })
    }
    for (const start of overloads(path)) this.#add(start, { path })
  }

  /** The function that the next token after a comment begins. Decorators and further comments may stand between. */
  after(end: number): Anchor | undefined {
    for (let at = end; ; ) {
      at = skipSpace(this.#code, at)
      const here = this.#anchors.get(at)
      if (here) return here
      const decorator = this.#decorators.get(at)
      if (decorator === undefined) return undefined
      at = decorator
    }
  }

  /** Of all that begins at a place the outermost counts: `export const f = …`. */
  #add(position: number, anchor: Anchor): void {
    if (!this.#anchors.has(position)) this.#anchors.set(position, anchor)
  }
}

/** The declaration whose variable a function is the value of. */
function declarationOf(path: Path): Extract<Node, { type: 'VariableDeclaration' }> | undefined {
  let parent = path.parentPath
  while (parent && isTransparentWrapper(parent.node)) parent = parent.parentPath
  if (parent?.node.type !== 'VariableDeclarator') return undefined
  const declaration = parent.parentPath!.node
  return declaration.type === 'VariableDeclaration' ? declaration : undefined
}

/** Where a declaration begins: before its decorators and after them; an expression also before its parentheses. */
function headStarts(node: Node, code: string): number[] {
  const { decorators } = node as { decorators?: Node[] | null }
  const starts = [node.start!, ...parentheses(node, code)]
  if (decorators?.length) starts.push(...decorators.map((decorator) => decorator.start!), skipSpace(code, decorators.at(-1)!.end!))
  return starts
}

/** Where the parentheses around an expression open. */
function* parentheses(node: Node, code: string): Generator<number> {
  const outermost = node.extra?.parenStart
  if (typeof outermost !== 'number') return
  for (let at = outermost; at < node.start!; at = skipSpace(code, at + 1)) yield at
}

/** Starts of what stands around a function and exists for its sake: `export`, `const f =`, `exports.f =`, `return`, `persist(`. */
function* introducers(path: Path, code: string): Generator<number> {
  let child: Node = path.node
  for (let parent = path.parentPath; parent; parent = parent.parentPath) {
    const { node } = parent
    switch (node.type) {
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
      case 'TSExportAssignment':
      case 'ExpressionStatement':
      case 'ReturnStatement':
      case 'VariableDeclaration':
        break
      case 'VariableDeclarator':
        if (node.init !== child) return
        break
      case 'AssignmentExpression':
        if (node.right !== child) return
        break
      case 'ObjectProperty':
      case 'ClassProperty':
      case 'ClassPrivateProperty':
      case 'ClassAccessorProperty':
        if (node.value === child) yield* headStarts(node, code)
        return
      case 'CallExpression': {
        const callee = unwrap(node.callee as Node)
        if (node.arguments[0] !== child || !((callee.type === 'Identifier' && callee.name === 'persist') || staticKey(callee) === 'persist')) return
        break
      }
      default:
        if (!isTransparentWrapper(node)) return
    }
    yield node.start!
    yield* parentheses(node, code)
    child = node
  }
}

/** The overload signatures before a function or method. */
function* overloads(path: Path): Generator<number> {
  const { node } = path
  const isDeclaration = node.type === 'FunctionDeclaration'
  if (!isDeclaration && node.type !== 'ClassMethod') return
  let at: Path = path
  while (isDeclaration && (at.parentPath?.node.type === 'ExportNamedDeclaration' || at.parentPath?.node.type === 'ExportDefaultDeclaration')) at = at.parentPath
  const list = siblings(at)
  for (let i = list.indexOf(at.node) - 1; i >= 0; i--) {
    const sibling = list[i]!
    const signature = (sibling.type === 'ExportNamedDeclaration' || sibling.type === 'ExportDefaultDeclaration' ? sibling.declaration : sibling) as Node | null
    const isOverload = signature?.type === 'TSDeclareFunction' ? signature.id?.name === (node as { id?: { name: string } | null }).id?.name : signature?.type === 'TSDeclareMethod' && !signature.abstract
    if (!isOverload) return
    yield sibling.start!
    if (signature !== sibling) yield signature!.start!
  }
}

/** Skips white space and comments. */
export function skipSpace(code: string, from: number): number {
  let at = from
  while (at < code.length) {
    if (/\s/.test(code[at]!)) at++
    else if (code.startsWith('//', at)) {
      const end = code.indexOf('\n', at)
      at = end < 0 ? code.length : end
    } else if (code.startsWith('/*', at)) {
      const end = code.indexOf('*/', at + 2)
      at = end < 0 ? code.length : end + 2
    } else return at
  }
  return at
}
