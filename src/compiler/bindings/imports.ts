import type { Node } from '@babel/types'
import { builtinName } from '../syntax/globals.ts'
import { walk } from '../syntax/path.ts'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { isErased, unwrap } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import type { ImportTarget } from './normalize.ts'
import type { ModuleRecord } from './module-record.ts'

export function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => patternNames(property.type === 'RestElement' ? property.argument : property.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? patternNames(element) : []))
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    case 'RestElement':
      return patternNames(pattern.argument)
    default:
      return []
  }
}

/** `import` declarations, and `const x = require('literal')` in its forms, by local name. */
export function collectImports(body: readonly Node[], record: ModuleRecord, scopes: ScopeAnalysis): ReadonlyMap<string, ImportTarget> {
  const imports = new Map<string, ImportTarget>()
  const add = (local: string, from: string, name: string): void => {
    imports.set(local, { from, name })
    record.imports[local] = { from, name }
  }
  for (const statement of body) {
    if (isErased(statement)) continue
    if (statement.type === 'ImportDeclaration') {
      for (const specifier of statement.specifiers) {
        if (specifier.type === 'ImportDefaultSpecifier') add(specifier.local.name, statement.source.value, 'default')
        else if (specifier.type === 'ImportNamespaceSpecifier') add(specifier.local.name, statement.source.value, '*')
        else if (specifier.importKind !== 'type') {
          add(specifier.local.name, statement.source.value, specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value)
        }
      }
    } else if (statement.type === 'TSImportEqualsDeclaration') {
      if (statement.moduleReference.type === 'TSExternalModuleReference') add(statement.id.name, statement.moduleReference.expression.value, '*')
    } else if (statement.type === 'VariableDeclaration') {
      for (const declarator of statement.declarations) collectRequire(declarator, scopes, add)
    }
  }
  return imports
}

/** All of a module; of Node's own the default export is that, too. */
export function isNamespace({ from, name }: ImportTarget): boolean {
  return name === '*' || (name === 'default' && builtinName(from) !== undefined)
}

/** Node's `require`, or one that `createRequire(import.meta.url)` makes for the module, by whatever name. */
export function isRequire(callee: Node, scopes: ScopeAnalysis): boolean {
  if (callee.type !== 'Identifier') return makesRequire(callee)
  const binding = scopes.bindingOf.get(callee)
  if (!binding) return callee.name === 'require'
  const { declaration } = binding
  return declaration.type === 'VariableDeclarator' && declaration.id.type === 'Identifier' && !!declaration.init && makesRequire(unwrap(declaration.init))
}

function makesRequire(call: Node): boolean {
  if (call.type !== 'CallExpression') return false
  const maker = unwrap(call.callee)
  if ((maker.type === 'Identifier' ? maker.name : staticKey(maker)) !== 'createRequire') return false
  const from = call.arguments[0] && unwrap(call.arguments[0])
  return from?.type === 'Identifier' ? from.name === '__filename' : from?.type === 'MemberExpression' && from.object.type === 'MetaProperty' && ['url', 'filename'].includes(staticKey(from) ?? '')
}

/** Specifiers that a module has by `require` alone. */
export function requiredIn(program: Node, scopes: ScopeAnalysis): string[] {
  const required = new Set<string>()
  const imported = new Set<string>()
  walk(program, ({ node }) => {
    switch (node.type) {
      case 'CallExpression': {
        const [source] = node.arguments
        if (source?.type === 'StringLiteral' && isRequire(unwrap(node.callee), scopes)) required.add(source.value)
        break
      }
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference') required.add(node.moduleReference.expression.value)
        break
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (node.source) imported.add(node.source.value)
        break
      case 'ImportExpression':
        if (node.source.type === 'StringLiteral') imported.add(node.source.value)
        break
    }
  })
  return [...required].filter((specifier) => !imported.has(specifier))
}

function collectRequire(declarator: Extract<Node, { type: 'VariableDeclarator' }>, scopes: ScopeAnalysis, add: (local: string, from: string, name: string) => void): void {
  let init = declarator.init && unwrap(declarator.init)
  let member: string | undefined
  if (init?.type === 'MemberExpression' && !init.computed && init.property.type === 'Identifier') {
    member = init.property.name
    init = unwrap(init.object)
  }
  if (init?.type !== 'CallExpression' || !isRequire(unwrap(init.callee), scopes)) return
  const source = init.arguments[0]
  if (source?.type !== 'StringLiteral') return
  const isFixed = (name: string): boolean => !scopes.module.bindings.get(name)?.uses.some((use) => use.writes)
  if (declarator.id.type === 'Identifier' && isFixed(declarator.id.name)) add(declarator.id.name, source.value, member ?? '*')
  else if (declarator.id.type === 'ObjectPattern' && member === undefined) {
    const simple = declarator.id.properties.every(
      (property) => property.type === 'ObjectProperty' && !property.computed && property.key.type === 'Identifier' && property.value.type === 'Identifier' && isFixed(property.value.name),
    )
    if (!simple) return
    for (const property of declarator.id.properties) {
      if (property.type === 'ObjectProperty') add((property.value as { name: string }).name, source.value, (property.key as { name: string }).name)
    }
  }
}
