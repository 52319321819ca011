/**
 * Gives headers the values that others had. One that was joined of several, of which the last were empty, ends with white space:
 * that is taken off what is given as one.
 */
export function fillHeaders(headers: Headers, pairs: Iterable<readonly [string, string]>): Headers {
  for (const [name, value] of pairs) {
    const [, first, empty] = /^(.*?)((?:, )*)$/s.exec(value)!
    headers.append(name, first!)
    for (let i = 0; i < empty!.length; i += 2) headers.append(name, '')
  }
  return headers
}
