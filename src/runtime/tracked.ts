import { state } from './state.ts'

/** Takes note of how a variable that is marked with `@persist-track` is read. Runs while its module loads. */
export function track(id: string, read: () => unknown): void {
  state.tracked.set(id, read)
}

/** The variable's value as it is now. Throws where its module was not compiled, or has not come to its declaration: then the call runs uncached. */
export function tracked(id: string): unknown {
  const read = state.tracked.get(id)
  if (!read) throw new ReferenceError(`${id} is tracked, but its module was loaded without being compiled`)
  return read()
}
