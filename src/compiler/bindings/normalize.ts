import type { Expression, Node } from '@babel/types'
import { boundNames } from '../syntax/bound-names.ts'
import { askedForNothing, declares, isLiteral, isPlain, isSimpleTarget, isSomething, jsxText, numberOf, withoutDoubleNegation } from '../syntax/equivalence.ts'
import { builtinName, isKnownGlobal } from '../syntax/globals.ts'
import type { ScopeAnalysis } from '../syntax/scope.ts'
import { childrenOf, isErased, isThis, isTransparentWrapper, unwrap, type FunctionNode } from '../syntax/syntax.ts'
import { staticKey } from '../syntax/uses.ts'
import { isExportsObject } from './commonjs.ts'
import { decoratedTypes, hasDecorators } from './decorated-types.ts'
import { Environments, isEnvironmentImport } from './environments.ts'
import { fileInput, importedCallee, startedModule } from './file-inputs.ts'
import { isNamespace, isRequire } from './imports.ts'
import { Logged } from './logged.ts'
import { noteMadeCode } from './made-code.ts'
import { keyName, membersTaken } from './members-taken.ts'
import { asksOwnName, givesName, isMemberHandedOn, maybeFunction, takesOnlyName } from './names-seen.ts'
import { References } from './references.ts'
import { ALL_ENV, forgiveSeeded, noteCall, noteConstruction, noteImported, noteLoaded, noteMember, notePackage, noteText, ownGlobal } from './remarks.ts'
import { EVALUATION, OWN_MODULE, PROGRAM, type Unit } from './unit.ts'

/** What the normaliser has to know of the module around a piece of code. */
export interface ModuleContext {
  scopes: ScopeAnalysis
  /** Top-level names that stand for an import, `require('literal')` included. */
  imports: ReadonlyMap<string, ImportTarget>
  /** It has no syntax of modules, so that it may be CommonJS. */
  isScript: boolean
  /** Its text has the word. */
  mentionsEnv: boolean
}

export interface ImportTarget {
  from: string
  name: string
}

/** Own scalar facts of nodes that change what the code does, beside their children. */
const SCALARS: Record<string, readonly string[]> = {
  UnaryExpression: ['operator'],
  UpdateExpression: ['operator', 'prefix'],
  ForOfStatement: ['await'],
  YieldExpression: ['delegate'],
  ImportExpression: ['phase'],
}

const NONE: readonly never[] = []

/** Statements after which none of the same list runs. */
const ENDS = new Set(['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement'])
/** Statements that declare nothing. */
const SIMPLE = new Set([...ENDS, 'ExpressionStatement'])
const EQUALITIES = new Set(['==', '===', '!=', '!=='])
const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement'])

/** What tells how long something takes, or when it was. */
const CLOCKS = new Set(['Date.now', 'new Date()', 'Date()', 'performance.now', 'process.hrtime', 'process.uptime', 'process.memoryUsage', 'process.cpuUsage', 'dayjs', 'moment'])

export function emptyUnit(): Unit {
  return {
    text: '', refs: [], env: [], metaEnv: [], globals: [], platform: [], files: [], namesSeen: [], readsNames: false, handed: [], handedNames: [], classNames: [], reflects: false, sourcesSeen: [], dialects: [], decoratedTypes: '', untracked: [], impure: [],
  }
}

export interface NormalizeOptions {
  /** Parameters whose values are in the key: what binds them and their defaults are no part of the code. */
  keyedParams?: (name: string) => boolean
}

/** A marked function's normal form, and the order in which its parameters were first used. */
export interface NormalFunction {
  unit: Unit
  /** Names bound by the parameters, by first use in the body, unused ones after them as declared. */
  order: string[]
}

/** The normal form of nodes that stand one after the other. */
export function normalize(nodes: readonly Node[], context: ModuleContext): Unit {
  const normalizer = new Normalizer(nodes, context)
  for (const node of nodes) normalizer.writeRoot(node)
  return normalizer.finish()
}

/**
 * The normal form of a function whose parameters' effective values are part of its key.
 *
 * @param declared its normal form as others see it, if it is known
 */
export function normalizeMarked(fn: FunctionNode, context: ModuleContext, isKeyed: (name: string) => boolean, declared?: Unit): NormalFunction {
  const [, numbers, body] = (declared && PLAIN_FUNCTION.exec(declared.text)) ?? []
  if (declared && numbers !== undefined) {
    const places = numbers.split(',')
    const order = (fn.params as Node[]).filter((param) => !isThisParameter(param)).map((param) => (param as Extract<Node, { type: 'Identifier' }>).name)
    const placeOf = new Map(order.map((name, index) => [name, Number(places[index]!.slice(1))]))
    order.sort((a, b) => placeOf.get(a)! - placeOf.get(b)!)
    return { unit: { ...declared, text: `${markedHead(fn)}${body})${','.repeat(order.length)}` }, order }
  }
  const normalizer = new Normalizer([fn], context)
  const order = normalizer.writeMarked(fn, isKeyed)
  return { unit: normalizer.finish(), order }
}

/** The normal form of a declared function whose parameters are nothing but names: theirs, and its body. */
const PLAIN_FUNCTION = /^(?:async )?function\*?\(((?:L\d+,)*)\)(\{[^]*\})$/

function markedHead(fn: FunctionNode): string {
  return `marked${fn.async ? ' async' : ''}${fn.generator ? '*' : ''}${'static' in fn && fn.static ? ' static' : ''}(`
}

function isThisParameter(param: Node): boolean {
  return param.type === 'Identifier' && param.name === 'this'
}

class Normalizer {
  readonly unit: Unit = emptyUnit()
  readonly #context: ModuleContext
  readonly #nodes: readonly Node[]
  readonly #start: number
  readonly #end: number
  #logged: Logged | undefined
  readonly #references: References
  readonly #labels: string[] = []
  /** Private names of the classes around, the innermost last. */
  readonly #privateNames: string[][] = []
  /** Of modules that are loaded when the code runs the exports that it takes, by the call that loads them. */
  #taken: Map<Node, readonly string[]> | undefined
  /** What is only made an instance of, or compared: `new a.constructor()`, `a.constructor === B`. It gives away no name. */
  #nameless: Node | undefined
  readonly #environments: Environments
  /** What is called. */
  #callee: Node | undefined
  /** What gets a value. */
  #target: Node | undefined
  /** How many functions and classes of this code stand around. */
  #depth = 0
  /** Whether what is written belongs to what a variable is given. */
  #isGiven = false
  #out = ''

  constructor(nodes: readonly Node[], context: ModuleContext) {
    this.#context = context
    this.#nodes = nodes
    this.#start = nodes[0]?.start ?? 0
    this.#end = nodes.at(-1)?.end ?? 0
    this.#references = new References(context, { start: this.#start, end: this.#end }, this.unit.refs)
    this.#environments = new Environments(this.unit, context, this.#references)
  }

  finish(): Unit {
    // Asking for a character makes one string of the many that it was put together from: units are kept.
    void this.#out.charCodeAt(0)
    this.unit.text = this.#out
    this.#references.noteHandedOn(this.unit)
    forgiveSeeded(this.unit)
    return this.unit
  }

  /** A function without its name and, for keyed parameters, without what binds them. */
  writeMarked(fn: FunctionNode, isKeyed: (name: string) => boolean): string[] {
    this.#depth++
    this.#out += markedHead(fn)
    this.#writeBody(fn.body)
    this.#out += ')'
    const bound = boundNames(fn.params as Node[])
    const scope = this.#context.scopes.scopeOf.get(fn)!
    const numberOf = (name: string): number => this.#references.numberOf(scope.bindings.get(name)!) ?? Infinity
    const order = bound.map((param) => param.name)
    const declared = new Map(order.map((name, index) => [name, index]))
    order.sort((a, b) => numberOf(a) - numberOf(b) || declared.get(a)! - declared.get(b)!)
    const byName = new Map(bound.map((param) => [param.name, param]))
    for (const name of order) {
      const param = byName.get(name)!
      if (param.rest) this.#out += `...${param.rest}`
      if (!isKeyed(name)) {
        for (const initial of param.defaults) {
          this.#out += 'default('
          this.write(initial)
          this.#out += ')'
        }
      }
      this.#out += ','
    }
    return order
  }

  /** An expression that stands alone is what a variable is given. */
  writeRoot(node: Node): void {
    if (/(?:Statement|Declaration|Declarator)$/.test(node.type)) this.write(node)
    else this.#writeGiven(node)
  }

  #writeGiven(node: Node): void {
    const before = this.#isGiven
    this.#isGiven = true
    this.write(node)
    this.#isGiven = before
  }

  write(node: Node | null | undefined): void {
    if (!node) {
      this.#out += '_'
      return
    }
    switch (node.type) {
      case 'Identifier':
        return this.#writeName(node, node.name)
      case 'JSXIdentifier':
        if (!isThis(node)) return this.#writeName(node, node.name)
        this.#out += 'this'
        return
      case 'StringLiteral':
        this.#out += quoted(node.value)
        return
      case 'NumericLiteral':
        return this.#writeNumber(node.value)
      case 'BigIntLiteral':
        this.#out += `${BigInt(node.value)}n`
        return
      case 'BooleanLiteral':
        this.#out += node.value ? 'true' : 'false'
        return
      case 'NullLiteral':
        this.#out += 'null'
        return
      case 'RegExpLiteral':
        this.#out += `/${JSON.stringify(node.pattern)}/${[...node.flags].sort().join('')}`
        return
      case 'ThisExpression':
        this.#out += 'this'
        return
      case 'Super':
        this.#out += 'super'
        return
      case 'Import':
        this.#out += 'import'
        return
      case 'DebuggerStatement':
        return
      case 'CatchClause': {
        const { param, body } = node
        const isUnused = param?.type === 'Identifier' && this.#context.scopes.bindingOf.get(param)?.uses.length === 0
        this.#out += 'CatchClause('
        this.#statement(isUnused ? undefined : param)
        this.write(body)
        this.#out += ';)'
        return
      }
      case 'PrivateName':
        this.#out += this.#privateName(node.id.name)
        return
      case 'TSQualifiedName':
        this.write(node.left)
        this.#out += `.${JSON.stringify(node.right.name)}`
        return
      case 'TemplateLiteral':
        return this.#writeTemplate(node)
      case 'TaggedTemplateExpression':
        this.#out += 'tag('
        this.write(node.tag)
        for (const quasi of node.quasi.quasis) this.#out += `,${JSON.stringify(quasi.value.raw)}`
        for (const expression of node.quasi.expressions) this.#comma(expression)
        this.#out += ')'
        return
      case 'Directive':
        if (node.value.value === 'use strict') this.#out += '"use strict";'
        return
      case 'MetaProperty':
        if (node.meta.name === 'new') this.unit.reflects = true
        this.#out += `${node.meta.name}.${node.property.name}`
        return
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return this.#writeMember(node)
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#writeCall(node)
      case 'NewExpression':
        noteConstruction(node, this.unit, this.#references.isFree, this.#references.importOf)
        noteMadeCode(node, this.unit, this.#context.scopes)
        this.#forgiveClock(node)
        this.#out += 'new('
        this.#nameless = unwrap(node.callee as Node)
        this.write(node.callee)
        for (const argument of node.arguments) this.#comma(argument)
        this.#noteScript(node)
        if (/^(?:Shared)?Worker$/.test(lastName(node.callee as Node))) this.#noteStarted(node.arguments[0] as Node | undefined)
        this.#out += ')'
        return
      case 'ImportExpression':
        return this.#writeDynamicImport(node.source, node)
      case 'AssignmentExpression':
        return this.#writeAssignment(node)
      case 'BlockStatement':
        this.#out += '{'
        for (const directive of node.directives) this.write(directive)
        this.#list(node.body)
        this.#out += '}'
        return
      case 'IfStatement':
        if (this.#context.mentionsEnv) this.#environments.explain(node.test)
        this.#out += 'if('
        this.write(withoutDoubleNegation(node.test))
        this.#out += ')'
        this.#writeBranch(node.consequent)
        if (node.alternate) {
          this.#out += 'else'
          this.#writeBranch(node.alternate)
        }
        return
      case 'ExpressionStatement':
        this.write(node.expression)
        return
      case 'BinaryExpression':
        if (this.#context.mentionsEnv) this.#environments.noteQuestion(node)
        return this.#writeBinary(node)
      case 'UnaryExpression': {
        if (this.#context.mentionsEnv) this.#environments.explain(node.argument)
        // `!0`
        if (node.operator === '!' && node.argument.type === 'NumericLiteral') {
          this.#out += node.argument.value === 0 ? 'true' : 'false'
          return
        }
        const value = numberOf(node, this.#isGiven)
        if (value !== undefined) return this.#writeNumber(value)
        if (node.operator !== 'void' || !isLiteral(node.argument)) return this.#writePlain(node)
        // `void 0`
        this.#out += 'undefined'
        return
      }
      case 'LogicalExpression': {
        if (this.#context.mentionsEnv && node.operator === '&&') this.#environments.explain(node.left)
        const asked = askedForNothing(node)
        if (asked) {
          this.#out += `BinaryExpression ${asked.operator}(`
          this.#statement(asked.name)
          this.#out += 'null;)'
          return
        }
        // `false && f()`, `true || f()`
        if (node.left.type === 'BooleanLiteral' && node.operator !== '??') return this.write(node.left.value === (node.operator === '&&') ? node.right : node.left)
        return this.#writePlain(node)
      }
      case 'ConditionalExpression':
        if (this.#context.mentionsEnv) this.#environments.explain(node.test)
        if (node.test.type === 'BooleanLiteral') return this.write(node.test.value ? node.consequent : node.alternate)
        return this.#writePlain(node)
      case 'SequenceExpression': {
        const left = withoutIdle(node.expressions)
        return left.length === 1 ? this.write(left[0]) : this.#writePlain({ ...node, expressions: left })
      }
      case 'SwitchStatement':
        return this.#writePlain({ ...node, cases: withDefaultLast(node.cases) })
      case 'LabeledStatement':
        this.#labels.push(node.label.name)
        this.#out += `label${this.#labels.length}:`
        this.write(node.body)
        this.#labels.pop()
        return
      case 'BreakStatement':
      case 'ContinueStatement':
        this.#out += node.type === 'BreakStatement' ? 'break' : 'continue'
        if (node.label) this.#out += ` ${this.#labels.lastIndexOf(node.label.name) + 1}`
        return
      case 'FunctionDeclaration':
        if (node.id && !this.#isRoot(node)) this.#out += `${this.#declaredName(node.id)}=`
        return this.#writeFunction(node)
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#noteOwnName(node)
        return this.#writeFunction(node)
      case 'ObjectPattern':
        // `({ name }) => …`
        if (takesOnlyName(node)) this.unit.readsNames = true
        return this.#writePlain(node)
      case 'ObjectMethod':
        this.#out += node.kind === 'method' ? '' : `${node.kind} `
        this.#writeKey(node.key, node.computed)
        return this.#writeFunction(node)
      case 'ClassMethod':
      case 'ClassPrivateMethod':
        for (const decorator of node.decorators ?? []) this.write(decorator)
        this.#out += `${node.static ? 'static ' : ''}${node.kind === 'method' ? '' : `${node.kind} `}`
        this.#writeKey(node.key as Node, 'computed' in node && !!node.computed)
        return this.#writeFunction(node)
      case 'ClassProperty':
      case 'ClassAccessorProperty':
      case 'ClassPrivateProperty':
        for (const decorator of node.decorators ?? []) this.write(decorator)
        this.#out += `${node.static ? 'static ' : ''}${node.type === 'ClassAccessorProperty' ? 'accessor ' : ''}`
        this.#writeKey(node.key as Node, 'computed' in node && !!node.computed)
        this.#out += '='
        this.write(node.value)
        this.#out += ';'
        return
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.#writeClass(node)
      case 'StaticBlock':
        this.#out += 'static{'
        for (const statement of node.body) this.#listed(statement)
        this.#out += '}'
        return
      case 'ObjectProperty':
        // `{ __proto__: base }` has a prototype, where `{ ['__proto__']: base }` and `{ __proto__ }` have a property.
        if ((node.computed || node.shorthand) && keyName(node.key as Node) === '__proto__') this.#out += 'own '
        this.#writeKey(node.key as Node, node.computed)
        this.#out += ':'
        return this.write(node.value)
      case 'VariableDeclarator':
        this.write(node.id)
        if (node.init) {
          this.#out += '='
          const call = this.#loadedBy(node.init)
          if (call) this.#noteTaken(call, membersTaken(node.id, this.#context.scopes))
          this.#environments.notePattern(node.id, node.init)
          this.#noteTakenMembers(node.id, node.init)
          if (node.id.type === 'Identifier') this.#writeGiven(node.init)
          else this.write(node.init)
        }
        return
      case 'TSParameterProperty':
        this.#out += 'property '
        return this.write(node.parameter)
      case 'TSModuleDeclaration':
      case 'TSEnumDeclaration':
        if (!this.#isRoot(node) && node.id.type === 'Identifier') this.#out += `${this.#declaredName(node.id)}=`
        this.#out += node.type
        this.#out += '{'
        for (const child of node.type === 'TSEnumDeclaration' ? node.members : [node.body]) this.#statement(child)
        this.#out += '}'
        return
      case 'TSEnumMember':
        this.#out += JSON.stringify(node.id.type === 'Identifier' ? node.id.name : node.id.value)
        if (node.initializer) {
          this.#out += '='
          this.write(node.initializer)
        }
        return
      case 'JSXElement':
      case 'JSXFragment':
        return this.#writeJsx(node)
      case 'JSXMemberExpression': {
        const target = node.object.type === 'JSXIdentifier' ? this.#references.top(node.object) : undefined
        if (target?.kind === 'import' && target.name === '*') this.#out += this.#references.add({ kind: 'import', from: target.from, name: node.property.name })
        else {
          this.write(node.object)
          this.#out += `.${JSON.stringify(node.property.name)}`
        }
        return
      }
      default:
        if (isErased(node)) return
        if (isTransparentWrapper(node)) return this.write(unwrap(node))
        return this.#writePlain(node)
    }
  }

  #writePlain(node: Node): void {
    switch (node.type) {
      case 'ReturnStatement':
      case 'SpreadElement':
      case 'AwaitExpression':
        this.#out += `${node.type}(`
        this.#statement(node.argument)
        this.#out += ')'
        return
      case 'ArrayExpression':
        return this.#writeElements(node.type, node.elements)
      case 'ObjectExpression':
        return this.#writeElements(node.type, node.properties)
      case 'BinaryExpression':
      case 'LogicalExpression':
        this.#out += `${node.type} ${node.operator}(`
        this.#statement(node.left)
        this.#statement(node.right)
        this.#out += ')'
        return
      case 'ConditionalExpression':
        this.#out += 'ConditionalExpression('
        this.#statement(withoutDoubleNegation(node.test))
        this.#statement(node.consequent)
        this.#statement(node.alternate)
        this.#out += ')'
        return
    }
    const children = childrenOf(node.type)
    if (children.length === 0 && node.type.startsWith('TS')) return
    const fields = node as unknown as Record<string, Node | (Node | null)[] | string | boolean | null | undefined>
    this.#out += node.type
    if (node.type === 'VariableDeclaration') this.#out += ` ${this.#kindOf(node.kind, node.declarations.map(({ id }) => id))}`
    for (const scalar of SCALARS[node.type] ?? []) this.#out += ` ${String(fields[scalar])}`
    this.#out += '('
    for (const key of children) {
      const child = fields[key] as Node | (Node | null)[] | null | undefined
      if (Array.isArray(child)) this.#writeList(child)
      else if (key === 'body' && LOOPS.has(node.type)) this.#writeBranch(child!)
      else if (child && (key === 'test' ? node.type !== 'SwitchCase' : node.type === 'UnaryExpression' && node.operator === '!')) this.#statement(withoutDoubleNegation(child))
      else this.#statement(child)
    }
    this.#out += ')'
  }

  /** What `let` declares and nothing gives another value is as well a `const`. */
  #kindOf(kind: string, patterns: readonly Node[]): string {
    if (kind !== 'let') return kind
    return boundNames(patterns).every(({ node }) => !this.#isReassigned(node)) ? 'const' : kind
  }

  #writeNumber(value: number): void {
    this.#out += Object.is(value, -0) ? '-0' : String(value)
  }

  #writeElements(type: string, nodes: readonly (Node | null)[]): void {
    this.#out += `${type}(`
    this.#writeList(nodes)
    this.#out += ')'
  }

  #writeList(nodes: readonly (Node | null)[]): void {
    this.#out += '['
    this.#list(nodes)
    this.#out += ']'
  }

  /** Statements one after the other; what can't be come to is left out. */
  #list(nodes: readonly (Node | null)[]): void {
    let isDead = false
    for (const node of nodes) {
      if (node?.type === 'DebuggerStatement') continue
      if (!isDead || !node || !SIMPLE.has(node.type)) this.#listed(node)
      isDead ||= node !== null && ENDS.has(node.type)
    }
  }

  /** One of a list of statements: a block that declares nothing of its own is what stands in it, and each variable has a declaration of its own. */
  #listed(node: Node | null | undefined): void {
    if (node?.type === 'BlockStatement' && node.body.every(isPlain)) return this.#list(node.body)
    if (node?.type === 'IfStatement' && node.test.type === 'BooleanLiteral') {
      const [live, dead] = node.test.value ? [node.consequent, node.alternate] : [node.alternate, node.consequent]
      if (!dead || !declares(dead)) return live ? this.#listed(live) : undefined
    }
    if (node?.type !== 'VariableDeclaration' || isErased(node)) return this.#statement(node)
    for (const declarator of node.declarations) {
      this.#out += `VariableDeclaration ${this.#kindOf(node.kind, [declarator.id])}([`
      this.#statement(declarator)
      this.#out += ']);'
    }
  }

  /** Of a comparison with a literal it makes no difference which comes first, and of types' names whether it is strict. */
  #writeBinary(node: Extract<Node, { type: 'BinaryExpression' }>): void {
    if (node.operator === '+') {
      if (node.right.type === 'StringLiteral') noteText(node.left, this.unit, this.#context.scopes)
      if (node.left.type === 'StringLiteral') noteText(node.right, this.unit, this.#context.scopes)
    }
    const value = numberOf(node, this.#isGiven)
    if (value !== undefined) return this.#writeNumber(value)
    if (!EQUALITIES.has(node.operator)) return this.#writePlain(node)
    const isFixed = (side: Node): boolean => isLiteral(side) || (side.type === 'UnaryExpression' && side.operator === 'void' && isLiteral(side.argument)) || (side.type === 'Identifier' && ['Infinity', 'NaN', 'undefined'].includes(side.name) && this.#references.isFree(side))
    const [left, right] = isFixed(node.left) && !isFixed(node.right) ? [node.right, node.left] : [node.left, node.right]
    const isTypeName = left.type === 'UnaryExpression' && left.operator === 'typeof' && right.type === 'StringLiteral'
    this.#out += `BinaryExpression ${isTypeName ? `${node.operator.slice(0, 2)}=` : node.operator}(`
    for (const side of [left, right]) {
      this.#nameless = unwrap(side)
      this.#statement(side)
    }
    this.#out += ')'
  }

  #statement(node: Node | null | undefined): void {
    if (node && isErased(node)) return
    this.write(node)
    this.#out += ';'
  }

  #comma(node: Node): void {
    this.#out += ','
    this.write(node)
  }

  #isRoot(node: Node): boolean {
    return node.start === this.#start && node.end === this.#end
  }

  /** A single statement and a block of it are the same. */
  #writeBranch(node: Node): void {
    if (node.type === 'BlockStatement') return this.write(node)
    this.#out += '{'
    this.#statement(node)
    this.#out += '}'
  }

  #writeBody(body: Node): void {
    if (body.type === 'BlockStatement') return this.write(body)
    this.#out += '{ReturnStatement('
    this.write(body)
    this.#out += ';);}'
  }

  /** What the body uses is numbered by its use there, parameters too, as in a marked function: its normal form has the same body. */
  #writeFunction(fn: FunctionNode): void {
    this.#depth++
    const before = this.#out
    this.#out = ''
    this.#writeBody(fn.body)
    const body = this.#out
    const kind = fn.type === 'ArrowFunctionExpression' ? '=>' : 'function'
    this.#out = `${before}${fn.async ? 'async ' : ''}${kind}${fn.generator ? '*' : ''}(`
    for (const param of fn.params as Node[]) {
      if (isThisParameter(param)) continue
      for (const decorator of (param as { decorators?: Node[] | null }).decorators ?? []) this.write(decorator)
      this.write(param)
      this.#out += ','
    }
    this.#out += `)${body}`
    this.#depth--
  }

  #writeClass(node: Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>): void {
    this.#noteDialects(node)
    this.#noteOwnName(node)
    if (asksOwnName(node.body.body)) this.unit.reflects = true
    if (node.id && !this.#isRoot(node) && node.type === 'ClassDeclaration') this.#out += `${this.#declaredName(node.id)}=`
    this.#out += 'class('
    for (const decorator of node.decorators ?? []) this.write(decorator)
    // A decorator gets the class and its name.
    if (node.decorators?.length && node.id) this.#out += JSON.stringify(node.id.name)
    this.write(node.superClass)
    this.#out += '{'
    const names = node.body.body.flatMap((member) => ('key' in member && member.key.type === 'PrivateName' ? [member.key.id.name] : []))
    this.#privateNames.push([...new Set(names)])
    this.#depth++
    for (const member of node.body.body) this.#statement(member)
    this.#depth--
    this.#privateNames.pop()
    this.#out += '})'
  }

  /** Fields are defined or assigned, and decorators are of two kinds, as the project says. */
  #noteDialects(node: Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>): void {
    if (node.body.body.some((member) => member.type === 'ClassProperty' && !member.declare)) addTo(this.unit.dialects, 'fields')
    if (!hasDecorators(node)) return
    addTo(this.unit.dialects, 'decorators')
    this.unit.decoratedTypes += `${decoratedTypes(node)}\n`
  }

  /** A private name is seen within its class alone: by how deep the class lies and the place among its names. That of a class around this code keeps its name. */
  #privateName(name: string): string {
    const depth = this.#privateNames.findLastIndex((names) => names.includes(name))
    return depth < 0 ? `#${name}` : `#${depth}.${this.#privateNames[depth]!.indexOf(name)}`
  }

  #isReassigned(id: Node): boolean {
    return this.#context.scopes.bindingOf.get(id)?.uses.some((use) => use.writes) ?? true
  }

  /** The name that a function or class expression has by itself. */
  #noteOwnName(node: FunctionNode | Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>): void {
    if ((node.type === 'FunctionExpression' || node.type === 'ClassExpression') && node.id && !this.#isRoot(node)) this.unit.handedNames.push(node.id.name)
  }

  #writeKey(key: Node, computed: boolean): void {
    if (!computed || key.type === 'StringLiteral' || key.type === 'NumericLiteral') {
      const name = keyName(key)
      if (name !== undefined) {
        this.#out += quoted(name)
        return
      }
      if (key.type === 'PrivateName') return this.write(key)
    }
    this.#out += '['
    this.write(key)
    this.#out += ']'
  }

  #writeTemplate(node: Extract<Node, { type: 'TemplateLiteral' }>): void {
    if (node.expressions.length === 0) {
      this.#out += JSON.stringify(node.quasis[0]!.value.cooked)
      return
    }
    this.#out += 'template('
    node.quasis.forEach((quasi, index) => {
      this.#out += JSON.stringify(quasi.value.cooked)
      const expression = node.expressions[index] as Expression | undefined
      if (expression) {
        noteText(expression, this.unit, this.#context.scopes)
        this.#comma(expression)
      }
      this.#out += ','
    })
    this.#out += ')'
  }

  /** `a += 1` is `a = a + 1` where reading `a` twice does nothing. */
  #writeAssignment(node: Extract<Node, { type: 'AssignmentExpression' }>): void {
    const operator = node.operator
    const long = operator.length > 1 && operator.endsWith('=') && !/^(?:&&|\|\||\?\?)=$/.test(operator) && isSimpleTarget(unwrap(node.left))
    this.#out += `assign ${long || operator === '=' ? '' : operator}(`
    const seen = this.unit.sourcesSeen.length
    this.#environments.notePattern(node.left, node.right)
    this.#target = operator === '=' ? node.left : undefined
    this.write(node.left)
    // `f.toString = …` reads no text.
    if (operator === '=' && staticKey(node.left) === 'toString') this.unit.sourcesSeen.length = seen
    this.#out += ','
    if (long) {
      this.#out += `BinaryExpression ${operator.slice(0, -1)}(`
      this.write(node.left)
      this.#out += ';'
      this.write(node.right)
      this.#out += ';)'
    } else this.write(node.right)
    this.#out += ')'
  }

  #writeMember(node: Extract<Node, { type: 'MemberExpression' | 'OptionalMemberExpression' }>): void {
    const object = unwrap(node.object)
    const key = staticKey(node)
    if (key === 'env') this.#environments.noteNamed(node, this.#depth === 0)
    const environments = this.#context.mentionsEnv ? this.#environments.of(object) : NONE
    const isCalled = node === this.#callee
    const { isFree, importOf } = this.#references
    if (environments.length === 0) {
      if (node !== this.#target) noteMember(node, object, key, undefined, isCalled, this.unit, isFree, importOf)
    } else {
      this.#environments.explain(object)
      const name = key ?? this.#environments.keyOf(node.property)
      for (const environment of environments) noteMember(node, object, name, environment, isCalled, this.unit, isFree, importOf)
    }
    const global = node === this.#target ? undefined : ownGlobal(object, key, this.#references.isFree)
    if (global !== undefined) addTo(this.unit.globals, global)
    // Compiled CommonJS calls its own exports: `(0, exports.add)(1)`.
    if (key !== undefined && isExportsObject(object, this.#context.scopes)) {
      this.#out += this.#references.add({ kind: 'import', from: OWN_MODULE, name: key })
      return
    }
    if (key !== undefined && (object.type === 'Identifier' || object.type === 'JSXIdentifier')) {
      const target = this.#references.top(object)
      if (target?.kind === 'import' && isNamespace(target)) {
        // Only this member of the namespace is reached.
        const index = this.#references.indexOf({ kind: 'import', from: target.from, name: key })
        this.#noteImported(node, target.from, key)
        if (isMemberHandedOn(object, this.#context.scopes)) addTo(this.unit.handed, index)
        this.#out += `${node.optional ? '?.' : ''}R${index}`
        return
      }
      if (target) {
        const index = this.#references.indexOf({ ...target, member: key })
        if (target.kind === 'import') this.#noteImported(node, target.from, target.name, key)
        if (key === 'name') this.unit.namesSeen.push(index)
        if (key === 'toString') this.unit.sourcesSeen.push(index)
        this.#out += `R${index}${node.optional ? '?.' : '.'}${quoted(key)}`
        return
      }
    }
    // `(await import('./b')).add`
    const call = key === undefined ? undefined : this.#loadedBy(object)
    if (call) this.#noteTaken(call, [key!])
    if (key === 'constructor' && node !== this.#nameless) this.unit.reflects = true
    if (key === 'name' && maybeFunction(object, this.#context.scopes)) this.#noteNameRead(object)
    // `(a?.b).c` fails where `a?.b.c` gives nothing.
    this.#out += node.type === 'MemberExpression' && object.type.startsWith('Optional') ? 'ended(' : 'member('
    this.write(node.object)
    this.#out += node.optional && !isSomething(object) ? '?.' : '.'
    if (key !== undefined && !key.startsWith('#')) this.#out += quoted(key)
    else if (!node.computed) this.write(node.property)
    else {
      this.#out += '['
      this.write(node.property)
      this.#out += ']'
    }
    this.#out += ')'
  }

  /** `.name` of what may be a function or class, also of one that is declared in a function: `class Circle {}; return Circle.name`. */
  #noteNameRead(object: Node): void {
    this.unit.readsNames = true
    const binding = object.type === 'Identifier' ? this.#context.scopes.bindingOf.get(object) : undefined
    if (!binding || !givesName(binding)) return
    if (this.#references.isOwn(binding)) addTo(this.unit.handedNames, binding.name)
    else addTo(this.unit.handed, this.#references.indexOf({ kind: 'inner', binding }))
  }

  #writeCall(node: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>): void {
    const callee = unwrap(node.callee as Node)
    if (callee.type === 'Import') return this.#writeDynamicImport(node.arguments[0], node)
    if (isRequire(callee, this.#context.scopes)) return this.#writeDynamicImport(node.arguments[0], node, true)
    const imported = importedCallee(callee, this.#references.importOf)
    if (callee.type === 'Identifier' && callee.name === 'String' && node.arguments[0] && this.#references.isFree(callee)) noteText(node.arguments[0] as Node, this.unit, this.#context.scopes)
    // `persist(fn, options)` is `fn`, kept: its options decide nothing about its code.
    if (imported?.module === 'unplugin-persist' && imported.name === 'persist' && node.arguments[0]) return this.write(node.arguments[0])
    // `import('./b').then(({ add }) => add(1))`
    const callback = node.arguments[0]
    if (callback?.type === 'ArrowFunctionExpression' && node.arguments.length === 1 && callback.params[0] && callee.type === 'MemberExpression' && staticKey(callee) === 'then') {
      this.#noteTaken(unwrap(callee.object), membersTaken(callback.params[0], this.#context.scopes))
    }
    const input = imported && fileInput(node, imported, this.#context, this.#references.importOf)
    if (input) this.unit.files.push(input)
    else {
      noteCall(node, callee, imported, this.unit, this.#references.isFree, this.#references.importOf)
      noteMadeCode(node, this.unit, this.#context.scopes)
      this.#forgiveClock(node)
    }
    const isEnded = node.type === 'CallExpression' && callee.type.startsWith('Optional')
    this.#out += node.type === 'OptionalCallExpression' && node.optional ? 'call?.(' : isEnded ? 'call ended(' : 'call('
    this.#callee = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'bigint' ? unwrap(callee.object) : callee
    const known = this.unit.impure.length
    this.write(callee)
    // What the file holds is an input.
    if (input) this.unit.impure.length = known
    const told = this.unit.untracked.length
    for (const argument of node.arguments) this.#comma(argument)
    // A process has all of it anyway.
    if (imported?.module === 'child_process') this.unit.untracked = this.unit.untracked.filter(({ what }, index) => index < told || what !== ALL_ENV)
    if (imported?.name === 'fork') this.#noteStarted(node.arguments[0] as Node | undefined)
    this.#out += ')'
  }

  /** A clock that is read for a log alone has no part in the result. */
  #forgiveClock(node: Node): void {
    const remark = this.unit.impure.at(-1)
    if (remark?.start !== node.start || !CLOCKS.has(remark!.what)) return
    this.#logged ??= new Logged(this.#nodes, this.#context.scopes)
    if (this.#logged.isOnlyLogged(node)) this.unit.impure.pop()
  }

  #writeDynamicImport(source: Node | undefined, node: Node, isRequire = false): void {
    const literal = source && unwrap(source)
    const specifier =
      literal?.type === 'StringLiteral' ? literal.value : literal?.type === 'TemplateLiteral' && literal.expressions.length === 0 ? literal.quasis[0]!.value.cooked : undefined
    this.#out += isRequire ? 'require(' : 'import('
    if (specifier !== undefined && specifier !== null) {
      const names = this.#taken?.get(node)
      const builtin = builtinName(specifier)
      if (builtin !== undefined) {
        if (names) for (const name of names) noteImported(node.start!, builtin, name, false, this.unit)
        else noteLoaded(node, builtin, this.unit)
      } else for (const name of names ?? NONE) this.#noteImported(node, specifier, name)
      this.#out += (names ? [EVALUATION, ...names] : ['*']).map((name) => this.#references.add({ kind: 'import', from: specifier, name })).join()
    } else {
      this.unit.untracked.push({ what: isRequire ? 'require() of a computed path' : 'import() of a computed path', start: node.start! })
      this.write(source)
    }
    this.#out += ')'
  }

  #noteTaken(call: Node, names: readonly string[] | undefined): void {
    if (names && !this.#taken?.has(call)) (this.#taken ??= new Map()).set(call, [...new Set(names)].sort())
  }

  /** The call that a module comes from: `await import('./b')`, `require('./b')`. */
  #loadedBy(node: Node): Node | undefined {
    const inner = unwrap(node)
    if (inner.type === 'AwaitExpression') return unwrap(inner.argument)
    return inner.type === 'CallExpression' && isRequire(unwrap(inner.callee as Node), this.#context.scopes) ? inner : undefined
  }

  /** `new URL('./worker.js', import.meta.url)`: another thread or process will run that module. */
  #noteScript(node: Extract<Node, { type: 'NewExpression' }>): void {
    const [path, base] = node.arguments
    if (path?.type !== 'StringLiteral' || !/^\.\.?\/.*\.[cm]?[jt]sx?$/.test(path.value) || base?.type !== 'MemberExpression' || base.object.type !== 'MetaProperty') return
    this.#out += `,${this.#references.add({ kind: 'import', from: path.value, name: PROGRAM, optional: true })}`
  }

  /** `new Worker(join(__dirname, 'worker.js'))`, `fork(import.meta.filename)` */
  #noteStarted(path: Node | undefined): void {
    const from = path && startedModule(path, this.#context, this.#references.importOf)
    if (from !== undefined) this.#out += `,${this.#references.add({ kind: 'import', from, name: PROGRAM, optional: true })}`
  }

  #writeJsx(node: Extract<Node, { type: 'JSXElement' | 'JSXFragment' }>): void {
    addTo(this.unit.dialects, 'jsx')
    this.#out += 'jsx('
    if (node.type === 'JSXElement') {
      const { name, attributes } = node.openingElement
      if (name.type === 'JSXIdentifier' && /^[a-z]/.test(name.name)) this.#out += JSON.stringify(name.name)
      else if (name.type === 'JSXNamespacedName') this.#out += `${name.namespace.name}:${name.name.name}`
      else this.write(name)
      for (const attribute of attributes) {
        this.#out += ','
        if (attribute.type === 'JSXSpreadAttribute') {
          this.#out += '...'
          this.write(attribute.argument)
        } else {
          const key = attribute.name.type === 'JSXIdentifier' ? attribute.name.name : `${attribute.name.namespace.name}:${attribute.name.name.name}`
          this.#out += `${JSON.stringify(key)}=`
          if (attribute.value?.type === 'StringLiteral') this.#out += JSON.stringify(attribute.value.value.replaceAll('\r\n', '\n'))
          else if (attribute.value) this.write(attribute.value)
          else this.#out += 'true'
        }
      }
    }
    for (const child of node.children) {
      if (child.type === 'JSXText') {
        const text = jsxText(child.value)
        if (text) this.#out += `,${JSON.stringify(text)}`
      } else if (child.type === 'JSXExpressionContainer') {
        if (child.expression.type !== 'JSXEmptyExpression') this.#comma(child.expression)
      } else this.#comma(child)
    }
    this.#out += ')'
  }

  #writeName(node: Node, name: string): void {
    const scopes = this.#context.scopes
    const binding = scopes.bindingOf.get(node)
    if (!binding) {
      if (name === 'undefined') {
        this.#out += 'undefined'
        return
      }
      if (!isKnownGlobal(name)) addTo(this.unit.globals, name)
      if (name === 'eval') this.unit.untracked.push({ what: 'eval', start: node.start! })
      this.#out += `global ${name}`
      return
    }
    if (this.#references.isOwn(binding)) {
      this.#out += this.#references.local(binding)
      return
    }
    if (binding.scope === scopes.module) {
      const index = this.#references.indexOfBinding(binding)
      const reference = this.unit.refs[index]!
      if (reference.kind === 'import') {
        if (isEnvironmentImport(reference)) this.#environments.noteNamed(node, this.#depth === 0)
        else this.#noteImported(node, reference.from, reference.name)
      }
      this.#out += `R${index}`
    }
    else this.#out += this.#references.add({ kind: 'inner', binding, ...this.#references.written(binding) })
  }

  /** The name that a declaration within this code declares. */
  #declaredName(id: Node): string {
    const binding = this.#context.scopes.bindingOf.get(id)
    if (!binding) return 'nameless'
    if (binding.scope === this.#context.scopes.module) return this.#references.add({ kind: 'top', name: binding.name })
    return this.#references.local(binding)
  }

  /** `const { readFile } = fs`, `const { random } = Math` */
  #noteTakenMembers(pattern: Node, init: Node): void {
    if (pattern.type !== 'ObjectPattern') return
    const target = this.#references.importOf(init)
    for (const property of pattern.properties) {
      const name = property.type === 'ObjectProperty' && !property.computed ? keyName(property.key) : undefined
      if (name === undefined) continue
      if (target && isNamespace(target)) this.#noteImported(property, target.from, name)
      else noteMember(property, init, name, undefined, false, this.unit, this.#references.isFree, this.#references.importOf)
    }
  }

  #noteImported(node: Node, from: string, name: string, member?: string): void {
    if (from.startsWith('.')) return
    const module = builtinName(from)
    if (module === undefined) notePackage(node.start!, from, name, member, node === this.#callee, this.unit)
    else noteImported(node.start!, module, name, node === this.#callee, this.unit)
  }

}

/** Literals before the last of several expressions do nothing; but of `(0, a.b)()` they keep what is called from its `this`. */
function withoutIdle(expressions: Expression[]): Expression[] {
  const last = expressions.at(-1)!
  const left = expressions.filter((item) => item === last || !isLiteral(item))
  return left.length > 1 || !/Member|^Identifier$/.test(unwrap(last).type) ? left : expressions
}

/** Of two cases that don't fall through the one without a condition is the other branch, wherever it stands. */
function withDefaultLast(cases: Extract<Node, { type: 'SwitchStatement' }>['cases']): typeof cases {
  const [first, second] = cases
  const isEnded = cases.every(({ consequent }) => consequent.every(isPlain) && ENDS.has(consequent.at(-1)?.type ?? ''))
  return cases.length === 2 && !first!.test && isEnded ? [second!, first!] : cases
}

/** `Worker` of `threads.Worker` */
function lastName(callee: Node): string {
  const inner = unwrap(callee)
  return inner.type === 'Identifier' ? inner.name : (staticKey(inner) ?? '')
}

const NEEDS_ESCAPE = /[^ !#-[\]-~]/

/** As JSON has it; most names need no escape, and to see that takes less time. */
function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

export function addTo<T extends string | number>(list: T[], item: T): void {
  if (!list.includes(item)) list.push(item)
}
