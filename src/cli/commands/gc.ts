import { resolve } from 'node:path'
import { parseDuration, parseSize } from '../../config/units.ts'
import { collect, collectAutomatically } from '../../store/index.ts'
import type { CollectOptions, CollectReport } from '../../store/index.ts'
import { dropOldAnalyses } from '../../plugin/analyses.ts'
import { openExisting, readCatalog } from '../catalog.ts'
import { spellFlag } from '../flags.ts'
import { count, formatBytes } from '../format.ts'
import { findPlace, storeRoot } from '../place.ts'
import type { Place } from '../place.ts'
import { createBar } from '../progress.ts'
import { DONE, UsageError } from '../types.ts'
import type { Command, OptionValues } from '../types.ts'

export const gc: Command = {
  usage: 'gc',
  description: 'Drop results of superseded code beyond the store\'s budget, oldest use first, and give back unused space. What else is dropped has to be asked for',
  options: [
    ['--max-size <size>', 'Budget for all (default: the option `maxSize`)'],
    ['--keep-versions <duration>', 'How long superseded code must have been unused (default: the option `keepVersions`)'],
    ['--current-size <size>', 'Beyond it drop results of current code too'],
    ['--max-age <duration>', 'Drop what has not been used for so long, of whatever code'],
    ['--max-entries <number>', 'Keep so many entries per function'],
    ['--here', 'Only in this project'],
    ['--store <directory>', 'Another store than the one of this project'],
    ['--auto', 'As it happens by itself: only if the store is beyond its budget'],
  ],
  examples: ['persist gc', 'persist gc --max-size 0 --keep-versions 0', 'persist gc --max-age 90d --dry-run'],
  async run(context, _args, options) {
    const { terminal, json, dryRun } = context
    const place = await findPlace(context)
    const root = options.store === undefined ? storeRoot(place) : resolve(context.cwd, String(options.store))
    const wanted = readBudgets(place, options)
    if (options.here === true) wanted.project = readCatalog(place).directory ?? ''
    const work = (): CollectReport | undefined => {
      if (!openExisting(root)) {
        terminal.note(`there is no store in ${root}`)
        return undefined
      }
      if (options.auto === true && !dryRun) return collectAutomatically(root, { ...wanted, maxSize: wanted.maxSize!, keepVersions: wanted.keepVersions! })
      return collect(root, { ...wanted, lockGranularity: place.options.lockGranularity, dryRun, progress: createBar(terminal, 'collecting') })
    }
    const report = work() ?? { entries: 0, bytes: 0, droppedEntries: 0, droppedBytes: 0, orphans: 0, functions: [] }
    if (!dryRun) dropOldAnalyses()
    terminal.progress('')
    if (json) {
      terminal.out(JSON.stringify({ root, dryRun, ...report }, undefined, 2))
      return DONE
    }
    for (const { project, module, name, entries, bytes } of report.functions) {
      terminal.out(`${project}  ${module}#${name}  ${terminal.paint.dim(`${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`)}`)
    }
    const orphans = report.orphans > 0 ? ` and ${count(report.orphans, 'file')} that nothing names` : ''
    terminal.out(`${dryRun ? 'would drop' : 'dropped'} ${report.droppedEntries} of ${count(report.entries, 'entry', 'entries')}, ${formatBytes(report.droppedBytes)} of ${formatBytes(report.bytes)}${orphans}`)
    return DONE
  },
}

function readBudgets({ options: { maxSize, keepVersions } }: Place, given: OptionValues): CollectOptions {
  const size = (flag: string): number | undefined => read(given, flag, parseSize, 'a size (`500MB`)')
  const duration = (flag: string): number | undefined => read(given, flag, parseDuration, 'a duration (`30d`)')
  const budgets: CollectOptions = { maxSize: size('maxSize') ?? maxSize.total, keepVersions: duration('keepVersions') ?? keepVersions }
  const currentSize = size('currentSize') ?? maxSize.current
  const maxAge = duration('maxAge')
  const maxEntries = read(given, 'maxEntries', (value) => (Number.isInteger(value) && (value as number) >= 0 ? (value as number) : undefined), 'a whole number')
  if (currentSize !== undefined) budgets.currentSize = currentSize
  if (maxAge !== undefined) budgets.maxAge = maxAge
  if (maxEntries !== undefined) budgets.maxEntries = maxEntries
  return budgets
}

function read(given: OptionValues, flag: string, parse: (value: unknown) => number | undefined, expected: string): number | undefined {
  if (given[flag] === undefined) return undefined
  const text = String(given[flag])
  const value = parse(/^\d+$/.test(text) ? Number(text) : text)
  if (value === undefined) throw new UsageError(`${spellFlag(flag)} is \`${text}\`, expected ${expected}.`)
  return value
}
