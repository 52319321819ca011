import type { Node } from '@babel/types'
import { boundNames } from './bound-names.ts'
import { eachChild, isErased, isFunction, isThis } from './syntax.ts'
import { describeUse, givesAnother, type Use } from './uses.ts'

export type BindingKind = 'var' | 'let' | 'const' | 'using' | 'function' | 'class' | 'param' | 'catch' | 'import' | 'enum' | 'namespace' | 'self'

/** A name and what it stands for. */
export interface Binding {
  name: string
  kind: BindingKind
  scope: Scope
  /** The declarator, function, class, parameter pattern or import specifier that declares it. */
  declaration: Node
  /** Further declarations of the same name: merged enums and namespaces, `var` twice. */
  more?: Node[]
  uses: readonly Use[]
  /** Those of them that hand it on. */
  handed?: Use[]
}

export interface Scope {
  parent: Scope | undefined
  /** Where `var` and top-level declarations go. */
  kind: 'module' | 'function' | 'block'
  node: Node
  bindings: Map<string, Binding>
}

export interface ScopeAnalysis {
  module: Scope
  /** What an identifier stands for; without an entry it is a free global. */
  bindingOf: Map<Node, Binding>
  /** The scope that a function makes, and a block or class that declares something. */
  scopeOf: Map<Node, Scope>
  /** Identifiers that no scope declares, by name. */
  globals: Map<string, Use[]>
  /** The same in the order of the source. */
  free: readonly Use[]
  /** Uses that give a name another value or change something beneath it, in the order of the source. */
  changes: readonly Use[]
  /** Uses of names that are called, in the order of the source. */
  calls: readonly Use[]
  /** Where `this`, `super` and `new.target` stand, in the order of the source. */
  receivers: readonly number[]
}

/** Of a name that nothing uses. */
const NO_USES: readonly Use[] = []

/** Of a scope that declares nothing. */
const NO_BINDINGS = new Map<string, Binding>()

/** Finds a name from a scope outwards. */
export function lookUpName(scope: Scope | undefined, name: string): Binding | undefined {
  for (let at = scope; at; at = at.parent) {
    const binding = at.bindings === NO_BINDINGS ? undefined : at.bindings.get(name)
    if (binding) return binding
  }
  return undefined
}

/** The nearest scope that holds `var` declarations: a function or the module. */
export function functionScope(scope: Scope): Scope {
  let at = scope
  while (at.kind === 'block' && at.parent) at = at.parent
  return at
}

/** The nearest scope with a `this` and `arguments` of its own: that of a function which is no arrow, a field, or the module. */
export function receiverScope(scope: Scope): Scope {
  let at = functionScope(scope)
  while (at.parent && at.node.type === 'ArrowFunctionExpression') at = functionScope(at.parent)
  return at
}

/** Whether a scope lies within another, or is it. */
export function isWithin(scope: Scope | undefined, outer: Scope): boolean {
  for (let at = scope; at; at = at.parent) if (at === outer) return true
  return false
}

/** Those of a list of uses, in the order of the source, that stand in a piece of code. */
export function usesWithin(uses: readonly Use[], { start, end }: Node): readonly Use[] {
  return uses.slice(firstFrom(uses, startOf, start!), firstFrom(uses, startOf, end!))
}

/** Whether `this`, `super` or `new.target` stand in a piece of code, be it in a function within it. */
export function holdsReceiver({ receivers }: ScopeAnalysis, { start, end }: Node): boolean {
  return isAnyWithin(receivers, start!, end!)
}

/** Whether any of some positions, in ascending order, lies in a range. */
export function isAnyWithin(positions: readonly number[], start: number, end: number): boolean {
  return positions.length > 0 && positions[firstFrom(positions, Number, start)]! < end
}

const startOf = (use: Use): number => use.node.start!

/** The index of the first that doesn't stand before a position. */
function firstFrom<T>(list: readonly T[], positionOf: (item: T) => number, position: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (positionOf(list[middle]!) < position) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Resolves every identifier of a module to its binding: one walk that declares names and notes uses,
 * then a look-up of each use, when all hoisted names are known.
 */
export function analyzeScopes(program: Node): ScopeAnalysis {
  const scopeOf = new Map<Node, Scope>()
  const bindingOf = new Map<Node, Binding>()
  const pending: Use[] = []
  const receivers: number[] = []
  /** Functions that are declared in blocks of sloppy code, which gives the function around the name as well. */
  const lifted: Binding[] = []
  let isSloppy = (program as { sourceType?: string }).sourceType === 'script' && !isStrict(program)
  const stack: Node[] = []
  const module = makeScope('module', program, undefined)
  let scope = module
  /** The innermost function around. */
  let fn: Node | undefined

  function makeScope(kind: Scope['kind'], node: Node, parent: Scope | undefined): Scope {
    const made: Scope = { kind, node, bindings: NO_BINDINGS, parent }
    if (kind !== 'block') scopeOf.set(node, made)
    return made
  }

  function declare(where: Scope, id: Node, name: string, kind: BindingKind, declaration: Node): void {
    let binding = where.bindings.get(name)
    if (where.bindings === NO_BINDINGS) {
      where.bindings = new Map()
      scopeOf.set(where.node, where)
    }
    if (!binding) where.bindings.set(name, (binding = { name, kind, scope: where, declaration, uses: NO_USES }))
    else if (binding.declaration !== declaration) (binding.more ??= []).push(declaration)
    bindingOf.set(id, binding)
  }

  function declarePattern(where: Scope, pattern: Node, kind: BindingKind, declaration: Node): void {
    switch (pattern.type) {
      case 'Identifier':
        declare(where, pattern, pattern.name, kind, declaration)
        break
      case 'ObjectPattern':
        for (const property of pattern.properties) declarePattern(where, property.type === 'RestElement' ? property.argument : property.value, kind, declaration)
        break
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) declarePattern(where, element, kind, declaration)
        break
      case 'AssignmentPattern':
        declarePattern(where, pattern.left, kind, declaration)
        break
      case 'RestElement':
        declarePattern(where, pattern.argument, kind, declaration)
        break
      case 'TSParameterProperty':
        declarePattern(where, pattern.parameter, kind, declaration)
        break
    }
  }

  /** Default values and computed keys of a pattern run; the names in it are declarations. */
  function visitPattern(pattern: Node): void {
    stack.push(pattern)
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') visitPattern(property.argument)
          else {
            if (property.computed) visit(property.key)
            visitPattern(property.value)
          }
        }
        break
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) visitPattern(element)
        break
      case 'AssignmentPattern':
        visitPattern(pattern.left)
        visit(pattern.right)
        break
      case 'RestElement':
        visitPattern(pattern.argument)
        break
      case 'TSParameterProperty':
        visitPattern(pattern.parameter)
        break
    }
    stack.pop()
  }

  function visitAll(nodes: readonly (Node | null)[]): void {
    for (const node of nodes) if (node) visit(node)
  }

  function visitFunction(node: Extract<Node, { params: unknown; body: unknown }>): void {
    const { params, body } = node as unknown as { params: Node[]; body: Node }
    const outer = scope
    const outerFunction = fn
    const wasSloppy = isSloppy
    if (body.type === 'BlockStatement' && isStrict(body)) isSloppy = false
    scope = makeScope('function', node, outer)
    fn = node
    for (const param of params) if (!(param.type === 'Identifier' && param.name === 'this')) declarePattern(scope, param, 'param', param)
    for (const param of params) {
      visitPattern(param)
      const { decorators } = param as { decorators?: Node[] | null }
      if (decorators) visitAll(decorators)
    }
    if (body.type === 'BlockStatement') {
      stack.push(body)
      visitAll(body.body)
      stack.pop()
    } else visit(body)
    scope = outer
    fn = outerFunction
    isSloppy = wasSloppy
  }

  /** A node that makes a scope, whose children are visited there. */
  function visitBlockLike(node: Node, kind: Scope['kind'] = 'block'): void {
    const outer = scope
    scope = makeScope(kind, node, outer)
    eachChild(node, visit)
    scope = outer
  }

  function visit(node: Node): void {
    if (isErased(node)) return
    stack.push(node)
    enter(node)
    stack.pop()
  }

  function enter(node: Node): void {
    // Lines and columns, which nothing here asks for, are a third of a tree: gone, they aren't copied by the garbage collector again and again.
    node.loc = undefined
    switch (node.type) {
      case 'Identifier':
        pending.push(describeUse(node, node.name, scope, stack, fn))
        return
      case 'JSXIdentifier':
        if (isThis(node)) receivers.push(node.start!)
        else pending.push(describeUse(node, node.name, scope, stack, fn))
        return
      case 'FunctionDeclaration':
        if (node.id) declare(scope, node.id, node.id.name, 'function', node)
        if (node.id && isSloppy && scope.kind === 'block' && !node.async && !node.generator) lifted.push(scope.bindings.get(node.id.name)!)
        visitFunction(node)
        return
      case 'FunctionExpression':
        if (node.id) {
          const outer = scope
          scope = { kind: 'block', node, bindings: new Map(), parent: outer }
          declare(scope, node.id, node.id.name, 'self', node)
          visitFunction(node)
          scope = outer
        } else visitFunction(node)
        return
      case 'ArrowFunctionExpression':
        visitFunction(node)
        return
      case 'ObjectMethod':
      case 'ClassMethod':
      case 'ClassPrivateMethod':
        if (node.decorators) visitAll(node.decorators)
        if ('computed' in node && node.computed) visit(node.key)
        visitFunction(node)
        return
      case 'ClassDeclaration':
      case 'ClassExpression': {
        if (node.decorators) visitAll(node.decorators)
        const inner = makeScope('block', node, scope)
        if (node.id) {
          if (node.type === 'ClassDeclaration') declare(scope, node.id, node.id.name, 'class', node)
          else declare(inner, node.id, node.id.name, 'self', node)
        }
        const outer = scope
        const wasSloppy = isSloppy
        scope = inner
        isSloppy = false
        if (node.superClass) visit(node.superClass)
        visit(node.body)
        scope = outer
        isSloppy = wasSloppy
        return
      }
      case 'ClassProperty':
      case 'ClassAccessorProperty':
      case 'ClassPrivateProperty':
        if (node.decorators) visitAll(node.decorators)
        if ('computed' in node && node.computed) visit(node.key as Node)
        if (node.value) {
          const outer = scope
          const outerFunction = fn
          scope = makeScope('function', node, outer)
          if (!node.static) fn = node
          visit(node.value)
          scope = outer
          fn = outerFunction
        }
        return
      case 'StaticBlock':
        visitBlockLike(node, 'function')
        return
      case 'VariableDeclaration': {
        const where = node.kind === 'var' ? functionScope(scope) : scope
        const kind = node.kind === 'await using' ? 'using' : node.kind
        for (const declarator of node.declarations) {
          declarePattern(where, declarator.id, kind, declarator)
          stack.push(declarator)
          visitPattern(declarator.id)
          if (declarator.init) visit(declarator.init)
          stack.pop()
        }
        return
      }
      case 'BlockStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
        visitBlockLike(node)
        return
      case 'CatchClause': {
        const outer = scope
        scope = makeScope('block', node, outer)
        if (node.param) {
          declarePattern(scope, node.param, 'catch', node)
          visitPattern(node.param)
        }
        visit(node.body)
        scope = outer
        return
      }
      case 'TSModuleDeclaration': {
        if (node.id.type === 'Identifier') declare(scope, node.id, node.id.name, 'namespace', node)
        const outer = scope
        scope = makeScope('function', node, outer)
        visit(node.body)
        scope = outer
        return
      }
      case 'TSEnumDeclaration': {
        declare(scope, node.id, node.id.name, 'enum', node)
        const outer = scope
        scope = makeScope('function', node, outer)
        for (const member of node.members) {
          declare(scope, member.id, member.id.type === 'Identifier' ? member.id.name : member.id.value, 'const', member)
          if (member.initializer) visit(member.initializer)
        }
        scope = outer
        return
      }
      case 'ImportDeclaration':
        for (const specifier of node.specifiers) {
          if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue
          declare(module, specifier.local, specifier.local.name, 'import', specifier)
        }
        return
      case 'TSImportEqualsDeclaration':
        declare(module, node.id, node.id.name, 'import', node)
        if (node.moduleReference.type !== 'TSExternalModuleReference') visit(node.moduleReference)
        return
      case 'TSQualifiedName':
        visit(node.left)
        return
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        visit(node.object)
        if (node.computed) visit(node.property)
        return
      case 'ObjectProperty':
        if (node.decorators) visitAll(node.decorators)
        if (node.computed) visit(node.key)
        visit(node.value)
        return
      case 'AssignmentExpression':
        visit(node.left)
        visit(node.right)
        return
      case 'ExportNamedDeclaration':
        if (node.declaration) visit(node.declaration)
        return
      case 'ExportAllDeclaration':
        return
      case 'ThisExpression':
      case 'Super':
      case 'MetaProperty':
        receivers.push(node.start!)
        return
      case 'JSXOpeningElement':
        if (node.name.type === 'JSXIdentifier') {
          if (!/^[a-z]/.test(node.name.name)) visit(node.name)
        } else if (node.name.type === 'JSXMemberExpression') visit(node.name)
        visitAll(node.attributes)
        return
      case 'JSXMemberExpression':
        visit(node.object)
        return
      case 'JSXAttribute':
        if (node.value) visit(node.value)
        return
      default:
        if (isFunction(node)) throw new Error(`unhandled function ${(node as Node).type}`)
        eachChild(node, visit)
    }
  }

  stack.push(program)
  eachChild(program, visit)

  for (const binding of new Set(lifted)) lift(binding, bindingOf)

  const globals = new Map<string, Use[]>()
  const free: Use[] = []
  for (const use of pending) {
    const binding = lookUpName(use.scope, use.name)
    if (binding) {
      bindingOf.set(use.node, binding)
      noteUse(binding, use)
      if (use.handedOn) (binding.handed ??= []).push(use)
    } else {
      free.push(use)
      const list = globals.get(use.name)
      if (list) list.push(use)
      else globals.set(use.name, [use])
    }
  }
  // The last first: what is given on is given to something that stands further down.
  for (let i = pending.length - 1; i >= 0; i--) if (pending[i]!.alias) noteAlias(pending[i]!, bindingOf, module)
  const changes = pending.filter((use) => use.writes || use.mutates)
  const calls = pending.filter((use) => use.called)
  return {
    module, bindingOf, scopeOf, globals, free: free.sort(bySource), changes: changes.sort(bySource), calls: calls.sort(bySource), receivers: receivers.sort((a, b) => a - b),
  }
}

/** Whether code begins with `'use strict'`. */
function isStrict(code: Node): boolean {
  return (code as { directives?: { value: { value: string } }[] }).directives?.some(({ value }) => value.value === 'use strict') ?? false
}

/** Gives a function's name to the function around the block that declares it, unless something between them or a parameter has that name. */
function lift(binding: Binding, bindingOf: Map<Node, Binding>): void {
  const { name, scope: block, declaration, more = [] } = binding
  const outer = functionScope(block)
  let known: Binding | undefined
  for (let at = block.parent!; ; at = at.parent!) {
    known = at.bindings.get(name)
    if (known && !(at === outer && (known.kind === 'var' || known.kind === 'function'))) return
    if (at === outer) break
  }
  block.bindings.delete(name)
  if (known) {
    ;(known.more ??= []).push(declaration, ...more)
    for (const node of [declaration, ...more]) bindingOf.set((node as Extract<Node, { type: 'FunctionDeclaration' }>).id!, known)
    return
  }
  if (outer.bindings === NO_BINDINGS) outer.bindings = new Map()
  outer.bindings.set(name, binding)
  binding.scope = outer
}

/** Most names have one use, for which an array that grows would take room for seventeen. */
function noteUse(binding: Binding, use: Use): void {
  if (binding.uses === NO_USES) binding.uses = [use]
  else (binding.uses as Use[]).push(use)
}

/** What a function changes by names of its own that never stand for anything else: `const s = settings; s.limit = 1`. */
function noteAlias(use: Use, bindingOf: ReadonlyMap<Node, Binding>, module: Scope): void {
  const given = use.alias!
  // The rest of a pattern is a copy.
  const names = given.type === 'Identifier' ? [given] : boundNames([given]).flatMap(({ node, rest }) => (rest ? [] : [node]))
  let changing: Use[] = []
  for (const name of names) {
    const alias = bindingOf.get(name)
    // Of most nothing is changed.
    if (!alias || alias.scope === module || !alias.uses.some(({ mutates }) => mutates) || alias.uses.some(({ writes }) => writes)) continue
    changing = changing.concat(alias.uses.filter(({ mutates }) => mutates))
  }
  const binding = changing.length > 0 ? bindingOf.get(use.node) : undefined
  if (!binding) return
  if (binding.kind === 'param') changing = changing.filter((other) => !givesAnother(other))
  if (changing.length === 0) return
  use.mutates = true
  use.fillsIn = changing.every(({ fillsIn }) => fillsIn)
  if (changing.every(({ empties }) => empties)) use.empties = true
}

const bySource = (a: Use, b: Use): number => startOf(a) - startOf(b)
