import type { Node } from '@babel/types'
import type { Scope, ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isErased, isFunction, unwrap } from '../syntax/syntax.ts'
import { describeUse, emptinessOf, isNothing, staticKey, type Use } from '../syntax/uses.ts'
import { keyName, membersTaken } from './members-taken.ts'
import { changesContent, definitionOf } from './passes.ts'

type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>

/** A use of a property of a class itself, and the member of the class that it stands in. */
export interface StaticUse {
  use: Use
  /** The name of a static method; empty for other members, and outside of the class. */
  by: string
  /** The member, where it is a method. */
  code?: Node
  /** It goes by `this`. */
  byThis: boolean
}

/** Methods that only ask whether something is there. */
const QUESTIONS = new Set(['has', 'includes', 'hasOwnProperty'])

/** All uses of properties of a class or function: those by its name, and those that its static members make by `this`. */
export function staticUses(node: Node, name: string, uses: readonly Use[], scopes: ScopeAnalysis): StaticUse[] {
  const byName = uses.filter((use) => use.member !== undefined)
  const own = classOf(node)
  const methods = [...(own ? methodsOf(own) : []), ...uses.flatMap(methodsPutOn)]
  if (methods.length === 0) return byName.map((use) => ({ use, by: '', byThis: false }))
  return [
    ...byName.map((use) => {
      const method = methods.find(({ code }) => code.start! <= use.node.start! && use.node.end! <= code.end!)
      return { use, byThis: false, by: method?.name ?? '', ...(method ? { code: method.code } : {}) }
    }),
    ...methods.flatMap(({ name: by, code }) => (by === '' ? [] : usesByThis(code, name, scopes).map((use) => ({ use, by, code, byThis: true })))),
  ]
}

/** Whether a use takes something of what is there. */
export function isReading({ use }: StaticUse): boolean {
  return !(use.dropped && (use.writes || use.mutates)) && !(use.method !== undefined && QUESTIONS.has(use.method))
}

/** Whether a change of a property only fills in what isn't there yet, as its method asks: `if (!this.one) this.one = new Repo()`. */
export function isFilling({ use, code }: StaticUse): boolean {
  return use.fillsIn || (code !== undefined && askedMembers(code).has(use.member!))
}

/** Whether a change only takes away what was put there, as a reset does: `this.#one = undefined`. */
export function isEmptying({ use, code }: StaticUse, initial: Node | null | undefined): boolean {
  const first = emptinessOf(initial)
  if (first === undefined) return false
  if (use.empties) return true
  let found = false
  const visit = (node: Node): void => {
    if (node.type === 'AssignmentExpression' && node.operator === '=' && staticKey(node.left) === use.member && node.left.start! <= use.node.start! && use.node.end! <= node.left.end!) found = emptinessOf(node.right) === first
    else eachChild(node, visit)
  }
  if (use.mutates && code) visit(code)
  return found
}

/** Whether the method that changes a property takes something of what is there, as a memo's does. */
export function looksUp({ use, code }: StaticUse, all: readonly StaticUse[]): boolean {
  return all.some((other) => other.code === code && other.use.member === use.member && !changesContent(other.use) && isReading(other))
}

const asked = new WeakMap<Node, ReadonlySet<string>>()

/** Names of members of which code asks whether they are there, or whether they have been filled in: `if (!this.#ready) { this.#table = load(); this.#ready = true }`. */
function askedMembers(code: Node): ReadonlySet<string> {
  const known = asked.get(code)
  if (known) return known
  const found = new Set<string>()
  const visit = (node: Node): void => {
    if (node.type === 'IfStatement' || node.type === 'ConditionalExpression' || node.type === 'LogicalExpression') {
      let test = unwrap(node.type === 'LogicalExpression' ? node.left : node.test)
      if (test.type === 'BinaryExpression' && isNothing(test.right)) test = unwrap(test.left)
      if (test.type === 'UnaryExpression' && test.operator === '!') test = unwrap(test.argument)
      const key = staticKey(test)
      if (key !== undefined) found.add(key)
      const filled = node.type === 'IfStatement' && node.test.type === 'UnaryExpression' ? assignedIn(node.consequent) : []
      if (key !== undefined && filled.includes(key)) for (const name of filled) found.add(name)
    }
    eachChild(node, visit)
  }
  visit(code)
  asked.set(code, found)
  return found
}

/** Names of members that the statements of a block assign to. */
function assignedIn(block: Node): string[] {
  if (block.type !== 'BlockStatement') return []
  return block.body.flatMap((statement) => {
    const { expression } = statement.type === 'ExpressionStatement' ? statement : {}
    const key = expression?.type === 'AssignmentExpression' ? staticKey(expression.left) : undefined
    return key === undefined ? [] : [key]
  })
}

/** A static method that gives a private field and does nothing else, as an expression behind the name of its class. */
export function giverOf(node: Node, name: string, field: string): string | undefined {
  const own = classOf(node)
  for (const member of own?.body.body ?? []) {
    if (member.type !== 'ClassMethod' || !member.static || member.computed || member.key.type !== 'Identifier' || member.params.length > 0 || member.async || member.generator) continue
    const [only, ...more] = member.body.body
    if (more.length > 0 || only?.type !== 'ReturnStatement' || !only.argument) continue
    const given = unwrap(only.argument)
    if (given.type === 'MemberExpression' && staticKey(given) === field && isClassItself(unwrap(given.object), name)) return member.kind === 'get' ? member.key.name : `${member.key.name}()`
  }
  return undefined
}

function isClassItself(object: Node, name: string): boolean {
  return object.type === 'ThisExpression' || (object.type === 'Identifier' && object.name === name)
}

/** The class that a declaration gives its name. */
export function classOf(declaration: Node): ClassNode | undefined {
  const init = declaration.type === 'VariableDeclarator' ? declaration.init && unwrap(declaration.init) : declaration
  return init?.type === 'ClassDeclaration' || init?.type === 'ClassExpression' ? init : undefined
}

/** Methods, accessors and fields that hold functions, static ones with their names. */
function methodsOf({ body }: ClassNode): { name: string; code: Node }[] {
  return body.body.flatMap((member) => {
    if (!('key' in member) || ('computed' in member && member.computed)) return []
    const code = isFunction(member) ? member : 'value' in member && member.value ? unwrap(member.value as Node) : undefined
    if (!isFunction(code)) return []
    const { key } = member as { key: Node }
    const name = key.type === 'Identifier' ? key.name : key.type === 'StringLiteral' ? key.value : key.type === 'PrivateName' ? `#${key.id.name}` : ''
    return [{ name: 'static' in member && member.static === true ? name : '', code }]
  })
}

/** `api.get = function () { … }`, `Object.assign(api, { get() { … } })` */
function methodsPutOn({ node, member, givenMethod, passedTo, scope }: Use): { name: string; code: Node }[] {
  if (givenMethod) return [{ name: member!, code: givenMethod }]
  if (passedTo?.type !== 'CallExpression' || definitionOf(passedTo, node, scope) !== 'assign') return []
  return passedTo.arguments.slice(1).flatMap((argument) => {
    const given = unwrap(argument as Node)
    return given.type === 'ObjectExpression' ? methodsIn(given) : []
  })
}

/** Methods of an object that is written out, and functions in it, with their names. */
function methodsIn({ properties }: Extract<Node, { type: 'ObjectExpression' }>): { name: string; code: Node }[] {
  return properties.flatMap((property) => {
    const code = property.type === 'ObjectProperty' ? unwrap(property.value) : property
    const name = property.type === 'SpreadElement' || property.computed ? undefined : keyName(property.key)
    return isFunction(code) && name !== undefined ? [{ name, code }] : []
  })
}

/** The method of an object that is written out, or static one of a class, in which something stands. */
export function methodAround(holder: Node, { start, end }: Node): { name: string; start: number; end: number } | undefined {
  const inner = unwrap(holder)
  const methods = inner.type === 'ObjectExpression' ? methodsIn(inner) : classOf(inner) ? methodsOf(classOf(inner)!) : []
  const found = methods.find(({ code }) => code.start! <= start! && end! <= code.end!)
  return found && found.name !== '' ? { name: found.name, start: found.code.start!, end: found.code.end! } : undefined
}

/** What code does with its `this`, as if that were a name. */
function usesByThis(code: Node, name: string, scopes: ScopeAnalysis): Use[] {
  const found: Use[] = []
  const stack: Node[] = []
  const enter = (node: Node, scope: Scope): void => {
    if (isErased(node) || node.type === 'ClassBody' || (node !== code && isFunction(node) && node.type !== 'ArrowFunctionExpression')) return
    stack.push(node)
    if (node.type === 'ThisExpression') {
      const use = describeUse(node, name, scope, stack, code)
      if (use.member !== undefined) found.push(use)
      // `const { limit } = this`
      const parent = stack.at(-2)
      if (parent?.type === 'VariableDeclarator' && parent.init === node) for (const member of membersTaken(parent.id, scopes) ?? []) found.push({ ...use, member })
    } else eachChild(node, (child) => enter(child, scopes.scopeOf.get(node) ?? scope))
    stack.pop()
  }
  enter(code, scopes.module)
  return found
}

/** Static fields of a class that hold no function, private ones as `#name`. */
export function staticFields(node: Node): [name: string, value: Node | null | undefined][] {
  return (classOf(node)?.body.body ?? []).flatMap((member) => {
    if ((member.type !== 'ClassProperty' && member.type !== 'ClassPrivateProperty') || !member.static || (member.value && isFunction(unwrap(member.value)))) return []
    if (member.type === 'ClassPrivateProperty') return [[`#${member.key.id.name}`, member.value]]
    return !member.computed && member.key.type === 'Identifier' ? [[member.key.name, member.value]] : []
  })
}
