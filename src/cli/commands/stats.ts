import { readCatalog } from '../catalog.ts'
import { count, formatBytes, formatDuration, table } from '../format.ts'
import { measure } from '../measure.ts'
import { findPlace } from '../place.ts'
import { DONE } from '../types.ts'
import type { Command } from '../types.ts'

export const stats: Command = {
  usage: 'stats',
  description: 'Show per function how many entries there are, how large they are, and how long computing them took',
  async run(context) {
    const { terminal, json } = context
    const catalog = readCatalog(await findPlace(context))
    const rows = catalog.functions
      .filter((item) => item.module !== '@tags')
      .map((item) => ({ ...measure(item, terminal), id: item.id, versions: item.manifest.versions.size }))
      .sort((a, b) => b.duration - a.duration)
    const total = rows.reduce((sum, row) => ({ entries: sum.entries + row.entries, bytes: sum.bytes + row.bytes, computed: sum.computed + row.duration }), { entries: 0, bytes: 0, computed: 0 })
    if (json) {
      const functions = rows.map(({ id, versions, entries, bytes, duration }) => ({ id, entries, bytes, versions, computed: duration }))
      terminal.out(JSON.stringify({ root: catalog.root, project: catalog.directory ?? null, functions, total }, undefined, 2))
      return DONE
    }
    if (rows.length === 0) {
      terminal.out(`nothing is stored of this project in ${catalog.root}`)
      return DONE
    }
    const { bold, dim } = terminal.paint
    const cells = rows.map(({ id, entries, bytes, duration, versions }) => [bold(id), entries.toLocaleString('en-US'), formatBytes(bytes), formatDuration(duration), String(versions)])
    terminal.out(table([[dim('function'), dim('entries'), dim('size'), dim('took to compute'), dim('versions')], ...cells], [1, 2, 3, 4]))
    terminal.out(`\n${count(total.entries, 'entry', 'entries')}, ${formatBytes(total.bytes)}, which took ${formatDuration(total.computed)} to compute`)
    return DONE
  },
}
