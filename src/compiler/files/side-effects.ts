import { globPattern } from './glob-pattern.ts'

/**
 * What a `package.json` says of its modules' side effects, by the field's own rules: `false` for none, or patterns of those
 * that have some. A pattern without a slash means files in any folder. What is no list says nothing.
 *
 * @param path from the package's directory, with `/`
 */
export function maySideEffect(field: unknown, path: string): boolean {
  if (field === false) return false
  const patterns = typeof field === 'string' ? [field] : field
  if (!Array.isArray(patterns)) return true
  return patterns.some((pattern) => typeof pattern === 'string' && matcherOf(pattern).test(path))
}

const matchers = new Map<string, RegExp>()

function matcherOf(pattern: string): RegExp {
  let matcher = matchers.get(pattern)
  if (!matcher) {
    const plain = pattern.replace(/^\.?\//, '')
    matchers.set(pattern, (matcher = globPattern(plain.includes('/') ? plain : `**/${plain}`)))
  }
  return matcher
}
