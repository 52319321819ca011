import { sha256 } from '../sha256.ts'
import type { FunctionStore } from '../store/types.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import { openProject, rootOf } from './stores.ts'

/*
 * Whether a function that isn't declared async gives promises shows only when it has run. Who has run it leaves a note, so that
 * another process that waits for its result doesn't block its event loop for as long as that takes.
 */

const MODULE = '@kinds'

/** Leaves the note, if it isn't there. */
export function notePromiseKind(compiled: Compiled): void {
  try {
    const { store, key } = noteOf(compiled)
    if (store.get(key, [])) return
    const { label, descriptor } = compiled
    void store.put(key, [], { codec: 'kind@1', meta: { created: Date.now(), duration: 0, fingerprint: descriptor.fingerprint, preview: label }, payload: new Uint8Array() })
  } catch (error) {
    // Whoever waits blocks; the result is the same.
    debug.store('%s: that it gives promises could not be noted: %o', compiled.label, error)
  }
}

/** Whether somebody has seen this version of the function give a promise. */
export function isPromiseKind(compiled: Compiled): boolean {
  const { store, key } = noteOf(compiled)
  return store.get(key, []) !== undefined
}

function noteOf({ options, project, label, descriptor }: Compiled): { store: FunctionStore; key: string } {
  const store = openProject(rootOf(options), options, project).function(MODULE, 'promise')
  return { store, key: sha256(`${label}\0${descriptor.fingerprint}`) }
}
