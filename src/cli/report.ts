import { Manifest } from '../store/manifest.ts'
import { count, drawTree, formatDuration } from './format.ts'
import type { TreeNode } from './format.ts'
import { walk } from './observation.ts'
import type { ObservedFunction } from './observation.ts'
import type { Terminal } from './types.ts'
import { compareVersions, describeDifference, inOrder } from './versions.ts'

/** A function in the report. */
export interface ReportedFunction extends Omit<ObservedFunction, 'children'> {
  id: string
  /** Why it was computed; missing where nothing was. */
  reason?: string
  children: ReportedFunction[]
}

/** Says of each function why it was computed, by what its manifest knew before. */
export function explainTree(nodes: readonly ObservedFunction[], started: number): ReportedFunction[] {
  return nodes.map((node) => {
    const { keys: _, ...rest } = node
    const reported: ReportedFunction = { id: `${node.module}#${node.name}`, ...rest, children: explainTree(node.children, started) }
    if (node.misses > 0) reported.reason = reasonOf(node, started)
    return reported
  })
}

function reasonOf({ directory, fingerprint }: ObservedFunction, started: number): string {
  const manifest = new Manifest(directory)
  try {
    manifest.refresh()
  } catch {
    return 'its store can\'t be read'
  }
  const versions = inOrder(manifest.versions.values())
  const now = versions.find((version) => version.fingerprint === fingerprint)
  if (now && now.first < started) return 'new arguments'
  const former = versions.filter((version) => version.fingerprint !== fingerprint && version.first < started).sort((a, b) => b.last - a.last)[0]
  if (!former) return 'never computed before'
  return now ? `code: ${describeDifference(compareVersions(former, now))}` : 'code changed'
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
  const sum = (of: (node: ObservedFunction) => number, nodes: readonly ObservedFunction[] = all): number => nodes.reduce((total, node) => total + of(node), 0)
  const hits = sum((node) => node.hits)
  const misses = sum((node) => node.misses)
  const spent = sum((node) => node.spent, roots)
  const saved = sum((node) => node.saved)
  note(`\n${count(hits, 'hit')}, ${count(misses, 'miss', 'misses')}; ${formatDuration(spent)} spent computing, ${formatDuration(saved)} saved, ${formatDuration(wall)} in all`)
}

function describe({ id, hits, misses, refused, waited, adopted, spent, saved, reason, why, from }: ReportedFunction, paint: Terminal['paint']): string {
  const parts = [paint.bold(id)]
  if (hits > 0) parts.push(`${paint.green(count(hits, 'hit'))} ${paint.dim(`saved ${formatDuration(saved)}`)}`)
  if (misses > 0) parts.push(`${paint.yellow(count(misses, 'miss', 'misses'))} ${paint.dim(`${reason}, took ${formatDuration(spent)}`)}`)
  if (waited > 0) parts.push(paint.dim(`waited for another ${count(waited, 'time')}`))
  if (adopted > 0) parts.push(paint.dim(`${count(adopted, 'entry', 'entries')} taken over from ${from}`))
  if (refused > 0) parts.push(`${paint.red(`${refused} not stored`)}: ${why}`)
  return parts.join('  ')
}
