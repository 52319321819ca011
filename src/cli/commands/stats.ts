import { statistics } from '../../store/index.ts'
import { readCatalog } from '../catalog.ts'
import { count, formatBytes, formatDuration, table } from '../format.ts'
import { findPlace } from '../place.ts'
import { DONE } from '../types.ts'
import type { Command } from '../types.ts'

export const stats: Command = {
  usage: 'stats',
  description: 'Show per function entries, what they take on disk, hits, how long computing took and how much time hits have saved',
  async run(context) {
    const { terminal, json } = context
    const catalog = readCatalog(await findPlace(context))
    const rows = catalog.directory === undefined ? [] : [...statistics(catalog.root, { project: catalog.directory })]
      .filter((row) => row.module !== '@tags')
      .map((row) => ({ ...row, id: `${row.module}#${row.name}` }))
      .sort((a, b) => b.computed - a.computed)
    const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0)
    const total = {
      entries: sum((row) => row.entries), bytes: sum((row) => row.bytes), hits: sum((row) => row.hits), computed: sum((row) => row.computed), saved: sum((row) => row.saved),
    }
    if (json) {
      const functions = rows.map(({ id, versions, entries, bytes, hits, computed, saved, lastUse }) => ({ id, entries, bytes, versions, hits, computed, saved, lastUse: lastUse === 0 ? null : new Date(lastUse).toISOString() }))
      terminal.out(JSON.stringify({ root: catalog.root, project: catalog.directory ?? null, functions, total }, undefined, 2))
      return DONE
    }
    if (rows.length === 0) {
      terminal.out(`nothing is stored of this project in ${catalog.root}`)
      return DONE
    }
    const { bold, dim } = terminal.paint
    const cells = rows.map(({ id, entries, bytes, hits, computed, saved, versions }) => [
      bold(id), entries.toLocaleString('en-US'), formatBytes(bytes), String(versions), hits.toLocaleString('en-US'), formatDuration(computed), formatDuration(saved),
    ])
    const heads = ['function', 'entries', 'on disk', 'versions', 'hits', 'took to compute', 'saved']
    terminal.out(table([heads.map(dim), ...cells], [1, 2, 3, 4, 5, 6]))
    terminal.out(`\n${count(total.entries, 'entry', 'entries')}, ${formatBytes(total.bytes)}, which took ${formatDuration(total.computed)} to compute; ${count(total.hits, 'hit')} saved ${formatDuration(total.saved)}`)
    return DONE
  },
}
