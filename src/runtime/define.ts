import { DESCRIPTOR_VERSION } from '../descriptor.ts'
import type { Descriptor, KnownCode } from '../descriptor.ts'
import type { FunctionOptions, Mode } from '../config/options.ts'
import type { ResolvedFunctionOptions } from '../config/resolve.ts'
import type { FunctionStore } from '../store/types.ts'
import type { CodecPlan } from './codec-plan.ts'
import { noteSite } from './call-site.ts'
import type { RuntimeProject } from './project.ts'
import { state } from './state.ts'
import { noteUnknownClass, noteUntracked } from './feedback.ts'
import type { Memories } from './recall.ts'

/** What the runtime knows of one persisted function. Opaque to compiled code. */
export interface Compiled {
  readonly descriptor: Descriptor
  /** Gives the function once its module has been evaluated; 0 where nothing names it. */
  readonly self: (() => unknown) | 0
  readonly known: (() => KnownCode) | undefined
  /** `module#name`, for people; of wrappers with a name of their own with that. */
  label: string
  /** Options given to `persist()`, which may hold functions. */
  attached: FunctionOptions | undefined
  /** The descriptor is of another version: run uncached. */
  readonly foreign: boolean
  /** What is below belongs to this generation of options. */
  generation: number
  options: ResolvedFunctionOptions
  mode: Mode
  /** The mode was set where neither a mocking test nor coverage changes it. */
  modeFixed: boolean
  project: RuntimeProject
  /** Opened by the first call that may write. */
  store: FunctionStore | undefined
  /** The same, only to be read: opened by the first call of a mode that writes nothing. */
  reading: FunctionStore | undefined
  plan: CodecPlan
  knownCode: WeakMap<object, string> | undefined
  /** {@link knownFingerprint} of this function. */
  readonly knows: (value: object) => string | undefined
  /** Told of a class in a key that goes by its name, as the compiler has not seen its code. */
  readonly meetsClass: (name: string, path: string) => void
  /** Told of a captured variable of which only the code that made it counts. */
  readonly meetsUntracked: (name: string, value: object, cure: string) => void
  /** The generation of options in which no store could be had. */
  brokenIn: number
  /** What it gives; `mixed` has given both, `undefined` means that nobody knows yet. */
  returns: 'promise' | 'value' | 'mixed' | undefined
  /** What a computation takes, milliseconds: the longest of late. */
  expected: number | undefined
  /** The version was written into the manifest. */
  noted: boolean
  /** Stores of this fingerprint's earlier names and places, and of alternative roots. Looked for at the first miss. */
  elsewhere: readonly FunctionStore[] | undefined
  computed: number
  hits: number
  /** How often the cache took longer than it may. */
  slow: number
  /** What calls gave before; `undefined` where each call has to be looked up. */
  memories: Memories | undefined
}

/** Tells the runtime of a compiled function. Runs while modules load, so it only takes notes. */
export function define(descriptor: Descriptor, self: (() => unknown) | 0, known?: () => KnownCode): Compiled {
  const compiled = createCompiled(descriptor, self, known)
  if (compiled.foreign) return compiled
  noteSite(descriptor.project, define)
  if (self !== 0) {
    const id = `${descriptor.project.name}\0${descriptor.project.at}\0${compiled.label}`
    const former = state.unresolved.get(id)
    if (former) resolveFunction(former)
    state.unresolved.set(id, compiled)
  }
  return compiled
}

/** A function's record in its first state. The fields that depend on options are filled in at the first call. */
export function createCompiled(descriptor: Descriptor, self: (() => unknown) | 0, known?: () => KnownCode): Compiled {
  const compiled: Compiled = {
    descriptor,
    self,
    known,
    label: `${descriptor.module}#${descriptor.name}`,
    attached: undefined,
    foreign: descriptor.v !== DESCRIPTOR_VERSION,
    generation: 0,
    options: undefined as never,
    mode: 'cache',
    modeFixed: false,
    project: undefined as never,
    store: undefined,
    reading: undefined,
    plan: undefined as never,
    knownCode: undefined,
    knows: (value) => knownFingerprint(compiled, value),
    meetsClass: (name, path) => noteUnknownClass(compiled, name, path),
    meetsUntracked: (...met) => noteUntracked(compiled, ...met),
    brokenIn: 0,
    returns: descriptor.async ? 'promise' : undefined,
    expected: undefined,
    noted: false,
    elsewhere: undefined,
    computed: 0,
    hits: 0,
    slow: 0,
    memories: undefined,
  }
  return compiled
}

/** Learns what a function gives. */
export function noteReturn(compiled: Compiled, kind: 'promise' | 'value'): void {
  if (compiled.returns === kind) return
  compiled.returns = compiled.returns === undefined ? kind : 'mixed'
}

/**
 * Tells which function object a function is that nothing names, and gives it back.
 *
 * @param holder The function, or the object that has it as a member.
 * @param name The member's; of a function the name that its place would have given it.
 */
export function own<T>(compiled: Compiled | undefined, holder: T, name?: string): T {
  if (typeof holder === 'function') {
    if (name !== undefined && holder.name !== name) Object.defineProperty(holder, 'name', { value: name, configurable: true })
    if (compiled !== undefined) state.functions.set(holder, compiled)
  } else if (compiled !== undefined && name !== undefined) {
    const member: unknown = Object.getOwnPropertyDescriptor(holder as object, name)?.value
    if (typeof member === 'function') state.functions.set(member, compiled)
  }
  return holder
}

/** The record of a function, if it is a persisted one. */
export function compiledOf(fn: object): Compiled | undefined {
  const found = state.functions.get(fn)
  if (found) return found
  for (const [id, compiled] of state.unresolved) {
    if (resolveFunction(compiled)) state.unresolved.delete(id)
  }
  return state.functions.get(fn)
}

/** Asks a record for its function. It may not be there yet. */
function resolveFunction(compiled: Compiled): boolean {
  try {
    const fn = (compiled.self as () => unknown)()
    if (typeof fn !== 'function') return false
    state.functions.set(fn, compiled)
    return true
  } catch {
    return false
  }
}

/** The fingerprint of a function or class that this function reaches, or of a persisted function. */
export function knownFingerprint(compiled: Compiled, value: object): string | undefined {
  if (compiled.knownCode === undefined && compiled.known !== undefined) {
    try {
      const pairs = compiled.known()
      const map = new WeakMap<object, string>()
      for (let index = 0; index + 1 < pairs.length; index += 2) {
        const code = pairs[index]
        if ((typeof code === 'function' || typeof code === 'object') && code !== null) map.set(code, pairs[index + 1] as string)
      }
      compiled.knownCode = map
    } catch {
      // Some of it isn't evaluated yet: the next call tries again.
    }
  }
  return compiled.knownCode?.get(value) ?? (typeof value === 'function' ? fingerprintOf(value) : undefined)
}

/** A persisted function's code says all about it only where it reads nothing else when it is called. */
function fingerprintOf(fn: object): string | undefined {
  const descriptor = compiledOf(fn)?.descriptor
  return descriptor === undefined || descriptor.captures?.length || descriptor.self ? undefined : descriptor.fingerprint
}
