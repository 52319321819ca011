import type { Node } from '@babel/types'
import { holdsReceiver, usesWithin, type Binding } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { givesAnother, LIST_MUTATORS, staticKey, type Use } from '../syntax/uses.ts'
import { argumentIndex, changesContent, handedTo, parametersOf, QUESTIONS, reflectionOf, sparing, type Parameter } from './passes.ts'
import { initKind } from './pure.ts'
import type { ParsedModule } from './record.ts'
import { describeVariable } from './variables.ts'
import { writesToThis } from './this-writes.ts'
import type { OuterReference, Remark } from './unit.ts'

/** What a function does beside giving a value for what is in its arguments. On a hit it doesn't run, so that none of that happens. */
export interface SideEffect extends Remark {
  does: 'changes' | 'calls' | 'asks'
}

/** What functions of a module have in common. */
export interface SideEffectContext {
  parsed: ParsedModule
  /** Something in the module may ask whether a value may be changed. */
  mayAsk: boolean
  /** Gathers parameters of which it is known that nothing changes what they stand for. */
  unchanged: Set<Binding>
  /** Whether a function of another module changes what it gets as an argument. */
  changesArgument(callee: OuterReference, index: number): boolean
}

/** Parameters of such a name take messages, and nothing waits for these. */
const LOG_PATTERN = /^(?:log|logger|print|trace|debug|info|warn|warning|verbose)(?![a-z])/
const GLOBAL_OBJECTS = new Set(['globalThis', 'global', 'window', 'self', 'process'])
/** Functions of such names throw or do nothing. */
const CHECK_PATTERN = /^#?(?:assert|expect|check|ensure|invariant|require|validate|verify|throw|fail)/

/**
 * What a function visibly does beside giving a value: it changes variables around it, its parameters, `this`, calls a parameter for nothing, or asks whether one may be changed.
 *
 * @param around the class or object literal whose members `this` gives access to
 */
export function sideEffects(fn: FunctionNode, around: Node | undefined, context: SideEffectContext): SideEffect[] {
  const { parsed, mayAsk } = context
  const parameters = parametersOf(fn, parsed.context)
  const changes = [...parameterWrites(fn, parameters, context), ...outerWrites(fn, parsed), ...(holdsReceiver(parsed.scopes, fn.body) ? writesToThis(fn, around) : [])]
  const calls = idleCalls(fn, parameters)
  const asks = mayAsk ? parameterQuestions(fn, parameters, parsed) : []
  return [...changes.map((remark) => ({ ...remark, does: 'changes' as const })), ...calls.map((remark) => ({ ...remark, does: 'calls' as const })), ...asks.map((remark) => ({ ...remark, does: 'asks' as const }))].sort((a, b) => a.start - b.start)
}

function parameterWrites(fn: FunctionNode, parameters: readonly Parameter[], context: SideEffectContext): Remark[] {
  return parameters.flatMap(({ binding }) => {
    if (context.unchanged.has(binding)) return []
    const visited = new Set<Binding>()
    const use = changingUse(fn, binding, context, visited)
    if (!use) for (const one of visited) context.unchanged.add(one)
    return use ? [{ what: binding.name, start: use.node.start! }] : []
  })
}

/** Where a function changes what a parameter stands for and is the caller's. One that gets another value changes nothing. */
function changingUse(fn: FunctionNode, binding: Binding, context: SideEffectContext, visited: Set<Binding>): Use | undefined {
  visited.add(binding)
  const spares = sparing(fn, binding, context.parsed.context)
  return binding.uses.find((use) => use.node.start! >= fn.body.start! && !spares(use) && (changesContent(use) || isHandedToChanger(use, context, visited)))
}

function isHandedToChanger(use: Use, context: SideEffectContext, visited: Set<Binding>): boolean {
  if (use.passedTo?.type !== 'CallExpression') return false
  const { parsed } = context
  const handed = handedTo(use.passedTo, use.node, parsed.context)
  if (handed?.callee.kind === 'import') return context.changesArgument(handed.callee, handed.index)
  const helper = functionCalled(use.passedTo.callee as Node, parsed)
  if (!helper) return false
  const index = argumentIndex(use.passedTo, use.node)
  return parametersOf(helper, parsed.context).some((parameter) => parameter.index === index && !visited.has(parameter.binding) && !context.unchanged.has(parameter.binding) && changingUse(helper, parameter.binding, context, visited) !== undefined)
}

/** Parameters of which a function asks whether they may be changed: keys are the same, frozen or not. */
function parameterQuestions(fn: FunctionNode, parameters: readonly Parameter[], parsed: ParsedModule): Remark[] {
  return parameters.flatMap(({ binding }) => {
    const use = askingUse(fn, binding, parsed, new Set())
    return use ? [{ what: binding.name, start: use.node.start! }] : []
  })
}

function askingUse(fn: FunctionNode, binding: Binding, parsed: ParsedModule, visited: Set<Binding>): Use | undefined {
  visited.add(binding)
  const spares = sparing(fn, binding, parsed.context)
  return binding.uses.find((use) => {
    if (use.passedTo?.type !== 'CallExpression' || spares(use)) return false
    if (QUESTIONS.has(reflectionOf(use.passedTo.callee as Node, use.scope) ?? '')) return true
    const helper = functionCalled(use.passedTo.callee as Node, parsed)
    if (!helper) return false
    const index = argumentIndex(use.passedTo, use.node)
    return parametersOf(helper, parsed.context).some((parameter) => parameter.index === index && !visited.has(parameter.binding) && askingUse(helper, parameter.binding, parsed, visited) !== undefined)
  })
}

/** The function of this module that a callee names, where it is always the same. */
function functionCalled(callee: Node, { scopes }: ParsedModule): FunctionNode | undefined {
  const binding = scopes.bindingOf.get(unwrap(callee))
  if (!binding || binding.more || binding.uses.some((use) => use.writes)) return undefined
  const { declaration } = binding
  if (declaration.type === 'FunctionDeclaration') return declaration
  const value = declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && declaration.init ? unwrap(declaration.init) : undefined
  return isFunction(value) ? value : undefined
}

/** Variables around a function that it changes, or functions of this module which it calls. A memo that only they fill is no such thing. */
function outerWrites(fn: FunctionNode, parsed: ParsedModule): Remark[] {
  const starts = reachedBy(fn, parsed)
  const functions = [...starts.keys()]
  const isInside = (node: Node): boolean => functions.some((one) => isWithinNode(node, one))
  const first = new Map<Binding, number>()
  const globals = new Map<string, number>()
  for (const [called, start] of starts) {
    for (const use of usesWithin(parsed.scopes.changes, called.body)) {
      const binding = parsed.scopes.bindingOf.get(use.node)
      if (!binding && use.member !== undefined && GLOBAL_OBJECTS.has(use.name) && !use.fillsIn) globals.set(`${use.name}.${use.member}`, start ?? use.node.start!)
      // Only what lives on after the call.
      if (!binding || binding.kind === 'import' || first.has(binding) || isInside(binding.declaration)) continue
      if (givesAnother(use) || isStaticMemo(use, binding, parsed) || isFilledByItself(binding, isInside, parsed)) continue
      if (called === fn || isReadOutside(binding, isInside, parsed)) first.set(binding, start ?? use.node.start!)
    }
  }
  return [...[...first].map(([{ name }, start]) => ({ what: name, start })), ...[...globals].map(([what, start]) => ({ what, start }))]
}

/** A function, and those of this module that it calls, with where it does. */
function reachedBy(fn: FunctionNode, parsed: ParsedModule): ReadonlyMap<FunctionNode, number | undefined> {
  const starts = new Map<FunctionNode, number | undefined>([[fn, undefined]])
  for (const [called, start] of starts) {
    for (const [helper, at] of callsIn(called, parsed)) if (!starts.has(helper)) starts.set(helper, start ?? at)
  }
  return starts
}

const callsKept = new WeakMap<FunctionNode, ReadonlyMap<FunctionNode, number>>()

/** Functions of this module that a function calls and that stand around it, each with where it does so first. */
function callsIn(fn: FunctionNode, parsed: ParsedModule): ReadonlyMap<FunctionNode, number> {
  const kept = callsKept.get(fn)
  if (kept) return kept
  const found = new Map<FunctionNode, number>()
  for (const { node } of usesWithin(parsed.scopes.calls, fn.body)) {
    const helper = functionCalled(node, parsed)
    if (helper && !found.has(helper) && !isWithinNode(helper, fn)) found.set(helper, node.start!)
  }
  callsKept.set(fn, found)
  return found
}

function isWithinNode(inner: Node, outer: Node): boolean {
  return inner.start! >= outer.start! && inner.end! <= outer.end!
}

/** Whether others see what becomes of a variable: flags and counters that only their writers look at are nobody else's business. */
function isReadOutside(binding: Binding, isInside: (node: Node) => boolean, parsed: ParsedModule): boolean {
  if (binding.scope.kind === 'module' && parsed.record.variables[binding.name]?.exported) return true
  return binding.uses.some((use) => !((use.writes || use.mutates) && use.dropped) && !isInside(use.node) && !isWithinNode(use.node, binding.declaration))
}

/** A memo, or a client made when first needed. What is put into a list or buffer is for others, where there are any. */
function isFilledByItself(binding: Binding, isInside: (node: Node) => boolean, parsed: ParsedModule): boolean {
  let filling = fillingsKept.get(binding)
  if (filling === undefined) fillingsKept.set(binding, (filling = fillingOf(binding, parsed)))
  return filling === 'memo' || (filling === 'list' && !isReadOutside(binding, isInside, parsed))
}

const fillingsKept = new WeakMap<Binding, Filling>()

/** What a variable is filled as. */
type Filling = 'memo' | 'list' | 'none'

function fillingOf(binding: Binding, parsed: ParsedModule): Filling {
  const { declaration } = binding
  if (declaration.type !== 'VariableDeclarator' || parsed.record.variables[binding.name]?.exported === true) return 'none'
  const init = initKind(declaration.init, parsed.purity)
  const variable = describeVariable(binding, init, false, declaration, parsed.purity)
  if (variable.accumulates || (variable.reassigned && !variable.onlyFilledIn)) return 'none'
  if (variable.reassigned && !variable.mutated) return 'memo'
  if (!variable.mutated || (variable.reassigned ? !variable.onlyContainers : init !== 'data')) return 'none'
  const given = [declaration.init, ...binding.uses.map((use) => use.given)]
  const isForOthers = given.some((value) => value && isList(unwrap(value))) || binding.uses.some((use) => use.mutates && LIST_MUTATORS.has(use.method ?? ''))
  return isForOthers ? 'list' : 'memo'
}

/** `[]`, `new Uint8Array(16)`, `Buffer.alloc(16)` */
function isList(init: Node): boolean {
  if (init.type === 'NewExpression') return init.callee.type === 'Identifier' && init.callee.name.endsWith('Array')
  const callee = init.type === 'CallExpression' ? unwrap(init.callee as Node) : init
  return callee.type === 'ArrayExpression' || (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^Buffer$|Array$/.test(callee.object.name))
}

/** `Repo.memo.set(k, v)`, `Repo.one ??= new Repo()` */
function isStaticMemo(use: Use, binding: Binding, parsed: ParsedModule): boolean {
  const found = binding.scope.kind === 'module' && use.member !== undefined ? parsed.record.statics[binding.name]?.[use.member] : undefined
  return found !== undefined && (found.isContainer || found.isFilledIn)
}

/** Parameters that are called for nothing but what they do: `onProgress(done / all)`. */
function idleCalls(fn: FunctionNode, parameters: readonly Parameter[]): Remark[] {
  return parameters.flatMap(({ binding }) => {
    const use = LOG_PATTERN.test(binding.name) || CHECK_PATTERN.test(binding.name) || binding.name.startsWith('reject') ? undefined : binding.uses.find(({ called, dropped, node }) => called && dropped && node.start! >= fn.body.start!)
    return use ? [{ what: binding.name, start: use.node.start! }] : []
  })
}

/** Whether a function gives nothing back and doesn't throw by itself or by a check: on a hit nothing is left of it. */
export function givesNothing(fn: FunctionNode): boolean {
  if (fn.body.type !== 'BlockStatement' || fn.body.body.length === 0 || isAssertion(fn.returnType)) return false
  let gives = false
  const visit = (node: Node): void => {
    if (isFunction(node) || gives) return
    gives = (node.type === 'ReturnStatement' && node.argument !== null) || node.type === 'ThrowStatement' || ((node.type === 'CallExpression' || node.type === 'OptionalCallExpression') && isCheck(unwrap(node.callee as Node)))
    eachChild(node, visit)
  }
  visit(fn.body)
  return !gives
}

/** `assert(x)`, `schema.validate(x)` */
function isCheck(callee: Node): boolean {
  return CHECK_PATTERN.test((callee.type === 'Identifier' ? callee.name : staticKey(callee)) ?? '')
}

/** `asserts value is T`, `never` */
function isAssertion(type: Node | null | undefined): boolean {
  const annotation = type?.type === 'TSTypeAnnotation' ? type.typeAnnotation : undefined
  return annotation?.type === 'TSNeverKeyword' || (annotation?.type === 'TSTypePredicate' && annotation.asserts === true)
}
