import { readCatalog, matchFunctions, shownDirectory } from '../catalog.ts'
import type { CatalogFunction } from '../catalog.ts'
import { count, drawTree, formatAge, formatBytes } from '../format.ts'
import type { TreeNode } from '../format.ts'
import { findPlace, fromRoot } from '../place.ts'
import { measure } from '../measure.ts'
import type { Measure } from '../measure.ts'
import { DONE } from '../types.ts'
import type { Command, Terminal } from '../types.ts'

export const ls: Command = {
  usage: 'ls [pattern]',
  description: 'Show what is stored of this project: a tree that mirrors it, with entries, what they take on disk, hits and ages',
  examples: ['persist ls', 'persist ls \'src/pipeline/**\''],
  async run(context, [pattern]) {
    const { terminal, json } = context
    const place = await findPlace(context)
    const catalog = readCatalog(place)
    const chosen = pattern === undefined ? catalog.functions : matchFunctions(catalog.functions, fromRoot(context, place, pattern))
    const measured = chosen.filter((item) => item.module !== '@tags').map((item) => ({ item, measure: measure(item, terminal) }))
    if (json) {
      const functions = measured.map(({ item, measure: { entries, bytes, newest, oldest, groups } }) => ({
        id: item.id, module: item.module, name: item.name, directory: shownDirectory(catalog.root, item.store.directory), versions: item.versions.length,
        entries, bytes, hits: item.hits, oldest: date(oldest), newest: date(newest), groups: [...groups.keys()].filter((group) => group !== ''),
      }))
      terminal.out(JSON.stringify({ root: catalog.root, project: catalog.directory ?? null, functions }, undefined, 2))
      return DONE
    }
    if (measured.length === 0) {
      terminal.out(catalog.directory === undefined ? `nothing is stored of this project in ${catalog.root}` : 'nothing is stored of that')
      return DONE
    }
    terminal.out(`${terminal.paint.bold(catalog.directory ?? '')}  ${terminal.paint.dim(catalog.root)}`)
    terminal.out(drawTree(treeOf(measured, terminal)).join('\n'))
    const entries = measured.reduce((sum, { measure: { entries: own } }) => sum + own, 0)
    const bytes = measured.reduce((sum, { measure: { bytes: own } }) => sum + own, 0)
    terminal.out(`\n${count(measured.length, 'function')}, ${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`)
    return DONE
  },
}

type Measured = { item: CatalogFunction; measure: Measure }

interface Branch {
  branches: Map<string, Branch>
  functions: Measured[]
}

function treeOf(measured: readonly Measured[], terminal: Terminal): TreeNode[] {
  const top: Branch = { branches: new Map(), functions: [] }
  for (const one of measured) {
    let at = top
    for (const part of one.item.module.split('/')) {
      let next = at.branches.get(part)
      if (!next) at.branches.set(part, (next = { branches: new Map(), functions: [] }))
      at = next
    }
    at.functions.push(one)
  }
  return nodesOf(top, terminal)
}

function nodesOf({ branches, functions }: Branch, terminal: Terminal): TreeNode[] {
  const { paint } = terminal
  return [
    ...[...branches].map(([name, branch]) => ({ text: name, children: nodesOf(branch, terminal) })),
    ...functions.map(({ item, measure: own }) => ({
      text: `${paint.bold(item.name)}  ${describe(own, item.hits, paint.dim)}`,
      children: [...own.groups].filter(([group]) => group !== '').map(([group, { entries, bytes }]) => ({
        text: `${group}  ${paint.dim(`${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`)}`, children: [],
      })),
    })),
  ]
}

function describe({ entries, bytes, newest }: Measure, hits: number, dim: (text: string) => string): string {
  return dim(`${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}${hits === 0 ? '' : `, ${count(hits, 'hit')}`}${newest === undefined ? '' : `, ${formatAge(newest)}`}`)
}

function date(moment: number | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString()
}
