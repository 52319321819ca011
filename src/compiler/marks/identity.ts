import type { Node } from '@babel/types'
import type { Path } from '../syntax/path.ts'
import { isFunction, isTransparentWrapper, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'

/** The name of a default export that has none of its own. */
const DEFAULT = 'default'

/**
 * The scope path of a function: `train`, `Repo.load` (static), `Repo#load` (instance), `models.linear.fit` (object),
 * `outer/inner` (nested), `main/rows.map` (an anonymous callback, after its callee).
 */
export function scopePath(path: Path): string {
  return `${prefixOf(path)}${ownName(path)}`
}

/** The scope path of a `persist()` call: that of what it gives. */
export function callPath(path: Path): string {
  const given = nameGiven(path)
  if (given && !given.weak) return `${prefixOf(path)}${given.name}`
  const call = path.node as Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>
  const argument = unwrap(call.arguments[0] as Node)
  const own = argument.type === 'FunctionExpression' ? argument.id?.name : argument.type === 'Identifier' ? argument.name : undefined
  return `${prefixOf(path)}${own ?? given?.name ?? calleeName(call.callee as Node)}`
}

function prefixOf(path: Path): string {
  for (let at = path.parentPath; at; at = at.parentPath) {
    if (isFunction(at.node)) {
      const namespace = loweredNamespace(at)
      return namespace === undefined ? `${scopePath(at)}/` : `${prefixOf(at)}${namespace}.`
    }
    if (at.node.type === 'TSModuleDeclaration') return `${prefixOf(at)}${at.node.id.type === 'Identifier' ? at.node.id.name : at.node.id.value}.`
    if (at.node.type === 'StaticBlock') return `${scopePath(at.parentPath!.parentPath!)}/static/`
  }
  return ''
}

/** The namespace that TypeScript's compilers have made a function of: `(function (Geo) { … })(Geo || (Geo = {}))`, `(Inner = Geo.Inner || (Geo.Inner = {}))`. */
function loweredNamespace({ node, parentPath }: Path): string | undefined {
  const call = parentPath?.node
  if (call?.type !== 'CallExpression' || unwrap(call.callee as Node) !== node || call.arguments.length !== 1 || !isFunction(node) || node.params.length !== 1) return undefined
  let value = unwrap(call.arguments[0] as Node)
  if (value.type === 'AssignmentExpression') value = unwrap(value.right)
  if (value.type !== 'LogicalExpression' || value.operator !== '||') return undefined
  const made = unwrap(value.right)
  if (made.type !== 'AssignmentExpression' || unwrap(made.right).type !== 'ObjectExpression') return undefined
  return made.left.type === 'Identifier' ? made.left.name : staticKey(made.left)
}

/** `Geo.area = …` within the function that was the namespace `Geo`: its member by its own name. */
function memberOfLowered(target: Node, path: Path): string | undefined {
  if (target.type !== 'MemberExpression' || target.object.type !== 'Identifier') return undefined
  for (let at = path.parentPath; at; at = at.parentPath) {
    if (!isFunction(at.node)) continue
    const [param] = at.node.params as Node[]
    return param?.type === 'Identifier' && param.name === target.object.name && loweredNamespace(at) !== undefined ? staticKey(target) : undefined
  }
  return undefined
}

/** A function's, class's or object's name within the function around it. */
function ownName(path: Path): string {
  const { node } = path
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id?.name ?? DEFAULT
    case 'ClassMethod':
    case 'ClassPrivateMethod':
    case 'ClassProperty':
    case 'ClassPrivateProperty':
    case 'ClassAccessorProperty':
      return `${ownName(path.parentPath!.parentPath!)}${node.static ? '.' : '#'}${keyName(node)}`
    case 'ObjectMethod':
    case 'ObjectProperty': {
      const object = ownName(path.parentPath!)
      return object === '' ? keyName(node) : `${object}.${keyName(node)}`
    }
  }
  const given = nameGiven(path)
  if (given !== undefined && !given.weak) return given.name
  if ((node.type === 'FunctionExpression' || node.type === 'ClassExpression') && node.id) return node.id.name
  return given?.name ?? 'anonymous'
}

interface GivenName {
  name: string
  /** A function's own name, if it has one, says more. */
  weak: boolean
}

/** The name that the place gives to a value. */
function nameGiven(path: Path): GivenName | undefined {
  const parent = path.parentPath
  if (!parent) return undefined
  const { node } = parent
  const strong = (name: string): GivenName => ({ name, weak: false })
  if (isTransparentWrapper(node)) return nameGiven(parent)
  switch (node.type) {
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' ? strong(node.id.name) : undefined
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      if (node.right !== path.node) return nameGiven(parent)
      if (node.type === 'AssignmentExpression') {
        const member = memberOfLowered(node.left, parent)
        if (member !== undefined) return strong(member)
      }
      // The members of `module.exports = { … }` are exports by their own names.
      return strong(path.node.type === 'ObjectExpression' && targetName(node.left) === DEFAULT ? '' : targetName(node.left))
    case 'ObjectProperty':
    case 'ClassProperty':
    case 'ClassPrivateProperty':
    case 'ClassAccessorProperty':
      return node.value === path.node ? strong(ownName(parent)) : undefined
    case 'ExportDefaultDeclaration':
    case 'TSExportAssignment':
      return strong(DEFAULT)
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'SequenceExpression':
    case 'AwaitExpression':
    case 'SpreadElement':
      return nameGiven(parent)
    case 'ArrayExpression': {
      const list = nameGiven(parent)
      return list && { name: `${list.name}[]`, weak: list.weak }
    }
    case 'NewExpression':
      return { name: `new ${calleeName(node.callee as Node)}`, weak: true }
    case 'CallExpression':
    case 'OptionalCallExpression': {
      const callee = unwrap(node.callee as Node)
      // `const f = memo(() => …)`: a wrapper, and the variable is the name. `rows.map(…)` is a callback.
      if (callee.type === 'Identifier' || staticKey(callee) === 'persist') {
        const outer = nameGiven(parent)
        if (outer && !outer.weak) return outer
      }
      return { name: calleeName(callee), weak: true }
    }
    case 'ReturnStatement':
    case 'ArrowFunctionExpression':
      return { name: 'return', weak: true }
    case 'JSXExpressionContainer':
      return parent.parentPath?.node.type === 'JSXAttribute' ? { name: attributeName(parent.parentPath.node), weak: true } : undefined
    default:
      return undefined
  }
}

function attributeName(node: Extract<Node, { type: 'JSXAttribute' }>): string {
  return node.name.type === 'JSXIdentifier' ? node.name.name : node.name.name.name
}

function calleeName(callee: Node): string {
  const inner = unwrap(callee)
  if (inner.type === 'Identifier') return inner.name
  if (inner.type === 'ThisExpression') return 'this'
  if (inner.type === 'Super') return 'super'
  if (inner.type === 'Import') return 'import'
  if (inner.type === 'MemberExpression' || inner.type === 'OptionalMemberExpression') {
    const key = staticKey(inner) ?? '[]'
    const object = unwrap(inner.object)
    const isPath = ['Identifier', 'ThisExpression', 'MemberExpression', 'OptionalMemberExpression', 'Super'].includes(object.type)
    return isPath ? `${calleeName(object)}.${key}` : key
  }
  return 'call'
}

/** `exports.f` and `module.exports.f` are `f`; `Foo.prototype.bar` is `Foo#bar`. */
function targetName(target: Node): string {
  const name = calleeName(target)
  if (name === 'module.exports' || name === 'exports') return DEFAULT
  return name.replace(/^(?:module\.)?exports\./, '').replace(/\.prototype\./, '#')
}

function keyName(node: { key: Node; computed?: boolean | null }): string {
  const { key } = node
  if (key.type === 'PrivateName') return `#${key.id.name}`
  if (key.type === 'StringLiteral') return key.value
  if (key.type === 'NumericLiteral') return String(key.value)
  if (key.type === 'BigIntLiteral') return key.value
  if (!node.computed && key.type === 'Identifier') return key.name
  return constantKey(key) ?? (key.type === 'Identifier' ? `[${key.name}]` : '[]')
}

/** A computed key whose name is fixed: `['a']`, `` [`a`] ``, `[Symbol.iterator]`. */
export function constantKey(key: Node): string | undefined {
  const inner = unwrap(key)
  if (inner.type === 'StringLiteral') return inner.value
  if (inner.type === 'NumericLiteral') return String(inner.value)
  if (inner.type === 'TemplateLiteral' && inner.expressions.length === 0) return inner.quasis[0]!.value.cooked ?? undefined
  if (inner.type === 'MemberExpression' && inner.object.type === 'Identifier' && inner.object.name === 'Symbol') return `[Symbol.${staticKey(inner)}]`
  return undefined
}
