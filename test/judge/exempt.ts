import { parse } from '@babel/parser'
import { traverseFast, type Node } from '@babel/types'
import { settle } from './bundle.ts'
import { connected } from './connected.ts'
import type { Kind } from './edits.ts'
import { applied, type Change } from './text.ts'

/** What a bundle and a fingerprint are meant to differ in. */
export interface Difference {
  kind: Kind
  /** Bundles with their names as they were, before and after. */
  before: string
  after: string
}

interface Exemption {
  name: string
  reason: string
  /** Nothing runs otherwise, so that it holds for code too that is judged by running it. */
  runsTheSame?: true
  holds(difference: Difference): boolean | Promise<boolean>
}

/** Each class of cases in which a bundle may change while the fingerprint stays. */
const EXEMPTIONS: readonly Exemption[] = [
  {
    name: 'order of declarations',
    reason: 'hoisted functions, and initialisers that only make a value, do the same in any order; a bundle prints them as they stand',
    holds: ({ kind, before, after }) => (kind === 'reordering' || kind === 'moves' || kind === 'exports') && sameLines(before, after),
  },
  {
    name: 'keyed parameters',
    reason: 'the effective values of the function\'s own parameters are in the key, with whatever a default gave or a pattern took',
    holds: async ({ before, after }) => before !== after && (await core(withBoundParams(before))) === (await core(withBoundParams(after))),
  },
  {
    name: 'compound assignment',
    reason: '`a += b` and `a = a + b` do the same; esbuild does not bring each of them into the shorter form',
    runsTheSame: true,
    holds: async ({ before, after }) => before !== after && (await settle(withLongAssignments(before))) === (await settle(withLongAssignments(after))),
  },
  {
    name: 'unreached statements',
    reason: 'a bundler keeps what might do something when its module is evaluated; what neither is named by the function nor gets hold of anything that is, is no part of it',
    holds: async ({ before, after }) => (await core(before)) === (await core(after)),
  },
]

async function core(bundle: string): Promise<string> {
  return settle(connected(bundle))
}

/** The names that a parameter binds. */
function boundBy(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'AssignmentPattern':
      return boundBy(pattern.left)
    case 'RestElement':
      return boundBy(pattern.argument)
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => boundBy(property.type === 'RestElement' ? property.argument : property.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? boundBy(element) : []))
    default:
      return []
  }
}

/** A bundle whose exported function takes what it binds, as it is. */
function withBoundParams(bundle: string): string {
  const { body } = parse(bundle, { sourceType: 'module' }).program
  const exported = body.flatMap((node) => (node.type === 'ExportNamedDeclaration' ? node.specifiers.map((item) => (item.type === 'ExportSpecifier' ? item.local.name : '')) : []))
  const functions = body.flatMap((node): Node[] => {
    if (node.type === 'FunctionDeclaration') return exported.includes(node.id!.name) ? [node] : []
    if (node.type !== 'VariableDeclaration') return []
    return node.declarations.flatMap(({ id, init }) => (id.type === 'Identifier' && exported.includes(id.name) && init?.type === 'ArrowFunctionExpression' ? [init] : []))
  })
  const changes = functions.flatMap((fn) => (fn as { params: Node[] }).params).flatMap((param): Change[] => {
    const names = boundBy(param).join()
    return param.type === 'Identifier' || names === '' ? [] : [{ start: param.start!, end: param.end!, text: param.type === 'RestElement' ? `...${names}` : names }]
  })
  return applied(bundle, changes)
}

/** A bundle in which no variable is assigned to in the short form. */
function withLongAssignments(bundle: string): string {
  const changes: Change[] = []
  traverseFast(parse(bundle, { sourceType: 'module' }), (node) => {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'Identifier' || !/^[-+*/%&|^]=$/.test(node.operator)) return
    changes.push({ start: node.left.end!, end: node.right.start!, text: ` = ${node.left.name} ${node.operator[0]} (` }, { start: node.right.end!, end: node.right.end!, text: ')' })
  })
  return applied(bundle, changes)
}

/** The same lines in another order; names that clash get their numbers in the order in which they come. */
function sameLines(before: string, after: string): boolean {
  const list = (code: string): string =>
    code
      .replace(/([A-Za-z_$])\d+\b/g, '$1')
      .split(/[\n,;]|\b(?:var|let|const) /)
      .map((piece) => piece.trim())
      // How many declarations share one `var` changes with what stands beside them.
      .filter((piece) => piece !== '')
      .sort()
      .join('\n')
  return list(before) === list(after)
}

/** The class of exemptions that a difference belongs to; of code that runs only what runs the same. */
export async function exemptionOf(difference: Difference, isRun = false): Promise<string | undefined> {
  for (const { name, holds, runsTheSame } of EXEMPTIONS) if ((!isRun || runsTheSame) && (await holds(difference))) return name
  return undefined
}
