import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'

/** Names under which libraries have functions that change the function or class which they are given first. */
const CHANGERS = new Set(['inherits', 'inherit', 'extend', 'extends', '__extends', 'mixin', 'mixins', 'augment', 'assign', 'merge', 'defaults', 'implement'])

export function isChanger(name: string | undefined): boolean {
  return name !== undefined && CHANGERS.has(name)
}

/** What an export of a package or of a module of Node's is called: where it is all that there is, as the package. */
function outsideNameOf({ kind, name, parts }: GraphNode): string | undefined {
  const [owner, exported] = kind === 'builtin' ? parts : kind === 'package' ? [parts[0], name] : kind === 'unresolved' ? parts.slice(1) : []
  return exported === 'default' || exported === '*' ? owner : exported
}

/**
 * Whether a function writes to what it gets as an argument, or hands it to one that does.
 *
 * @param surely only what most likely changes something of the caller's
 * @param files gathers the files that had a say
 */
export function changesArgument(graph: Graph, callee: GraphNode, index: number, surely = false, visited: readonly GraphNode[] = [], files: Set<string> = new Set()): boolean {
  if (visited.includes(callee)) return false
  if (callee.file !== undefined) files.add(callee.file)
  if (callee.file === undefined || callee.name === undefined) return !surely && index === 0 && isChanger(outsideNameOf(callee))
  const changes = graph.modules.record(callee.file).changes[callee.name] ?? []
  return changes.some(({ parameter, by, unsure }) => {
    if (parameter !== index || (surely && unsure)) return false
    return !by || changesArgument(graph, graph.target(by.callee, callee.file!, files), by.index, surely, [...visited, callee], files)
  })
}
