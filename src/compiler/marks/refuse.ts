import type { Node } from '@babel/types'
import type { Diagnostics } from '../report/diagnostics.ts'
import { holdsReceiver, type ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, type FunctionNode } from '../syntax/syntax.ts'
import type { FoundFunction } from './functions.ts'
import { constantKey } from './identity.ts'

/** Refuses what can't be cached without a change of meaning. */
export function isCacheable(entry: FoundFunction, scopes: ScopeAnalysis, diagnostics: Diagnostics): boolean {
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
  if (holdsReceiver(scopes, node) && usesNewTarget(node)) return refuse('A function that reads `new.target` can\'t be persisted: it is a constructor', 'Persist a plain function that it calls.')
  if (scopes.scopeOf.get(node)?.bindings.get('arguments')?.kind === 'var') return refuse('A function that declares a variable `arguments` can\'t be persisted', 'Give the variable another name.')
  if (!hasFixedName(node, scopes) && !/\bname\s*:/.test(entry.mark?.options?.text ?? '')) {
    return refuse('A method whose name is computed has no identity', 'Give it one: // @persist { name: \'…\' }')
  }
  return true
}

function hasFixedName(node: FunctionNode, scopes: ScopeAnalysis): boolean {
  if (!('computed' in node) || !node.computed) return true
  const key = node.key as Node
  if (constantKey(key) !== undefined) return true
  const binding = scopes.bindingOf.get(key)
  return binding?.kind === 'const' && binding.declaration.type === 'VariableDeclarator' && !!binding.declaration.init && constantKey(binding.declaration.init) !== undefined
}

function usesNewTarget(fn: FunctionNode): boolean {
  let found = false
  const visit = (node: Node): void => {
    if (node.type === 'MetaProperty') found ||= node.meta.name === 'new'
    else if (!found && !(isFunction(node) && node.type !== 'ArrowFunctionExpression')) eachChild(node, visit)
  }
  for (const param of fn.params) visit(param)
  visit(fn.body)
  return found
}
