import { inspect } from 'node:util'
import { isPlainJson } from '../../codec/plain-json.ts'
import { structured } from '../../codec/structured.ts'
import { findFunction, findFunctions, readCatalog, shownDirectory } from '../catalog.ts'
import type { Catalog, CatalogEntry, CatalogFunction } from '../catalog.ts'
import { count, formatAge, formatBytes, formatDuration, table } from '../format.ts'
import { findPlace, fromRoot } from '../place.ts'
import { DONE, UsageError } from '../types.ts'
import type { Command, CommandContext } from '../types.ts'

/** How many entries are listed for people. */
const LISTED = 20
const KEY_PATTERN = /^[0-9a-f]{6,64}$/

export const show: Command = {
  usage: 'show <function or key>',
  description: 'Show the entries of a function, newest first, with the sizes of their values, or one entry with its value (by the first six digits of its key or more)',
  examples: ['persist show src/train.ts#trainModel', 'persist show 3f9a02'],
  async run(context, [wanted]) {
    const place = await findPlace(context)
    const catalog = readCatalog(place)
    const name = fromRoot(context, place, wanted!)
    // A name may look like the first digits of a key: `facade`, `decade`.
    if (KEY_PATTERN.test(wanted!) && findFunctions(catalog, name).length === 0) showEntry(context, catalog, wanted!)
    else showFunction(context, catalog, findFunction(catalog, name))
    return DONE
  },
}

function showFunction({ json, terminal: { out, paint } }: CommandContext, { root }: Catalog, item: CatalogFunction): void {
  const entries = [...item.store.entries()].sort((a, b) => b.meta.created - a.meta.created)
  if (json) {
    out(JSON.stringify({ id: item.id, directory: shownDirectory(root, item.store.directory), entries: entries.map((entry) => asJson(root, entry)) }, undefined, 2))
    return
  }
  out(`${paint.bold(item.id)}  ${paint.dim(shownDirectory(root, item.store.directory))}`)
  out(table(entries.slice(0, LISTED).map(({ key, meta, size, groups }) => [
    key.slice(0, 12), formatAge(meta.created), `took ${formatDuration(meta.duration)}`, formatBytes(size),
    [groups.join('/'), meta.preview === undefined ? '' : paint.dim(`(${meta.preview})`)].filter(Boolean).join('  '),
  ]), [2, 3]))
  if (entries.length > LISTED) out(paint.dim(`and ${count(entries.length - LISTED, 'more', 'more')}: --json lists all`))
}

function showEntry({ json, terminal: { out, paint } }: CommandContext, { root, functions }: Catalog, start: string): void {
  const found: { item: CatalogFunction; entry: CatalogEntry }[] = []
  for (const item of functions) for (const entry of item.store.entries()) if (entry.key.startsWith(start)) found.push({ item, entry })
  const [first] = found
  if (!first) throw new UsageError(`no entry's key begins with ${start}. \`persist show <function>\` lists them.`)
  if (found.some(({ entry }) => entry.key !== first.entry.key)) throw new UsageError(`the keys of ${found.length} entries begin with ${start}: give more digits.`)
  const { item, entry } = first
  const value = readValue(entry)
  if (json) {
    out(JSON.stringify({ id: item.id, ...asJson(root, entry), ...value }, undefined, 2))
    return
  }
  const { meta } = entry
  out(paint.bold(item.id))
  out(table([
    ['key', entry.key],
    ...(entry.groups.length > 0 ? [['groups', entry.groups.join('/')]] : []),
    ...(meta.preview === undefined ? [] : [['arguments', meta.preview]]),
    ['computed', `${new Date(meta.created).toISOString()}, in ${formatDuration(meta.duration)}`],
    ['code', meta.fingerprint],
    ['size', `${formatBytes(entry.size)}, ${entry.codec}; ${formatBytes(entry.stored)} on disk`],
    ...(entry.file === undefined ? [] : [['file', entry.file]]),
    ...(meta.tags && meta.tags.length > 0 ? [['tags', meta.tags.join(', ')]] : []),
    ['by', [`Node ${meta.node}`, `unplugin-persist ${meta.package}`, meta.commit === undefined ? '' : `commit ${meta.commit.slice(0, 12)}`].filter(Boolean).join(', ')],
  ].map(([name, text]) => [paint.dim(name!), text!])))
  if ('value' in value || 'inspected' in value) out(`\n${asText(value)}`)
}

/** What is to be seen of a value: itself where JSON says it exactly, else a text about it; nothing of codecs that are the user's own. */
type SeenValue = { value: unknown } | { inspected: string } | Record<never, never>

function readValue(entry: CatalogEntry): SeenValue {
  if (entry.directory) return {}
  if (entry.codec === 'structured@1') {
    const value = structured().decode(entry.bytes())
    return isPlainJson(value) ? { value } : { inspected: inspected(value) }
  }
  const [name] = entry.codec.split('@')
  const text = (): string => Buffer.from(entry.bytes()).toString('utf8')
  if (name === 'json') return { value: JSON.parse(text()) as unknown }
  if (name === 'text') return { value: text() }
  return name === 'csv' ? { inspected: text() } : {}
}

function inspected(value: unknown): string {
  return inspect(value, { depth: 6, maxArrayLength: 50, maxStringLength: 2000 })
}

function asText(seen: { value: unknown } | { inspected: string }): string {
  const text = 'inspected' in seen ? seen.inspected : typeof seen.value === 'string' ? seen.value : inspected(seen.value)
  return text.slice(0, 10_000)
}

function asJson(root: string, { key, groups, codec, meta, size, stored, file }: CatalogEntry): Record<string, unknown> {
  const { created, ...rest } = meta
  return {
    key, groups, codec, size, stored, ...(file === undefined ? {} : { file: shownDirectory(root, file) }), created: new Date(created).toISOString(), ...rest,
  }
}
