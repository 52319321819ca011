import type { Node } from '@babel/types'
import type MagicString from 'magic-string'
import type { Descriptor } from '../../descriptor.ts'
import type { ParsedModule } from '../bindings/record.ts'
import type { Capture, KnownExpression } from '../graph/root.ts'
import type { FoundFunction } from '../marks/functions.ts'
import { skipSpace } from '../syntax/anchors.ts'
import type { FunctionNode } from '../syntax/syntax.ts'
import { emitOwn } from './emit-own.ts'
import { Names } from './names.ts'
import { selfExpression } from './self.ts'
import { insertAtTop } from './top.ts'

const RUNTIME = 'unplugin-persist/runtime'

/** A function with all that its emission needs. */
export interface Emission {
  found: FoundFunction
  descriptor: Descriptor
  captures: readonly Capture[]
  known: readonly KnownExpression[]
  /** The effective values, as expressions. */
  values: readonly string[]
  usesThis: boolean
  /** The body gets the values as parameters. */
  bodyParams?: readonly string[]
}

/** What a module's compiled text holds beside its functions. */
export interface FileEmission {
  /** Variables with `@persist-track`. */
  tracked: readonly { name: string; id: string }[]
  /** Functions and classes that may come to any of its functions. */
  known: readonly KnownExpression[]
}

/** What every descriptor holds, however the steps after us have written it. */
const DESCRIPTOR_PATTERN = /\bfingerprint["']?\s*:\s*["'`][0-9a-f]{32}["'`]\s*,\s*["']?project\b/

/** The import of a module that has nothing but tracked variables. */
const TRACK_PATTERN = /\btrack(?: as |: )_t\b[^;]{0,40}unplugin-persist\/runtime/

/** Whether a text is the output of a compiler of ours. */
export function isCompiled(code: string): boolean {
  return DESCRIPTOR_PATTERN.test(code) || TRACK_PATTERN.test(code)
}

/**
 * Rewrites functions in place: the body moves into an arrow function that is handed to the runtime, everything
 * else stays where it stands. One mechanism for every kind of function, and JavaScript itself binds the parameters.
 */
export function emit(edit: MagicString, parsed: ParsedModule, emissions: readonly Emission[], { tracked, known: common }: FileEmission, format: 'module' | 'commonjs'): void {
  const names = new Names(parsed, format)
  const definitions: string[] = []
  // From the last to the first, so that of two which end at one place the inner one is closed before the outer one.
  for (const [index, emission] of [...emissions.entries()].reverse()) {
    const { found, descriptor, known } = emission
    const name = names.descriptor(index)
    if (found.node) emitBody(edit, parsed.code, found.node, name, emission, names)
    const self = found.node && !found.call ? selfExpression(found.path, parsed.scopes) : undefined
    if (found.call) emitCall(edit, parsed.code, found.call, name, emission, names)
    else if (self === undefined) emitOwn(edit, parsed.code, found.path, name, names)
    const pairs = [...(common.length > 0 ? [`...${names.known()}()`] : []), ...known.map(pairOf)].join(', ')
    definitions.unshift(`var ${name} = /*#__PURE__*/ ${names.use('define')}(${JSON.stringify(descriptor)}, ${self ? `() => ${self}` : '0'}${pairs ? `, () => [${pairs}]` : ''}); `)
  }
  const early = new Map(emissions.flatMap(({ captures }) => captures.flatMap((capture) => (capture.early === undefined ? [] : [[capture.early, capture.expression]]))))
  if (early.size > 0) definitions.unshift(`var ${names.early()} = globalThis.process ? { ${[...early].map(([name, expression]) => `${JSON.stringify(name)}: ${expression}`).join(', ')} } : {}; `)
  if (common.length > 0) definitions.unshift(`var ${names.known()} = () => [${common.map(pairOf).join(', ')}]; `)
  for (const expression of names.readers) definitions.unshift(`var ${names.reader(expression)} = () => ${expression}; `)
  for (const { name, id } of tracked) definitions.push(`${names.use('track')}(${JSON.stringify(id)}, () => ${name}); `)
  const statement =
    format === 'module' ? `import { ${names.list(' as ')} } from '${RUNTIME}'; ` : `var { ${names.list(': ')} } = require('${RUNTIME}'); `
  insertAtTop(edit, parsed, statement + definitions.join(''))
  // Behind all others, which have evaluated what these name.
  const imports = names.imports.map(([from, list]) => `import { ${list} } from ${JSON.stringify(from)};`)
  if (imports.length > 0) edit.append(`\n${imports.join(' ')}\n`)
}

function pairOf({ expression, fingerprint }: KnownExpression): string {
  return `${expression}, ${JSON.stringify(fingerprint)}`
}

function thunk(captures: readonly Capture[], names: Names): string {
  if (captures.length === 0) return '0'
  return `() => [${captures.map((capture) => valueOf(capture, names)).join(', ')}]`
}

function valueOf({ expression, hidden, imported, tracked, early }: Capture, names: Names): string {
  if (imported) return `${names.imported(imported)}${expression}`
  if (hidden) return `${names.reader(expression)}()`
  if (early !== undefined) {
    const before = `${names.early()}[${JSON.stringify(early)}]`
    return `${before} === ${expression} ? ${expression} : [${before}, ${expression}]`
  }
  if (tracked !== undefined) return `${names.use('tracked')}(${JSON.stringify(tracked)})`
  return expression || `${names.use('locale')}()`
}

function emitBody(edit: MagicString, code: string, fn: FunctionNode, name: string, emission: Emission, names: Names): void {
  const self = emission.usesThis ? 'this' : 'void 0'
  const params = `(${(emission.bodyParams ?? []).join(', ')})`
  // What `new` makes is made by the body.
  const record = emission.usesThis && (fn.type === 'FunctionDeclaration' || fn.type === 'FunctionExpression') ? `new.target ? void 0 : ${name}` : name
  const opening = `${names.use('call')}(${record}, ${self}, [${emission.values.join(', ')}], ${thunk(emission.captures, names)}, ${fn.async ? 'async ' : ''}${params} =>`
  if (fn.body.type === 'BlockStatement') {
    const { directives } = fn.body
    const start = directives.length > 0 ? directives.at(-1)!.end! : fn.body.start! + 1
    const needsSemicolon = directives.length > 0 && code[start - 1] !== ';'
    // To the left where the end of an empty body comes after it, at the same place.
    edit.appendLeft(start, `${needsSemicolon ? ';' : ''} return ${opening} {`)
    edit.appendLeft(fn.body.end! - 1, '})')
  } else {
    edit.appendLeft(arrowEnd(fn as Extract<FunctionNode, { type: 'ArrowFunctionExpression' }>, code), ` ${opening}`)
    edit.appendLeft(fn.end!, ')')
  }
}

/** Where the `=>` of an arrow function ends. */
function arrowEnd(fn: Extract<FunctionNode, { type: 'ArrowFunctionExpression' }>, code: string): number {
  const last = fn.returnType ?? fn.params.at(-1) ?? fn.typeParameters
  let at = last ? last.end! : fn.start!
  while (at < fn.body.start!) {
    at = skipSpace(code, at)
    if (code.startsWith('=>', at)) return at + 2
    at++
  }
  return fn.body.start!
}

/** `persist(fn, options)` gets the descriptor as third argument, and what it reads as fourth where `fn` stands elsewhere. */
function emitCall(edit: MagicString, code: string, call: NonNullable<FoundFunction['call']>, name: string, emission: Emission, names: Names): void {
  const end = call.end! - 1
  const extra = emission.descriptor.wrapped && emission.captures.length > 0 ? `, ${thunk(emission.captures, names)}` : ''
  edit.appendLeft(end, `${endsInComma(code, call.arguments.at(-1)!, end) ? '' : ', '}${call.arguments.length === 1 ? 'void 0, ' : ''}${name}${extra}`)
}

function endsInComma(code: string, last: Node, end: number): boolean {
  for (let at = skipSpace(code, last.end!); at < end; at = skipSpace(code, at + 1)) if (code[at] === ',') return true
  return false
}
