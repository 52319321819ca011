import type { Node } from '@babel/types'
import type { Scope, ScopeAnalysis } from './scope.ts'
import { eachChild, isErased, isFunction, type FunctionNode } from './syntax.ts'

/**
 * Whether a function's body reads its `this` (or `super`), its own nested arrow functions included.
 *
 * @param withDefaults the parameters' defaults count too: their values are not in the key
 */
export function usesThis(fn: FunctionNode, withDefaults = false): boolean {
  let found = false
  const visit = (node: Node): void => {
    if (found || isErased(node)) return
    if (node.type === 'ThisExpression' || node.type === 'Super') {
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
  visit(fn.body)
  if (withDefaults) for (const param of fn.params) visit(param)
  return found
}

/** Whether code reads the `this` or `arguments` of the function around it. */
export function readsReceiver(code: Node): boolean {
  let found = false
  const visit = (node: Node): void => {
    if (node.type === 'ThisExpression' || node.type === 'Super' || (node.type === 'Identifier' && node.name === 'arguments')) found = true
    else if (!found && !isErased(node) && !(isFunction(node) && node.type !== 'ArrowFunctionExpression')) eachChild(node, visit)
  }
  visit(code)
  return found
}

/** Whether a function's body reads `arguments`; an arrow function reads those of the function around it. */
export function usesArguments(fn: FunctionNode, scopes: ScopeAnalysis): boolean {
  return (scopes.globals.get('arguments') ?? []).some((use) => {
    if (use.node.start! < fn.body.start! || use.node.end! > fn.body.end!) return false
    let scope: Scope | undefined = use.scope
    while (scope && !(scope.kind === 'function' && scope.node.type !== 'ArrowFunctionExpression')) scope = scope.parent
    if (fn.type !== 'ArrowFunctionExpression') return scope?.node === fn
    return scope !== undefined && scope.node.start! <= fn.start! && scope.node.end! >= fn.end! && scope.node !== fn
  })
}

/** Whether the body declares a `var` with the name of a parameter: within an arrow function it would hide it. */
export function redeclaresParameter(fn: FunctionNode, names: readonly string[], scopes: ScopeAnalysis): boolean {
  const scope = scopes.scopeOf.get(fn)
  return names.some((name) => (scope?.bindings.get(name)?.more?.length ?? 0) > 0)
}
