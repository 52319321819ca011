import type { Node } from '@babel/types'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { eachChild, isFunction, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import type { ImportTarget } from './normalize.ts'
import { isMetaEnv, isProcess, isProcessEnv } from './remarks.ts'

/**
 * What an initialiser gives, judged by its text alone.
 * - `code`: a function or class
 * - `constant`: a primitive that is the same in every run of the same code
 * - `data`: a container of such, which might be changed later
 * - `other`: needs running
 */
export type InitKind = 'code' | 'constant' | 'data' | 'other'

export interface PurityContext {
  scopes: ScopeAnalysis
  imports: ReadonlyMap<string, ImportTarget>
  /** What another top-level variable of the module gives; `undefined` for what is no variable (functions, classes, imports). */
  kindOf(name: string): InitKind | undefined
}

const PURE_FUNCTIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries({
  Object: new Set(['freeze', 'entries', 'keys', 'values', 'fromEntries', 'assign', 'create', 'seal']),
  Array: new Set(['of', 'from', 'isArray']),
  Number: new Set(['parseFloat', 'parseInt', 'isInteger', 'isFinite', 'isNaN']),
  String: new Set(['raw', 'fromCharCode', 'fromCodePoint']),
  JSON: new Set(['stringify', 'parse']),
  Buffer: new Set(['from', 'alloc']),
}))
const PURE_CONSTRUCTORS = new Set([
  'Map', 'Set', 'WeakMap', 'WeakSet', 'RegExp', 'URL', 'URLSearchParams', 'Date', 'Array', 'Object', 'Error', 'TypeError', 'RangeError', 'TextEncoder', 'TextDecoder',
  'Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array',
  'BigUint64Array', 'ArrayBuffer', 'DataView',
])
const PURE_CASTS = new Set(['Number', 'String', 'Boolean', 'BigInt', 'parseInt', 'parseFloat', 'encodeURIComponent', 'decodeURIComponent', 'RegExp', 'Array', 'Object'])
/** Methods of strings, arrays, numbers and regular expressions that only compute. */
const PURE_METHODS = new Set([
  'split', 'join', 'slice', 'concat', 'trim', 'trimStart', 'trimEnd', 'toUpperCase', 'toLowerCase', 'repeat', 'padStart', 'padEnd', 'replace', 'replaceAll', 'charCodeAt',
  'codePointAt', 'at', 'includes', 'indexOf', 'startsWith', 'endsWith', 'flat', 'toFixed', 'toString', 'substring', 'reverse', 'sort', 'fill', 'keys', 'values', 'entries', 'has', 'get',
])
const PURE_PATH_MODULES = /^(?:node:)?(?:path|path\/posix|url)$/

export function initKind(node: Node | null | undefined, context: PurityContext): InitKind {
  if (!node) return 'constant'
  const inner = unwrap(node)
  switch (inner.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'NullLiteral':
    case 'BigIntLiteral':
    case 'MetaProperty':
      return 'constant'
    case 'RegExpLiteral':
      // One with `g` or `y` remembers where it was; that is reset by every complete use and no input.
      return 'constant'
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return 'code'
    case 'ClassExpression':
      return 'code'
    case 'TemplateLiteral':
      return all(inner.expressions, context, ['constant']) ? 'constant' : 'other'
    case 'UnaryExpression':
      return inner.operator !== 'delete' && all([inner.argument], context, ['constant']) ? 'constant' : 'other'
    case 'BinaryExpression':
    case 'LogicalExpression':
      return operatorKind(initKind(inner.left, context), initKind(inner.right, context))
    case 'ConditionalExpression':
      return join([inner.test, inner.consequent, inner.alternate], context)
    case 'SequenceExpression':
      return join(inner.expressions, context)
    case 'ArrayExpression':
      return all(inner.elements, context) ? 'data' : 'other'
    case 'SpreadElement':
      return all([inner.argument], context) ? 'data' : 'other'
    case 'ObjectExpression':
      return inner.properties.every((property) => {
        if (property.type === 'ObjectMethod') return property.kind === 'method' && (!property.computed || all([property.key], context))
        if (property.type === 'SpreadElement') return all([property.argument], context)
        return (!property.computed || all([property.key], context)) && all([property.value], context)
      })
        ? 'data'
        : 'other'
    case 'Identifier':
      return identifierKind(inner, context)
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return memberKind(inner, context)
    case 'CallExpression':
    case 'OptionalCallExpression':
      return callKind(inner, context)
    case 'NewExpression': {
      const name = constructorName(unwrap(inner.callee as Node), context)
      if (name === undefined || !PURE_CONSTRUCTORS.has(name)) return 'other'
      if (name === 'Date' && inner.arguments.length === 0) return 'other'
      // Where a module lies differs from clone to clone, and is no input.
      if (name === 'URL' && all(inner.arguments, context, ['constant']) && !inner.arguments.some(isAbsolute)) return 'constant'
      return all(inner.arguments, context) ? 'data' : 'other'
    }
    case 'TaggedTemplateExpression': {
      const tag = unwrap(inner.tag)
      return tag.type === 'MemberExpression' && isGlobal(tag.object, 'String', context) && all(inner.quasi.expressions, context, ['constant']) ? 'constant' : 'other'
    }
    default:
      return 'other'
  }
}

/** An address that is written out: `'https://api.example.com'`. */
function isAbsolute(node: Node): boolean {
  const text = node.type === 'StringLiteral' ? node.value : node.type === 'TemplateLiteral' ? (node.quasis[0]!.value.cooked ?? '') : ''
  return /^[a-z][a-z\d+.-]+:/i.test(text)
}

function all(nodes: readonly (Node | null)[], context: PurityContext, kinds: readonly InitKind[] = ['code', 'constant', 'data']): boolean {
  return nodes.every((node) => !node || kinds.includes(initKind(node, context)))
}

/** Each side is asked once: chains of operators are long. */
function operatorKind(left: InitKind, right: InitKind): InitKind {
  if (left === 'constant' && right === 'constant') return 'constant'
  return [left, right].every((kind) => kind === 'constant' || kind === 'data') ? 'data' : 'other'
}

function join(nodes: readonly Node[], context: PurityContext): InitKind {
  const kinds = nodes.map((node) => initKind(node, context))
  if (kinds.includes('other')) return 'other'
  return kinds.slice(1).every((kind) => kind === kinds[1]) ? kinds.at(-1)! : 'data'
}

function isGlobal(node: Node, name: string, context: PurityContext): boolean {
  const inner = unwrap(node)
  return inner.type === 'Identifier' && inner.name === name && !context.scopes.bindingOf.has(inner)
}

function identifierKind(node: Extract<Node, { type: 'Identifier' }>, context: PurityContext): InitKind {
  const binding = context.scopes.bindingOf.get(node)
  if (!binding) return PURE_CONSTRUCTORS.has(node.name) ? 'code' : ['undefined', 'NaN', 'Infinity', '__dirname', '__filename'].includes(node.name) ? 'constant' : 'other'
  if (binding.scope !== context.scopes.module) return 'other'
  if (binding.kind === 'function' || binding.kind === 'class') return 'code'
  if (binding.kind === 'enum') return 'constant'
  if (binding.kind === 'import') return 'other'
  return context.kindOf(node.name) ?? 'other'
}

function isEnvironment(node: Node, context: PurityContext): boolean {
  const inner = unwrap(node)
  // Most have another name.
  if (inner.type === 'Identifier' ? !context.imports.has(inner.name) : staticKey(inner) !== 'env') return false
  return isProcessEnv(node, freeIn(context), importIn(context)) || isMetaEnv(node)
}

function freeIn({ scopes }: PurityContext): (node: Node) => boolean {
  return (node) => !scopes.bindingOf.has(node)
}

function importIn({ imports }: PurityContext): (node: Node) => ImportTarget | undefined {
  return (node) => (node.type === 'Identifier' ? imports.get(node.name) : undefined)
}

/** `const { A } = process.env`, `const { env } = process` */
export function takesEnvironment({ id, init }: Extract<Node, { type: 'VariableDeclarator' }>, context: PurityContext): boolean {
  if (!init || id.type !== 'ObjectPattern') return false
  const keys = id.properties.map((property) => (property.type === 'ObjectProperty' && !property.computed && property.key.type === 'Identifier' ? property.key.name : undefined))
  if (isEnvironment(init, context)) return !keys.includes(undefined)
  return isProcess(init, freeIn(context), importIn(context)) && keys.every((key) => key === 'env')
}

function memberKind(node: Extract<Node, { type: 'MemberExpression' | 'OptionalMemberExpression' }>, context: PurityContext): InitKind {
  const object = unwrap(node.object)
  // The environment is read by name when a call is made, so that what is derived from it is fixed too.
  if (isEnvironment(node, context) || (staticKey(node) !== undefined && isEnvironment(object, context))) return 'constant'
  if (object.type === 'MetaProperty') return ['url', 'dirname', 'filename'].includes(staticKey(node) ?? '') ? 'constant' : 'other'
  if (['Math', 'Number', 'Date'].some((name) => isGlobal(object, name, context))) return 'constant'
  if (isGlobal(object, 'Symbol', context)) return 'constant'
  if (object.type === 'Identifier' && context.scopes.bindingOf.get(object)?.kind === 'enum') return 'constant'
  const kind = initKind(object, context)
  return kind === 'constant' || kind === 'data' ? 'data' : 'other'
}

/** The global that is constructed, also by another name for it: `const u8 = Uint8Array`. */
function constructorName(callee: Node, { scopes }: PurityContext): string | undefined {
  if (callee.type !== 'Identifier') return undefined
  const binding = scopes.bindingOf.get(callee)
  if (!binding) return callee.name
  const { declaration } = binding
  if (declaration.type !== 'VariableDeclarator' || declaration.id.type !== 'Identifier' || !declaration.init || binding.more || binding.uses.some((use) => use.writes)) return undefined
  const init = unwrap(declaration.init)
  return init.type === 'Identifier' && !scopes.bindingOf.has(init) ? init.name : undefined
}

function callKind(node: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>, context: PurityContext): InitKind {
  const callee = unwrap(node.callee as Node)
  if (callee.type === 'Identifier') {
    const target = context.imports.get(callee.name)
    if (target && context.scopes.bindingOf.get(callee)?.scope === context.scopes.module) {
      if (PURE_PATH_MODULES.test(target.from)) return all(node.arguments, context, ['constant', 'data']) ? 'constant' : 'other'
      if (target.from === 'unplugin-persist' && target.name === 'persist') return 'code'
      return 'other'
    }
    if (!context.scopes.bindingOf.has(callee) && (PURE_CASTS.has(callee.name) || callee.name === 'Symbol')) {
      return all(node.arguments, context, ['constant', 'data']) ? (callee.name === 'Array' || callee.name === 'Object' ? 'data' : 'constant') : 'other'
    }
    return 'other'
  }
  if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return 'other'
  const method = staticKey(callee)
  const object = unwrap(callee.object)
  if (method === undefined) return 'other'
  if (object.type === 'Identifier') {
    const target = context.imports.get(object.name)
    if (target) {
      if (PURE_PATH_MODULES.test(target.from)) return all(node.arguments, context, ['constant', 'data']) ? 'constant' : 'other'
      if (target.from === 'unplugin-persist' && method === 'persist') return 'code'
      return 'other'
    }
    if (!context.scopes.bindingOf.has(object)) {
      if (object.name === 'Symbol' && method === 'for') return all(node.arguments, context, ['constant']) ? 'constant' : 'other'
      if (object.name === 'Math') return method !== 'random' && all(node.arguments, context, ['constant']) ? 'constant' : 'other'
      if (PURE_FUNCTIONS.get(object.name)?.has(method)) return all(node.arguments, context) ? 'data' : 'other'
      return 'other'
    }
  }
  if (!PURE_METHODS.has(method)) return 'other'
  const receiver = initKind(object, context)
  return (receiver === 'constant' || receiver === 'data') && all(node.arguments, context, ['constant', 'data']) ? 'data' : 'other'
}

/** A frozen object or array of primitives can't be changed by anybody. */
export function isFrozen(node: Node | null | undefined, context: PurityContext): boolean {
  const inner = node && unwrap(node)
  if (inner?.type !== 'CallExpression') return false
  const callee = unwrap(inner.callee as Node)
  if (callee.type !== 'MemberExpression' || !isGlobal(callee.object, 'Object', context) || staticKey(callee) !== 'freeze') return false
  const value = inner.arguments[0] && unwrap(inner.arguments[0])
  const isFixed = (item: Node | null): boolean => {
    if (!item) return true
    const kind = initKind(item, context)
    return kind === 'constant' || kind === 'code' || isFrozen(item, context)
  }
  if (value?.type === 'ArrayExpression') return value.elements.every((element) => element?.type !== 'SpreadElement' && isFixed(element))
  if (value?.type === 'ObjectExpression') return value.properties.every((property) => property.type === 'ObjectProperty' && isFixed(property.value))
  return false
}

/** An array or object of numbers, text and the like: what is read from it is no way back to it. */
export function isFlat(node: Node | null | undefined, context: PurityContext): boolean {
  const inner = node && unwrap(node)
  const isConstant = (item: Node | null): boolean => item === null || initKind(item, context) === 'constant'
  if (inner?.type === 'ArrayExpression') return inner.elements.every((element) => element?.type !== 'SpreadElement' && isConstant(element))
  return inner?.type === 'ObjectExpression' && inner.properties.every((property) => property.type === 'ObjectProperty' && !property.computed && isConstant(property.value))
}

/** What runs other code. */
const CALLS = new Set([
  'CallExpression', 'OptionalCallExpression', 'NewExpression', 'TaggedTemplateExpression', 'AwaitExpression', 'ImportExpression', 'SpreadElement', 'ForOfStatement', 'JSXElement', 'JSXFragment', 'ClassDeclaration', 'ClassExpression',
])

/** Whether a piece of code runs no other: `Box.label = label`. Functions that are only made there don't run. */
export function isQuiet(node: Node): boolean {
  return hasNone(node, (inner) => CALLS.has(inner.type))
}

/** Whether an expression only puts together what is there: `{ memo, version: api.version }`. */
export function isInert(node: Node): boolean {
  return hasNone(node, (inner) => CALLS.has(inner.type) || inner.type === 'AssignmentExpression' || inner.type === 'UpdateExpression' || (inner.type === 'UnaryExpression' && inner.operator === 'delete'))
}

function hasNone(node: Node, accepts: (inner: Node) => boolean): boolean {
  if (isFunction(node)) return true
  if (accepts(node)) return false
  let none = true
  eachChild(node, (child) => {
    none &&= hasNone(child, accepts)
  })
  return none
}

/** Decorators of a class or its members. */
export function isDecorated(node: Node): boolean {
  const inner = unwrap(node)
  if (inner.type !== 'ClassDeclaration' && inner.type !== 'ClassExpression') return false
  return !!inner.decorators?.length || inner.body.body.some((member) => 'decorators' in member && !!member.decorators?.length)
}

/** Whether something of a class but its making runs when its module does: decorators, static blocks and fields, computed names. */
export function runsCode(node: Extract<Node, { type: 'ClassDeclaration' }>, purity: PurityContext): boolean {
  const isOther = (value: Node | null | undefined): boolean => !!value && initKind(value, purity) === 'other'
  return (
    isDecorated(node) ||
    (node.superClass !== null && node.superClass !== undefined && unwrap(node.superClass).type === 'CallExpression') ||
    node.body.body.some((member) => {
      if (member.type === 'StaticBlock') return true
      if ('computed' in member && member.computed && isOther(member.key as Node)) return true
      return 'value' in member && 'static' in member && member.static === true && isOther(member.value as Node | null)
    })
  )
}

/** `/*#__PURE__*\/` before a call or construction: its author says that it does nothing beside giving its value. */
export function isDeclaredPure(init: Node, code: string): boolean {
  const call = unwrap(init)
  if (call.type !== 'CallExpression' && call.type !== 'NewExpression') return false
  return /[#@]__PURE__\s*\*\/[\s(]*$/.test(code.slice(Math.max(0, call.start! - 40), call.start!))
}
