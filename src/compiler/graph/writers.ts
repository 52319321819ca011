import type { Writer } from '../bindings/record.ts'
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
  const handing = variable.handed.filter(({ callee, index }) => changesHanded(graph, file, { callee, index }, files))
  return [...new Set([...variable.writers, ...handing.map(({ writer }) => writer)])]
}

/** Whether a unit of a module that hands something to a function lets it be changed there; without one it changes that itself. */
export function changesHanded(graph: Graph, file: string, by: Writer['by'], files: Set<string> = new Set()): boolean {
  if (!by) return true
  const node = graph.target(by.callee, file, files)
  return changesArgument(graph, node, by.index, node.file !== undefined, files)
}
