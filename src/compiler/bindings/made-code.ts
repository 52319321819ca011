import type { Node } from '@babel/types'
import { isKnownGlobal } from '../syntax/globals.ts'
import { parseModule } from '../syntax/parse.ts'
import { analyzeScopes, type ScopeAnalysis } from '../syntax/scope.ts'
import { isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey, type Use } from '../syntax/uses.ts'
import { IMPURE_FUNCTIONS, IMPURE_METHODS } from './impure.ts'
import type { Unit } from './unit.ts'

type Made = Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' | 'NewExpression' }>

/** By what code made of text would see more than what it is given. */
const OPEN = new Set(['global', 'globalThis', 'window', 'self', 'process', 'require', 'module', 'exports', 'eval', 'Function', 'Date', 'document', 'localStorage', 'sessionStorage', ...IMPURE_FUNCTIONS])

/** Notes code that is made of text: `new Function('x', body)`. It sees the global object, but for text that is written out and asks for nothing there. */
export function noteMadeCode(node: Made, unit: Unit, scopes: ScopeAnalysis): void {
  if (!isMaker(unwrap(node.callee as Node), scopes)) return
  const texts = node.arguments.map((argument) => (argument.type === 'StringLiteral' ? argument.value : argument.type === 'TemplateLiteral' && argument.expressions.length === 0 ? argument.quasis[0]!.value.cooked! : undefined))
  if (texts.every((text) => text !== undefined) && isClosed(texts)) return
  unit.untracked.push({ what: 'new Function', start: node.start! })
}

/** `Function`, or `(async () => {}).constructor` by a name of its own. */
function isMaker(callee: Node, scopes: ScopeAnalysis): boolean {
  if (callee.type !== 'Identifier') return isConstructorOfFunction(callee)
  const binding = scopes.bindingOf.get(callee)
  if (!binding) return callee.name === 'Function'
  const { declaration } = binding
  return declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && !!declaration.init && isConstructorOfFunction(unwrap(declaration.init))
}

function isConstructorOfFunction(node: Node): boolean {
  if (node.type !== 'MemberExpression' || staticKey(node) !== 'constructor') return false
  const object = unwrap(node.object)
  const made = object.type === 'CallExpression' && staticKey(unwrap(object.callee as Node)) === 'getPrototypeOf' && object.arguments[0] ? unwrap(object.arguments[0] as Node) : object
  return isFunction(made)
}

function isClosed(texts: readonly string[]): boolean {
  let found: ScopeAnalysis
  try {
    found = analyzeScopes(parseModule(`(async function (${texts.slice(0, -1).join()}) {${texts.at(-1) ?? ''}\n})`, 'text.js').program)
  } catch {
    // Nor does it run.
    return true
  }
  const asksNothing = (name: string, uses: readonly Use[]): boolean => {
    const impure = IMPURE_METHODS.get(name)
    return isKnownGlobal(name) && !OPEN.has(name) && (!impure || uses.every(({ member }) => member !== undefined && !impure.has(member)))
  }
  return found.receivers.length === 0 && [...found.globals].every(([name, uses]) => asksNothing(name, uses))
}
