import type { Node } from '@babel/types'
import { holdsReceiver, usesWithin, type Binding, type ScopeAnalysis } from '../syntax/scope.ts'
import { isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import { keyName } from './members-taken.ts'

const NONE: readonly never[] = []
const NO_MEMBERS: ReadonlyMap<string, Node> = new Map()
/** Larger tables are data, and count as a whole. */
const MOST_MEMBERS = 100

/** Functions among the members of an object. */
export interface MemberFunctions {
  /** Those that get nothing of the object where they are called. */
  functions: readonly string[]
  /** Those of them that change no variable of their module. */
  closed: ReadonlySet<string>
  /** Those that nothing is put into the place of. */
  methods: readonly string[]
}

const NO_FUNCTIONS: MemberFunctions = { functions: NONE, closed: new Set(), methods: NONE }

/** What members of an object that is written out are, if that tells all of them. */
export function fixedMembers(init: Node | null | undefined): ReadonlyMap<string, Node> {
  const inner = init && unwrap(init)
  if (!inner) return NO_MEMBERS
  const object = inner.type === 'CallExpression' && staticKey(inner.callee as Node) === 'freeze' && inner.arguments[0] ? unwrap(inner.arguments[0] as Node) : inner
  if (object.type !== 'ObjectExpression' || object.properties.length > MOST_MEMBERS) return NO_MEMBERS
  const members = new Map<string, Node>()
  for (const property of object.properties) {
    const key = property.type === 'SpreadElement' || property.computed ? undefined : keyName(property.key)
    const isValue = property.type === 'ObjectProperty' || (property.type === 'ObjectMethod' && property.kind === 'method')
    if (key === undefined || !isValue || key in {} || members.has(key)) return NO_MEMBERS
    members.set(key, property.type === 'ObjectProperty' ? (property.value as Node) : property)
  }
  return members
}

/** Finds the functions among the members of the object that a variable is given. */
export function memberFunctions(members: ReadonlyMap<string, Node>, { uses }: Binding, scopes: ScopeAnalysis): MemberFunctions {
  const functions = [...members].filter(([, value]) => isFunction(unwrap(value)) && !holdsReceiver(scopes, value))
  if (functions.length === 0) return NO_FUNCTIONS
  // Of an object that keeps something of its own in variables, such as a client its token, that is its own affair.
  const changesVariables = (value: Node): boolean => usesWithin(scopes.changes, value).some(({ node, writes, fillsIn }) => writes && !fillsIn && scopes.bindingOf.get(node)?.scope === scopes.module)
  const isReplaced = (key: string): boolean => uses.some((use) => use.member === key && use.method === undefined && use.mutates)
  return {
    functions: functions.map(([key]) => key),
    closed: new Set(functions.flatMap(([key, value]) => (changesVariables(value) ? [] : [key]))),
    methods: functions.flatMap(([key]) => (isReplaced(key) ? [] : [key])),
  }
}
