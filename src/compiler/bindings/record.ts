import type { File, Node } from '@babel/types'
import { analyzeScopes, holdsReceiver, type Binding, type ScopeAnalysis } from '../syntax/scope.ts'
import { isErased, unwrap } from '../syntax/syntax.ts'
import { changesOf, type Changes } from './changes.ts'
import { exportTargets, readCommonJsExport, readExportStar, statementsIn, WHOLE } from './commonjs.ts'
import { enumUnits } from './enums.ts'
import { collectImports, isNamespace, patternNames, requiredIn } from './imports.ts'
import { keyName } from './members-taken.ts'
import { emptyRecord, type Export, type ModuleRecord, type Variable } from './module-record.ts'
import { normalize, type ModuleContext } from './normalize.ts'
import { noteImportUses, noteStatics, noteVariableUses } from './noted-uses.ts'
import { fixedMembers, memberFunctions } from './object-members.ts'
import { noteOwnExports } from './own-exports.ts'
import { calleeOf, changesContent, parameterChanges } from './passes.ts'
import { initKind, isDeclaredPure, isDecorated, isFlat, isFrozen, isInert, isQuiet, runsCode, takesEnvironment, type InitKind, type PurityContext } from './pure.ts'
import { changingMethods } from './this-writes.ts'
import { findTracks, type Tracks } from './tracks.ts'
import { UnitRanges } from './unit-ranges.ts'
import { UnitUses } from './unit-uses.ts'
import type { Unit } from './unit.ts'
import { describeVariable, fixedVariable } from './variables.ts'

/** A parsed module with its scopes: what marked files are compiled from, dropped after use for all others. */
export interface ParsedModule {
  code: string
  ast: File
  scopes: ScopeAnalysis
  context: ModuleContext
  record: ModuleRecord
  purity: PurityContext
  tracks: Tracks
}

/** In the place of a name: what is exported as `default` and has none. */
export const DEFAULT = '*default*'
/** Without these a module requires nothing, and need not be walked for it. */
const REQUIRES = /\brequire\s*\)*\s*\(|\bcreateRequire\b/

/** What a pattern takes by a name, where that is a member as it is: `process.env` of `const { env } = process`. */
function memberTaken({ id, init }: Extract<Node, { type: 'VariableDeclarator' }>, name: string): Node | undefined {
  if (id.type !== 'ObjectPattern' || !init) return undefined
  for (const property of id.properties) {
    if (property.type !== 'ObjectProperty' || property.value.type !== 'Identifier' || property.value.name !== name || keyName(property.key) === undefined || property.computed) continue
    const { start, end } = init
    return { type: 'MemberExpression', object: init, property: property.key, computed: property.key.type !== 'Identifier', start, end } as Node
  }
  return undefined
}

/** Takes a syntax tree apart into units, one for each top-level binding and statement. */
export function recordModule(ast: File, code: string): ParsedModule {
  const { program } = ast
  const scopes = analyzeScopes(program)
  const record = emptyRecord()
  const imports = collectImports(program.body, record, scopes)
  const isScript = program.sourceType === 'script'
  const context: ModuleContext = { scopes, imports, isScript, mentionsEnv: code.includes('env') }
  record.commonJs = isScript
  if (code.includes('equire') && REQUIRES.test(code)) record.required = requiredIn(program, scopes)
  const declarators = new Map<string, Extract<Node, { type: 'VariableDeclarator' }>>()
  const kindCache = new Map<string, InitKind>()
  const purity: PurityContext = {
    scopes,
    imports,
    kindOf(name) {
      const declarator = declarators.get(name)
      if (!declarator) return undefined
      const cached = kindCache.get(name)
      if (cached) return cached
      kindCache.set(name, 'other')
      const binding = scopes.module.bindings.get(name)
      const changes = binding?.uses.some((use) => use.writes) || (binding?.more?.length ?? 0) > 0
      const simple = declarator.id.type === 'Identifier'
      const own = initKind(exportTargets(declarator.init, scopes).value, purity)
      const isChanged = own === 'constant' && declarator.init?.type === 'NewExpression' && binding?.uses.some((use) => use.mutates)
      const kind = changes ? 'other' : isChanged ? 'data' : simple ? own : takesEnvironment(declarator, purity) ? 'constant' : own === 'data' || own === 'constant' ? 'data' : 'other'
      kindCache.set(name, kind)
      return kind
    },
  }
  for (const statement of program.body) collectDeclarators(statement, declarators)

  /** Imported names, by where they are from. */
  const localsFrom = new Map<string, string[]>()
  for (const [local, { from }] of imports) {
    const locals = localsFrom.get(from)
    if (locals) locals.push(local)
    else localsFrom.set(from, [local])
  }

  const unitRanges = new UnitRanges()
  /** The code of units that may be functions. */
  const codeOf = new Map<string, Node>()
  const addUnit = (name: string, unit: Unit, node: Node, code: Node = node): void => {
    record.units[name] = unit
    codeOf.set(name, code)
    unitRanges.add(name, node)
  }

  const noteChanges = (name: string, node: Node | null | undefined): void => {
    const changes = parameterChanges(node, context)
    if (changes.length > 0) record.changes[name] = changes
  }

  const noteClass = (name: string, node: Node | null | undefined): void => {
    const inner = node && unwrap(node)
    if (inner?.type !== 'ClassDeclaration' && inner?.type !== 'ClassExpression') return
    const changes = scopes.module.bindings.get(name)?.uses.filter((use) => use.member !== undefined && !use.fillsIn && changesContent(use)) ?? []
    const changing = changingMethods(inner, false)
    const changingClass = changingMethods(inner, true, ({ start, end }) => changes.some(({ node: at }) => at.start! >= start! && at.end! <= end!))
    const base = inner.superClass ? calleeOf(inner.superClass, context) : undefined
    if (changing.length > 0 || changingClass.length > 0 || base) record.classes[name] = { changing, changingClass, ...(base ? { base } : {}) }
  }

  /** An initialiser may do something to others beside giving its value: `const csv = register('csv', parse)`. */
  const noteEvaluation = (init: Node | null | undefined, unit: Unit, name: string): void => {
    if (!init || initKind(init, purity) !== 'other' || isDeclaredPure(init, code)) return
    if (!isInert(init)) noteDeclaration(init, unit)
    // What stands in it may be called from there.
    else if (unit.refs.length > 0) record.effects.push({ ...unit, writes: [], passes: [], initialises: true, quiet: true, keeps: name, start: init.start! })
  }
  const noteDeclaration = (node: Node, unit: Unit): void => {
    const changes = changesOf(node, namesIn(unit), context, true)
    noteExports(changes)
    if (changes.writes.length > 0 || changes.passes.length > 0 || unit.refs.some((reference) => reference.kind !== 'inner')) {
      record.effects.push({ ...unit, ...changes, initialises: true, ...(isDecorated(node) ? { decorates: true } : {}), start: node.start! })
    }
  }

  const noteExports = ({ writes }: Changes): void => {
    if (writes.some((write) => write.name === 'exports')) record.commonJs = record.extendsExports = true
  }

  const addDeclaration = (node: Node, exported: boolean): void => {
    if (isErased(node)) return
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'ClassDeclaration': {
        const name = node.id?.name ?? DEFAULT
        record.kinds[name] = node.type === 'FunctionDeclaration' ? 'function' : 'class'
        const unit = normalize([node], context)
        addUnit(name, unit, node)
        noteChanges(name, node)
        if (node.type === 'ClassDeclaration') {
          noteClass(name, node)
          if (runsCode(node, purity)) noteDeclaration(node, unit)
        }
        const binding = scopes.module.bindings.get(name)
        // A function that is given another value later is a variable.
        if (binding?.uses.some((use) => use.writes)) record.variables[name] = describeVariable(binding, 'other', false, node, purity)
        if (exported) record.exports[name] = { kind: 'local', name }
        return
      }
      case 'VariableDeclaration':
        for (const declarator of node.declarations) addVariable(declarator, node.kind === 'await using' ? 'using' : node.kind, exported)
        return
      case 'TSEnumDeclaration': {
        const { name } = node.id
        record.kinds[name] = 'enum'
        const declarations = [node, ...(scopes.module.bindings.get(name)?.more ?? [])].filter((item) => item.type === 'TSEnumDeclaration')
        for (const [unitName, unit] of enumUnits(name, declarations, context)) addUnit(unitName, unit, node)
        if (exported) record.exports[name] = { kind: 'local', name }
        return
      }
      case 'TSModuleDeclaration': {
        if (node.id.type !== 'Identifier') return
        const { name } = node.id
        const before = record.units[name]
        const unit = normalize([node], context)
        // A namespace merged with a function, class or enum adds to it.
        if (before) record.effects.push({ ...unit, writes: [{ name }], passes: [], start: node.start! })
        else {
          record.kinds[name] = 'namespace'
          addUnit(name, unit, node)
          noteDeclaration(node, unit)
        }
        if (exported) record.exports[name] = { kind: 'local', name }
        return
      }
    }
  }

  const addVariable = (declarator: Extract<Node, { type: 'VariableDeclarator' }>, kind: Binding['kind'], exported: boolean): void => {
    const names = patternNames(declarator.id)
    for (const [index, name] of names.entries()) {
      if (exported) record.exports[name] = imports.has(name) ? { kind: 'from', ...imports.get(name)! } : { kind: 'local', name }
      if (imports.has(name)) continue
      record.kinds[name] = kind
      const simple = declarator.id.type === 'Identifier'
      const targets = exportTargets(simple ? declarator.init : undefined, scopes)
      const init = simple ? targets.value : declarator.init
      const member = memberTaken(declarator, name)
      const unit = normalize(simple ? (init ? [init] : []) : [member ?? declarator], context)
      if (!simple && !member) unit.text = `part ${index} of ${unit.text}`
      if (!simple && index > 0) unit.impure = []
      addUnit(name, unit, declarator, init ?? declarator)
      if (simple) {
        noteChanges(name, init)
        noteClass(name, init)
      }
      if (index === 0) noteEvaluation(init, unit, name)
      for (const exported of targets.names) {
        addCommonJsExport(exported, { kind: 'local', name })
        if (exported !== WHOLE) record.extendsExports = true
      }
      const binding = scopes.module.bindings.get(name)!
      const made = simple && init ? unwrap(init) : undefined
      const instanceOf = made?.type === 'NewExpression' ? calleeOf(made.callee as Node, context) : undefined
      const madeFrom = made ? madeFromIn(made) : []
      const members = fixedMembers(simple ? init : undefined)
      const { functions, closed, methods } = memberFunctions(members, binding, scopes)
      const variable: Variable = (record.variables[name] = {
        ...describeVariable(binding, purity.kindOf(name) ?? 'other', isFrozen(simple ? init : undefined, purity), declarator, purity, simple && isFlat(init, purity), closed, methods),
        ...(methods.length > 0 ? { methods } : {}),
        ...(instanceOf ? { instanceOf } : {}),
        ...(madeFrom.length > 0 ? { madeFrom } : {}),
      })
      if (members.size === 0) continue
      /** It is nothing that is called, and asks for `this`. */
      const isPlain = (value: Node): boolean => !holdsReceiver(scopes, value) && ['constant', 'data'].includes(initKind(value, purity))
      const isRead = binding.uses.some(({ member }) => member !== undefined) ? !variable.escapes : exported && functions.length > 0
      if (!variable.frozen && (variable.reassigned || variable.mutated || !isRead)) continue
      variable.members = [...members.keys()].filter((key) => functions.includes(key) || isPlain(members.get(key)!))
      for (const key of variable.members) record.units[`${name}.${key}`] = normalize([members.get(key)!], context)
    }
  }

  /** Top-level names that a call is made on, or that a construction is given. */
  const madeFromIn = (init: Node): string[] => {
    let node = init
    const given: Node[] = []
    while (node.type === 'AwaitExpression') node = unwrap(node.argument)
    if (node.type === 'NewExpression') given.push(...node.arguments)
    while (node.type === 'CallExpression' || node.type === 'MemberExpression') node = unwrap(node.type === 'CallExpression' ? node.callee as Node : node.object)
    if (node !== init && unwrap(init).type !== 'NewExpression') given.push(node)
    return given.flatMap((one) => {
      const inner = unwrap(one)
      return inner.type === 'Identifier' && scopes.bindingOf.get(inner)?.scope === scopes.module ? [inner.name] : []
    })
  }

  const addCommonJsExport = (name: string, entry: Export): void => {
    record.commonJs = true
    record.exports[name] = entry
  }

  for (const statement of program.body.flatMap(statementsIn)) {
    if (isErased(statement)) continue
    switch (statement.type) {
      case 'ImportDeclaration':
        if (statement.specifiers.length === 0) record.evaluated.push(statement.source.value)
        else if (statement.specifiers.every((specifier) => specifier.type === 'ImportSpecifier' && specifier.importKind === 'type')) record.unused.push(statement.source.value)
        break
      case 'TSImportEqualsDeclaration':
        // `import f = Tools.f`
        if (statement.moduleReference.type !== 'TSExternalModuleReference') {
          const { name } = statement.id
          record.kinds[name] = 'namespace'
          addUnit(name, normalize([statement.moduleReference], context), statement)
          if ((statement as { isExport?: boolean }).isExport) record.exports[name] = { kind: 'local', name }
        }
        break
      case 'ExportAllDeclaration':
        record.stars.push(statement.source.value)
        break
      case 'ExportNamedDeclaration':
        if (statement.declaration) addDeclaration(statement.declaration, true)
        if (statement.source && statement.specifiers.every((specifier) => specifier.type === 'ExportSpecifier' && specifier.exportKind === 'type')) record.unused.push(statement.source.value)
        for (const specifier of statement.specifiers) {
          if (specifier.type === 'ExportNamespaceSpecifier') record.exports[specifier.exported.name] = { kind: 'from', from: statement.source!.value, name: '*' }
          else if (specifier.type === 'ExportSpecifier' && specifier.exportKind !== 'type') {
            const exported = specifier.exported.type === 'Identifier' ? specifier.exported.name : specifier.exported.value
            const local = specifier.local as Node
            const localName = local.type === 'StringLiteral' ? local.value : specifier.local.name
            if (statement.source) record.exports[exported] = { kind: 'from', from: statement.source.value, name: localName }
            else if (imports.has(localName)) record.exports[exported] = { kind: 'from', ...imports.get(localName)! }
            else record.exports[exported] = { kind: 'local', name: localName }
          }
        }
        break
      case 'ExportDefaultDeclaration': {
        const { declaration } = statement
        if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
          addDeclaration(declaration, false)
          record.exports.default = { kind: 'local', name: declaration.id?.name ?? DEFAULT }
        } else if (!isErased(declaration)) {
          const inner = unwrap(declaration)
          if (inner.type === 'Identifier' && scopes.module.bindings.has(inner.name)) {
            record.exports.default = imports.has(inner.name) ? { kind: 'from', ...imports.get(inner.name)! } : { kind: 'local', name: inner.name }
          } else {
            record.kinds[DEFAULT] = 'const'
            const unit = normalize([declaration], context)
            addUnit(DEFAULT, unit, declaration)
            noteEvaluation(declaration, unit, DEFAULT)
            record.variables[DEFAULT] = fixedVariable(initKind(declaration, purity), true)
            record.exports.default = { kind: 'local', name: DEFAULT }
          }
        }
        break
      }
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
      case 'VariableDeclaration':
      case 'TSEnumDeclaration':
      case 'TSModuleDeclaration':
        addDeclaration(statement, false)
        break
      default:
        addStatement(statement)
    }
  }

  function addStatement(statement: Node): void {
    const exported = readCommonJsExport(statement, scopes)
    if (exported) {
      record.commonJs = true
      if (!exported.some(({ name }) => name === WHOLE)) record.extendsExports = true
      for (const { name, value } of exported) {
        const inner = unwrap(value)
        if (inner.type === 'Identifier' && scopes.module.bindings.has(inner.name)) {
          addCommonJsExport(name, imports.has(inner.name) ? { kind: 'from', ...imports.get(inner.name)! } : { kind: 'local', name: inner.name })
          continue
        }
        const unitName = `exports.${name}`
        record.kinds[unitName] = 'const'
        const unit = normalize([value], context)
        addUnit(unitName, unit, value)
        noteEvaluation(value, unit, unitName)
        record.variables[unitName] = fixedVariable(initKind(value, purity), true)
        addCommonJsExport(name, { kind: 'local', name: unitName })
      }
      return
    }
    const star = readExportStar(statement, scopes)
    if (star !== undefined) {
      record.commonJs = true
      record.stars.push(star)
      return
    }
    const unit = normalize([statement], context)
    const name = `effect:${record.effects.length}`
    unitRanges.add(name, statement)
    const changes = changesOf(statement, namesIn(unit), context)
    noteExports(changes)
    record.effects.push({ ...unit, ...changes, ...(isQuiet(statement) ? { quiet: true } : {}), start: statement.start! })
  }

  /** The top-level names, imports included, that a unit may refer to. */
  function namesIn(unit: Unit): Set<string> {
    const names = unit.refs.flatMap((reference) => {
      if (reference.kind !== 'import') return reference.kind === 'top' ? [reference.name] : []
      return (localsFrom.get(reference.from) ?? []).filter((local) => reference.name === imports.get(local)!.name || isNamespace(imports.get(local)!))
    })
    return new Set(names)
  }

  noteNested()

  /** `if (isNode) { var load = require('./node') }`: the statement gives the variable its value. */
  function noteNested(): void {
    for (const binding of scopes.module.bindings.values()) {
      const { name, kind, declaration, more = [] } = binding
      if ((kind !== 'var' && kind !== 'function') || imports.has(name)) continue
      const statements = [declaration, ...more].flatMap(({ start }) => /^effect:(\d+)$/.exec(unitRanges.at(start!) ?? '')?.[1] ?? [])
      if (statements.length === 0) continue
      if (!record.kinds[name]) {
        record.kinds[name] = 'var'
        record.units[name] = normalize([], context)
      }
      const variable = (record.variables[name] ??= describeVariable(binding, 'other', false, declaration, purity))
      variable.reassigned = true
      for (const statement of new Set(statements)) {
        variable.writers.push(`effect:${statement}`)
        record.effects[Number(statement)]!.writes.push({ name })
      }
    }
  }

  for (const [local, target] of imports) {
    const uses = scopes.module.bindings.get(local)?.uses ?? []
    if (target.name !== '*' && uses.length > 0 && uses.every((use) => use.dropped && use.method !== undefined)) record.dropped.push(`${target.from}\0${target.name}`)
  }
  noteEvaluated(record, (local) => (scopes.module.bindings.get(local)?.uses.length ?? 0) > 0)
  for (const entry of Object.values(record.exports)) if (entry.kind === 'local' && record.variables[entry.name]) record.variables[entry.name]!.exported = true
  const units = new UnitUses(program, context, (position) => unitRanges.at(position))
  noteImportUses(record, context, units)
  noteVariableUses(record, context, units, codeOf)
  if (record.commonJs) noteOwnExports(record, scopes, code, units.unitAt, codeOf)
  noteStatics(record, context, purity, units)
  const tracks = findTracks(code, program.body, ast.comments, patternNames)
  for (const name of tracks.names) if (record.variables[name]) record.variables[name].tracked = true
  return { code, ast, scopes, context, record, purity, tracks }
}

function noteEvaluated(record: ModuleRecord, isUsed: (local: string) => boolean): void {
  const evaluated = new Set([...record.evaluated, ...record.stars])
  for (const entry of Object.values(record.exports)) if (entry.kind === 'from') evaluated.add(entry.from)
  for (const [local, { from }] of Object.entries(record.imports)) if (isUsed(local)) evaluated.add(from)
  // `require('./setup')`
  for (const effect of record.effects) for (const reference of effect.refs) if (reference.kind === 'import') evaluated.add(reference.from)
  record.evaluated = [...evaluated]
  record.unused = [...new Set([...record.unused, ...Object.values(record.imports).map(({ from }) => from)])].filter((from) => !evaluated.has(from))
}

function collectDeclarators(statement: Node, into: Map<string, Extract<Node, { type: 'VariableDeclarator' }>>): void {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  if (declaration?.type !== 'VariableDeclaration') return
  for (const declarator of declaration.declarations) for (const name of patternNames(declarator.id)) into.set(name, declarator)
}
