import type { CallContext } from './context.ts'
import type { Compiled } from './define.ts'
import { makeKey } from './key.ts'
import type { CallKey } from './key.ts'

/** The key of a call with these values. */
export function keyOf(
  compiled: Compiled,
  options: CallContext['options'],
  self: unknown,
  values: readonly unknown[],
  captures: readonly unknown[],
): CallKey {
  return makeKey({
    descriptor: compiled.descriptor,
    options,
    self,
    values,
    captures,
    known: compiled.knows,
    projectPath: compiled.project.path,
    onUnknownClass: compiled.meetsClass,
    onUntracked: compiled.meetsUntracked,
  })
}

/** What is being computed, by identity: two copies of a module in one process are one function. */
export function callId({ compiled, callKey, mode, store }: CallContext): string {
  const groups = callKey.groups.length === 0 ? '' : JSON.stringify(callKey.groups)
  return `${store.directory}\0${groups}\0${callKey.key}${mode === 'refresh' ? '\0refresh' : ''}\0${compiled.label}`
}

/** Whether the call's values are still what its key was made of. Code that waited has to ask: the caller may have changed them. */
export function isUnchanged({ compiled, options, self, values, captures, callKey }: CallContext): boolean {
  try {
    return keyOf(compiled, options, self, values, captures).key === callKey.key
  } catch {
    return false
  }
}
