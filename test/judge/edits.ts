import type { NodePath } from '@babel/traverse'
import type { Node } from '@babel/types'
import type { Random } from './random.ts'
import { FURTHER_KINDS, furtherEdit, type FurtherKind } from './further.ts'
import { renamed } from './rename.ts'
import { collect, startWithMark, type Change, type Parsed } from './text.ts'

export const KINDS = ['literals', 'operators', 'statements', 'properties', 'comments', 'renames', 'unused exports', 'reordering'] as const
export type Kind = (typeof KINDS)[number] | FurtherKind
export const ALL_KINDS: readonly Kind[] = [...KINDS, ...FURTHER_KINDS]

/** One random edit of a kind; `undefined` where the text offers no place for it. */
export function randomEdit(kind: Kind, parsed: Parsed, random: Random): Change[] | undefined {
  switch (kind) {
    case 'literals':
      return literal(parsed, random)
    case 'operators':
      return operator(parsed, random)
    case 'statements':
      return statement(parsed, random)
    case 'properties':
      return property(parsed, random)
    case 'comments':
      return comment(parsed, random)
    case 'renames':
      return rename(parsed, random)
    case 'unused exports':
      return unusedExport(parsed, random)
    case 'reordering':
      return reorder(parsed, random)
    default:
      return furtherEdit(kind, parsed, random)
  }
}

function literal(parsed: Parsed, random: Random): Change[] | undefined {
  const isLiteral = ({ node, parent, key }: NodePath): boolean => {
    if (parent?.type === 'ImportDeclaration' || parent?.type === 'ExportNamedDeclaration' || parent?.type === 'ExportAllDeclaration' || parent?.type === 'ImportExpression') return false
    if (parent && 'key' in parent && key === 'key') return false
    return node.type === 'NumericLiteral' || node.type === 'StringLiteral' || node.type === 'BooleanLiteral' || node.type === 'TemplateElement' || node.type === 'RegExpLiteral'
  }
  const node = random.pick(collect(parsed, isLiteral))?.node
  if (!node) return undefined
  return [{ start: node.start!, end: node.end!, text: otherLiteral(node, parsed.code.slice(node.start!, node.end!), random) }]
}

function otherLiteral(node: Node, text: string, random: Random): string {
  const isRespelt = random.chance(0.25)
  switch (node.type) {
    case 'NumericLiteral':
      if (isRespelt && Number.isSafeInteger(node.value)) return `0x${node.value.toString(16)}`
      return String(node.value + 1)
    case 'StringLiteral':
      if (isRespelt) return text[0] === '"' ? `'${JSON.stringify(node.value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : JSON.stringify(node.value)
      return JSON.stringify(`${node.value}x`)
    case 'BooleanLiteral':
      return String(!node.value)
    case 'RegExpLiteral':
      return node.flags.includes('i') ? text.replace(/i(?=[a-z]*$)/, '') : `${text}i`
    default:
      return `${text}x`
  }
}

const OPERATORS = [
  ['+', '-', '*', '/', '%'], ['<', '<=', '>', '>='], ['===', '!=='], ['==', '!='], ['&', '|', '^'], ['<<', '>>', '>>>'], ['&&', '||'], ['+=', '-=', '*='], ['++', '--'],
]

function operator(parsed: Parsed, random: Random): Change[] | undefined {
  const classOf = (node: Node): string[] | undefined => ('operator' in node ? OPERATORS.find((list) => list.includes(node.operator as string)) : undefined)
  const path = random.pick(collect(parsed, ({ node }) => node.type !== 'UnaryExpression' && classOf(node) !== undefined))
  if (!path) return undefined
  const node = path.node as Extract<Node, { operator: string }>
  const others = classOf(node)!.filter((other) => other !== node.operator)
  const { code } = parsed
  if (node.type === 'UpdateExpression') {
    const start = node.prefix ? node.start! : node.end! - 2
    return [{ start, end: start + 2, text: others[0]! }]
  }
  const { left, right } = node as unknown as { left: Node; right: Node }
  // `a += b` written out, now and then.
  if (node.type === 'AssignmentExpression' && left.type === 'Identifier' && random.chance(0.5)) {
    return [{ start: node.start!, end: node.end!, text: `${left.name} = ${left.name} ${node.operator[0]} (${code.slice(right.start!, right.end!)})` }]
  }
  const at = code.indexOf(node.operator, left.end!)
  if (at < 0 || at >= right.start!) return undefined
  return [{ start: at, end: at + node.operator.length, text: random.pick(others)! }]
}

const PLAIN_STATEMENTS = new Set(['ExpressionStatement', 'IfStatement', 'ReturnStatement', 'ForStatement', 'ForOfStatement', 'WhileStatement', 'ThrowStatement'])

function statement(parsed: Parsed, random: Random): Change[] | undefined {
  const { code } = parsed
  const isInBody = ({ listKey, node }: NodePath): boolean => (listKey === 'body' || listKey === 'consequent') && PLAIN_STATEMENTS.has(node.type)
  const path = random.pick(collect(parsed, (candidate) => isInBody(candidate)))
  if (!path) return undefined
  const { start, end } = path.node as { start: number; end: number }
  const text = code.slice(start, end)
  switch (random.below(5)) {
    case 0:
      return [{ start, end, text: ';' }]
    case 1:
      return [{ start, end, text: `${text}\n${text}` }]
    case 2: {
      const next = path.getSibling((path.key as number) + 1)
      if (!next.node || !PLAIN_STATEMENTS.has(next.node.type)) return undefined
      return [{ start, end: next.node.end!, text: `${code.slice(next.node.start!, next.node.end!)}\n${text}` }]
    }
    case 3:
      return [{ start, end, text: `{ ${text} }` }]
    default:
      return [{ start, end, text: `if (globalThis.judged) { ${text} }` }]
  }
}

function property(parsed: Parsed, random: Random): Change[] | undefined {
  const isName = ({ node, parent, key }: NodePath): boolean => {
    if (node.type !== 'Identifier') return false
    if (parent?.type === 'MemberExpression' || parent?.type === 'OptionalMemberExpression') return key === 'property' && !parent.computed
    return (parent?.type === 'ObjectProperty' || parent?.type === 'ObjectMethod' || parent?.type === 'ClassMethod' || parent?.type === 'ClassProperty') && key === 'key' && !parent.computed && !('shorthand' in parent && parent.shorthand)
  }
  const path = random.pick(collect(parsed, isName))
  if (!path) return undefined
  const { node, parent } = path
  const name = (node as { name: string }).name
  if (name === 'constructor') return undefined
  // `a.b` as `a["b"]`, now and then.
  if (parent!.type === 'MemberExpression' && random.chance(0.2)) {
    const dot = parsed.code.lastIndexOf('.', node.start!)
    return [{ start: dot, end: node.end!, text: `[${JSON.stringify(name)}]` }]
  }
  return [{ start: node.start!, end: node.end!, text: `${name}X` }]
}

function comment(parsed: Parsed, random: Random): Change[] | undefined {
  const { ast } = parsed
  const comments = (ast.comments ?? []).filter((item) => !/[#@]__PURE__|[#@]__NO_SIDE|@persist|@jsx/.test(item.value))
  if (comments.length > 0 && random.chance(0.4)) {
    const item = random.pick(comments)!
    const isLine = item.type === 'CommentLine'
    if (random.chance(0.5)) return [{ start: item.start!, end: item.end!, text: isLine ? '// another' : '/* another */' }]
    return [{ start: item.start!, end: item.end!, text: ' ' }]
  }
  const path = random.pick(collect(parsed, ({ node, listKey }) => listKey === 'body' && node.type !== 'ClassBody'))
  if (!path) return undefined
  const at = random.chance(0.5) ? path.node.start! : path.node.end!
  return [{ start: at, end: at, text: random.pick(['/* noted */', '\n\n', '\n// noted\n', '   ', '\t/** noted */ '])! }]
}

function rename(parsed: Parsed, random: Random): Change[] | undefined {
  const withScopes = collect(parsed, (path) => path.isScopable(), true)
  const bindings = [...new Set(withScopes.flatMap((path) => Object.values(path.scope.bindings)))]
  const binding = random.pick(bindings)
  return binding && renamed(binding, parsed.code, `renamed${random.below(100)}`)
}

function unusedExport(parsed: Parsed, random: Random): Change[] | undefined {
  const { program } = parsed.ast
  const name = `unused${random.below(1000)}`
  const local = random.pick(program.body.flatMap((item) => (item.type === 'FunctionDeclaration' && item.id ? [item.id.name] : [])))
  const isCommonJs = program.sourceType === 'script'
  const text = isCommonJs ? commonJsExport(name, local, random) : random.pick([
    `export const ${name} = 1;`,
    `export function ${name}(a) { return a + 1 }`,
    `export class ${name} { field = 1 }`,
    `export const ${name} = () => ({ a: [1, 2] });`,
    local ? `export function ${name}() { return ${local}() }` : `export const ${name} = 'text';`,
    `function ${name}() {}`,
  ])!
  const place = random.pick(program.body.filter((item) => item.type !== 'EmptyStatement'))
  const at = place && random.chance(0.5) ? place.end! : parsed.code.length
  return [{ start: at, end: at, text: `\n${text}\n` }]
}

function commonJsExport(name: string, local: string | undefined, random: Random): string {
  return random.pick([
    `exports.${name} = 1;`,
    `module.exports.${name} = (a) => a + 1;`,
    `exports.${name} = class { field = 1 };`,
    local ? `exports.${name} = function () { return ${local}() };` : `exports.${name} = 'text';`,
    `function ${name}() {}`,
  ])!
}

/** Statements of which it makes no difference which comes first. */
function isOrderless(node: Node): boolean {
  if (node.type === 'FunctionDeclaration' || node.type === 'ImportDeclaration') return true
  if (node.type === 'ExportNamedDeclaration') return node.source != null || node.declaration?.type === 'FunctionDeclaration'
  if (node.type !== 'VariableDeclaration') return false
  return node.declarations.every(({ init }) => init && ['NumericLiteral', 'StringLiteral', 'ArrowFunctionExpression', 'FunctionExpression', 'RegExpLiteral'].includes(init.type))
}

function reorder(parsed: Parsed, random: Random): Change[] | undefined {
  const { code, ast } = parsed
  const { body } = ast.program
  const candidates = body.flatMap((node, index) => (body[index + 1] && isOrderless(node) && isOrderless(body[index + 1]!) ? [index] : []))
  const index = random.pick(candidates)
  if (index === undefined) return undefined
  const first = body[index]!
  const second = body[index + 1]!
  const start = startWithMark(code, first)
  const next = startWithMark(code, second)
  return [{ start, end: second.end!, text: `${code.slice(next, second.end!)}\n${code.slice(start, first.end!)}` }]
}
