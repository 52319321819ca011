import { parseExpression } from '@babel/parser'
import type { Node } from '@babel/types'
import type { LiteralFunctionOptions } from '../../config/options.ts'
import { validateFunctionOptions } from '../../config/validate.ts'
import type { Diagnostics } from '../report/diagnostics.ts'
import type { MarkText } from '../syntax/comments.ts'
import { unwrap } from '../syntax/syntax.ts'

/** Stands for what is no literal, in options of `persist()`; the runtime gets the real one. Mostly that is a function. */
const UNKNOWN = (): void => {}

/** Reads the options in a mark's comment: one object literal of literals. */
export function readMarkOptions(mark: MarkText, params: readonly string[], diagnostics: Diagnostics): LiteralFunctionOptions | undefined {
  if (!mark.options) return undefined
  const { text, start } = mark.options
  let expression: Node
  try {
    expression = parseExpression(text)
  } catch (error) {
    const at = (error as { pos?: number }).pos ?? 0
    diagnostics.error(start + Math.min(at, text.length), `The options of this mark can't be read: ${(error as Error).message.replace(/ \(\d+:\d+\)$/, '')}`, 'Write one object literal: // @persist { maxAge: \'7d\' }')
    return undefined
  }
  if (expression.type !== 'ObjectExpression') {
    diagnostics.error(start, 'The options of a mark are one object literal', 'Write: // @persist { maxAge: \'7d\' }')
    return undefined
  }
  let isLiteral = true
  const options = evaluate(expression, (node) => {
    isLiteral = false
    diagnostics.error(start + node.start!, 'The options in a comment hold literals only', 'Use persist(fn, options) from \'unplugin-persist\' for what needs code')
    return UNKNOWN
  }) as Record<string, unknown>
  if (!isLiteral) return undefined
  return report(expression, start, start, options, params, diagnostics) ? (options as LiteralFunctionOptions) : undefined
}

/**
 * Checks what can be seen of the options given to `persist()`; answers those that are literals, and `key` with
 * its parameters' names.
 */
export function checkCallOptions(node: Node | undefined, params: readonly string[] | undefined, diagnostics: Diagnostics): Record<string, unknown> {
  const expression = node && unwrap(node)
  if (expression?.type !== 'ObjectExpression') return {}
  const seen: Record<string, unknown> = {}
  for (const property of expression.properties) {
    if (property.type === 'SpreadElement' || property.computed) continue
    const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'StringLiteral' ? property.key.value : undefined
    if (name === undefined) continue
    const value = property.type === 'ObjectMethod' ? UNKNOWN : evaluate(property.value, () => UNKNOWN)
    // Of `key` the parameters' names can be judged, whatever the rules are; else only whole literals can.
    seen[name] = holdsUnknown(value) && name !== 'key' ? undefined : value
  }
  if (seen.key === UNKNOWN) seen.key = () => undefined
  report(expression, expression.start!, 0, seen, params, diagnostics)
  return seen
}

/** Reports the problems of options at the places where they stand. */
function report(
  expression: Extract<Node, { type: 'ObjectExpression' }>,
  start: number, offset: number, options: Record<string, unknown>, params: readonly string[] | undefined, diagnostics: Diagnostics,
): boolean {
  const places = positions(expression)
  const problems = validateFunctionOptions(options, params)
  for (const problem of problems) {
    const end = problem.message.search(/[.;:] /)
    const what = end < 0 ? problem.message : problem.message.slice(0, end)
    const cure = end < 0 ? 'See the options in the documentation.' : problem.message.slice(end + 2)
    diagnostics.error(places.has(problem.option) ? offset + places.get(problem.option)! : start, what, cure)
  }
  warnOfParameters(options.files, params, (index) => offset + (places.get(`files[${index}]`) ?? places.get('files')!), diagnostics)
  return problems.length === 0
}

/** `files` has paths, where other options have names of parameters. */
function warnOfParameters(files: unknown, params: readonly string[] | undefined, placeOf: (index: number) => number, diagnostics: Diagnostics): void {
  if (!Array.isArray(files) || !params) return
  for (const [index, file] of files.entries()) {
    if (!params.includes(file as string)) continue
    const cure = `What the file of a parameter holds counts by persist(fn, { key: { ${file}: (path) => readFileSync(path) } }); a file of that name is './${file}'.`
    diagnostics.warn('OPTION', placeOf(index), `option \`files\` names '${file}' as a path from the project's root, but that is a parameter`, cure)
  }
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true
  if (Array.isArray(value)) return value.some(holdsUnknown)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown)
}

/** Where each option's name stands, `groupBy[1]` and `maxSize.total` included. */
function positions(expression: Extract<Node, { type: 'ObjectExpression' }>, prefix = '', into: Map<string, number> = new Map()): Map<string, number> {
  for (const property of expression.properties) {
    if (property.type !== 'ObjectProperty' || property.computed) continue
    const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'StringLiteral' ? property.key.value : undefined
    if (name === undefined) continue
    into.set(`${prefix}${name}`, property.start!)
    const value = unwrap(property.value)
    if (value.type === 'ArrayExpression') value.elements.forEach((element, index) => element && into.set(`${prefix}${name}[${index}]`, element.start!))
    if (value.type === 'ObjectExpression') positions(value, `${prefix}${name}.`, into)
  }
  return into
}

/** The value of a literal; what is none is answered by `otherwise`. */
function evaluate(node: Node, otherwise: (node: Node) => unknown): unknown {
  const inner = unwrap(node)
  switch (inner.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return inner.value
    case 'NullLiteral':
      return null
    case 'TemplateLiteral':
      return inner.expressions.length === 0 ? inner.quasis[0]!.value.cooked : otherwise(inner)
    case 'UnaryExpression': {
      const value = evaluate(inner.argument, otherwise)
      return inner.operator === '-' && typeof value === 'number' ? -value : inner.operator === '!' && typeof value === 'boolean' ? !value : otherwise(inner)
    }
    case 'Identifier':
      return inner.name === 'undefined' ? undefined : inner.name === 'Infinity' ? Infinity : otherwise(inner)
    case 'ArrayExpression':
      return inner.elements.map((element) => (element && element.type !== 'SpreadElement' ? evaluate(element, otherwise) : otherwise(element ?? inner)))
    case 'ObjectExpression': {
      const object: Record<string, unknown> = {}
      for (const property of inner.properties) {
        if (property.type !== 'ObjectProperty' || property.computed) {
          otherwise(property)
          continue
        }
        const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'StringLiteral' ? property.key.value : undefined
        if (name === undefined) otherwise(property)
        else object[name] = evaluate(property.value, otherwise)
      }
      return object
    }
    default:
      return otherwise(inner)
  }
}
