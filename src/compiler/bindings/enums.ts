import type { Node } from '@babel/types'
import { unwrap } from '../syntax/syntax.ts'
import { emptyUnit, normalize, type ModuleContext } from './normalize.ts'
import type { Unit } from './unit.ts'

type EnumDeclaration = Extract<Node, { type: 'TSEnumDeclaration' }>

/**
 * Units of an enum: one of the whole, by its members' values in their order, which `Object.values` shows, and one per member whose
 * value is fixed, so that code which names one member depends on that value alone.
 */
export function enumUnits(name: string, declarations: readonly Node[], context: ModuleContext): [string, Unit][] {
  const members = new Map<string, string | number | Node>()
  for (const declaration of declarations as EnumDeclaration[]) {
    let next: number | undefined = 0
    for (const member of declaration.members) {
      const key = member.id.type === 'Identifier' ? member.id.name : member.id.value
      const value: string | number | undefined = member.initializer ? evaluate(member.initializer, members, name) : next
      members.set(key, value ?? member.initializer ?? key)
      next = typeof value === 'number' ? value + 1 : undefined
    }
  }
  const units: [string, Unit][] = []
  const whole = emptyUnit()
  const computed: Node[] = []
  for (const [key, value] of members) {
    if (typeof value === 'object') {
      computed.push(value)
      whole.text += `${JSON.stringify(key)}=computed;`
    } else {
      whole.text += `${JSON.stringify(key)}=${JSON.stringify(value)};`
      units.push([`${name}.${key}`, { ...emptyUnit(), text: `enum member ${JSON.stringify(value)}` }])
    }
  }
  if (computed.length > 0) {
    const rest = normalize(declarations, context)
    units.push([name, { ...rest, text: `enum{${whole.text}${rest.text}}` }])
  } else units.push([name, { ...whole, text: `enum{${whole.text}}` }])
  return units
}

/** The value of a constant enum initialiser, as TypeScript folds it. */
function evaluate(node: Node, members: ReadonlyMap<string, unknown>, name: string): string | number | undefined {
  const inner = unwrap(node)
  switch (inner.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
      return inner.value
    case 'TemplateLiteral': {
      let text = ''
      for (const [index, quasi] of inner.quasis.entries()) {
        text += quasi.value.cooked
        const expression = inner.expressions[index]
        if (!expression) continue
        const value = evaluate(expression, members, name)
        if (value === undefined) return undefined
        text += value
      }
      return text
    }
    case 'Identifier': {
      const value = members.get(inner.name)
      return typeof value === 'number' || typeof value === 'string' ? value : undefined
    }
    case 'MemberExpression': {
      const object = unwrap(inner.object)
      if (object.type !== 'Identifier' || object.name !== name) return undefined
      const key = inner.property.type === 'Identifier' && !inner.computed ? inner.property.name : inner.property.type === 'StringLiteral' ? inner.property.value : undefined
      const value = key === undefined ? undefined : members.get(key)
      return typeof value === 'number' || typeof value === 'string' ? value : undefined
    }
    case 'UnaryExpression': {
      const value = evaluate(inner.argument, members, name)
      if (typeof value !== 'number') return undefined
      return inner.operator === '-' ? -value : inner.operator === '~' ? ~value : inner.operator === '+' ? value : undefined
    }
    case 'BinaryExpression': {
      const left = evaluate(inner.left as Node, members, name)
      const right = evaluate(inner.right, members, name)
      if (left === undefined || right === undefined) return undefined
      if (inner.operator === '+') return (left as number) + (right as number)
      if (typeof left !== 'number' || typeof right !== 'number') return undefined
      switch (inner.operator) {
        case '|': return left | right
        case '&': return left & right
        case '^': return left ^ right
        case '<<': return left << right
        case '>>': return left >> right
        case '>>>': return left >>> right
        case '-': return left - right
        case '*': return left * right
        case '/': return left / right
        case '%': return left % right
        case '**': return left ** right
        default: return undefined
      }
    }
    default:
      return undefined
  }
}
