import type { Node } from '@babel/types'

/** A name that parameters, or another pattern, bind. */
export interface BoundName {
  name: string
  node: Node
  /** `rest` of an argument list, or of an object or array pattern. */
  rest?: 'args' | 'object' | 'array'
  /** Default values that may become this name's. */
  defaults: Node[]
}

/** The names that patterns bind, in source order. */
export function boundNames(patterns: readonly Node[]): BoundName[] {
  const names: BoundName[] = []
  const walk = (pattern: Node, defaults: Node[], rest?: BoundName['rest']): void => {
    switch (pattern.type) {
      case 'Identifier':
        if (pattern.name !== 'this') names.push({ name: pattern.name, node: pattern, defaults, ...(rest ? { rest } : {}) })
        return
      case 'AssignmentPattern':
        return walk(pattern.left, [...defaults, pattern.right], rest)
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') walk(property.argument, defaults, 'object')
          else walk(property.value, defaults)
        }
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) {
          if (!element) continue
          if (element.type === 'RestElement') walk(element.argument, defaults, 'array')
          else walk(element, defaults)
        }
        return
      case 'RestElement':
        return walk(pattern.argument, defaults, 'args')
      case 'TSParameterProperty':
        return walk(pattern.parameter, defaults)
    }
  }
  for (const pattern of patterns) walk(pattern, [])
  return names
}
