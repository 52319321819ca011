import type { Node } from '@babel/types'
import { lookUpName, type Binding, type Scope, type ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { givesAnother, LIST_MUTATORS, staticKey, type Use } from '../syntax/uses.ts'
import { isRequire } from './imports.ts'
import type { ImportTarget } from './normalize.ts'
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

/** A parameter that a function changes: itself, or by handing it on as an argument. */
export interface ParameterChange {
  parameter: number
  by?: { callee: OuterReference; index: number }
  /** Most likely nothing of the caller's changes. */
  unsure?: true
}

/** What names stand for where code is looked at. */
export interface NamesContext {
  scopes: ScopeAnalysis
  imports: ReadonlyMap<string, ImportTarget>
  /** Nothing makes it a module: `this` is `exports`. */
  isScript?: boolean
}

const DEFINERS = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf', 'set', 'deleteProperty', 'freeze', 'seal', 'preventExtensions'])
/** Methods that ask whether something may be changed. */
export const QUESTIONS: ReadonlySet<string> = new Set(['isFrozen', 'isSealed', 'isExtensible'])
/** Without one of these a module's functions ask nothing of the kind. */
export const QUESTION_PATTERN: RegExp = new RegExp(`\\b(?:${[...QUESTIONS].join('|')})\\b`)
const REFLECTIONS = new Set([...DEFINERS, ...QUESTIONS])

/** Whether a call is `Object.assign(x, …)`, `Object.defineProperty(x, …)`, `Reflect.set(x, …)` and the like for a node beneath its first argument: what it is called. */
export function definitionOf(call: Node, node: Node, scope?: Scope): string | undefined {
  const key = call.type === 'CallExpression' && argumentIndex(call, node) === 0 ? reflectionOf(call.callee as Node, scope) : undefined
  return key !== undefined && DEFINERS.has(key) ? key : undefined
}

/** The name of a method of `Object` or `Reflect`, also by a name given to these: `const O = Object`, `const { assign } = Object`. */
export function reflectionOf(callee: Node, scope?: Scope): string | undefined {
  const inner = unwrap(callee)
  if (inner.type === 'MemberExpression') return isReflector(inner.object, scope) ? staticKey(inner) : undefined
  const declaration = inner.type === 'Identifier' && REFLECTIONS.has(inner.name) ? lookUpName(scope, inner.name)?.declaration : undefined
  if (declaration?.type !== 'VariableDeclarator' || !declaration.init) return undefined
  const init = unwrap(declaration.init)
  if (declaration.id.type === 'Identifier') return init.type === 'MemberExpression' && isReflector(init.object, scope) ? staticKey(init) : undefined
  return isReflector(init, scope) ? (inner as Extract<Node, { type: 'Identifier' }>).name : undefined
}

function isReflector(node: Node, scope: Scope | undefined): boolean {
  if (node.type !== 'Identifier') return false
  if (node.name === 'Object' || node.name === 'Reflect') return true
  const declaration = lookUpName(scope, node.name)?.declaration
  return declaration?.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && declaration.init?.type === 'Identifier' && /^(?:Object|Reflect)$/.test(declaration.init.name)
}

/** What is handed over at a use that is an argument. */
export function passOf(name: string, use: Use, context: NamesContext): Pass {
  const call = use.passedTo as Extract<Node, { type: 'CallExpression' | 'NewExpression' }>
  const callee = call.type === 'NewExpression' ? undefined : calleeOf(call.callee as Node, context)
  const inner = unwrap(call.callee as Node)
  const called = callee ? undefined : staticKey(inner)
  const index = argumentIndex(call, use.node)
  const pass: Pass = { name, index }
  if (isFunction(inner) && parameterChanges(inner, context).some(({ parameter, by }) => parameter === index && !by)) pass.byItself = true
  if (use.member !== undefined) pass.member = use.member
  if (callee) pass.callee = callee
  if (called !== undefined) pass.called = called
  return pass
}

/** The top-level function to which a call hands a node, and as which argument. */
export function handedTo(call: Node, node: Node, context: NamesContext): { callee: OuterReference; index: number } | undefined {
  const { type, callee: called } = call as Extract<Node, { type: 'CallExpression' | 'NewExpression' }>
  const callee = type === 'NewExpression' ? undefined : calleeOf(called as Node, context)
  return callee && { callee, index: argumentIndex(call as Extract<Node, { type: 'CallExpression' }>, node) }
}

export function argumentIndex(call: { arguments: readonly Node[] }, node: Node): number {
  return call.arguments.findIndex((argument) => node.start! >= argument.start! && node.end! <= argument.end!)
}

/** `require('util')` */
function requiredBy(node: Node, scopes: ScopeAnalysis): string | undefined {
  if (node.type !== 'CallExpression' || !isRequire(unwrap(node.callee as Node), scopes)) return undefined
  const [source] = node.arguments
  return source?.type === 'StringLiteral' ? source.value : undefined
}

/** The top-level function or class that a name leads to. */
export function calleeOf(callee: Node, { scopes, imports }: NamesContext): OuterReference | undefined {
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
export function parameterChanges(node: Node | null | undefined, context: NamesContext): ParameterChange[] {
  const fn = node && unwrap(node)
  if (!fn || !isFunction(fn)) return []
  const changes: ParameterChange[] = []
  for (const { binding, index } of parametersOf(fn, context)) {
    // Of most nothing is done but reading.
    if (binding.uses.some((use) => use.mutates || use.passedTo)) changes.push(...bindingChanges(fn, binding, index, context))
  }
  return changes
}

/** A name that a function's parameters bind, with the position of its parameter. */
export interface Parameter {
  binding: Binding
  index: number
}

/** All names that a function's parameters bind. */
export function parametersOf(fn: FunctionNode, { scopes }: NamesContext): Parameter[] {
  const params = fn.params as Node[]
  const bound: Parameter[] = []
  for (const binding of scopes.scopeOf.get(fn)?.bindings.values() ?? []) if (binding.kind === 'param') bound.push({ binding, index: params.indexOf(binding.declaration) })
  return bound
}

function bindingChanges(fn: FunctionNode, binding: Binding, parameter: number, context: NamesContext): ParameterChange[] {
  const spares = sparing(fn, binding, context)
  const described = (change: ParameterChange, use: Use): ParameterChange => (spares(use) ? { ...change, unsure: true } : change)
  const changing = binding.uses.filter(changesInPlace)
  if (changing.some((use) => !spares(use))) return [{ parameter }]
  const handedOn: ParameterChange[] = []
  for (const use of binding.uses) {
    const by = use.passedTo && handedTo(use.passedTo, use.node, context)
    if (by) handedOn.push(described({ parameter, by }, use))
  }
  return changing.length > 0 ? [{ parameter, unsure: true }, ...handedOn] : handedOn
}

/** Whether something beneath a name is assigned, deleted, defined, or changed by a method known for that. */
export function changesInPlace(use: Use): boolean {
  return use.mutates || (use.passedTo !== undefined && definitionOf(use.passedTo, use.node, use.scope) !== undefined)
}

/** The same, but for what can't be changed any more, which is the same as before. */
export function changesContent(use: Use): boolean {
  return changesInPlace(use) && (use.mutates || !/^(?:freeze|seal|preventExtensions)$/.test(definitionOf(use.passedTo!, use.node, use.scope)!))
}

/** Says of a use of a parameter that changes it whether the caller's value most likely stays: it is a copy by then, or the list of a rest parameter. */
export function sparing(fn: FunctionNode, binding: Binding, { scopes }: NamesContext): (use: Use) => boolean {
  const isList = binding.declaration.type === 'RestElement' && binding.declaration.argument.type === 'Identifier'
  const copied = binding.uses.some((use) => use.writes) ? firstCopy(fn.body, binding, scopes.bindingOf) : Number.POSITIVE_INFINITY
  return (use) => use.node.start! > copied || givesAnother(use) || (isList && use.method !== undefined && use.method === use.member && LIST_MUTATORS.has(use.method))
}

/** Where a parameter gets a value that was made there: `list = [...list]`, `options = structuredClone(options)`. */
function firstCopy(body: Node, binding: Binding, bindingOf: ReadonlyMap<Node, Binding>): number {
  let first = Number.POSITIVE_INFINITY
  const visit = (node: Node): void => {
    if (node.type === 'AssignmentExpression' && node.operator === '=' && bindingOf.get(unwrap(node.left)) === binding && isMade(node.right)) first = Math.min(first, node.start!)
    eachChild(node, visit)
  }
  visit(body)
  return first
}

function isMade(value: Node): boolean {
  const inner = unwrap(value)
  if (inner.type === 'AwaitExpression') return isMade(inner.argument)
  return ['ObjectExpression', 'ArrayExpression', 'NewExpression', 'CallExpression', 'OptionalCallExpression'].includes(inner.type)
}
