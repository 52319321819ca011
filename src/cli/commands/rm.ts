import type { LockGranularity } from '../../config/options.ts'
import { pruneGroups } from '../../store/index.ts'
import { meantFunctions, readCatalog } from '../catalog.ts'
import type { Catalog, CatalogEntry, CatalogFunction } from '../catalog.ts'
import { confirm } from '../confirm.ts'
import { count, formatBytes } from '../format.ts'
import { findPlace, fromRoot } from '../place.ts'
import { DONE, FAILED, UsageError } from '../types.ts'
import type { Command, OptionValues } from '../types.ts'

interface Filter {
  tag?: string
  entry?: string
  fingerprint?: string
}

export const rm: Command = {
  usage: 'rm [...functions]',
  description: 'Remove entries of this project: of functions, by pattern, tag, key or version of the code',
  options: [
    ['--all', 'Of all functions'],
    ['--tag <tag>', 'Only entries with this tag'],
    ['--entry <key>', 'Only the entry whose key begins so'],
    ['--fingerprint <fingerprint>', 'Only entries of the code whose fingerprint begins so'],
  ],
  examples: ['persist rm src/train.ts#trainModel', 'persist rm \'src/pipeline/**\' --dry-run', 'persist rm --tag nightly --yes'],
  async run(context, given, options) {
    const filter = filterOf(options)
    const filtered = Object.keys(filter).length > 0
    if (given.length === 0 && !filtered && options.all !== true) throw new UsageError('say what to remove: functions, --tag, --entry, --fingerprint or --all.')
    if (given.length > 0 && options.all === true) throw new UsageError(`\`${given[0]}\` is not all: leave it out, or --all.`)
    const place = await findPlace(context)
    const catalog = readCatalog(place)
    const { functions } = catalog
    const meant = new Set(given.flatMap((pattern) => meantFunctions(functions, pattern, fromRoot(context, place, pattern))))
    const chosen = given.length === 0 ? functions : functions.filter((item) => meant.has(item))
    const found = chosen.map((item) => ({ item, entries: [...item.store.entries()].filter((entry) => matches(entry, filter)) })).filter(({ entries }) => entries.length > 0)
    const entries = found.reduce((sum, one) => sum + one.entries.length, 0)
    const bytes = found.flatMap((one) => one.entries).reduce((sum, entry) => sum + entry.stored, 0)

    const { terminal, json, dryRun } = context
    if (!json) for (const { item, entries: own } of found) terminal.out(`${item.id}  ${terminal.paint.dim(count(own.length, 'entry', 'entries'))}`)
    const what = `${count(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`
    const removes = !dryRun && entries > 0
    if (removes && !(await confirm(context, `Remove ${what}?`))) return FAILED
    if (removes && filtered) for (const one of found) forget(one.item, one.entries)
    else if (removes) clear(catalog, found.map(({ item }) => item), place.options.lockGranularity)
    if (json) {
      const list = found.map(({ item, entries: own }) => ({ id: item.id, entries: own.length }))
      terminal.out(JSON.stringify({ removed: removes, entries, bytes, functions: list }, undefined, 2))
    } else terminal.out(removes ? `removed ${what}` : entries === 0 ? 'there is nothing to remove' : `would remove ${what}`)
    return DONE
  },
}

function filterOf({ tag, entry, fingerprint }: OptionValues): Filter {
  const filter: Filter = {}
  if (tag !== undefined) filter.tag = String(tag)
  if (entry !== undefined) filter.entry = String(entry)
  if (fingerprint !== undefined) filter.fingerprint = String(fingerprint)
  return filter
}

function matches({ key, meta }: CatalogEntry, { tag, entry, fingerprint }: Filter): boolean {
  return (tag === undefined || meta.tags?.includes(tag) === true)
    && (entry === undefined || key.startsWith(entry))
    && (fingerprint === undefined || meta.fingerprint.startsWith(fingerprint))
}

/** Directories of groups stay until collection: what tells that the entries were dropped, and are not to be taken from elsewhere again, stands there. */
function forget({ store }: CatalogFunction, entries: readonly CatalogEntry[]): void {
  for (const { key, groups } of entries) store.forget(key, groups)
}

function clear({ root, directory }: Catalog, items: readonly CatalogFunction[], lockGranularity: LockGranularity): void {
  for (const { store } of items) store.clear()
  const ids = new Set(items.map(({ id }) => id))
  pruneGroups(root, { project: directory!, matches: (module, name) => ids.has(`${module}#${name}`) }, lockGranularity)
}
