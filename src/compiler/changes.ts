import type { Node } from '@babel/types'
import type { ImportTarget } from './normalize.ts'
import type { Binding, ScopeAnalysis } from './scope.ts'
import { isFunction, unwrap } from './syntax.ts'
import type { OuterReference } from './unit.ts'
import { staticKey, type Use } from './uses.ts'

/** A name that is handed to a call, which may change what it stands for. */
export interface Pass {
  name: string
  /** What is handed over lies beneath the name: `Foo.prototype`. */
  member?: string
  /** Which argument it is. */
  index: number
  /** What is called, where that is a top-level function of a module. */
  callee?: OuterReference
}

/** What a top-level statement may change when its module is evaluated. */
export interface Changes {
  /** Top-level names, imports included; `global` for a global object or a prototype, `exports` for what a CommonJS module gives away. */
  writes: string[]
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
}

/** Globals of which a program changes nothing that code reads, or which belong to the module. */
const OWN_GLOBALS = new Set(['console', 'module', 'exports'])
const DEFINERS = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf', 'set', 'deleteProperty', 'freeze', 'seal', 'preventExtensions'])

/** Finds what a top-level statement writes to or hands over. */
export function changesOf(statement: Node, names: Iterable<string>, context: Context): Changes {
  const writes = new Set<string>()
  const passes: Pass[] = []
  const isInside = (use: Use): boolean => use.node.start! >= statement.start! && use.node.end! <= statement.end!
  for (const name of names) {
    const inside = context.scopes.module.bindings.get(name)?.uses.filter(isInside) ?? []
    if (inside.some((use) => isChange(use) || (use.method !== undefined && use.escapes))) writes.add(name)
    else for (const use of inside) if (use.passedTo) passes.push(passOf(name, use, context))
  }
  for (const [name, uses] of context.scopes.globals) {
    if (name === 'exports' || name === 'module') {
      if (uses.some((use) => isInside(use) && (isChange(use) || use.passedTo !== undefined))) writes.add('exports')
    } else if (!OWN_GLOBALS.has(name) && uses.some((use) => isInside(use) && isChange(use))) writes.add('global')
  }
  return { writes: [...writes], passes }
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
  return { name, index: argumentIndex(call, use.node), ...(use.member === undefined ? {} : { member: use.member }), ...(callee ? { callee } : {}) }
}

function argumentIndex(call: { arguments: readonly Node[] }, node: Node): number {
  return call.arguments.findIndex((argument) => node.start! >= argument.start! && node.end! <= argument.end!)
}

function calleeOf(callee: Node, { scopes, imports }: Context): OuterReference | undefined {
  const inner = unwrap(callee)
  if (inner.type === 'MemberExpression') {
    const key = staticKey(inner)
    const object = unwrap(inner.object)
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
  for (const [parameter, pattern] of (fn.params as Node[]).entries()) {
    const declared = [...(scope?.bindings.values() ?? [])].filter((binding) => binding.kind === 'param' && binding.declaration === pattern)
    for (const binding of declared) found.push(...bindingChanges(binding, parameter, context))
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
