const OPENING = '([{'
const CLOSING = ')]}'
const NAME_PATTERN = /^(?:\.\.\.)?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * The names of a function's parameters, read from its text: for `persist()` that was not compiled. What has no name of its
 * own (`{ a, b }`) goes by its place. Anything that is hard to read (comments, strings in defaults) gives one list of arguments.
 */
export function parameterNames(fn: (...args: any[]) => unknown): string[] {
  const head = headOf(Function.prototype.toString.call(fn))
  if (head === undefined) return ['...arguments']
  const names = splitTopLevel(head).map((part, index) => {
    const name = part.split('=')[0]!.trim()
    return NAME_PATTERN.test(name) ? name : `arg${index}`
  })
  return new Set(names).size === names.length ? names : ['...arguments']
}

/** What stands between the parentheses of the parameters; `undefined` where that can't be told by counting. */
function headOf(text: string): string | undefined {
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(text)
  if (bare) return bare[1]
  const start = text.indexOf('(')
  if (start < 0) return undefined
  let depth = 0
  for (let index = start; index < text.length; index++) {
    const character = text[index]!
    if ('\'"`/'.includes(character)) return undefined
    if (OPENING.includes(character)) depth++
    else if (CLOSING.includes(character) && --depth === 0) return text.slice(start + 1, index)
  }
  return undefined
}

function splitTopLevel(head: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index <= head.length; index++) {
    const character = head[index]
    if (character === undefined || (character === ',' && depth === 0)) {
      if (head.slice(from, index).trim() !== '') parts.push(head.slice(from, index))
      from = index + 1
    } else if (OPENING.includes(character)) depth++
    else if (CLOSING.includes(character)) depth--
  }
  return parts
}
