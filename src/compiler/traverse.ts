import babelTraverse, { type TraverseOptions } from '@babel/traverse'
import type { Node } from '@babel/types'

/**
 * Walks a tree with paths (a node and what is around it), without scopes: those are `scope.ts`'s, made in a fifth of the time.
 * The package is CommonJS; depending on the loader its function is the default export or a member of it.
 */
export const traverse: (root: Node, options: TraverseOptions & { noScope: true }) => void = ((babelTraverse as unknown as { default?: unknown }).default ??
  babelTraverse) as never
