import type { Class, Node } from '@babel/types'

const PLACES = new Set(['start', 'end', 'loc', 'range', 'extra', 'leadingComments', 'trailingComments', 'innerComments'])

/**
 * The types that TypeScript hands to decorators at run time, where it is told to (`emitDecoratorMetadata`): those of properties,
 * parameters and results.
 */
export function decoratedTypes(node: Class): string {
  const types: string[] = []
  for (const member of node.body.body) {
    if ('typeAnnotation' in member) types.push(textOf(member.typeAnnotation))
    if ('returnType' in member) types.push(textOf(member.returnType))
    if ('params' in member) for (const param of member.params) types.push(textOf(typeOfParam(param as Node)))
  }
  return types.join(';')
}

/** Whether anything of a class is decorated. */
export function hasDecorators(node: Class): boolean {
  const isDecorated = (part: object): boolean => ((part as { decorators?: readonly unknown[] | null }).decorators?.length ?? 0) > 0
  return isDecorated(node) || node.body.body.some((member) => isDecorated(member) || ('params' in member && member.params.some(isDecorated)))
}

function typeOfParam(param: Node): unknown {
  switch (param.type) {
    case 'TSParameterProperty':
      return typeOfParam(param.parameter)
    case 'AssignmentPattern':
      return typeOfParam(param.left)
    default:
      return 'typeAnnotation' in param ? param.typeAnnotation : undefined
  }
}

/** A syntax tree as text, without where it stands. */
function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value, (key, inner: unknown) => (PLACES.has(key) ? undefined : inner))
}
