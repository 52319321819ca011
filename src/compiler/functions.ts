import type { NodePath } from '@babel/traverse'
import type { Node } from '@babel/types'
import { findMarks, type MarkText } from './comments.ts'
import type { Diagnostics } from './diagnostics.ts'
import { constantKey, scopePath } from './identity.ts'
import type { ParsedModule } from './record.ts'
import { isFunction, isTransparentWrapper, unwrap, type FunctionNode } from './syntax.ts'
import { traverse } from './traverse.ts'
import { staticKey } from './uses.ts'

/** A function to be persisted, and how it was asked for. */
export interface FoundFunction {
  /** The function; for `persist(name)` none, but {@link FoundFunction.argument}. */
  node?: FunctionNode
  path: NodePath
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

/** Finds all functions that are marked or wrapped in `persist()`. */
export function findFunctions(parsed: ParsedModule, isPersist: IsPersist, diagnostics: Diagnostics): FoundFunction[] {
  const { ast, code } = parsed
  const { marks, misspelt } = findMarks(ast.comments ?? [])
  const anchors = new Map<number, Anchor[]>()
  const byNode = new Map<Node, FoundFunction>()
  const found: FoundFunction[] = []
  const decorators = new Map<number, number>()
  const needsAnchors = marks.length > 0 || misspelt.length > 0

  traverse(ast, {
    noScope: true,
    enter(path: NodePath) {
      const { node } = path
      if (node.type.startsWith('TS') && !isTransparentWrapper(node) && !['TSDeclareFunction', 'TSDeclareMethod', 'TSModuleDeclaration', 'TSModuleBlock', 'TSExportAssignment', 'TSParameterProperty'].includes(node.type)) {
        path.skip()
        return
      }
      if (node.type === 'Decorator') decorators.set(node.start!, node.end!)
      if (needsAnchors) noteAnchors(path, anchors, code)
      if ((node.type === 'CallExpression' || node.type === 'OptionalCallExpression') && node.arguments[0] && isPersist(node.callee as Node)) {
        const argument = unwrap(node.arguments[0] as Node)
        const inPlace = argument.type === 'FunctionExpression' || argument.type === 'ArrowFunctionExpression'
        const entry: FoundFunction = { path: inPlace ? pathOfArgument(path, argument) : path, name: '', call: node, start: node.start! }
        if (inPlace) {
          entry.node = argument
          byNode.set(argument, entry)
        } else entry.argument = node.arguments[0] as Node
        entry.name = inPlace ? '' : scopePathOfCall(path)
        found.push(entry)
      }
    },
  })

  for (const mark of marks) {
    const anchor = anchorAfter(mark.end, code, anchors, decorators)
    if (!anchor) {
      diagnostics.error(mark.start, 'This @persist mark belongs to no function', 'Put it directly above a function, a method, or a variable that holds one; or remove it.')
      continue
    }
    if (anchor.problem) {
      diagnostics.error(mark.start, anchor.problem[0], anchor.problem[1])
      continue
    }
    const { path } = anchor
    const known = byNode.get(path.node)
    if (known) {
      if (mark.options && (known.mark?.options || known.call?.arguments[1])) {
        diagnostics.error(mark.start, 'This function has options in two places', 'Keep one mark, or the options of persist().')
      } else if (mark.options || !known.mark) known.mark = mark
      continue
    }
    const entry: FoundFunction = { node: path.node as FunctionNode, path, name: '', mark, start: path.node.start! }
    byNode.set(path.node, entry)
    found.push(entry)
  }

  for (const { word, start, end } of misspelt) {
    const anchor = anchorAfter(end, code, anchors, decorators)
    if (anchor) diagnostics.warn('MISSPELT', start, `\`${word}\` looks like a misspelt mark`, 'A mark is `@persist`, alone on its line but for one object literal of options.')
  }

  found.sort((a, b) => a.start - b.start)
  const sound = found.filter((entry) => !entry.node || isCacheable(entry, diagnostics))
  for (const entry of sound) if (entry.node) entry.name = scopePath(entry.path)
  return sound
}

/** Every top-level function and method, as if it were marked. */
export function allFunctions(parsed: ParsedModule): FoundFunction[] {
  const found: FoundFunction[] = []
  traverse(parsed.ast, {
    noScope: true,
    enter(path: NodePath) {
      const { node } = path
      if (!isFunction(node)) return
      path.skip()
      if (node.generator || ('kind' in node && node.kind !== 'method')) return
      const isNamed = node.type === 'FunctionDeclaration' || node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod' || node.type === 'ObjectMethod' || holdsName(path)
      if (isNamed) found.push({ node, path, name: scopePath(path), start: node.start! })
    },
  })
  return found
}

function holdsName(path: NodePath): boolean {
  let parent = path.parentPath
  while (parent && isTransparentWrapper(parent.node)) parent = parent.parentPath
  return ['VariableDeclarator', 'AssignmentExpression', 'ObjectProperty', 'ClassProperty', 'ClassPrivateProperty', 'ExportDefaultDeclaration'].includes(parent?.node.type ?? '')
}

function pathOfArgument(call: NodePath, argument: Node): NodePath {
  let path = call.get('arguments.0') as NodePath
  while (path.node !== argument) path = path.get('expression') as NodePath
  return path
}

function scopePathOfCall(call: NodePath): string {
  return scopePath(call.get('arguments.0') as NodePath)
}

interface Anchor {
  path: NodePath
  problem?: [what: string, cure: string]
}

/** Notes each place at which a mark would mean a function: its own start, and those of what introduces it. */
function noteAnchors(path: NodePath, anchors: Map<number, Anchor[]>, code: string): void {
  const { node } = path
  const add = (position: number | null | undefined, anchor: Anchor): void => {
    if (position === null || position === undefined) return
    const list = anchors.get(position)
    if (list) list.push(anchor)
    else anchors.set(position, [anchor])
  }
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
    const problem: Anchor['problem'] = ['A class can\'t be persisted', 'Mark the methods that are to be.']
    for (const start of headStarts(node, code)) add(start, { path, problem })
    for (const start of introducers(path, code)) add(start, { path, problem })
    return
  }
  if (!isFunction(node)) return
  for (const start of headStarts(node, code)) add(start, { path })
  const several = path.findParent((parent) => parent.node.type === 'VariableDeclaration' || isFunction(parent.node))?.node
  const isOneOfMany = several?.type === 'VariableDeclaration' && several.declarations.length > 1 && isInitialiser(path)
  for (const start of introducers(path, code)) {
    add(start, isOneOfMany ? { path, problem: ['This declaration declares more than one variable', 'Give the function a declaration of its own, and mark that.'] } : { path })
  }
  for (const start of overloads(path)) add(start, { path })
}

function isInitialiser(path: NodePath): boolean {
  let parent = path.parentPath
  while (parent && isTransparentWrapper(parent.node)) parent = parent.parentPath
  return parent?.node.type === 'VariableDeclarator'
}

/** Where a declaration begins: before its decorators and after them. */
function headStarts(node: Node, code: string): number[] {
  const decorators = (node as { decorators?: Node[] | null }).decorators
  const starts = [node.start!]
  if (decorators?.length) starts.push(...decorators.map((decorator) => decorator.start!), skipSpace(code, decorators.at(-1)!.end!))
  return starts
}

/** Starts of what stands around a function and exists for its sake: `export`, `const f =`, `exports.f =`, `return`, `persist(`. */
function* introducers(path: NodePath, code: string): Generator<number> {
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
        if (node.value !== child) return
        yield* headStarts(node, code)
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
    child = node
  }
}

/** The overload signatures before a function or method. */
function* overloads(path: NodePath): Generator<number> {
  const { node } = path
  const isDeclaration = node.type === 'FunctionDeclaration'
  if (!isDeclaration && node.type !== 'ClassMethod') return
  let at: NodePath = path
  while (isDeclaration && (at.parentPath?.node.type === 'ExportNamedDeclaration' || at.parentPath?.node.type === 'ExportDefaultDeclaration')) at = at.parentPath
  const siblings = at.container
  if (!Array.isArray(siblings)) return
  for (let i = (at.key as number) - 1; i >= 0; i--) {
    const sibling = siblings[i] as Node
    const signature = (sibling.type === 'ExportNamedDeclaration' || sibling.type === 'ExportDefaultDeclaration' ? sibling.declaration : sibling) as Node | null
    const isOverload = signature?.type === 'TSDeclareFunction' ? signature.id?.name === (node as { id?: { name: string } | null }).id?.name : signature?.type === 'TSDeclareMethod'
    if (!isOverload) return
    yield sibling.start!
    if (signature !== sibling) yield signature!.start!
  }
}

/** The function that the next token after a comment begins. Decorators and further comments may stand between. */
function anchorAfter(end: number, code: string, anchors: Map<number, Anchor[]>, decorators: Map<number, number>): Anchor | undefined {
  let at = end
  while (true) {
    at = skipSpace(code, at)
    const here = anchors.get(at)
    // Of all that begins here the outermost comes first: `export const f = …`.
    if (here) return here[0]
    const decorator = decorators.get(at)
    if (decorator === undefined) return undefined
    at = decorator
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

/** Refuses what can't be cached without a change of meaning. */
function isCacheable(entry: FoundFunction, diagnostics: Diagnostics): boolean {
  const node = entry.node!
  const refuse = (what: string, cure: string): false => {
    diagnostics.error(entry.mark?.start ?? entry.start, what, cure)
    return false
  }
  if (node.generator) return refuse(`${node.async ? 'An async generator' : 'A generator'} can't be persisted: its values come one at a time`, 'Persist a function that returns them as an array.')
  if ('kind' in node) {
    if (node.kind === 'get' || node.kind === 'set') return refuse(`A ${node.kind}ter can't be persisted`, 'Persist a method, and let the accessor call it.')
    if (node.kind === 'constructor') return refuse('A constructor can\'t be persisted: it makes a new object each time', 'Persist a static method that computes what the constructor needs.')
  }
  if (usesNewTarget(node)) return refuse('A function that reads `new.target` can\'t be persisted: it is a constructor', 'Persist a plain function that it calls.')
  if ('computed' in node && node.computed && constantKey(node.key as Node) === undefined && !/\bname\s*:/.test(entry.mark?.options?.text ?? '')) {
    return refuse('A method whose name is computed has no identity', 'Give it one: // @persist { name: \'…\' }')
  }
  return true
}

function usesNewTarget(fn: FunctionNode): boolean {
  let found = false
  const walk = (node: Node): void => {
    if (found) return
    if (node.type === 'MetaProperty' && node.meta.name === 'new') {
      found = true
      return
    }
    for (const key of Object.keys(node)) {
      const child = (node as unknown as Record<string, unknown>)[key]
      if (Array.isArray(child)) for (const item of child) visit(item)
      else visit(child)
    }
  }
  const visit = (child: unknown): void => {
    if (typeof child !== 'object' || child === null || typeof (child as Node).type !== 'string') return
    const node = child as Node
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression') return
    walk(node)
  }
  walk(fn.body)
  return found
}
