import type { Node } from '@babel/types'
import { usesWithin } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey, type Use } from '../syntax/uses.ts'
import { givesThisAway } from './own-exports.ts'
import { definitionOf, passOf, type NamesContext, type Pass } from './passes.ts'

/** A top-level name that is written to, imports included; `global` for a global object or a prototype, `exports` for what a CommonJS module gives away. */
export interface Write {
  name: string
  /** Of an imported namespace the export. */
  member?: string
  /** Nothing is assigned: a method is called on it, at once or in a callback, or it is called itself, for nothing but what it does. */
  by?: 'method' | 'callback' | 'call'
  /** The statement itself has another name for it. */
  isAliased?: true
}

/** What a top-level statement may change when its module is evaluated. */
export interface Changes {
  writes: Write[]
  passes: Pass[]
}

/** Globals of which a program changes nothing that code reads, or which belong to the module. */
const OWN_GLOBALS = new Set(['console', 'module', 'exports'])
const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self'])

/**
 * Finds what a top-level statement writes to or hands over.
 *
 * @param isForValue it is there for the sake of its value, so that functions in it which aren't called at once are taken to run later
 */
export function changesOf(statement: Node, names: Iterable<string>, context: NamesContext, isForValue = false): Changes {
  const writes: Write[] = []
  const passes: Pass[] = []
  const isInside = (use: Use): boolean => use.node.start! >= statement.start! && use.node.end! <= statement.end!
  let atOnce: ReadonlySet<Node> | undefined
  const isAtOnce = (use: Use): boolean => !use.within || use.within.start! < statement.start! || (atOnce ??= functionsRunAtOnce(statement)).has(use.within)
  // `app.get('/', home)` is there for what it does, whatever `get` is elsewhere.
  const isTold = (use: Use): boolean => !isForValue && use.dropped && use.method === use.member
  let handsOn: boolean | undefined
  const runsAtOnce = (use: Use): boolean => !isForValue || isAtOnce(use)
  for (const name of names) {
    const inside = context.scopes.module.bindings.get(name)?.uses.filter(isInside) ?? []
    const isNamespace = context.imports.get(name)?.name === '*'
    for (const use of inside) {
      // `ns.add()` is a call of an export.
      const member = isNamespace ? use.member : undefined
      const isCall = !isChange(use) && (isNamespace ? use.method !== undefined && use.method === member : use.method === undefined && use.passedTo === undefined && use.dropped)
      const by = isCall ? 'call' : isChange(use) ? undefined : use.method === undefined || isAtOnce(use) ? 'method' : 'callback'
      const isWrite = isCall ? !isForValue && use.dropped && context.imports.has(name) && isAtOnce(use) : isChange(use) || (use.method !== undefined && (use.escapes || isTold(use)) && runsAtOnce(use))
      if (isWrite) {
        // `const proto = Foo.prototype`
        const aliased = by === undefined ? aliasedBy(name, context) : undefined
        if (aliased !== undefined && !writes.some((write) => write.name === aliased)) writes.push({ name: aliased, isAliased: true })
        if (!writes.some((write) => write.name === name && write.member === member && write.by === by)) writes.push({ name, ...(member === undefined ? {} : { member }), ...(by === undefined ? {} : { by }) })
      } else if (use.passedTo && runsAtOnce(use)) passes.push(passOf(name, use, context))
      else if (use.escapes && !isForValue && isAtOnce(use) && (handsOn ??= changesLocals(statement, context)) && !writes.some((write) => write.name === name)) writes.push({ name })
    }
  }
  const add = (name: string): void => {
    if (!writes.some((write) => write.name === name)) writes.push({ name })
  }
  for (const use of usesWithin(context.scopes.free, statement)) {
    if (use.name === 'exports' || use.name === 'module') {
      const isWhole = use.member === undefined || (use.name === 'module' && use.member === 'exports')
      if (isChange(use) || use.passedTo !== undefined || (isWhole && use.escapes)) add('exports')
    } else if (!OWN_GLOBALS.has(use.name) && isChange(use)) add('global')
    else if (use.passedTo && (use.member === 'prototype' || (GLOBAL_OBJECTS.has(use.name) && use.member === undefined)) && runsAtOnce(use)) passes.push({ ...passOf(use.name, use, context), isGlobal: true })
  }
  if (context.isScript && givesThisAway(statement)) add('exports')
  return { writes, passes }
}

/** The name of which a variable is a part: `const proto = Foo.prototype`, `const { prototype } = Foo`, `const all = registry`. */
function aliasedBy(name: string, { scopes }: NamesContext): string | undefined {
  const declaration = scopes.module.bindings.get(name)?.declaration
  let node = declaration?.type === 'VariableDeclarator' && declaration.init ? unwrap(declaration.init) : undefined
  if (node?.type === 'AssignmentExpression' && node.operator === '=') node = unwrap(node.left)
  while (node?.type === 'MemberExpression') node = unwrap(node.object)
  return node?.type === 'Identifier' && node.name !== name && scopes.bindingOf.get(node)?.scope === scopes.module ? node.name : undefined
}

/** Whether a statement writes to something by a name of its own: `for (const C of [A, B]) C.prototype.f = …`. */
function changesLocals(statement: Node, { scopes }: NamesContext): boolean {
  const isLocal = (target: Node): boolean => {
    let node = unwrap(target)
    if (node.type !== 'MemberExpression') return false
    while (node.type === 'MemberExpression') node = unwrap(node.object)
    const binding = node.type === 'Identifier' ? scopes.bindingOf.get(node) : undefined
    return binding !== undefined && binding.scope !== scopes.module
  }
  let found = false
  const visit = (node: Node): void => {
    if (node.type === 'AssignmentExpression') found ||= isLocal(node.left)
    else if (node.type === 'CallExpression' && node.arguments[0]) found ||= definitionOf(node, node.arguments[0], scopes.module) !== undefined && /^(?:Identifier|MemberExpression)$/.test(unwrap(node.arguments[0] as Node).type)
    if (!found) eachChild(node, visit)
  }
  visit(statement)
  return found
}

/** Methods that call what they are given before they return. */
const CALLERS = new Set(['forEach', 'map', 'filter', 'reduce', 'reduceRight', 'flatMap', 'some', 'every', 'find', 'findIndex', 'findLast', 'sort', 'replace', 'from'])

/** Functions in a piece of code that run when it does. */
export function functionsRunAtOnce(code: Node): ReadonlySet<Node> {
  const found = new Set<Node>()
  const visit = (node: Node): void => {
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') {
      const callee = unwrap(node.callee as Node)
      const key = staticKey(callee)
      if (isFunction(callee)) found.add(callee)
      else if (key === 'call' || key === 'apply') found.add(unwrap((callee as Extract<Node, { type: 'MemberExpression' }>).object))
      if (key !== undefined && CALLERS.has(key)) for (const argument of node.arguments) found.add(unwrap(argument as Node))
    }
    // What stands in a function that doesn't run then doesn't, either.
    if (node === code || !isFunction(node) || found.has(node)) eachChild(node, visit)
  }
  visit(code)
  return found
}

function isChange(use: Use): boolean {
  return use.writes || use.mutates || (use.passedTo !== undefined && definitionOf(use.passedTo, use.node, use.scope) !== undefined)
}
