import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { findFunction, readCatalog } from '../catalog.ts'
import type { CatalogFunction } from '../catalog.ts'
import { count, formatAge, table } from '../format.ts'
import { measure } from '../measure.ts'
import { findPlace, fromRoot } from '../place.ts'
import type { Place } from '../place.ts'
import { compareVersions, describeDifference, givenVersion, inOrder } from '../versions.ts'
import type { VersionDifference } from '../versions.ts'
import { DONE } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'
import { scanFiles } from '../scan-files.ts'

interface Version {
  fingerprint: string
  first: string
  last: string
  entries: number
  /** It is the code as it stands on disk. */
  current: boolean
  /** Against the version before. */
  difference?: VersionDifference
}

export const why: Command = {
  usage: 'why <function>',
  description: 'Show which versions of its code a function has had, what changed between them, and what is stored of each',
  examples: ['persist why src/train.ts#trainModel'],
  async run(context, [wanted]) {
    const place = await findPlace(context)
    const item = findFunction(readCatalog(place), fromRoot(context, place, wanted!))
    const { versions: entries } = measure(item, context.terminal)
    const current = await currentFingerprint(context, place, item)
    const records = inOrder(item.versions)
    const versions: Version[] = records.map((record, at) => {
      const version: Version = {
        fingerprint: record.fingerprint,
        first: new Date(record.first).toISOString(),
        last: new Date(record.last).toISOString(),
        entries: entries.get(record.fingerprint) ?? 0,
        current: record.fingerprint === current,
      }
      if (at > 0) version.difference = compareVersions(records[at - 1]!, record)
      return version
    })
    if (context.json) context.terminal.out(JSON.stringify({ id: item.id, module: item.module, name: item.name, current: current ?? null, versions }, undefined, 2))
    else print(context, item, versions, current)
    return DONE
  },
}

/** The fingerprint of the code on disk, where the function can be found there. */
async function currentFingerprint(context: CommandContext, place: Place, { module, name }: CatalogFunction): Promise<string | undefined> {
  const file = join(place.root, module)
  if (module.startsWith('@') || !existsSync(file)) return undefined
  const { functions, errors } = await scanFiles(context, [file], false)
  for (const error of errors) context.terminal.note(error)
  const found = functions.find((item) => item.name === name)
  return found && (found.options.version === undefined ? found.fingerprint : givenVersion(found.options.version))
}

function print({ terminal: { out, paint } }: CommandContext, { id }: CatalogFunction, versions: readonly Version[], current: string | undefined): void {
  out(`${paint.bold(id)}  ${paint.dim(count(versions.length, 'version'))}`)
  const rows = versions.map(({ fingerprint, first, last, entries, current: isCurrent, difference }) => [
    isCurrent ? paint.green('●') : paint.dim('○'),
    fingerprint.slice(0, 12),
    count(entries, 'entry', 'entries'),
    paint.dim(`first ${formatAge(Date.parse(first))}, last used ${formatAge(Date.parse(last))}`),
    difference ? describeDifference(difference) : '',
  ])
  out(table(rows, [2]))
  if (current === undefined) out(paint.dim('the code as it stands on disk could not be found'))
  else if (versions.every((version) => !version.current)) out(`${paint.green('●')} ${current.slice(0, 12)}  the code as it stands on disk has not run yet: the next call computes`)
}
