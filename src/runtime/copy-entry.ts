import { cpSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import type { EntryMeta, NewEntry, StoredEntry } from '../store/types.ts'

/** An entry as read, to be written somewhere else. What its writer was stays behind: the file that it goes to says that. */
export function copyOf(entry: StoredEntry): NewEntry {
  const { node: _, package: __, commit: ___, ...facts } = entry.meta
  const meta: EntryMeta = facts
  const { codec, file } = entry
  if (file === undefined) return { codec, meta, payload: entry.bytes() }
  if (statSync(file).isDirectory()) {
    return { codec, meta, payload: { saveTo: (directory) => cpSync(file, directory, { recursive: true }) } }
  }
  return { codec, meta, payload: entry.bytes(), extension: extname(file) }
}
