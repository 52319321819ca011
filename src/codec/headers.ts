/**
 * Gives headers the values that others had. Of one that was joined of several the first or last may be empty, so that it begins or ends
 * with white space, which is taken off what is given in one.
 */
export function fillHeaders(headers: Headers, pairs: Iterable<readonly [string, string]>): Headers {
  for (const [name, value] of pairs) {
    const [, before, middle, after] = /^((?:, )*)(.*?)((?:, )*)$/s.exec(value)!
    for (let i = 0; i < before!.length; i += 2) headers.append(name, '')
    headers.append(name, middle!)
    for (let i = 0; i < after!.length; i += 2) headers.append(name, '')
  }
  return headers
}
