// Beyond ASCII all is taken for a letter: `\p{…}` costs each start of a program, as its tables are built when the file is parsed.
const IDENTIFIER_PATTERN = /^(?!\d)[\w$\x80-\uffff]+$/

/** How a property stands in a path: `.users`, `["odd name"]`, `[Symbol.for("x")]`. */
export function propertyLabel(key: string | symbol): string {
  if (typeof key === 'symbol') {
    const registered = Symbol.keyFor(key)
    return registered === undefined ? `[${key.description?.startsWith('Symbol.') ? key.description : String(key)}]` : `[Symbol.for(${JSON.stringify(registered)})]`
  }
  return IDENTIFIER_PATTERN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** How an entry of a Map stands in a path; keys and values count on in one list. */
export function entryLabel(items: readonly unknown[], index: number): string {
  const entry = index >> 1
  if (index % 2 === 0) return ` (key of entry ${entry})`
  const key = items[index - 1]
  return typeof key === 'string' || typeof key === 'number' ? `.get(${JSON.stringify(key)})` : ` (value of entry ${entry})`
}

/** How an element of a Set stands in a path. */
export function elementLabel(index: number): string {
  return ` (element ${index})`
}
