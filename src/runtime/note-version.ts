import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { mayWrite } from './mode.ts'

/** Tells the manifest, once per process, that this version of the code is in use. */
export function noteVersion({ compiled, store, mode, options }: CallContext): void {
  compiled.noted = true
  if (!mayWrite(mode)) return
  const { fingerprint, dependencies } = compiled.descriptor
  try {
    store.noteVersion({ fingerprint: options.version === undefined ? fingerprint : `version:${options.version}`, dependencies: dependencies ?? [] })
  } catch (error) {
    // The manifest only explains; the results are there without it.
    debug.store('%s: the version could not be noted: %o', compiled.label, error)
  }
}
