import { verify as verifyStore } from '../../store/index.ts'
import type { VerifyReport } from '../../store/index.ts'
import { openExisting, readCatalog, shownDirectory } from '../catalog.ts'
import { count, formatBytes } from '../format.ts'
import { findPlace, storeRoot } from '../place.ts'
import { createBar } from '../progress.ts'
import { DONE, FAILED } from '../types.ts'
import type { Command } from '../types.ts'

export const verify: Command = {
  usage: 'verify',
  description: 'Read every byte of the store and name what is damaged (exit code 1). Other entries are used as ever',
  options: [
    ['--repair', 'Rewrite damaged files without what is damaged'],
    ['--here', 'Only this project'],
  ],
  async run(context, _args, options) {
    const { terminal, json, dryRun } = context
    const place = await findPlace(context)
    const root = storeRoot(place)
    const here = options.here === true ? { project: readCatalog(place).directory ?? '' } : {}
    const repair = options.repair === true && !dryRun
    const isThere = openExisting(root) !== undefined
    if (!isThere) terminal.note(`there is no store in ${root}`)
    const report: VerifyReport = isThere
      ? verifyStore(root, { ...here, repair, progress: createBar(terminal, 'reading') })
      : { files: 0, entries: 0, bytes: 0, problems: [] }
    terminal.progress('')
    const damaged = report.problems.filter(({ kind }) => kind === 'damaged')
    if (json) terminal.out(JSON.stringify({ root, ...report }, undefined, 2))
    else {
      const { paint, out } = terminal
      for (const { path, kind, what, repaired } of report.problems) {
        out(`${kind === 'damaged' ? paint.red(kind) : paint.yellow(kind)}  ${shownDirectory(root, path)}: ${what}${repaired ? paint.green('  repaired') : ''}`)
      }
      out(`${count(report.files, 'file')} with ${count(report.entries, 'entry', 'entries')}, ${formatBytes(report.bytes)}: ${damaged.length === 0 ? 'whole' : `${damaged.length} damaged`}`)
      if (damaged.length > 0 && !repair) terminal.note('`persist verify --repair` rewrites what is damaged without it')
    }
    return damaged.length > 0 ? FAILED : DONE
  },
}
