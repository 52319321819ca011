const PARTS_PATTERN = /\*\*\/|\*\*|\*|\?|\[[!^]?[^\]]+\]|[{},]|[^*?[\]{},]+|./g

/** Paths as shells know them: `*` and `?` within a segment, `**` over segments, `{a,b}`, `[abc]`, `[!abc]`. */
export function globPattern(glob: string): RegExp {
  let depth = 0
  const parts = (glob.match(PARTS_PATTERN) ?? []).map((part) => {
    switch (part) {
      case '**/': return '(?:[^/]+/)*'
      case '**': return '.*'
      case '*': return '[^/]*'
      case '?': return '[^/]'
      case '{':
        depth++
        return '(?:'
      case '}': return depth > 0 && depth-- ? ')' : '\\}'
      case ',': return depth > 0 ? '|' : ','
    }
    if (part.startsWith('[') && part.length > 1) return part.replace(/^\[[!^]/, '[^').replaceAll('\\', '\\\\')
    return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}${')'.repeat(depth)}$`)
}
