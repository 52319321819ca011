import type { SourceLocation } from '../../errors.ts'

/** Where each line of the text that was asked for last begins: messages about one file come one after the other. */
let last: { code: string; starts: number[] } = { code: '', starts: [0] }

function startsOf(code: string): number[] {
  if (last.code !== code) {
    const starts = [0]
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
    last = { code, starts }
  }
  return last.starts
}

/** Line and column of an offset. */
export function locate(code: string, file: string, start: number): SourceLocation {
  const starts = startsOf(code)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= start) low = middle
    else high = middle - 1
  }
  // Editors don't count a byte order mark.
  const first = low === 0 && code.startsWith('\uFEFF') ? 1 : 0
  return { file, line: low + 1, column: start - starts[low]! + 1 - first }
}

/** The line of a place, marked, and its neighbours. */
export function frameAt(code: string, { line, column }: SourceLocation): string {
  const starts = startsOf(code)
  const width = String(Math.min(line + 1, starts.length)).length
  const frame: string[] = []
  for (let number = Math.max(1, line - 1); number <= Math.min(line + 1, starts.length); number++) {
    const text = code.slice(starts[number - 1], starts[number] ?? code.length).replace(/^\uFEFF|\r?\n$/g, '')
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd())
    // Tabs keep their width.
    if (number === line) frame.push(`  ${' '.repeat(width)} | ${text.slice(0, column - 1).replace(/[^\t]/g, ' ')}^`)
  }
  return frame.join('\n')
}
