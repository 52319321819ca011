import type { Node } from '@babel/types'
import { usesWithin, type Binding } from '../syntax/scope.ts'
import { eachChild, isErased, isFunction, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { LIST_MUTATORS, staticKey, type Use } from '../syntax/uses.ts'
import { initKind } from './pure.ts'
import { describeVariable, type ParsedModule } from './record.ts'
import type { Remark } from './unit.ts'

/**
 * What a function visibly changes beside returning a value: variables around it, its parameters, `this`. On a hit it
 * doesn't run, so that none of that happens. A memo that only it fills is no such thing.
 */
export function visibleWrites(fn: FunctionNode, parsed: ParsedModule): Remark[] {
  const own = parsed.scopes.scopeOf.get(fn)
  const first = new Map<Binding, Use>()
  for (const use of usesWithin(parsed.scopes.changes, fn.body)) {
    const binding = parsed.scopes.bindingOf.get(use.node)
    if (!binding || first.has(binding)) continue
    // Only what lives on after the call, or was the caller's.
    const isParameter = binding.kind === 'param' && binding.scope === own
    const isAround = binding.declaration.start! < fn.start! || binding.declaration.end! > fn.end!
    if (!isParameter && (!isAround || binding.kind === 'import')) continue
    // A parameter that gets a new value changes nothing of the caller's.
    if (isParameter ? !use.mutates : isStaticMemo(use, binding, parsed)) continue
    first.set(binding, use)
  }
  const remarks: Remark[] = []
  for (const [binding, use] of first) {
    if (binding.kind === 'param' || !isFilledByItself(binding, parsed)) remarks.push({ what: binding.name, start: use.node.start! })
  }
  return [...remarks, ...writesToThis(fn)].sort((a, b) => a.start - b.start)
}

/** A memo, or a client made when first needed. */
function isFilledByItself(binding: Binding, parsed: ParsedModule): boolean {
  const { declaration } = binding
  if (declaration.type !== 'VariableDeclarator' || parsed.record.variables[binding.name]?.exported === true) return false
  const init = initKind(declaration.init, parsed.purity)
  const variable = describeVariable(binding, init, false, declaration)
  return (variable.reassigned && variable.onlyFilledIn && !variable.mutated) || (!variable.reassigned && variable.mutated && init === 'data')
}

/** `Repo.memo.set(k, v)`, `Repo.one ??= new Repo()` */
function isStaticMemo(use: Use, binding: Binding, parsed: ParsedModule): boolean {
  const found = binding.scope.kind === 'module' && use.member !== undefined ? parsed.record.statics[binding.name]?.[use.member] : undefined
  return found !== undefined && (found.isContainer || found.isFilledIn)
}

function writesToThis(fn: FunctionNode): Remark[] {
  const remarks: Remark[] = []
  const note = (target: Node): void => {
    let at = unwrap(target)
    let name = 'this'
    while (at.type === 'MemberExpression') {
      const object = unwrap(at.object)
      if (object.type === 'ThisExpression') name = `this.${staticKey(at) ?? '[…]'}`
      at = object
    }
    if (at.type === 'ThisExpression' && !remarks.some((remark) => remark.what === name)) remarks.push({ what: name, start: target.start! })
  }
  const visit = (node: Node): void => {
    if (isErased(node) || (isFunction(node) && node.type !== 'ArrowFunctionExpression') || node.type === 'ClassBody') return
    if (node.type === 'AssignmentExpression') note(node.left)
    if (node.type === 'UpdateExpression' || (node.type === 'UnaryExpression' && node.operator === 'delete')) note(node.argument)
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') {
      const callee = unwrap(node.callee as Node)
      // What is set in a map of the instance is most often a memo.
      const changes = (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') && LIST_MUTATORS.has(staticKey(callee) ?? '')
      // `this.push()` is a method of its own.
      if (changes && unwrap(callee.object).type !== 'ThisExpression') note(callee.object)
    }
    eachChild(node, visit)
  }
  visit(fn.body)
  return remarks
}
