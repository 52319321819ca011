const STRING_PATTERN = /(['"])(?:\\.|(?!\1).)*\1/gs
// Beyond ASCII all is taken for a letter: `\p{…}` costs each start of a program, as its tables are built when the file is parsed.
const NAME_PATTERN = /^(?:\.\.\.)?(?!\d)[\w$\x80-\uffff]+$/

/**
 * The names of a function's parameters, read from its text: for `persist()` that was not compiled. What has no name of its
 * own (`{ a, b }`) goes by its place. Anything that is hard to read (comments, patterns and templates in defaults) gives one list of arguments.
 */
export function parameterNames(fn: (...args: any[]) => unknown): string[] {
  const names = parametersOf(Function.prototype.toString.call(fn).replace(STRING_PATTERN, '0'))?.map((text, index) => {
    const name = text.split('=')[0]!.trim()
    return NAME_PATTERN.test(name) ? name : `arg${index}`
  })
  return names && new Set(names).size === names.length ? names : ['...arguments']
}

/** The texts of the parameters; `undefined` where they can't be told by counting. */
function parametersOf(text: string): string[] | undefined {
  const bare = /^(?:async\s+)?([\w$\x80-\uffff]+)\s*=>/.exec(text)
  if (bare) return [bare[1]!]
  const parameters = ['']
  let depth = 1
  for (const character of text.slice(text.indexOf('(') + 1)) {
    if ('`/'.includes(character)) return undefined
    if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character) && --depth === 0) return parameters.filter((parameter) => parameter.trim() !== '')
    if (depth === 1 && character === ',') parameters.push('')
    else parameters[parameters.length - 1] += character
  }
  return undefined
}
