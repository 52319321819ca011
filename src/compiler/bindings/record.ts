import type { File, Node } from '@babel/types'
import { analyzeScopes, type Binding, type ScopeAnalysis } from '../syntax/scope.ts'
import { isErased, isFunction, unwrap } from '../syntax/syntax.ts'
import { emptinessOf, type Use } from '../syntax/uses.ts'
import { classOf, giverOf, isEmptying, isFilling, isReading, looksUp, staticUses } from './class-statics.ts'
import { changesOf, functionsRunAtOnce, type Changes } from './changes.ts'
import { exportTargets, readCommonJsExport, readExportStar, statementsIn, WHOLE } from './commonjs.ts'
import { enumUnits } from './enums.ts'
import { collectImports, isNamespace, patternNames, requiredIn } from './imports.ts'
import { keyName } from './members-taken.ts'
import { namespaceStates } from './namespace-states.ts'
import { normalize, type ImportTarget, type ModuleContext } from './normalize.ts'
import { noteOwnExports } from './own-exports.ts'
import { calleeOf, changesContent, parameterChanges, passOf, type ParameterChange } from './passes.ts'
import { initKind, isFlat, isFrozen, isInert, isQuiet, takesEnvironment, type InitKind, type PurityContext } from './pure.ts'
import { changingMethods } from './this-writes.ts'
import { findTracks, type Tracks } from './tracks.ts'
import { UnitRanges } from './unit-ranges.ts'
import type { OuterReference, Unit } from './unit.ts'

/** A property of a function or class itself that holds a value which may change: `Config.limit`. */
export interface Static {
  /** It began as an object, array, Map or the like. */
  isContainer: boolean
  /**
   * Where the module writes to it, and the unit that does: the name of a top-level binding, or `effect:2`. A static method of its class
   * that only puts something into it is named: `static register(name, make) { this.#all.set(name, make) }`. Of a statement it is said
   * that it does so later.
   */
  writes: { writer: string; start: number; method?: string; later?: true }[]
  /** Where members of its class read it: by `this`, or of a private one by any name. A static method is named. */
  reads: { method: string; start: number; byThis: boolean }[]
  /** It is no field of this class: a method that is read by `this`, or what the class inherits. */
  foreign?: true
  /** What gives a private one, behind the name of its class: `limit`, `getLimit()`. */
  giver?: string
  /** It is given a value where there was none yet. */
  isFilledIn: boolean
  /** It is a variable of a namespace that doesn't export it. */
  hidden?: true
  /** It is given a function. */
  isMethod?: true
  /** Only instances count it up as they are made or used, and nothing else of the module asks for it: `id = Task.made++`. */
  isCounter?: true
}

/** A unit that changes what a name stands for: itself, or by handing it to a function that may. */
export interface Writer {
  /** The name of a top-level binding. */
  writer: string
  by?: { callee: OuterReference; index: number }
}

/** A unit that calls a method on what a name stands for. Where that is an instance its class says whether it is changed by that. */
export interface Teller {
  writer: string
  method: string
}

/** What is known of a top-level class beside its normal form. */
export interface Class {
  /** Methods that change their instance. */
  changing: string[]
  /** Static ones that change the class. */
  changingClass: string[]
  base?: OuterReference
}

/** What is known of a top-level variable beside its initialiser's normal form. */
export interface Variable {
  init: InitKind
  frozen: boolean
  exported: boolean
  /** It gets another value after its declaration. */
  reassigned: boolean
  /** Something beneath it is changed. */
  mutated: boolean
  /** It may be changed by code that can't be seen from here. */
  escapes: boolean
  /** Whatever is read from it is thrown away (a logger). */
  onlyDropped: boolean
  /** All writes to it happen where nothing was there yet (a lazily made client), or take away what such a one has given. */
  onlyFilledIn: boolean
  /** All that it is given are containers of what is written out there, or nothing. */
  onlyContainers: boolean
  /** Marked with `@persist-track`: other modules' functions read it by value. */
  tracked?: true
  /** Units of this module that write to it: names of top-level bindings, or `effect:2`. */
  writers: string[]
  /** Units that write to it or hand it to a function later than when the module is evaluated. */
  later: string[]
  /** Those that hand it to a function, which may write to it. */
  handed: { writer: string; callee: OuterReference; index: number }[]
  /** Those that call a method on it, where it is an instance. */
  told: Teller[]
  /** Its class, where it is made by `new`. */
  instanceOf?: OuterReference
  /** Top-level names that its initialiser calls a method on, or constructs something with: `const users = app.route('/users')`. */
  madeFrom?: string[]
}

/** A top-level statement that is no declaration. */
export interface Effect extends Unit, Changes {
  /** It is a variable's initialiser, or a class. */
  initialises?: true
  /** It runs no other code. */
  quiet?: true
  /** The variable that it only gives a value. */
  keeps?: string
  /** Decorators in it are there for what they do: `@Command('add') class Add {}`. */
  decorates?: true
  start: number
}

export type Export =
  | { kind: 'local'; name: string }
  | { kind: 'from'; from: string; name: string }

/** All that the fingerprint needs of one module; plain data, so that it can be kept. */
export interface ModuleRecord {
  /** A unit per top-level binding; `E.A` for an enum's members. */
  units: Record<string, Unit>
  kinds: Record<string, Binding['kind']>
  variables: Record<string, Variable>
  imports: Record<string, ImportTarget>
  exports: Record<string, Export>
  /** `export * from` */
  stars: string[]
  /** Specifiers of modules that are evaluated before this one. */
  evaluated: string[]
  /** Those of imports of which nothing here is used but types, which TypeScript may leave out. */
  unused: string[]
  /** Specifiers that are required, and not imported. */
  required: string[]
  /** Imported names that functions and classes of this module change something of. */
  importWrites: (Writer & { name: string; member?: string })[]
  /** Imported names on which functions and classes of this module call methods. */
  importTold: (Teller & { name: string; member?: string })[]
  /** For top-level functions and classes what changes any property of theirs: `Object.assign(Config, to)`, `fill(Config, to)`. */
  staticWriters: Record<string, (Writer & { start: number })[]>
  /** Imports of which only methods are called whose values are thrown away (a logger), as `from\0name`. */
  dropped: string[]
  effects: Effect[]
  /** For top-level functions the parameters that they change. */
  changes: Record<string, ParameterChange[]>
  classes: Record<string, Class>
  /** For top-level functions and classes the properties that hold values, by name. */
  statics: Record<string, Record<string, Static>>
  /** It may be CommonJS: it has no syntax of modules, or `exports.x = …`, `module.exports = …`. */
  commonJs: boolean
  /** Beside what `module.exports` is, members are put onto it. */
  extendsExports: boolean
  /** What CommonJS gives away is put together by functions or under other names, so that there is no telling what belongs to it. */
  givesIndirectly: boolean
  /** The text did not parse. */
  broken?: string
}

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

const DEFAULT = '*default*'
/** Without these a module requires nothing, and need not be walked for it. */
const REQUIRES = /\brequire\s*\)*\s*\(|\bcreateRequire\b/

export function emptyRecord(): ModuleRecord {
  return { units: byName(), kinds: byName(), variables: byName(), imports: byName(), exports: byName(), stars: [], evaluated: [], unused: [], required: [], importWrites: [], importTold: [], dropped: [], effects: [], changes: byName(), classes: byName(), statics: byName(), staticWriters: byName(), commonJs: false, extendsExports: false, givesIndirectly: false }
}

/** By names of a user's, of which `constructor` and `toString` may be some. */
function byName<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

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
  const context: ModuleContext = { scopes, imports, isScript, mentionsEnv: /\benv\b/.test(code) }
  record.commonJs = isScript
  if (REQUIRES.test(code)) record.required = requiredIn(program, scopes)
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
      record.variables[name] = {
        ...describeVariable(binding, purity.kindOf(name) ?? 'other', isFrozen(simple ? init : undefined, purity), declarator, purity, simple && isFlat(init, purity)),
        ...(instanceOf ? { instanceOf } : {}),
        ...(madeFrom.length > 0 ? { madeFrom } : {}),
      }
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
  const unitAt = (position: number): string | undefined => unitRanges.at(position)
  let atOnce: ReadonlySet<Node> | undefined
  const isLater = (use: Use): boolean => use.within !== undefined && !(atOnce ??= functionsRunAtOnce(program)).has(use.within)
  /** The function or class that changes, at a use, what a name stands for, or hands it to another. */
  const writerAt = (name: string, use: Use): Writer | undefined => {
    const isChange = changesContent(use)
    if (!use.within || !(isChange || use.passedTo)) return undefined
    const { callee, index } = isChange ? { callee: undefined, index: 0 } : passOf(name, use, context)
    const writer = isChange || callee ? unitAt(use.node.start!) : undefined
    return writer === undefined || writer === name || writer.startsWith('effect:') ? undefined : { writer, ...(callee ? { by: { callee, index } } : {}) }
  }
  /** The function or class that calls a method, at a use, on what a name stands for. */
  const tellerAt = (name: string, use: Use, isNamespace = false): Teller | undefined => {
    if (!use.within || use.method === undefined || use.passedTo || (use.method === use.member) === isNamespace) return undefined
    const writer = unitAt(use.node.start!)
    return writer === undefined || writer === name || writer.startsWith('effect:') ? undefined : { writer, method: use.method }
  }
  for (const [name, target] of imports) {
    for (const use of scopes.module.bindings.get(name)?.uses ?? []) {
      const member = target.name === '*' && use.member !== undefined ? { member: use.member } : {}
      const writer = writerAt(name, use)
      if (writer) record.importWrites.push({ name, ...writer, ...member })
      const teller = writer ? undefined : tellerAt(name, use, target.name === '*')
      if (teller) record.importTold.push({ name, ...teller, ...member })
    }
  }
  for (const [name, variable] of Object.entries(record.variables)) {
    const binding = scopes.module.bindings.get(name)
    if (!binding) continue
    for (const use of binding.uses) {
      const isChange = use.writes || changesContent(use)
      const teller = variable.instanceOf && !isChange ? tellerAt(name, use) : undefined
      if (teller) variable.told.push(teller)
      if (!(isChange || use.passedTo) || restores(use, binding.declaration)) continue
      const writer = unitAt(use.node.start!)
      if (writer === undefined) continue
      if (!variable.later.includes(writer) && isLater(use)) variable.later.push(writer)
      if (writer === name || variable.writers.includes(writer)) continue
      if (isChange) variable.writers.push(writer)
      else if (!writer.startsWith('effect:')) {
        const { callee, index } = passOf(name, use, context)
        if (callee) variable.handed.push({ writer, callee, index })
      }
    }
  }
  if (record.commonJs) noteOwnExports(record, scopes, code, unitAt, codeOf)
  for (const [name, kind] of Object.entries(record.kinds)) {
    // `const Config = class { … }`, `const price = () => …`
    const isCode = kind === 'function' || kind === 'class' || kind === 'namespace' || (record.variables[name]?.init === 'code' && !record.variables[name].reassigned)
    const binding = isCode ? scopes.module.bindings.get(name) : undefined
    if (!binding) continue
    const statics = byName<Static>()
    const initial = new Map(staticFields(binding.declaration))
    for (const [field, value] of initial) {
      const giver = field.startsWith('#') ? giverOf(binding.declaration, name, field) : undefined
      statics[field] = { isContainer: !!value && initKind(value, purity) === 'data', writes: [], reads: [], isFilledIn: false, ...(giver ? { giver } : {}) }
    }
    for (const [variable, state] of namespaceStates(binding, scopes, purity)) statics[variable] = state
    for (const use of binding.uses) {
      const writer = use.member === undefined ? writerAt(name, use) : undefined
      if (writer) (record.staticWriters[name] ??= []).push({ ...writer, start: use.node.start! })
    }
    const all = staticUses(binding.declaration, name, binding.uses, scopes)
    for (const found of all) {
      const { use, by, byThis } = found
      const member = use.member!
      const start = use.node.start!
      if (isReading(found) && (byThis || member.startsWith('#'))) {
        const field = (statics[member] ??= { isContainer: false, writes: [], reads: [], isFilledIn: false, foreign: true })
        field.reads.push({ method: by, start, byThis })
      }
      if (!changesContent(use) || (initial.has(member) && isEmptying(found, initial.get(member)))) continue
      delete statics[member]?.foreign
      const field = (statics[member] ??= { isContainer: use.method !== undefined, writes: [], reads: [], isFilledIn: false })
      const writer = unitAt(start)
      if (writer === undefined) continue
      if (use.givenMethod) field.isMethod = true
      field.isFilledIn = isFilling(found) && (field.writes.length === 0 || field.isFilledIn)
      field.writes.push({ writer, start, ...(by === '' || looksUp(found, all) ? {} : { method: by }), ...(writer.startsWith('effect:') && isLater(use) ? { later: true } : {}) })
      if (use.counts && all.every((other) => other.use.member !== member || (other.use.counts && other.by === '' && unitAt(other.use.node.start!) === name))) field.isCounter = true
    }
    if (Object.keys(statics).length > 0) record.statics[name] = statics
  }
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

/** Decorators of a class or its members. */
function isDecorated(node: Node): boolean {
  const inner = unwrap(node)
  if (inner.type !== 'ClassDeclaration' && inner.type !== 'ClassExpression') return false
  return !!inner.decorators?.length || inner.body.body.some((member) => 'decorators' in member && !!member.decorators?.length)
}

/** Whether something of a class but its making runs when its module does: decorators, static blocks and fields, computed names. */
function runsCode(node: Extract<Node, { type: 'ClassDeclaration' }>, purity: PurityContext): boolean {
  const isOther = (value: Node | null | undefined): boolean => !!value && initKind(value, purity) === 'other'
  return (
    isDecorated(node) ||
    (node.superClass !== null && node.superClass !== undefined && unwrap(node.superClass).type === 'CallExpression') ||
    node.body.body.some((member) => {
      if (member.type === 'StaticBlock') return true
      if ('computed' in member && member.computed && isOther(member.key as Node)) return true
      return 'value' in member && 'static' in member && member.static === true && isOther(member.value as Node | null)
    })
  )
}

/** `/*#__PURE__*\/` before a call or construction: its author says that it does nothing beside giving its value. */
function isDeclaredPure(init: Node, code: string): boolean {
  const call = unwrap(init)
  if (call.type !== 'CallExpression' && call.type !== 'NewExpression') return false
  return /[#@]__PURE__\s*\*\/[\s(]*$/.test(code.slice(Math.max(0, call.start! - 40), call.start!))
}

/** Static fields of a class that hold no function, private ones as `#name`. */
function staticFields(node: Node): [name: string, value: Node | null | undefined][] {
  return (classOf(node)?.body.body ?? []).flatMap((member) => {
    if ((member.type !== 'ClassProperty' && member.type !== 'ClassPrivateProperty') || !member.static || (member.value && isFunction(unwrap(member.value)))) return []
    if (member.type === 'ClassPrivateProperty') return [[`#${member.key.id.name}`, member.value]]
    return !member.computed && member.key.type === 'Identifier' ? [[member.key.name, member.value]] : []
  })
}

function fixedVariable(init: InitKind, exported: boolean): Variable {
  return {
    init, frozen: false, exported, reassigned: false, mutated: false, escapes: false, onlyDropped: false, onlyFilledIn: false, onlyContainers: false, writers: [], later: [], handed: [], told: [],
  }
}

/** Judges a variable by all that is done with it in its module. */
export function describeVariable(
  binding: Binding, init: InitKind, frozen: boolean, declarator: Node, purity: PurityContext, flat = false,
): Variable {
  const outside = (use: Use): boolean => use.node.start! < declarator.start! || use.node.end! > declarator.end!
  const uses = binding.uses.filter(outside)
  const writes = uses.filter((use) => use.writes)
  const fillings = writes.filter((use) => !restores(use, declarator))
  return {
    init,
    frozen,
    exported: false,
    reassigned: writes.length > 0 || (binding.more?.length ?? 0) > 0,
    mutated: uses.some(changesContent),
    escapes: uses.some((use) => (use.escapes || use.passedTo) && !(flat && use.element)),
    onlyDropped: uses.length > 0 && uses.every((use) => use.dropped && !use.writes),
    onlyFilledIn: writes.length > 0 && fillings.every((use) => use.fillsIn),
    onlyContainers: fillings.every(({ given }) => given && initKind(given, purity) === 'data'),
    writers: [],
    later: [],
    handed: [],
    told: [],
  }
}

/** Whether a use brings back what was at first, as there was nothing: `let client`, `const cache = new Map()`. */
function restores({ empties, given }: Use, declarator: Node): boolean {
  const first = declarator.type === 'VariableDeclarator' ? emptinessOf(declarator.init) : undefined
  return empties === true && first !== undefined && (given === undefined || emptinessOf(given) === first)
}

function collectDeclarators(statement: Node, into: Map<string, Extract<Node, { type: 'VariableDeclarator' }>>): void {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  if (declaration?.type !== 'VariableDeclaration') return
  for (const declarator of declaration.declarations) for (const name of patternNames(declarator.id)) into.set(name, declarator)
}
