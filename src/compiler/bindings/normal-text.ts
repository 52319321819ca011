/**
 * Items of a list in a normal form, from a place within its brackets to their end.
 *
 * @param separator what stands between them, and after the last
 */
export function itemsAt(text: string, from: number, separator: ',' | ';'): string[] {
  const items: string[] = []
  let depth = 0
  let start = from
  for (const match of text.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|[([{)\]},;]/g)) {
    const [token] = match
    const at = from + match.index
    const isEnd = depth === 0 && ')]}'.includes(token)
    if (depth === 0 && (isEnd || token === separator)) {
      if (at > start) items.push(text.slice(start, at))
      start = at + 1
      if (isEnd) break
    } else if ('([{'.includes(token)) depth++
    else if (')]}'.includes(token)) depth--
  }
  return items
}

/** The properties of an object literal by name, where all have a name that is written out and none is a method or a spread; else nothing. */
export function propertiesOf(text: string): Map<string, string> | undefined {
  const head = 'ObjectExpression(['
  if (!text.startsWith(head)) return undefined
  const properties = new Map<string, string>()
  for (const item of itemsAt(text, head.length, ';')) {
    const name = /^"(?:[^"\\]|\\.)*"(?=:)/.exec(item)?.[0]
    if (name === undefined) return undefined
    properties.set(JSON.parse(name) as string, item.slice(name.length + 1))
  }
  return properties
}
