import type { Node } from '@babel/types'
import type { Descriptor } from '../../descriptor.ts'
import type { Capture } from '../graph/root.ts'
import { readsArgumentsOf, readsReceiver, readsThis, usesArguments, usesThis } from '../syntax/body.ts'
import { holdsReceiver, receiverScope, type Binding, type Scope, type ScopeAnalysis } from '../syntax/scope.ts'
import { isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import type { FoundFunction } from './functions.ts'

type Receiver = NonNullable<Descriptor['self']>

/** What a marked function takes of calls beside its parameters. */
export interface ReceiverUse {
  /** What `this` is, where it is read. */
  receiver: Receiver | undefined
  /** The class or object literal whose members `this` gives access to: all of them belong to the code. */
  around: Node | undefined
  /** An expression that is wrapped reads `this` where it stands. */
  wrapsThis: boolean
  readsArguments: boolean
  /** Functions of enclosing functions that it comes to read the `this` or `arguments` of these. */
  readsOthers: boolean
}

/**
 * Looks for `this` and `arguments` in a marked function, and in arrow functions beside it, whose `this` and `arguments` are its own.
 *
 * @param scope the function's, or that around a wrapped expression
 * @param helpers functions of enclosing functions that it comes to
 * @param withDefaults the parameters' defaults count too: their values are not in the key
 */
export function receiverUse(found: FoundFunction, scope: Scope, helpers: readonly Binding[], scopes: ScopeAnalysis, withDefaults: boolean): ReceiverUse {
  const { node, argument } = found
  const own = receiverScope(scope)
  const sharing = helpers.filter((helper) => receiverScope(helper.scope) === own)
  const sharesThis = sharing.some(({ declaration }) => readsThis(declaration))
  const receiver = node && (sharesThis || (holdsReceiver(scopes, node) && usesThis(node, withDefaults))) ? receiverOf(found) : undefined
  return {
    receiver,
    around: receiver && surroundings(found, receiver),
    wrapsThis: argument !== undefined && (sharesThis || readsThis(argument)),
    readsArguments: node !== undefined && (usesArguments(node, scopes) || sharing.some(({ declaration }) => readsArgumentsOf(declaration, own, scopes))),
    readsOthers: helpers.some((helper) => !sharing.includes(helper) && readsReceiver(helper.declaration)),
  }
}

/** What `this` is in a function that reads it. */
function receiverOf(found: FoundFunction): Receiver {
  for (let path: FoundFunction['path'] | null = found.path; path; path = path.parentPath) {
    const { node } = path
    if (node.type === 'ClassMethod' || node.type === 'ClassPrivateMethod' || node.type === 'ClassProperty' || node.type === 'ClassPrivateProperty' || node.type === 'ClassAccessorProperty') {
      return node.static ? 'static' : 'instance'
    }
    if (node.type === 'ObjectMethod') return literalReceiver(path.parentPath?.node, path.parentPath?.parentPath?.node)
    if (node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration') {
      if (path.parentPath?.node.type === 'ObjectProperty') return literalReceiver(path.parentPath.parentPath?.node, path.parentPath.parentPath?.parentPath?.node)
      return path.node === found.node ? 'instance' : 'lexical'
    }
  }
  return 'lexical'
}

/** Methods of a literal that becomes a prototype, or part of one, are called on instances. */
function literalReceiver(literal: Node | undefined, above: Node | undefined): Receiver {
  const target = above?.type === 'AssignmentExpression' ? above.left : above?.type === 'CallExpression' && above.arguments[0] !== literal ? above.arguments[0] : undefined
  return target?.type === 'MemberExpression' && staticKey(target) === 'prototype' ? 'instance' : 'object'
}

function surroundings(found: FoundFunction, receiver: Receiver): Node | undefined {
  if (receiver === 'lexical') return undefined
  for (let path = found.path.parentPath; path; path = path.parentPath) {
    const { node } = path
    if (receiver === 'object' && node.type === 'ObjectExpression') return node
    if (receiver !== 'object' && (node.type === 'ClassDeclaration' || node.type === 'ClassExpression')) return node
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression' && !('kind' in node)) return undefined
  }
  return undefined
}

export function hasPrivateMembers(around: Node): boolean {
  if (around.type !== 'ClassDeclaration' && around.type !== 'ClassExpression') return false
  return around.body.body.some((member) => 'key' in member && member.key.type === 'PrivateName')
}

/** Fields of a class that hold functions written there, and so are methods of each instance. */
export function methodFields(around: Node): string[] {
  if (around.type !== 'ClassDeclaration' && around.type !== 'ClassExpression') return []
  return around.body.body.flatMap((member) => {
    if (member.type !== 'ClassProperty' || member.static || member.computed || !member.value || !isFunction(unwrap(member.value))) return []
    return member.key.type === 'Identifier' ? [member.key.name] : member.key.type === 'StringLiteral' ? [member.key.value] : []
  })
}

/** Private fields are invisible from outside, but not from within the class: they are read where the method stands. */
export function privateCaptures(around: Node, counters: ReadonlySet<string>): Capture[] {
  if (around.type !== 'ClassDeclaration' && around.type !== 'ClassExpression') return []
  return around.body.body.flatMap((member) => {
    if ((member.type !== 'ClassPrivateProperty' && member.type !== 'ClassAccessorProperty') || member.static || member.key.type !== 'PrivateName' || counters.has(`#${member.key.id.name}`)) return []
    const name = `this.#${member.key.id.name}`
    return [{ name, expression: name }]
  })
}
