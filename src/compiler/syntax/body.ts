import type { Node } from '@babel/types'
import { receiverScope, type Scope, type ScopeAnalysis } from './scope.ts'
import { eachChild, isErased, isFunction, isThis, type FunctionNode } from './syntax.ts'

/**
 * Whether a function's body reads its `this` (or `super`), its own nested arrow functions included.
 *
 * @param withDefaults the parameters' defaults count too: their values are not in the key
 */
export function usesThis(fn: FunctionNode, withDefaults = false): boolean {
  return readsThis(fn.body) || (withDefaults && (fn.params as Node[]).some(readsThis))
}

/** Whether code reads the `this` (or `super`) of the function around it. */
export function readsThis(code: Node): boolean {
  return readsOfAround(code, isReceiver)
}

/** Whether code reads the `this` or `arguments` of the function around it. */
export function readsReceiver(code: Node): boolean {
  return readsOfAround(code, (node) => isReceiver(node) || (node.type === 'Identifier' && node.name === 'arguments'))
}

function isReceiver(node: Node): boolean {
  return node.type === 'Super' || isThis(node)
}

function readsOfAround(code: Node, isRead: (node: Node) => boolean): boolean {
  let found = false
  const visit = (node: Node): void => {
    if (found || isErased(node)) return
    if (isRead(node)) {
      found = true
      return
    }
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression') return
    if (node.type === 'ClassBody') {
      for (const member of node.body) if ('computed' in member && member.computed && 'key' in member) visit(member.key as Node)
      return
    }
    eachChild(node, visit)
  }
  visit(code)
  return found
}

/** Whether a function's body reads `arguments`; an arrow function reads those of the function around it. */
export function usesArguments(fn: FunctionNode, scopes: ScopeAnalysis): boolean {
  return readsArgumentsOf(fn.body, receiverScope(scopes.scopeOf.get(fn)!), scopes)
}

/** Whether code reads the `arguments` of the function that makes a scope. */
export function readsArgumentsOf(code: Node, scope: Scope, scopes: ScopeAnalysis): boolean {
  return scope.kind === 'function' && (scopes.globals.get('arguments') ?? []).some((use) => use.node.start! >= code.start! && use.node.end! <= code.end! && receiverScope(use.scope) === scope)
}

/** Whether the body declares a `var` with the name of a parameter: within an arrow function it would hide it. */
export function redeclaresParameter(fn: FunctionNode, names: readonly string[], scopes: ScopeAnalysis): boolean {
  const scope = scopes.scopeOf.get(fn)
  return names.some((name) => (scope?.bindings.get(name)?.more?.length ?? 0) > 0)
}
