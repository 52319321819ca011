import { canonicalHash, DROPPED } from '../codec/canonical.ts'
import { type KeyRule, type KeyRuleKind, keyRule } from '../config/options.ts'

function builtIn<T>(kind: KeyRuleKind, rule: (value: T) => unknown): KeyRule<T> {
  return Object.defineProperty(rule, keyRule, { value: kind }) as KeyRule<T>
}

/** Leaves a parameter out of the key, as `skip` does. */
export const ignore: KeyRule = /* @__PURE__ */ builtIn('ignore', () => DROPPED)

/**
 * A digest of any value, pinned: the same in every process, on every platform and Node version. Classes count by
 * name and state, not by code. As a rule in `key` it puts the digest in the value's place.
 */
export const stableHash: KeyRule & ((value: unknown) => string) = /* @__PURE__ */ builtIn('stableHash', (value: unknown) =>
  canonicalHash(value),
) as never

/** Leaves a parameter out of the key when the predicate holds: calls from before the parameter existed keep their entries. */
export function dropIf<T = any>(predicate: (value: T) => unknown): KeyRule<T> {
  return builtIn('dropIf', (value: T) => (predicate(value) ? DROPPED : value))
}

/** Leaves a parameter out of the key when it equals `expected`, in type and content. */
export function dropIfEqual<T = any>(expected: T): KeyRule<T> {
  if (typeof expected !== 'object' || expected === null) return builtIn('dropIfEqual', (value: T) => (Object.is(value, expected) ? DROPPED : value))
  const digest = canonicalHash(expected, undefined, 'dropIfEqual(…)')
  return builtIn('dropIfEqual', (value: T) =>
    typeof value === 'object' && value !== null && canonicalHash(value) === digest ? DROPPED : value,
  )
}
