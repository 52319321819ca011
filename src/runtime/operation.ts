import type { Compiled } from './define.ts'

/**
 * What `handle()` wants of a call. It is left for the function's own `call()` to find: JavaScript binds the arguments, so
 * that defaults and destructuring are the same as in any call.
 */
export interface PendingOperation {
  readonly compiled: Compiled
  readonly kind: 'rerun' | 'original' | 'lazy' | 'has' | 'peek' | 'put' | 'forget'
  /** What to `put`. */
  readonly value?: unknown
  /** `call()` has met it. */
  consumed: boolean
  /** What it answers, but for those that give what the function gives. */
  result: unknown
  /** What answering it failed with: not thrown, as an async function would make an unhandled rejection of it. */
  failure: { error: unknown } | undefined
}

/** Whether it is answered without running the function. */
export function isQuestion(operation: PendingOperation): boolean {
  return operation.kind === 'has' || operation.kind === 'peek' || operation.kind === 'put' || operation.kind === 'forget'
}
