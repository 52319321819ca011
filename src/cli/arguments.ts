/** `lr=0.1, rows=[1, 2]` as names and texts, as a preview of arguments has them. */
export function readPreview(preview: string): Map<string, string> {
  const read = new Map<string, string>()
  let start = 0
  let depth = 0
  let quoted = false
  const take = (end: number): void => {
    const [, name, text] = /^\s*((?:\.\.\.)?[\w$.]+)=([\s\S]*)$/.exec(preview.slice(start, end)) ?? []
    if (name !== undefined) read.set(name, text!)
    start = end + 1
  }
  for (let at = 0; at < preview.length; at++) {
    const char = preview[at]!
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if ('[{('.includes(char)) depth++
    else if (']})'.includes(char)) depth--
    else if (char === ',' && depth === 0) take(at)
  }
  take(preview.length)
  return read
}

/** The names of the arguments that differ from those of the call that is most like it. None where nothing shows it. */
export function namesOfChanged(preview: string, others: readonly string[]): string[] {
  const own = readPreview(preview)
  let fewest: string[] | undefined
  for (const text of others) {
    const other = readPreview(text)
    const names = [...own.keys()].filter((name) => other.get(name) !== own.get(name))
    if (!fewest || names.length < fewest.length) fewest = names
  }
  return fewest ?? []
}
