import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { importInSteps } from '../../store/index.ts'
import type { ArchiveReport } from '../../store/index.ts'
import { attempt } from '../../store/fail.ts'
import { openState } from '../../store/store.ts'
import { openExisting, projectPlace } from '../catalog.ts'
import { count, formatBytes } from '../format.ts'
import { untilInterrupted } from '../interrupt.ts'
import { findPlace, storeRoot } from '../place.ts'
import { createBar } from '../progress.ts'
import { DONE, UsageError } from '../types.ts'
import type { Command } from '../types.ts'

export const ARCHIVE_EXTENSION = '.persist'

export const importCommand: Command = {
  usage: 'import <file or directory>',
  description: 'Take the entries of archives into this project. Entries that are there are kept, so that a stopped import goes on',
  options: [
    ['--overwrite', 'Replace entries that are there'],
    ['--as-named', 'Into the projects that the archive names'],
  ],
  examples: ['persist import results.persist'],
  async run(context, [given], { overwrite, asNamed }) {
    const { terminal, json, cwd, dryRun } = context
    const archives = archivesAt(resolve(cwd, given!))
    const place = await findPlace(context)
    const root = storeRoot(place)
    const total: ArchiveReport = { entries: 0, bytes: 0, skipped: 0, damaged: [] }
    if (dryRun) openExisting(root)
    else attempt('open', root, () => openState(root))
    for (const archive of archives) {
      const draw = createBar(terminal, 'reading')
      const report = await untilInterrupted(importInSteps(root, archive, {
        overwrite: overwrite === true,
        dryRun,
        progress: (_entries, done, of) => draw(done, of),
        ...(asNamed === true ? {} : { project: projectPlace(place) }),
      }))
      total.entries += report.entries
      total.bytes += report.bytes
      total.skipped += report.skipped
    }
    terminal.progress('')
    const { entries, bytes, skipped } = total
    if (json) terminal.out(JSON.stringify({ root, archives, imported: !dryRun, entries, bytes, skipped }, undefined, 2))
    else terminal.out(`${dryRun ? 'would take' : 'took'} ${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}; ${skipped.toLocaleString('en-US')} ${skipped === 1 ? 'was' : 'were'} there already`)
    return DONE
  },
}

/** A file, or all archives of a directory, as `persist run --record` makes one. Links are followed, as the user named them. */
function archivesAt(path: string): string[] {
  if (!existsSync(path)) throw new UsageError(`${path} isn't there.`)
  if (!statSync(path).isDirectory()) return [realpathSync(path)]
  const archives = readdirSync(path).filter((name) => name.endsWith(ARCHIVE_EXTENSION)).sort().map((name) => join(path, name))
  if (archives.length === 0) throw new UsageError(`${path} has no archive (*${ARCHIVE_EXTENSION}).`)
  return archives
}
