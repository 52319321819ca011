import { changesArgument } from './changes-argument.ts'
import type { Graph } from './graph.ts'

/**
 * Units that change a variable of a module: those that write to it, and those that hand it to a function which does.
 *
 * @param files gathers the files that had a say
 */
export function writersOf(graph: Graph, file: string, name: string, files: Set<string> = new Set()): string[] {
  const variable = graph.modules.record(file).variables[name]
  if (!variable) return []
  const handing = variable.handed.filter(({ callee, index }) => {
    const node = graph.target(callee, file, files)
    return changesArgument(graph, node, index, node.file !== undefined, files)
  })
  return [...new Set([...variable.writers, ...handing.map(({ writer }) => writer)])]
}
