import type { Comment } from '@babel/types'
import type MagicString from 'magic-string'
import type { SourceMap } from 'magic-string'

/**
 * The source map of an edited file, with a segment for each place at which a token may begin that something points at: an
 * error, a breakpoint, coverage. magic-string's `hires: 'boundary'` has them for spaces and comments as well, which makes maps
 * two to three times as large.
 *
 * @param edit The file with its edits.
 * @param file Where the file is.
 * @param comments Those of the file, in their order.
 */
export function sourceMapOf(edit: MagicString, file: string, comments: readonly Comment[]): SourceMap {
  let from = 0
  for (const { start, end } of comments) {
    addLocations(edit, from, start!)
    from = end!
  }
  addLocations(edit, from, edit.original.length)
  return edit.generateMap({ source: file, includeContent: true })
}

function addLocations(edit: MagicString, from: number, to: number): void {
  const code = edit.original
  let isInWord = false
  for (let i = from; i < to; i++) {
    const char = code.charCodeAt(i)
    const isWord = isWordChar(char)
    if (isWord ? !isInWord : !SILENT[char]) edit.addSourcemapLocation(i)
    isInWord = isWord
  }
}

/** Letters, digits, `_` and `$`, and whatever isn't ASCII. */
function isWordChar(char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || (char >= 48 && char <= 57) || char === 95 || char === 36 || char > 127
}

/** By character code, those that nothing points at: they only end or part what stands before them. */
const SILENT: readonly boolean[] = Array.from({ length: 128 }, (_, char) => char <= 32 || [...',;.)]'].includes(String.fromCharCode(char)))
