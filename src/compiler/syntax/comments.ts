import type { Comment } from '@babel/types'

/** A `@persist` mark as it stands in a comment. */
export interface MarkText {
  /** Offset of the `@`. */
  start: number
  /** Offset at which the comment ends. */
  end: number
  /** Text of the options' object literal and where it begins. */
  options?: { text: string; start: number }
}

/** Something that is probably meant to be a mark. */
export interface Misspelt {
  word: string
  start: number
  end: number
}

/** What follows `@persist` where a mark was meant: options without braces or with words behind them, and `@persist-track` in two words. */
const LOOKS_LIKE_OPTIONS = /^\s*(?:[:(=]|\{.*\}|[a-z]\w*:)|^ track\s*\*?\s*$/i

/**
 * Finds marks: `@persist` as the first word of a line in a comment, or as a tag in JSDoc, where white space stands before
 * it. Nothing but the options may follow on its line; what follows otherwise makes it prose.
 */
export function findMarks(comments: readonly Comment[]): { marks: MarkText[]; misspelt: Misspelt[] } {
  const marks: MarkText[] = []
  const misspelt: Misspelt[] = []
  for (const comment of comments) {
    const isJsDoc = comment.type === 'CommentBlock' && comment.value.startsWith('*')
    const base = comment.start! + 2
    for (const match of comment.value.matchAll(isJsDoc ? /(?<=^|[\s*])@([A-Za-z]+)(?![\w-])/g : /(?<=^[ \t*]*)@([A-Za-z]+)(?![\w-])/gm)) {
      const at = match.index
      const after = comment.value.slice(at + match[0].length)
      const start = base + at
      if (match[1] !== 'persist') {
        if (isMisspelling(match[1]!) && /^\s*(?:\*?\s*$|\n|\{)/.test(after)) misspelt.push({ word: match[0], start, end: comment.end! })
        continue
      }
      const options = readOptions(after)
      if (options === 'prose') {
        if (LOOKS_LIKE_OPTIONS.test(after.split('\n')[0]!)) misspelt.push({ word: `${match[0]}${after.split('\n')[0]!.trimEnd()}`, start, end: comment.end! })
        continue
      }
      const mark: MarkText = { start, end: comment.end! }
      if (options) mark.options = { text: cleanContinuation(options.text), start: start + match[0].length + options.offset }
      marks.push(mark)
    }
  }
  return { marks, misspelt }
}

/** The object literal after a mark, nothing, or prose. */
function readOptions(after: string): { text: string; offset: number } | 'prose' | undefined {
  const offset = after.search(/\S/)
  if (offset < 0) return undefined
  const line = after.slice(0, offset)
  if (line.includes('\n')) return undefined
  if (after[offset] === '*' && /^\*?\s*$/.test(after.slice(offset).split('\n')[0]!)) return undefined
  if (after[offset] !== '{') return 'prose'
  let depth = 0
  let quote = ''
  for (let i = offset; i < after.length; i++) {
    const char = after[i]!
    if (quote) {
      if (char === '\\') i++
      else if (char === quote) quote = ''
      continue
    }
    if (char === '"' || char === "'" || char === '`') quote = char
    else if (char === '{' || char === '[' || char === '(') depth++
    else if (char === '}' || char === ']' || char === ')') {
      depth--
      if (depth === 0) {
        const rest = after.slice(i + 1).split('\n')[0]!
        return /^[\s*;]*$/.test(rest) ? { text: after.slice(offset, i + 1), offset } : 'prose'
      }
    }
  }
  return { text: after.slice(offset).trimEnd(), offset }
}

/** Options over several lines of a block comment: the `*` at the beginning of a line is layout. Offsets stay. */
function cleanContinuation(text: string): string {
  return text.replace(/\n([ \t]*)\*/g, '\n$1 ')
}

/** Words within a slip or two of `persist`, but not others that begin with it (`persisted`) or bring letters of their own (`perish`). */
function isMisspelling(word: string): boolean {
  const lower = word.toLowerCase()
  if (lower.startsWith('persist')) return lower === 'persist' || lower === 'persisttrack'
  return /^p[ersit]+$/.test(lower) && distance(lower, 'persist') <= 2
}

/** Edit distance with neighbouring letters swapped as one slip. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)))
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      rows[i]![j] = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i]![j] = Math.min(rows[i]![j]!, rows[i - 2]![j - 2]! + 1)
    }
  }
  return rows[a.length]![b.length]!
}
