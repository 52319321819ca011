import type { Node } from '@babel/types'
import { usesWithin, type Binding, type ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey, type Use } from '../syntax/uses.ts'
import { isRequire } from './imports.ts'
import type { ImportTarget } from './normalize.ts'
import { givesThisAway } from './own-exports.ts'
import type { OuterReference } from './unit.ts'

/** A name that is handed to a call, which may change what it stands for. */
export interface Pass {
  name: string
  /** What is handed over lies beneath the name: `Foo.prototype`. */
  member?: string
  /** Which argument it is. */
  index: number
  /** What is called, where that is a top-level function of a module. */
  callee?: OuterReference
  /** What is handed over is a global object, or the prototype of one of the language's classes. */
  isGlobal?: true
  /** It is a function that stands there, and changes what it is given. */
  byItself?: true
  /** Else its name, where that is a method's. */
  called?: string
}

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

/** A parameter that a function changes: itself, or by handing it on as an argument. */
export interface ParameterChange {
  parameter: number
  by?: { callee: OuterReference; index: number }
}

interface Context {
  scopes: ScopeAnalysis
  imports: ReadonlyMap<string, ImportTarget>
  /** Nothing makes it a module: `this` is `exports`. */
  isScript?: boolean
}

/** Globals of which a program changes nothing that code reads, or which belong to the module. */
const OWN_GLOBALS = new Set(['console', 'module', 'exports'])
const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self'])
const DEFINERS = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf', 'set', 'deleteProperty', 'freeze', 'seal', 'preventExtensions'])

/**
 * Finds what a top-level statement writes to or hands over.
 *
 * @param isForValue it is there for the sake of its value, so that functions in it which aren't called at once are taken to run later
 */
export function changesOf(statement: Node, names: Iterable<string>, context: Context, isForValue = false): Changes {
  const writes: Write[] = []
  const passes: Pass[] = []
  const isInside = (use: Use): boolean => use.node.start! >= statement.start! && use.node.end! <= statement.end!
  let atOnce: ReadonlySet<Node> | undefined
  const isAtOnce = (use: Use): boolean => !use.within || use.within.start! < statement.start! || (atOnce ??= functionsRunAtOnce(statement)).has(use.within)
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
      const isWrite = isCall ? !isForValue && use.dropped && context.imports.has(name) && isAtOnce(use) : isChange(use) || (use.method !== undefined && use.escapes && runsAtOnce(use))
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
function aliasedBy(name: string, { scopes }: Context): string | undefined {
  const declaration = scopes.module.bindings.get(name)?.declaration
  let node = declaration?.type === 'VariableDeclarator' && declaration.init ? unwrap(declaration.init) : undefined
  if (node?.type === 'AssignmentExpression' && node.operator === '=') node = unwrap(node.left)
  while (node?.type === 'MemberExpression') node = unwrap(node.object)
  return node?.type === 'Identifier' && node.name !== name && scopes.bindingOf.get(node)?.scope === scopes.module ? node.name : undefined
}

/** Whether a statement writes to something by a name of its own: `for (const C of [A, B]) C.prototype.f = …`. */
function changesLocals(statement: Node, { scopes }: Context): boolean {
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
    else if (node.type === 'CallExpression' && node.arguments[0]) found ||= isDefinition(node, node.arguments[0]) && /^(?:Identifier|MemberExpression)$/.test(unwrap(node.arguments[0] as Node).type)
    if (!found) eachChild(node, visit)
  }
  visit(statement)
  return found
}

/** Methods that call what they are given before they return. */
const CALLERS = new Set(['forEach', 'map', 'filter', 'reduce', 'reduceRight', 'flatMap', 'some', 'every', 'find', 'findIndex', 'findLast', 'sort', 'replace', 'from'])

/** Functions in a piece of code that run when it does. */
function functionsRunAtOnce(code: Node): ReadonlySet<Node> {
  const found = new Set<Node>()
  const visit = (node: Node): void => {
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') {
      const callee = unwrap(node.callee as Node)
      const key = staticKey(callee)
      if (isFunction(callee)) found.add(callee)
      else if (key === 'call' || key === 'apply') found.add(unwrap((callee as Extract<Node, { type: 'MemberExpression' }>).object))
      if (key !== undefined && CALLERS.has(key)) for (const argument of node.arguments) found.add(unwrap(argument as Node))
    }
    eachChild(node, visit)
  }
  visit(code)
  return found
}

function isChange(use: Use): boolean {
  return use.writes || use.mutates || (use.passedTo !== undefined && isDefinition(use.passedTo, use.node))
}

/** `Object.assign(x, …)`, `Object.defineProperty(x, …)`, `Reflect.set(x, …)` */
function isDefinition(call: Node, node: Node): boolean {
  if (call.type !== 'CallExpression' || argumentIndex(call, node) !== 0) return false
  const callee = unwrap(call.callee as Node)
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || !['Object', 'Reflect'].includes(callee.object.name)) return false
  return DEFINERS.has(staticKey(callee) ?? '')
}

function passOf(name: string, use: Use, context: Context): Pass {
  const call = use.passedTo as Extract<Node, { type: 'CallExpression' | 'NewExpression' }>
  const callee = call.type === 'NewExpression' ? undefined : calleeOf(call.callee as Node, context)
  const inner = unwrap(call.callee as Node)
  const called = callee ? undefined : staticKey(inner)
  const index = argumentIndex(call, use.node)
  const byItself = isFunction(inner) && parameterChanges(inner, context).some(({ parameter, by }) => parameter === index && !by)
  return { name, index, ...(byItself ? { byItself } : {}), ...(use.member === undefined ? {} : { member: use.member }), ...(callee ? { callee } : {}), ...(called === undefined ? {} : { called }) }
}

function argumentIndex(call: { arguments: readonly Node[] }, node: Node): number {
  return call.arguments.findIndex((argument) => node.start! >= argument.start! && node.end! <= argument.end!)
}

/** `require('util')` */
function requiredBy(node: Node, scopes: ScopeAnalysis): string | undefined {
  if (node.type !== 'CallExpression' || !isRequire(unwrap(node.callee as Node), scopes)) return undefined
  const [source] = node.arguments
  return source?.type === 'StringLiteral' ? source.value : undefined
}

function calleeOf(callee: Node, { scopes, imports }: Context): OuterReference | undefined {
  const inner = unwrap(callee)
  if (inner.type === 'MemberExpression') {
    const key = staticKey(inner)
    const object = unwrap(inner.object)
    const required = requiredBy(object, scopes)
    if (required !== undefined && key !== undefined) return { kind: 'import', from: required, name: key }
    const target = object.type === 'Identifier' && scopes.bindingOf.get(object)?.scope === scopes.module ? imports.get(object.name) : undefined
    return target?.name === '*' && key !== undefined ? { kind: 'import', from: target.from, name: key } : undefined
  }
  if (inner.type !== 'Identifier' || scopes.bindingOf.get(inner)?.scope !== scopes.module) return undefined
  const target = imports.get(inner.name)
  return target ? { kind: 'import', ...target } : { kind: 'top', name: inner.name }
}

/** Which of its parameters a top-level function changes. */
export function parameterChanges(node: Node | null | undefined, context: Context): ParameterChange[] {
  const fn = node && unwrap(node)
  if (!fn || !isFunction(fn)) return []
  const scope = context.scopes.scopeOf.get(fn)
  const found: ParameterChange[] = []
  const params = fn.params as Node[]
  for (const binding of scope?.bindings.values() ?? []) {
    if (binding.kind === 'param') found.push(...bindingChanges(binding, params.indexOf(binding.declaration), context))
  }
  return found
}

function bindingChanges(binding: Binding, parameter: number, context: Context): ParameterChange[] {
  if (binding.uses.some((use) => use.mutates || (use.passedTo !== undefined && isDefinition(use.passedTo, use.node)))) return [{ parameter }]
  return binding.uses.flatMap((use) => {
    const { callee, index } = use.passedTo ? passOf(binding.name, use, context) : { callee: undefined, index: 0 }
    return callee ? [{ parameter, by: { callee, index } }] : []
  })
}
