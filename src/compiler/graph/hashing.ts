import { hash } from 'node:crypto'
import type { GraphNode } from './node.ts'

export function digest(text: string, parts: readonly string[]): string {
  return hash('sha256', `${parts.length}\0${parts.join('')}\0${text}`)
}

interface Frame {
  node: GraphNode
  next: number
}

/**
 * Hashes a node and all beneath it that have no hash. Tarjan's algorithm, without recursion: components come out with those
 * they refer to before them.
 *
 * @param made gives a node its content
 */
export function hashFrom(start: GraphNode, made: (node: GraphNode) => GraphNode): void {
  const index = new Map<GraphNode, number>()
  const low = new Map<GraphNode, number>()
  const onStack = new Set<GraphNode>()
  const stack: GraphNode[] = []
  const work: Frame[] = []
  const enter = (node: GraphNode): void => {
    made(node)
    low.set(node, index.size)
    index.set(node, index.size)
    stack.push(node)
    onStack.add(node)
    work.push({ node, next: 0 })
  }
  const lower = (node: GraphNode, to: number): void => {
    if (to < low.get(node)!) low.set(node, to)
  }
  enter(start)
  while (work.length > 0) {
    const frame = work.at(-1)!
    const { refs } = frame.node
    if (frame.next < refs.length) {
      const ref = refs[frame.next++]!
      if (ref.hash !== undefined) continue
      if (!index.has(ref)) enter(ref)
      else if (onStack.has(ref)) lower(frame.node, index.get(ref)!)
      continue
    }
    work.pop()
    const parent = work.at(-1)
    if (parent) lower(parent.node, low.get(frame.node)!)
    if (low.get(frame.node) !== index.get(frame.node)) continue
    const component = stack.splice(stack.lastIndexOf(frame.node))
    for (const member of component) onStack.delete(member)
    hashComponent(component)
  }
}

/**
 * Nodes that form a cycle are hashed by refinement: each begins with its own text and is hashed again with those it refers
 * to, until no round tells more of them apart. So the result is the same from each entry, and equal for what does the same.
 */
function hashComponent(component: readonly GraphNode[]): void {
  const [first] = component as [GraphNode]
  if (component.length === 1 && !first.refs.includes(first)) {
    first.hash = digest(first.text, first.refs.map((ref) => ref.hash!))
    return
  }
  let colours = new Map(component.map((node) => [node, digest(node.text, [])]))
  let distinct = 0
  while (new Set(colours.values()).size > distinct) {
    distinct = new Set(colours.values()).size
    const before = colours
    colours = new Map(component.map((node) => [node, digest(node.text, node.refs.map((ref) => before.get(ref) ?? ref.hash!))]))
  }
  // A colour has seen no further than the rounds went; all of them together are the whole cycle.
  const whole = [...new Set(colours.values())].sort()
  for (const [node, colour] of colours) node.hash = digest(colour, whole)
}
