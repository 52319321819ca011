import { MISSPELT_PATTERN } from '../compiler/index.ts'

/**
 * Which files a host hands to the transform. The hosts with a filter of their own (Vite, Rolldown, Rollup from 4.40) evaluate
 * these without calling us, so that a file without a mark costs a substring search.
 */

/** A path to JavaScript or TypeScript with or without a query. `A.vue?vue&type=script&lang.ts` is none: what stands before the query counts. */
export const ID_PATTERN: RegExp = /^[^?\0]*\.[cm]?[jt]sx?(?:\?|$)/

/** The same for esbuild's own filter, which is a Go regular expression over the path without query. */
export const PATH_PATTERN: RegExp = /\.[cm]?[jt]sx?$/

/** Installed packages (linked ones have their real path elsewhere), virtual modules, and queries that ask for the text or URL of a file. */
export const EXCLUDED_PATTERNS: readonly RegExp[] = [
  /[\\/]node_modules[\\/]/,
  /^\0/,
  /[?&](?:raw|url|inline|worker|sharedworker|init|commonjs-\w+)(?:[=&]|$)/,
]

/** What a marked file holds, in a comment or as a binding. */
export const MARK = 'persist'

/** A `transform.filter` whose code part can still be extended before the host reads it. */
export interface TransformFilter {
  id: { include: RegExp[]; exclude: RegExp[] }
  code: { include: (string | RegExp)[] }
}

export function createTransformFilter(): TransformFilter {
  return {
    id: { include: [ID_PATTERN], exclude: [...EXCLUDED_PATTERNS] },
    // A usual slip with the mark gets its warning.
    code: { include: [MARK, MISSPELT_PATTERN] },
  }
}

/** An id as hosts have it, without its query. */
export function stripQuery(id: string): string {
  const query = id.indexOf('?')
  return query < 0 ? id : id.slice(0, query)
}

/** What hosts with filters of their own do. */
export function accepts({ id: { include, exclude }, code }: TransformFilter, id: string, text: string): boolean {
  return include.some((pattern) => pattern.test(id)) && !exclude.some((pattern) => pattern.test(id))
    && code.include.some((word) => (typeof word === 'string' ? text.includes(word) : word.test(text)))
}
