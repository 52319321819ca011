import type { Node } from '@babel/types'
import { eachChild, isFunction, unwrap } from './syntax.ts'
import { isNothing, staticKey } from './uses.ts'

/** `!!x` where only its being true or not counts. */
export function withoutDoubleNegation(test: Node): Node {
  const outer = unwrap(test)
  if (outer.type !== 'UnaryExpression' || outer.operator !== '!') return test
  const inner = unwrap(outer.argument)
  return inner.type === 'UnaryExpression' && inner.operator === '!' ? withoutDoubleNegation(inner.argument) : test
}

export function isLiteral(node: Node): boolean {
  // `-1`
  if (node.type === 'UnaryExpression') return node.operator === '-' && node.argument.type === 'NumericLiteral'
  return ['StringLiteral', 'NumericLiteral', 'BooleanLiteral', 'NullLiteral', 'BigIntLiteral'].includes(node.type)
}

/**
 * The number that is written out as one, or computed of such as bundlers do too: `1 << 3 | 4`.
 *
 * @param isGiven it belongs to what a variable is given, of which they compute all: `const day = 24 * 60 * 60`
 */
export function numberOf(node: Node, isGiven: boolean): number | undefined {
  const inner = unwrap(node)
  if (inner.type === 'NumericLiteral') return inner.value
  if (inner.type === 'UnaryExpression' && /^[-+~]$/.test(inner.operator)) {
    const value = numberOf(inner.argument, isGiven)
    return value === undefined ? undefined : inner.operator === '-' ? -value : inner.operator === '~' ? ~value : value
  }
  if (inner.type !== 'BinaryExpression') return undefined
  // What isn't a number most often stands on this side of a long sum.
  const right = numberOf(inner.right, isGiven)
  const left = right === undefined ? undefined : numberOf(inner.left, isGiven)
  return left === undefined ? undefined : computed(inner.operator, left, right!, isGiven)
}

/** Engines agree on all of these operators, as they don't on powers. */
function computed(operator: string, left: number, right: number, isGiven: boolean): number | undefined {
  switch (operator) {
    case '+':
      return isGiven || (isSmall(left) && isSmall(right)) ? left + right : undefined
    case '-':
      return isGiven || (isSmall(left) && isSmall(right)) ? left - right : undefined
    case '*':
      return isGiven ? left * right : undefined
    case '/':
      return isGiven ? left / right : undefined
    case '%':
      return isGiven ? left % right : undefined
    case '&':
      return left & right
    case '|':
      return left | right
    case '^':
      return left ^ right
    case '>>':
      return left >> right
    // `1 << 30` is easier to read than what it gives.
    case '<<':
      return shorter(left << right, operator, left, right, isGiven)
    case '>>>':
      return shorter(left >>> right, operator, left, right, isGiven)
    default:
      return undefined
  }
}

function isSmall(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 0xff_ff_ff_ff
}

function shorter(value: number, operator: string, left: number, right: number, isGiven: boolean): number | undefined {
  return isGiven || String(value).length <= `${left}${operator}${right}`.length ? value : undefined
}

/** What `a === null || a === undefined` asks for, and how `a == null` would. */
export function askedForNothing({ operator, left, right }: Extract<Node, { type: 'LogicalExpression' }>): { name: Node; operator: '==' | '!=' } | undefined {
  if (operator === '??') return undefined
  const first = strictlyAsked(left, operator === '||' ? '===' : '!==')
  const second = first && strictlyAsked(right, operator === '||' ? '===' : '!==')
  if (!second || first.name.name !== second.name.name || first.isNull === second.isNull) return undefined
  return { name: first.name, operator: operator === '||' ? '==' : '!=' }
}

function strictlyAsked(node: Node, operator: string): { name: Extract<Node, { type: 'Identifier' }>; isNull: boolean } | undefined {
  const inner = unwrap(node)
  if (inner.type !== 'BinaryExpression' || inner.operator !== operator) return undefined
  const [name, nothing] = isNothing(inner.left) ? [inner.right, inner.left] : [unwrap(inner.left), inner.right]
  return name.type === 'Identifier' && isNothing(nothing) && (nothing.type !== 'UnaryExpression' || isLiteral(nothing.argument)) ? { name, isNull: nothing.type === 'NullLiteral' } : undefined
}

/** Whether an expression is never nothing, so that `?.` after it is `.`: `[]?.concat(x)`. */
export function isSomething(node: Node): boolean {
  return ['RegExpLiteral', 'StringLiteral', 'TemplateLiteral', 'NumericLiteral', 'ArrayExpression', 'ObjectExpression', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassExpression'].includes(unwrap(node).type)
}

/** Declares a name that is seen outside, whether it runs or not. */
export function declares(statement: Node): boolean {
  let found = false
  const visit = (node: Node): void => {
    if (node.type === 'FunctionDeclaration' || (node.type === 'VariableDeclaration' && node.kind === 'var')) found = true
    else if (!isFunction(node) && !found) eachChild(node, visit)
  }
  visit(statement)
  return found
}

/** Declares no name that ends with the block. */
export function isPlain(statement: Node): boolean {
  if (statement.type === 'VariableDeclaration') return statement.kind === 'var'
  return statement.type !== 'FunctionDeclaration' && statement.type !== 'ClassDeclaration' && statement.type !== 'TSEnumDeclaration' && statement.type !== 'TSModuleDeclaration'
}

export function isSimpleTarget(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression') return true
  if (node.type !== 'MemberExpression') return false
  return staticKey(node) !== undefined && isSimpleTarget(unwrap(node.object))
}

/** JSX's rule: lines are trimmed and joined by single spaces. */
export function jsxText(text: string): string {
  const lines = text.split(/\r\n|\n|\r/)
  return lines
    .map((line, index) => {
      let trimmed = line.replaceAll('\t', ' ')
      if (index > 0) trimmed = trimmed.replace(/^ +/, '')
      if (index < lines.length - 1) trimmed = trimmed.replace(/ +$/, '')
      return trimmed
    })
    .filter((line) => line !== '')
    .join(' ')
}
