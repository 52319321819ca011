import type { NodePath } from '@babel/traverse'
import type { Node } from '@babel/types'
import type { Random } from './random.ts'
import { collect, startWithMark, type Change, type Parsed } from './text.ts'

/** Edits beyond the plain ones: what a person does to code in a day's work. */
export const FURTHER_KINDS = [
  'operands', 'defaults', 'async', 'members', 'cases', 'spreads', 'chains', 'splits', 'patterns', 'wrappers', 'arguments', 'conditions', 'types', 'exports', 'moves',
] as const
export type FurtherKind = (typeof FURTHER_KINDS)[number]

const ofText = ({ code }: Parsed, node: Node): string => code.slice(node.start!, node.end!)
const replaced = (node: Node, text: string): Change[] => [{ start: node.start!, end: node.end!, text }]

export function furtherEdit(kind: FurtherKind, parsed: Parsed, random: Random): Change[] | undefined {
  const pick = (accepts: (path: NodePath) => boolean): NodePath | undefined => random.pick(collect(parsed, accepts))
  const text = (node: Node): string => ofText(parsed, node)
  switch (kind) {
    case 'operands': {
      const node = pick(({ node }) => node.type === 'BinaryExpression' || node.type === 'LogicalExpression')?.node as Extract<Node, { type: 'BinaryExpression' }> | undefined
      return node && [...replaced(node.left, `(${text(node.right)})`), ...replaced(node.right, `(${text(node.left)})`)]
    }
    case 'defaults': {
      const path = pick(({ node, parent, listKey }) => (listKey === 'params' && node.type === 'Identifier' && !parent!.type.startsWith('TS')) || node.type === 'AssignmentPattern')
      if (!path) return undefined
      if (path.node.type === 'AssignmentPattern') return replaced(path.node.right, random.pick(['1', 'undefined', '"d"'])!)
      const list = (path.container as Node[])
      if (list.at(-1) !== path.node || path.node.end !== path.node.start! + (path.node as { name: string }).name.length || (path.node as { optional?: boolean }).optional) return undefined
      return [{ start: path.node.end, end: path.node.end, text: random.pick([' = 1', ' = {}'])! }]
    }
    case 'async': {
      const node = pick(({ node }) => (node.type === 'FunctionDeclaration' || node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') && !node.generator)?.node as Extract<Node, { async: boolean }> | undefined
      if (!node) return undefined
      if (!node.async) return [{ start: node.start!, end: node.start!, text: 'async ' }]
      return undefined
    }
    case 'members': {
      const node = pick(({ node }) => node.type === 'ClassBody')?.node
      if (!node) return undefined
      return [{ start: node.start! + 1, end: node.start! + 1, text: random.pick([' added = 1; ', ' static added = 1; ', ' static { this.x = 1 } ', ' get added() { return 1 } ', ' added() { return 2 } ', ' #added = 1; '])! }]
    }
    case 'cases': {
      const path = pick(({ node }) => node.type === 'SwitchStatement' && node.cases.length > 1)
      if (!path) return undefined
      const { cases } = path.node as Extract<Node, { type: 'SwitchStatement' }>
      const at = random.below(cases.length - 1)
      return [...replaced(cases[at]!, text(cases[at + 1]!)), ...replaced(cases[at + 1]!, text(cases[at]!))]
    }
    case 'spreads': {
      const node = pick(({ node }) => node.type === 'ObjectExpression' || node.type === 'ArrayExpression')?.node
      if (!node) return undefined
      return [{ start: node.start! + 1, end: node.start! + 1, text: node.type === 'ObjectExpression' ? ' ...globalThis.spread, ' : ' ...globalThis.spread, ' }]
    }
    case 'chains': {
      const path = pick(({ node, parent, key }) => node.type === 'MemberExpression' && !node.computed && node.object.type !== 'Super' && node.object.type !== 'MetaProperty' && !(parent?.type === 'AssignmentExpression' && key === 'left') && parent?.type !== 'UpdateExpression' && parent?.type !== 'NewExpression' && parent?.type !== 'TaggedTemplateExpression')
      const node = path?.node as Extract<Node, { type: 'MemberExpression' }> | undefined
      if (!node) return undefined
      const dot = parsed.code.lastIndexOf('.', node.property.start!)
      return [{ start: dot, end: dot, text: '?' }]
    }
    case 'splits': {
      const path = pick(({ node, parent }) => node.type === 'VariableDeclaration' && node.declarations.length > 1 && !parent!.type.startsWith('For') && parent!.type !== 'ExportNamedDeclaration')
      if (!path) return undefined
      const { kind: word, declarations } = path.node as Extract<Node, { type: 'VariableDeclaration' }>
      return replaced(path.node, declarations.map((item) => `${word} ${text(item)};`).join(' '))
    }
    case 'patterns': {
      const node = pick(({ node }) => node.type === 'RegExpLiteral')?.node as Extract<Node, { type: 'RegExpLiteral' }> | undefined
      return node && replaced(node, random.chance(0.5) ? `/${node.pattern}/${node.flags.includes('m') ? node.flags.replace('m', '') : `${node.flags}m`}` : `/(?:${node.pattern})/${node.flags}`)
    }
    case 'wrappers': {
      const path = pick(({ node, parent, key }) => ['CallExpression', 'Identifier', 'MemberExpression', 'StringLiteral'].includes(node.type) && (key === 'argument' || key === 'init' || key === 'right') && !/^TS|Spread|Rest|Update|Unary|ForOf|ForIn|AssignmentPattern/.test(parent!.type))
      return path && replaced(path.node, `(${text(path.node)})`)
    }
    case 'arguments': {
      const path = pick(({ node }) => (node.type === 'CallExpression' || node.type === 'NewExpression') && node.arguments.length > 0)
      if (!path) return undefined
      const args = (path.node as Extract<Node, { type: 'CallExpression' }>).arguments as Node[]
      if (args.length > 1 && random.chance(0.6)) return [...replaced(args[0]!, text(args[1]!)), ...replaced(args[1]!, text(args[0]!))]
      return [{ start: args[0]!.start!, end: args[0]!.start!, text: '0, ' }]
    }
    case 'conditions': {
      const path = pick(({ node }) => node.type === 'IfStatement' || node.type === 'ConditionalExpression')
      const node = path?.node as Extract<Node, { type: 'IfStatement' }> | undefined
      return node && replaced(node.test, random.pick([`!(${text(node.test)})`, 'true', `!!(${text(node.test)})`])!)
    }
    case 'types': {
      const path = pick(({ node, listKey, parent }) => listKey === 'body' && (parent?.type === 'Program' || parent?.type === 'BlockStatement') && node.type !== 'ImportDeclaration')
      if (!path) return undefined
      const at = startWithMark(parsed.code, path.node)
      return [{ start: at, end: at, text: random.pick(['interface Added<T> { a: T }\n', 'type Added = 1 | { b: string }\n', 'declare const added: number\n', 'type Other<T> = T extends string ? 1 : 2\n'])! }]
    }
    case 'exports': {
      const path = pick(({ node }) => node.type === 'ExportNamedDeclaration' && node.declaration?.type === 'FunctionDeclaration' && node.declaration.id != null)
      const declaration = path && (path.node as Extract<Node, { type: 'ExportNamedDeclaration' }>).declaration
      if (!declaration) return undefined
      const { name } = (declaration as { id: { name: string } }).id
      return [{ start: path.node.start!, end: declaration.start!, text: '' }, { start: parsed.code.length, end: parsed.code.length, text: `\nexport { ${name} };\n` }]
    }
    case 'moves': {
      const { body } = parsed.ast.program
      const moved = random.pick(body.filter((node) => node.type === 'FunctionDeclaration' || (node.type === 'ExportNamedDeclaration' && node.declaration?.type === 'FunctionDeclaration')))
      if (!moved) return undefined
      const start = startWithMark(parsed.code, moved)
      return [{ start, end: moved.end!, text: '' }, { start: parsed.code.length, end: parsed.code.length, text: `\n${parsed.code.slice(start, moved.end!)}\n` }]
    }
  }
}
