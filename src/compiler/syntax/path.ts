import type { Node } from '@babel/types'
import { childrenOf } from './syntax.ts'

/** A node and what is around it. */
export interface Path {
  readonly node: Node
  readonly parentPath: Path | null
  /** The parent's property that holds the node, or the list with the node. */
  readonly key: string
}

/**
 * Walks all that takes part at run time, outermost first. What `enter` answers with `false` is not entered.
 * A record per node is all that it costs: scopes are known from elsewhere.
 */
export function walk(root: Node, enter: (path: Path) => false | void, parent: Path | null = null, key = ''): void {
  const path: Path = { node: root, parentPath: parent, key }
  if (enter(path) === false) return
  const names = childrenOf(root.type)
  for (let i = 0; i < names.length; i++) {
    const child = (root as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[names[i]!]
    if (!child) continue
    if (Array.isArray(child)) {
      for (let j = 0; j < child.length; j++) if (child[j]) walk(child[j]!, enter, path, names[i])
    } else walk(child, enter, path, names[i])
  }
}

/** The nodes in whose list a node stands. */
export function siblings(path: Path): readonly (Node | null)[] {
  const list = (path.parentPath?.node as unknown as Record<string, unknown> | undefined)?.[path.key]
  return Array.isArray(list) ? (list as (Node | null)[]) : []
}
