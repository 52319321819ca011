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
export function changesArgument(graph: Graph, callee: GraphNode, index: number, surely = false, files?: Set<string>): boolean {
  const answer = files ? undefined : callee.changesArguments?.get(keptAt(index, surely))
  return answer ?? findChange(graph, callee, index, surely, files)
}

/** By which number an answer is kept. */
function keptAt(index: number, surely: boolean): number {
  return surely ? -1 - index : index
}

function findChange(graph: Graph, callee: GraphNode, index: number, surely: boolean, files: Set<string> | undefined): boolean {
  const handed: [node: GraphNode, index: number][] = [[callee, index]]
  const seen = new Map([[callee, new Set([index])]])
  const handOn = (node: GraphNode, at: number): void => {
    const indices = seen.get(node)
    if (indices?.has(at)) return
    if (indices) indices.add(at)
    else seen.set(node, new Set([at]))
    handed.push([node, at])
  }
  const isChanged = (): boolean => {
    for (const [node, at] of handed) {
      const { file, name } = node
      const known = files ? undefined : node.changesArguments?.get(keptAt(at, surely))
      if (known) return true
      if (known === false) continue
      if (file === undefined || name === undefined) {
        if (!surely && at === 0 && isChanger(outsideNameOf(node))) return true
        continue
      }
      files?.add(file)
      for (const { parameter, by, unsure } of graph.modules.record(file).changes[name] ?? []) {
        if (parameter !== at || (surely && unsure)) continue
        if (!by) return true
        handOn(graph.target(by.callee, file, files), by.index)
      }
    }
    return false
  }
  const answer = isChanged()
  // Kept as long as the hashes, which lead through no variable that is read as a value. Where nothing changes it, nothing does that it was handed on to.
  if (handed.every(([node]) => node.hash !== undefined && !node.state && !node.dropped)) {
    for (const [node, at] of answer ? handed.slice(0, 1) : handed) (node.changesArguments ??= new Map()).set(keptAt(at, surely), answer)
  }
  return answer
}
