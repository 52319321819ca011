import type { Node } from '@babel/types'
import type { Scope } from './scope.ts'
import { isFunction, isTransparentWrapper, unwrap } from './syntax.ts'

/** One place where a name is used, and what is done there with what it stands for. */
export interface Use {
  node: Node
  name: string
  scope: Scope
  /** The name itself gets a new value. */
  writes: boolean
  /** Something beneath it is assigned, deleted, or changed by a method known for that (`push`, `set`). */
  mutates: boolean
  /** Whatever comes of it is thrown away: `log.info(x)`. */
  dropped: boolean
  /** It, or something beneath it, may end up where this place no longer sees what happens to it. */
  escapes: boolean
  /** What gets away is something beneath it, not itself: harmless where only numbers and text are there. */
  element?: true
  /** The name or pattern that it, or something beneath it, is given to here: `const s = settings`, `for (const s of [settings])`. */
  alias?: Node
  /** How a write comes about: only where nothing is there yet (`??=`, `x = x || …`, `if (!x) x = …`, `if (x) return x; x = …`) it can't change a result. */
  fillsIn: boolean
  /** It only takes away what is there: `cache.clear()`, `client = undefined`, `cache = new Map()`. What fills it in does so again. */
  empties?: true
  /** Something beneath it is counted up or down: `Task.made++`. */
  counts?: true
  /** What the name itself is given. */
  given?: Node
  /** The function that a member of it is given: `api.get = function () { … }`. */
  givenMethod?: Node
  /** The first static member: `ns.member`. */
  member: string | undefined
  /** The method called on it, if one is. */
  method: string | undefined
  /** The innermost function around the place, or field that each instance gets anew; without one it runs when the module does. */
  within: Node | undefined
  /** It is an argument of this call, which might change it. */
  passedTo: Node | undefined
  /** A function that goes by the name itself comes where its own name may be asked for: into a list, an object, a call. */
  handedOn: boolean
  /** The name itself is called. */
  called: boolean
}

/** Methods that call what they are given, and ask nothing about it. */
const CALLERS = new Set([
  'forEach', 'map', 'filter', 'reduce', 'reduceRight', 'flatMap', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'sort', 'toSorted', 'replace', 'replaceAll', 'from', 'then', 'catch', 'finally',
])

/** What takes a class or function by its name and asks nothing about it: `extends Base`, `<Box />`, `@register`. */
const NAMING = new Set(['ClassDeclaration', 'ClassExpression', 'JSXOpeningElement', 'JSXClosingElement', 'Decorator'])
/** Methods of lists that change them. */
export const LIST_MUTATORS: ReadonlySet<string> = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'])
/** Methods of the built-in containers that change them. */
const MUTATORS = new Set([...LIST_MUTATORS, 'set', 'add', 'delete', 'clear', 'append'])
/** Methods of times, views and buffers that change them. */
const SETTERS = /^(?:set(?:UTC)?(?:Time|FullYear|Month|Date|Hours|Minutes|Seconds|Milliseconds)|set(?:Big)?(?:Ui|I)nt\d+|setFloat\d+|write(?:Big)?U?Int\d+(?:LE|BE)?|write(?:Float|Double)(?:LE|BE))$/
/** Those of them that only take away. */
const EMPTIERS = new Set(['clear', 'delete'])
/** Methods that neither change the receiver nor hand out what lies beneath it. */
const INSPECTORS = new Set([
  'has', 'includes', 'indexOf', 'lastIndexOf', 'join', 'test', 'exec', 'toString', 'keys', 'startsWith', 'endsWith', 'charAt', 'charCodeAt',
  'codePointAt', 'hasOwnProperty', 'some', 'every', 'findIndex', 'match', 'matchAll', 'replace', 'replaceAll', 'split', 'slice', 'trim', 'padStart', 'padEnd',
  'toFixed', 'toUpperCase', 'toLowerCase', 'search', 'substring', 'repeat', 'localeCompare', 'get', 'at',
])

/** Says what happens to a name at one place, from the nodes around it (`stack`, outermost first, the name last) and the function that it stands in. */
export function describeUse(node: Node, name: string, scope: Scope, stack: readonly Node[], within: Node | undefined): Use {
  const use: Use = {
    node, name, scope, writes: false, mutates: false, dropped: false, escapes: false, fillsIn: false, member: undefined, method: undefined, within, passedTo: undefined, handedOn: false, called: false,
  }
  let i = stack.length - 2
  let current = node
  let chained = false
  let called = false
  let last: string | undefined
  for (; i >= 0; i--) {
    const parent = stack[i]!
    switch (parent.type) {
      case 'AwaitExpression':
        current = parent
        continue
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        if (parent.object !== current) return finish(use, chained, called)
        if (!called) use.alias ??= elementName(stack, i, current)
        last = staticKey(parent)
        if (!chained && last !== undefined) use.member = last
        chained = true
        current = parent
        continue
      case 'JSXMemberExpression':
        use.member ??= parent.property.name
        chained = true
        current = parent
        continue
      case 'CallExpression':
      case 'OptionalCallExpression':
        if (parent.callee === current) {
          if (chained && !called) {
            if (last !== undefined) use.method = last
            if (last !== undefined && (MUTATORS.has(last) || SETTERS.test(last))) {
              use.mutates = true
              if (EMPTIERS.has(last)) use.empties = true
            } else if (last === undefined || !INSPECTORS.has(last)) use.escapes = true
          } else if (!called) use.called = true
          called = true
          current = parent
          continue
        }
        if (!called) {
          use.passedTo = parent
          use.alias ??= parameterFor(parent, current) ?? elementName(stack, i, current)
        }
        return finish(use, chained, called, true, !CALLERS.has(staticKey(parent.callee as Node) ?? ''))
      case 'NewExpression':
        if (parent.callee === current) {
          if (!chained && !called) use.called = true
          called = true
          current = parent
          continue
        }
        if (!called) use.passedTo = parent
        return finish(use, chained, called, true)
      case 'TaggedTemplateExpression':
        called = true
        current = parent
        continue
      case 'AssignmentExpression':
        if (parent.left === current) {
          if (chained) use.mutates = true
          else use.writes = true
          if (parent.operator === '=' && (chained ? last === 'length' && isZero(parent.right) : emptinessOf(parent.right) !== undefined)) use.empties = true
          if (chained && use.member === last && current === stack[i + 1] && isFunction(unwrap(parent.right))) use.givenMethod = unwrap(parent.right)
          if (!chained) use.given = keepsWhatIsThere(parent.right, name) ?? parent.right
          use.fillsIn = parent.operator === '??=' || parent.operator === '||=' || (parent.operator === '=' && !chained && (isGuarded(name, scope, stack, i) || keepsWhatIsThere(parent.right, name) !== undefined))
          use.dropped = isDropped(stack, i)
          return use
        }
        // `total += fee.flat` takes a number or text of it, as `total + fee.flat` does.
        if (!/^(?:=|&&=|\|\|=|\?\?=)$/.test(parent.operator)) return use
        return finish(use, chained, called, true)
      case 'UpdateExpression':
        if (chained) use.mutates = use.counts = true
        else use.writes = true
        use.dropped = isDropped(stack, i)
        return use
      case 'ForInStatement':
      case 'ForOfStatement':
        if (parent.left === current) {
          if (chained) use.mutates = true
          else use.writes = true
          return use
        }
        if (!called) use.alias ??= elementName(stack, i, current)
        return finish(use, chained, called, true)
      case 'ArrayExpression':
        if (!called) use.alias ??= elementName(stack, i - 1, parent)
        return finish(use, chained, called, true)
      case 'SpreadElement':
        if (!called && stack[i - 1]?.type === 'ArrayExpression') use.alias ??= elementName(stack, i - 2, stack[i - 1]!)
        return finish(use, chained, called, true)
      case 'ArrayPattern':
      case 'RestElement':
      case 'AssignmentPattern':
      case 'ObjectPattern':
      case 'ObjectProperty':
        // Inside an assignment's left side every name is a target; elsewhere it's a value of an object or a default.
        if (isAssignmentTarget(stack, i, current)) {
          if (chained) use.mutates = true
          else use.writes = true
          return use
        }
        return finish(use, chained, called, true)
      case 'UnaryExpression':
        if (parent.operator === 'delete' && chained) use.mutates = use.empties = true
        else if (parent.operator === 'void') use.dropped = true
        return use
      case 'VariableDeclarator':
        if (!called) use.alias ??= parent.id
        return finish(use, chained, called, true)
      case 'ExpressionStatement':
        use.dropped = true
        return use
      case 'SequenceExpression':
        if (parent.expressions.at(-1) !== current) {
          use.dropped = true
          return use
        }
        current = parent
        continue
      case 'LogicalExpression':
        if (parent.left === current && !isDropped(stack, i)) {
          current = parent
          continue
        }
        current = parent
        continue
      case 'ConditionalExpression':
        if (parent.test === current) return use
        current = parent
        continue
      case 'BinaryExpression':
      case 'TemplateLiteral':
      case 'IfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
      case 'SwitchStatement':
      case 'SwitchCase':
        return use
      case 'ArrowFunctionExpression':
        // `items.forEach((item) => log.info(item))`: the callback's value is thrown away too.
        if (parent.body === current && i > 0) {
          const call = stack[i - 1]!
          if (
            (call.type === 'CallExpression' || call.type === 'OptionalCallExpression') &&
            (call.callee.type === 'MemberExpression' || call.callee.type === 'OptionalMemberExpression') &&
            staticKey(call.callee) === 'forEach'
          ) {
            use.dropped = true
            return use
          }
        }
        return finish(use, chained, called, true)
      default:
        if (!isTransparentWrapper(parent)) return finish(use, chained, called, true, !NAMING.has(parent.type))
        current = parent
    }
  }
  return finish(use, chained, called)
}

/** @param asked who gets it there may ask for its name */
function finish(use: Use, chained: boolean, called: boolean, leaves = false, asked = leaves): Use {
  if (asked && !chained && !called) use.handedOn = true
  if (leaves && !(called && !use.escapes && chained && use.method !== 'get' && use.method !== 'at')) {
    if (chained && !called && !use.escapes) use.element = true
    use.escapes = true
  }
  return use
}

/** `day.add(1)` of which the value is used: what libraries have under such names most often gives another one. */
export function givesAnother({ method, dropped }: Use): boolean {
  return !dropped && (method === 'add' || method === 'set' || method === 'append')
}

/** Methods that hand each element of a list to a function, first of all. */
const EACH = new Set(['forEach', 'map', 'filter', 'flatMap', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex'])

/**
 * What each element of a list is called, where that is at hand: `for (const s of list)`, `list.forEach((s) => …)`, `Object.values(list).map((s) => …)`.
 *
 * @param at where in the stack the parent of the list stands
 */
function elementName(stack: readonly Node[], at: number, list: Node): Node | undefined {
  const parent = stack[at]
  switch (parent?.type) {
    case 'ForOfStatement':
      return parent.right === list && parent.left.type === 'VariableDeclaration' ? parent.left.declarations[0]?.id : undefined
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const call = stack[at - 1]
      if (parent.object !== list || (call?.type !== 'CallExpression' && call?.type !== 'OptionalCallExpression') || call.callee !== parent) return undefined
      const key = staticKey(parent)
      if (key === 'values' || key === 'entries') return elementName(stack, at - 2, call)
      return key !== undefined && EACH.has(key) ? parameterOf(call.arguments[0], 0) : undefined
    }
    case 'CallExpression': {
      const { callee } = parent
      if (parent.arguments[0] !== list || callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || callee.object.name !== 'Object') return undefined
      const key = staticKey(callee)
      return key === 'values' || key === 'entries' ? elementName(stack, at - 1, parent) : undefined
    }
    default:
      return parent && isTransparentWrapper(parent) ? elementName(stack, at - 1, parent) : undefined
  }
}

/** What an argument is called in a function that stands where it is called: `((s) => …)(settings)`. */
function parameterFor(call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>, argument: Node): Node | undefined {
  const callee = unwrap(call.callee as Node)
  return isFunction(callee) ? parameterOf(callee, (call.arguments as Node[]).indexOf(argument)) : undefined
}

function parameterOf(fn: Node | null | undefined, index: number): Node | undefined {
  const inner = fn && unwrap(fn)
  return inner && isFunction(inner) ? (inner.params as Node[])[index] : undefined
}

/** The name of a property where it is fixed: `a.b`, `a['b']`, `a[0]`. */
export function staticKey(member: Node): string | undefined {
  if (member.type !== 'MemberExpression' && member.type !== 'OptionalMemberExpression') return undefined
  const { property } = member
  if (!member.computed) return property.type === 'Identifier' ? property.name : property.type === 'PrivateName' ? `#${property.id.name}` : undefined
  if (property.type === 'StringLiteral') return property.value
  if (property.type === 'NumericLiteral') return String(property.value)
  return undefined
}

function isAssignmentTarget(stack: readonly Node[], from: number, node: Node): boolean {
  let current = node
  for (let i = from; i >= 0; i--) {
    const parent = stack[i]!
    switch (parent.type) {
      case 'ObjectProperty':
        if (parent.value !== current) return false
        break
      case 'AssignmentPattern':
        if (parent.left !== current) return false
        break
      case 'ArrayPattern':
      case 'ObjectPattern':
      case 'RestElement':
        break
      case 'AssignmentExpression':
        return parent.left === current
      case 'ForInStatement':
      case 'ForOfStatement':
        return parent.left === current
      default:
        return false
    }
    current = parent
  }
  return false
}

function isDropped(stack: readonly Node[], at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const parent = stack[i]!
    if (parent.type === 'ExpressionStatement') return true
    if (!isTransparentWrapper(parent) && parent.type !== 'LogicalExpression' && parent.type !== 'AwaitExpression') return false
  }
  return false
}

/** Whether an assignment is only come to where nothing is there yet: `if (!x) x = …`, `if (x) return x; x = …`, or where a flag says so. */
function isGuarded(name: string, scope: Scope, stack: readonly Node[], at: number): boolean {
  let child = stack[at]!
  for (let i = at - 1; i >= 0; i--) {
    const parent = stack[i]!
    switch (parent.type) {
      case 'IfStatement':
      case 'ConditionalExpression':
        if (child === parent.consequent && raisesFlag(parent.test, child, scope)) return true
        if ((child === parent.consequent && testsAbsence(parent.test, name)) || (child === parent.alternate && testsPresence(parent.test, name))) return true
        break
      case 'LogicalExpression':
        if (child === parent.right && (parent.operator === '&&' ? testsAbsence(parent.left, name) : isName(parent.left, name))) return true
        break
      case 'BlockStatement':
        if (isLeftBefore(parent.body, child, name, scope)) return true
        break
      case 'ExpressionStatement':
      case 'ReturnStatement':
      case 'TryStatement':
      case 'SequenceExpression':
      case 'AwaitExpression':
        break
      default:
        if (!isTransparentWrapper(parent)) return false
    }
    child = parent
  }
  return false
}

type Guard = Extract<Node, { type: 'IfStatement' }> & { leaves: Extract<Node, { type: 'ReturnStatement' }> }

/** Of lists of statements those that may leave the function before what follows. */
const guardsIn = new WeakMap<readonly Node[], readonly Guard[]>()

function guardsOf(statements: readonly Node[]): readonly Guard[] {
  let guards = guardsIn.get(statements)
  if (!guards) {
    guards = statements.flatMap((statement) => {
      if (statement.type !== 'IfStatement' || statement.alternate) return []
      const last = statement.consequent.type === 'BlockStatement' ? statement.consequent.body.at(-1) : statement.consequent
      return last?.type === 'ReturnStatement' ? [{ ...statement, leaves: last }] : []
    })
    guardsIn.set(statements, guards)
  }
  return guards
}

/** `if (x) return x`, or `if (made) return x; made = true` with a flag of the module's, before a statement. */
function isLeftBefore(statements: readonly Node[], statement: Node, name: string, scope: Scope): boolean {
  return guardsOf(statements).some(({ end, test, leaves }) => {
    if (end! > statement.start!) return false
    if (testsPresence(test, name)) return true
    return test.type === 'Identifier' && isName(leaves.argument, name) && isOfModule(test.name, scope) && statements.some((other) => isRaised(other, test.name))
  })
}

/** `if (!made) { x = …; made = true }` */
function raisesFlag(test: Node, branch: Node, scope: Scope): boolean {
  if (test.type !== 'UnaryExpression' || test.operator !== '!' || test.argument.type !== 'Identifier' || branch.type !== 'BlockStatement') return false
  const { name } = test.argument
  return isOfModule(name, scope) && branch.body.some((statement) => isRaised(statement, name))
}

function isOfModule(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.bindings.has(name)) return at.kind === 'module'
  return true
}

/** `made = true` */
function isRaised(statement: Node, flag: string): boolean {
  const { expression } = statement.type === 'ExpressionStatement' ? statement : {}
  if (expression?.type !== 'AssignmentExpression' || expression.operator !== '=' || !isName(expression.left, flag)) return false
  const { right } = expression
  return right.type === 'BooleanLiteral' ? right.value : right.type === 'NumericLiteral' && right.value !== 0
}

function isName(node: Node | null | undefined, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name
}

/** What `x = x || make()` gives where nothing is there. */
function keepsWhatIsThere(value: Node, name: string): Node | undefined {
  const inner = unwrap(value)
  return inner.type === 'LogicalExpression' && inner.operator !== '&&' && isName(inner.left, name) ? inner.right : undefined
}

function isZero(value: Node): boolean {
  return value.type === 'NumericLiteral' && value.value === 0
}

/** What kind of container with nothing in it an expression gives, or that it gives nothing. */
export function emptinessOf(value: Node | null | undefined): string | undefined {
  if (!value) return 'nothing'
  const inner = unwrap(value)
  switch (inner.type) {
    case 'NewExpression':
      return inner.arguments.length === 0 && inner.callee.type === 'Identifier' && /^(?:Weak)?(?:Map|Set)$/.test(inner.callee.name) ? inner.callee.name : undefined
    case 'ObjectExpression':
      return inner.properties.length === 0 ? 'object' : undefined
    case 'ArrayExpression':
      return inner.elements.length === 0 ? 'array' : undefined
    default:
      return isNothing(inner) ? 'nothing' : undefined
  }
}

/** `undefined`, `null`, `void 0` */
export function isNothing(value: Node): boolean {
  return value.type === 'NullLiteral' || (value.type === 'Identifier' && value.name === 'undefined') || (value.type === 'UnaryExpression' && value.operator === 'void')
}

function testsAbsence(test: Node, name: string): boolean {
  if (test.type === 'UnaryExpression' && test.operator === '!') return testsPresence(test.argument, name)
  return test.type === 'BinaryExpression' && (test.operator === '===' || test.operator === '==') && comparesWithNothing(test, name)
}

function testsPresence(test: Node, name: string): boolean {
  if (test.type === 'UnaryExpression' && test.operator === '!') return testsAbsence(test.argument, name)
  if (test.type === 'BinaryExpression') return (test.operator === '!==' || test.operator === '!=') && comparesWithNothing(test, name)
  return isName(test, name)
}

function comparesWithNothing({ left, right }: Extract<Node, { type: 'BinaryExpression' }>, name: string): boolean {
  const sides = [left, right]
  return sides.some((side) => isName(side, name)) && sides.some(isNothing)
}
