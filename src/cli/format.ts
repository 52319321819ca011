const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** Bytes in decimal units, as in the options: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** A stretch of time in milliseconds: `0.3 ms`, `1.2 s`, `3 min`, `5 h`, `12 d`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** How long ago a moment was. */
export function formatAge(moment: number, now: number = Date.now()): string {
  const age = now - moment
  return age < 1000 ? 'now' : `${formatDuration(age).replace(/\.\d s$/, ' s')} ago`
}

/** `3 entries`, `1 entry`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}

/** Rows in columns. The columns named in `right` (numbers) are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, visibleLength(cell))))
  return rows
    .map((row) => row.map((cell, at) => {
      const space = ' '.repeat(widths[at]! - visibleLength(cell))
      return right.includes(at) ? space + cell : cell + space
    }).join('  ').trimEnd())
    .join('\n')
}

// eslint-disable-next-line no-control-regex
const ANSI_PATTERN = /\x1B\[[\d;]*m/g

function visibleLength(text: string): number {
  return text.replaceAll(ANSI_PATTERN, '').length
}

/** A line of a tree with what hangs below it. */
export interface TreeNode {
  text: string
  children: readonly TreeNode[]
}

/** Draws a tree with lines. */
export function drawTree(nodes: readonly TreeNode[], indent: string = ''): string[] {
  return nodes.flatMap((node, at) => {
    const last = at === nodes.length - 1
    return [`${indent}${last ? '└─ ' : '├─ '}${node.text}`, ...drawTree(node.children, `${indent}${last ? '   ' : '│  '}`)]
  })
}
