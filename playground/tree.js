import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Draws a directory with the sizes of its files. */
export function drawDirectory(directory, indent = '') {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry, at) => {
    const last = at === entries.length - 1
    const path = join(directory, entry.name)
    const size = entry.isFile() ? `  ${statSync(path).size.toLocaleString('en-US')} B` : '/'
    const line = `${indent}${last ? '└─ ' : '├─ '}${entry.name}${size}`
    return entry.isDirectory() ? [line, ...drawDirectory(path, `${indent}${last ? '   ' : '│  '}`)] : [line]
  })
}
