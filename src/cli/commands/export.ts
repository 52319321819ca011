import { resolve } from 'node:path'
import { assertNew, exportInSteps, statistics } from '../../store/index.ts'
import type { Selection } from '../../store/index.ts'
import { meantFunctions, openExisting, readCatalog } from '../catalog.ts'
import { count, formatBytes } from '../format.ts'
import { untilInterrupted } from '../interrupt.ts'
import { findPlace, fromRoot } from '../place.ts'
import { DONE, FAILED } from '../types.ts'
import type { Command } from '../types.ts'

export const exportCommand: Command = {
  usage: 'export <file> [...functions]',
  description: 'Write entries of this project to a portable archive. A file that is there is not overwritten',
  options: [['--everything', 'Of all projects in the store']],
  examples: ['persist export results.persist', 'persist export model.persist src/train.ts#trainModel'],
  async run(context, [file, ...patterns], { everything }) {
    const { terminal, json, dryRun, cwd } = context
    const place = await findPlace(context)
    const { root, directory, functions } = readCatalog(place)
    const chosen = patterns.flatMap((pattern) => meantFunctions(functions, pattern, fromRoot(context, place, pattern))).map(({ id }) => id)
    const archive = resolve(cwd, file!)
    if (!openExisting(root) || (everything !== true && directory === undefined)) {
      terminal.note(`nothing is stored of this project in ${root}`)
      return FAILED
    }
    const selection: Selection = everything === true ? {} : { project: directory! }
    if (chosen.length > 0) selection.matches = (module, name) => chosen.includes(`${module}#${name}`)
    if (dryRun) {
      assertNew(archive)
      let entries = 0
      for (const one of statistics(root, selection)) entries += one.entries
      terminal.out(json ? JSON.stringify({ archive, entries, written: false }, undefined, 2) : `would write ${count(entries, 'entry', 'entries')} to ${archive}`)
      return DONE
    }
    const { entries, bytes, damaged } = await untilInterrupted(exportInSteps(root, archive, {
      ...selection, progress: (done) => done % 100 === 0 && terminal.progress(`writing ${count(done, 'entry', 'entries')}`),
    }))
    terminal.progress('')
    for (const problem of damaged) terminal.note(`left out: ${problem}`)
    terminal.out(json
      ? JSON.stringify({ archive, entries, bytes, damaged, written: true }, undefined, 2)
      : `wrote ${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}, to ${archive}`)
    return damaged.length > 0 ? FAILED : DONE
  },
}
