import type { Node } from '@babel/types'
import type { Binding, ScopeAnalysis } from '../syntax/scope.ts'
import { isFunction } from '../syntax/syntax.ts'
import type { Use } from '../syntax/uses.ts'
import { patternNames } from './imports.ts'
import { changesContent } from './passes.ts'
import { initKind, type PurityContext } from './pure.ts'
import type { Static } from './module-record.ts'

type Namespace = Extract<Node, { type: 'TSModuleDeclaration' }>

/** Variables of TypeScript's namespaces of a name that may get another value: `namespace Api { export let limit = 1 }`. */
export function namespaceStates(binding: Binding, scopes: ScopeAnalysis, purity: PurityContext): [name: string, state: Static][] {
  return [binding.declaration, ...(binding.more ?? [])].flatMap((node) => {
    if (node.type !== 'TSModuleDeclaration') return []
    const exported = exportedNames(node)
    return [...(scopes.scopeOf.get(node)?.bindings.values() ?? [])].flatMap((variable): [string, Static][] => {
      const state = stateOf(variable, binding.name, exported.has(variable.name), node, purity)
      return state ? [[variable.name, state]] : []
    })
  })
}

function stateOf({ kind, declaration, uses }: Binding, writer: string, isExported: boolean, namespace: Namespace, purity: PurityContext): Static | undefined {
  if (declaration.type !== 'VariableDeclarator') return undefined
  const init = initKind(declaration.init, purity)
  const isFixed = kind === 'const' && (init === 'constant' || init === 'code')
  const changing = uses.filter((use) => use.within && (use.writes || changesContent(use)))
  if (changing.length === 0 && (isFixed || !isExported)) return undefined
  const writes = changing.map((use) => ({ writer, start: use.node.start!, ...(isLookedUp(use, uses) ? {} : { method: functionAround(use, namespace) }) }))
  return {
    isContainer: init === 'data', writes, reads: [{ method: '', start: declaration.start!, byThis: false }], isFilledIn: changing.length > 0 && changing.every((use) => use.fillsIn), ...(isExported ? {} : { hidden: true }),
  }
}

/** A memo's function looks up what it puts there. */
function isLookedUp({ within }: Use, uses: readonly Use[]): boolean {
  return uses.some((other) => other.within === within && !other.writes && !changesContent(other))
}

/** The name of the namespace's function that something stands in. */
function functionAround({ node }: Use, namespace: Namespace): string {
  const around = statementsOf(namespace).find(({ start, end }) => start! <= node.start! && node.end! <= end!)
  return around && isFunction(around) && around.type === 'FunctionDeclaration' ? (around.id?.name ?? '') : ''
}

function exportedNames(namespace: Namespace): Set<string> {
  const { body } = namespace
  const statements: readonly Node[] = body.type === 'TSModuleBlock' ? body.body : []
  return new Set(statements.flatMap((statement) => (statement.type === 'ExportNamedDeclaration' && statement.declaration?.type === 'VariableDeclaration' ? statement.declaration.declarations.flatMap(({ id }) => patternNames(id)) : [])))
}

function statementsOf({ body }: Namespace): Node[] {
  return body.type === 'TSModuleBlock' ? body.body.map((statement) => (statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement)) : []
}
