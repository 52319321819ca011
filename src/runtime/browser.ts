import type { Descriptor } from '../descriptor.ts'

/**
 * What `unplugin-persist/runtime` is under the `browser` condition: the same names, no store and no `node:` module. Functions
 * run as if they were not marked.
 */

let warned = false

/** Says once that nothing is kept here. */
export function warnUncached(): void {
  if (warned) return
  warned = true
  console.warn('[unplugin-persist] There is no store in a browser yet: persisted functions run uncached.')
}

/** Runs the function. */
export function call(_compiled: unknown, _self: unknown, values: readonly unknown[], _captures: unknown, body: (...values: any[]) => unknown): unknown {
  warnUncached()
  return body(...values)
}

export function define(descriptor: Descriptor): { readonly descriptor: Descriptor } {
  return { descriptor }
}

export function own<F>(_compiled: unknown, fn: F): F {
  return fn
}

/** There is nothing to switch off. */
export function off(): void {}

/** There is nothing to find. */
export function publishRoot(): void {}

/** Nobody asks. */
export function track(): void {}

export function tracked(): undefined {}

/** Nothing is kept that could depend on it. */
export function locale(): string {
  return ''
}
