import { count, drawTree, formatDuration } from './format.ts'
import type { TreeNode } from './format.ts'
import { walk } from './observation.ts'
import type { ObservedFunction } from './observation.ts'
import { reasonsOf } from './reasons.ts'
import type { Terminal } from './types.ts'

/** A function in the report. */
export interface ReportedFunction extends Omit<ObservedFunction, 'children' | 'keys' | 'missed'> {
  id: string
  /** Why it was computed; missing where nothing was. */
  reason?: string
  /** The same, with how many calls each. */
  reasons?: Record<string, number>
  children: ReportedFunction[]
}

/** Says of each function why it was computed. */
export function explainTree(nodes: readonly ObservedFunction[], started: number): ReportedFunction[] {
  return nodes.map((node) => {
    const { keys: _, missed: __, ...rest } = node
    const reported: ReportedFunction = { id: `${node.module}#${node.name}`, ...rest, children: explainTree(node.children, started) }
    if (node.misses > 0) {
      reported.reasons = reasonsOf(node, started)
      const texts = Object.entries(reported.reasons)
      reported.reason = texts.length === 1 ? texts[0]![0] : texts.map(([text, times]) => `${times} × ${text}`).join('; ')
    }
    return reported
  })
}

/** Prints the tree with the sums, for people. */
export function printReport(roots: readonly ReportedFunction[], wall: number, { note, paint }: Terminal): void {
  if (roots.length === 0) {
    note(`${paint.bold('persist')}  no persisted call was seen. Does the program run with a plugin or with --import unplugin-persist/register? \`persist doctor\` looks.`)
    return
  }
  const draw = (node: ReportedFunction): TreeNode => ({ text: describe(node, paint), children: node.children.map(draw) })
  note(`\n${paint.bold('persist')}  ${paint.dim('calls of this run')}`)
  note(drawTree(roots.map(draw)).join('\n'))
  const all = [...walk(roots)]
  const sum = (of: (node: ReportedFunction) => number, nodes: readonly ReportedFunction[] = all): number => nodes.reduce((total, node) => total + of(node), 0)
  const hits = sum((node) => node.hits)
  const misses = sum((node) => node.misses)
  const spent = sum((node) => node.spent, roots)
  const saved = sum((node) => node.saved)
  note(`\n${count(hits, 'hit')}, ${count(misses, 'miss', 'misses')}; ${formatDuration(spent)} spent computing, ${formatDuration(saved)} saved, ${formatDuration(wall)} in all`)
}

function describe({ id, hits, misses, stored, refused, unkeyed, waited, adopted, spent, saved, reason, why, from }: ReportedFunction, paint: Terminal['paint']): string {
  const parts = [paint.bold(id)]
  if (hits > 0) parts.push(`${paint.green(count(hits, 'hit'))} ${paint.dim(`saved ${formatDuration(saved)}`)}`)
  if (misses > 0) parts.push(`${paint.yellow(count(misses, 'miss', 'misses'))} ${paint.dim(`${reason}, took ${formatDuration(spent)}`)}`)
  if (waited > 0) parts.push(paint.dim(`waited for another ${count(waited, 'time')}`))
  if (adopted > 0) parts.push(paint.dim(`${count(adopted, 'entry', 'entries')} taken over from ${from}`))
  const ended = stored + refused - unkeyed
  if (ended < misses) parts.push(paint.red(`${misses - ended} threw or did not end`))
  if (ended > misses) parts.push(paint.dim(`${count(ended - misses, 'result')} renewed behind a call, or put by hand`))
  if (refused > 0) parts.push(`${paint.red(`${refused} not stored`)}: ${why}`)
  return parts.join('  ')
}
