import type { OptionRule } from './schema.ts'
import { show } from './show.ts'
import { didYouMean } from './suggest.ts'

/** What a value is that its rule doesn't accept, and what was expected: `is 'cahce', expected one of 'cache', 'off'. Did you mean \`cache\`?` */
export function mismatch(value: unknown, { expects }: OptionRule): string {
  const near = typeof value === 'string' ? didYouMean(value, [...expects.matchAll(/'([\w-]+)'/g)].map((match) => match[1]!)) : ''
  return `is ${show(value)}, expected ${expects}.${near}`
}
