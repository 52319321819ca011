import type { Node } from '@babel/types'
import type MagicString from 'magic-string'
import type { Descriptor } from '../descriptor.ts'
import { skipSpace } from './anchors.ts'
import type { FoundFunction } from './functions.ts'
import type { Path } from './path.ts'
import type { ParsedModule } from './record.ts'
import type { Capture } from './root.ts'
import { isTransparentWrapper, type FunctionNode } from './syntax.ts'

const RUNTIME = 'unplugin-persist/runtime'

/** A function with all that its emission needs. */
export interface Emission {
  found: FoundFunction
  descriptor: Descriptor
  captures: readonly Capture[]
  known: readonly { expression: string; fingerprint: string }[]
  /** The effective values, as expressions. */
  values: readonly string[]
  usesThis: boolean
  /** The body gets the values as parameters. */
  bodyParams?: readonly string[]
}

/** What each runtime function is called in one file, chosen so that nothing of the user's is hidden. */
interface Names {
  call: string
  define: string
  own: string
  locale: string
  descriptor(index: number): string
}

const ALREADY = /(?:from\s*|require\(\s*|import\s*\(\s*)['"]unplugin-persist\/runtime['"]/

/** Whether a text is the output of a compiler of ours. */
export function isCompiled(code: string): boolean {
  return ALREADY.test(code)
}

/**
 * Rewrites functions in place: the body moves into an arrow function that is handed to the runtime, everything
 * else stays where it stands. One mechanism for every kind of function, and JavaScript itself binds the parameters.
 */
export function emit(edit: MagicString, parsed: ParsedModule, emissions: readonly Emission[], format: 'module' | 'commonjs'): void {
  const names = chooseNames(parsed.code)
  const used = new Set<'call' | 'define' | 'own' | 'locale'>(['define'])
  let definitions = ''
  emissions.forEach((emission, index) => {
    const name = names.descriptor(index)
    const { found } = emission
    if (found.node) {
      used.add('call')
      emitBody(edit, parsed.code, found.node, name, emission, names, used)
    }
    if (found.call) emitCall(edit, parsed.code, found.call, name, emission, names, used)
    else if (found.node) emitOwn(edit, found, name, names, used)
    const self = selfExpression(found)
    const known = emission.known.map((item) => `${item.expression}, ${JSON.stringify(item.fingerprint)}`).join(', ')
    definitions += `var ${name} = /*#__PURE__*/ ${names.define}(${JSON.stringify(emission.descriptor)}, ${self ? `() => ${self}` : '0'}${known ? `, () => [${known}]` : ''}); `
  })
  const imports = (['call', 'define', 'own', 'locale'] as const).filter((name) => used.has(name))
  const statement =
    format === 'module'
      ? `import { ${imports.map((name) => `${name} as ${names[name]}`).join(', ')} } from '${RUNTIME}'; `
      : `var { ${imports.map((name) => `${name}: ${names[name]}`).join(', ')} } = require('${RUNTIME}'); `
  insertAtTop(edit, parsed, statement + definitions)
}

function chooseNames(code: string): Names {
  let suffix = ''
  for (let i = 0; new RegExp(`\\b_(?:p|d|o|l|m\\d+)${suffix}\\b`).test(code); i++) suffix = `$${i}`
  return { call: `_p${suffix}`, define: `_d${suffix}`, own: `_o${suffix}`, locale: `_l${suffix}`, descriptor: (index) => `_m${index}${suffix}` }
}

function thunk(captures: readonly Capture[], names: Names, used: Set<string>): string {
  if (captures.length === 0) return '0'
  const expressions = captures.map((capture) => {
    if (capture.expression !== '') return capture.expression
    used.add('locale')
    return `${names.locale}()`
  })
  return `() => [${expressions.join(', ')}]`
}

function emitBody(edit: MagicString, code: string, fn: FunctionNode, name: string, emission: Emission, names: Names, used: Set<string>): void {
  const self = emission.usesThis ? 'this' : 'void 0'
  const params = `(${(emission.bodyParams ?? []).join(', ')})`
  const opening = `${names.call}(${name}, ${self}, [${emission.values.join(', ')}], ${thunk(emission.captures, names, used)}, ${fn.async ? 'async ' : ''}${params} =>`
  if (fn.body.type === 'BlockStatement') {
    const { directives } = fn.body
    const start = directives.length > 0 ? directives.at(-1)!.end! : fn.body.start! + 1
    const needsSemicolon = directives.length > 0 && code[start - 1] !== ';'
    edit.appendRight(start, `${needsSemicolon ? ';' : ''} return ${opening} {`)
    edit.appendLeft(fn.body.end! - 1, '})')
  } else {
    edit.appendRight(arrowEnd(fn as Extract<FunctionNode, { type: 'ArrowFunctionExpression' }>, code), ` ${opening}`)
    edit.appendLeft(fn.end!, ')')
  }
}

/** Where the `=>` of an arrow function ends. */
function arrowEnd(fn: Extract<FunctionNode, { type: 'ArrowFunctionExpression' }>, code: string): number {
  const last = fn.returnType ?? fn.params.at(-1)
  let at = last ? last.end! : fn.start!
  while (at < fn.body.start!) {
    at = skipSpace(code, at)
    if (code.startsWith('=>', at)) return at + 2
    at++
  }
  return fn.body.start!
}

/** `persist(fn, options)` gets the descriptor as third argument, and what it reads as fourth where `fn` stands elsewhere. */
function emitCall(
  edit: MagicString, code: string, call: NonNullable<FoundFunction['call']>, name: string, emission: Emission, names: Names, used: Set<string>,
): void {
  const end = call.end! - 1
  let hasComma = false
  for (let at = call.arguments.at(-1)!.end!; at < end; at++) {
    at = skipSpace(code, at)
    if (code[at] === ',' && at < end) hasComma = true
  }
  const extra = emission.descriptor.wrapped && emission.captures.length > 0 ? `, ${thunk(emission.captures, names, used)}` : ''
  edit.appendLeft(end, `${hasComma ? '' : ', '}${call.arguments.length === 1 ? 'void 0, ' : ''}${name}${extra}`)
}

/** Lets `handle(fn)` find functions that are made anew each time their surroundings run. */
function emitOwn(edit: MagicString, found: FoundFunction, name: string, names: Names, used: Set<string>): void {
  const { path, node } = found
  if (isTopLevel(found)) return
  if (node!.type === 'FunctionDeclaration' && node!.id) {
    const container = path.parentPath!.node
    used.add('own')
    const statement = ` ${names.own}(${name}, ${node!.id.name});`
    if (container.type === 'BlockStatement') {
      const directives = container.directives
      edit.appendRight(directives.length > 0 ? directives.at(-1)!.end! : container.start! + 1, `${directives.length > 0 ? ';' : ''}${statement}`)
    } else edit.appendLeft(node!.start!, `${statement} `)
    return
  }
  let holder = path.parentPath
  while (holder && isTransparentWrapper(holder.node)) holder = holder.parentPath
  if (holder?.node.type !== 'VariableDeclarator' || holder.node.id.type !== 'Identifier') return
  const declaration = holder.parentPath!
  const isStatement = ['BlockStatement', 'Program', 'StaticBlock', 'TSModuleBlock', 'SwitchCase'].includes(declaration.parentPath!.node.type)
  if (!isStatement) return
  used.add('own')
  edit.appendLeft(declaration.node.end!, `; ${names.own}(${name}, ${holder.node.id.name});`)
}

/** Whether the function can be named from the top level of its module. */
function isTopLevel(found: FoundFunction): boolean {
  if (found.name.includes('/')) return false
  let statement: Path | null = found.path
  while (statement && !/(?:Statement|Declaration)$/.test(statement.node.type)) statement = statement.parentPath
  const around = statement?.parentPath?.node.type
  return around === 'Program' || around === 'ExportNamedDeclaration' || around === 'ExportDefaultDeclaration'
}

/** An expression that gives the function at the top level of its module. */
function selfExpression(found: FoundFunction): string | undefined {
  const { node, path } = found
  if (!node || found.call || !isTopLevel(found)) return undefined
  if (node.type === 'FunctionDeclaration') return node.id?.name
  if (node.type === 'ClassPrivateMethod') return undefined
  if (node.type === 'ClassMethod') {
    const owner = rootExpression(path.parentPath!.parentPath!)
    const key = memberText(node)
    return owner && key && `${owner}${node.static ? '' : '.prototype'}${key}`
  }
  return rootExpression(path)
}

/** How a value that is declared at the top level can be named: a variable, or a member of an object in one. */
function rootExpression(path: Path): string | undefined {
  const { node } = path
  if (node.type === 'ClassDeclaration') return node.id?.name
  if (node.type === 'ObjectMethod') {
    const owner = rootExpression(path.parentPath!)
    const key = memberText(node)
    return owner && key && `${owner}${key}`
  }
  const parent = path.parentPath
  if (!parent) return undefined
  if (isTransparentWrapper(parent.node)) return rootExpression(parent)
  switch (parent.node.type) {
    case 'VariableDeclarator':
      return parent.node.id.type === 'Identifier' ? parent.node.id.name : undefined
    case 'ObjectProperty': {
      const owner = rootExpression(parent.parentPath!)
      const key = memberText(parent.node)
      return owner && key && `${owner}${key}`
    }
    case 'ClassProperty': {
      const owner = parent.node.static ? rootExpression(parent.parentPath!.parentPath!) : undefined
      const key = memberText(parent.node)
      return owner && key && `${owner}${key}`
    }
    default:
      return undefined
  }
}

function memberText(node: { key: Node; computed?: boolean | null }): string | undefined {
  const { key } = node
  if (key.type === 'Identifier' && !node.computed) return `.${key.name}`
  if (key.type === 'StringLiteral') return `[${JSON.stringify(key.value)}]`
  if (key.type === 'NumericLiteral') return `[${key.value}]`
  return undefined
}

/** Comments that mean something only at the very top of a file. */
const PRAGMA = /^\s*(?:\/\s*<|@ts-|@jsx)|@jsx(?:Runtime|ImportSource|Frag)?\s|@license|@preserve/

/** The file's first statement, on the line where it begins, so that no line moves. Directives, a shebang and pragmas stay before it. */
function insertAtTop(edit: MagicString, parsed: ParsedModule, text: string): void {
  const { program, comments } = parsed.ast
  const { code } = parsed
  const lastDirective = program.directives.at(-1)
  if (lastDirective) {
    edit.appendRight(lastDirective.end!, `${code[lastDirective.end! - 1] === ';' ? '' : ';'} ${text}`)
    return
  }
  let at = program.interpreter ? endOfLine(code, program.interpreter.end!) : code.startsWith('\uFEFF') ? 1 : 0
  const first = program.body[0]?.start ?? code.length
  for (const comment of comments ?? []) {
    if (comment.start! >= first) break
    if (PRAGMA.test(comment.value)) at = comment.type === 'CommentLine' ? endOfLine(code, comment.end!) : comment.end!
  }
  edit.appendRight(at, text)
}

function endOfLine(code: string, from: number): number {
  const end = code.indexOf('\n', from)
  return end < 0 ? code.length : end + 1
}
