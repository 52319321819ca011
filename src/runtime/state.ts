import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Environment } from '../config/environment.ts'
import type { ProjectOptions } from '../config/options.ts'
import type { ResolvedOptions } from '../config/resolve.ts'
import type { Store } from '../store/types.ts'
import type { Compiled } from './define.ts'
import type { Flight } from './flight.ts'
import type { Frame } from './frame.ts'
import type { PendingOperation } from './operation.ts'
import type { RuntimeProject } from './project.ts'
import type { Streaming } from './share-stream.ts'

/** What all copies of the runtime in one thread share, whatever their version: only plain fields that never change their meaning. */
export interface Registry {
  /** A state for each {@link STATE_VERSION}. */
  states: Record<number, RuntimeState>
  /** Why this thread runs without the cache: a test file that mocks, say. */
  off?: string
  /** Project directories that a dev server, test runner or register hook knows: `name\0at` to an absolute path. */
  roots: Record<string, string>
}

/** Changes whenever {@link RuntimeState} changes its shape, so that two versions of the package don't trip over each other. */
const STATE_VERSION = 1

/** What the ESM and the CommonJS copy of this version share. */
export interface RuntimeState {
  /** Grows whenever options may have changed; what was resolved before is resolved again. */
  generation: number
  /** What `configure()` set. */
  configured: ProjectOptions
  environment: Environment | undefined
  global: ProjectOptions | undefined
  /** The innermost call or `withMode` that runs in this synchronous stretch of code. */
  frame: Frame | undefined
  /** Carries frames over `await`. Made when first needed: promises cost more from then on. */
  storage: AsyncLocalStorage<Frame> | undefined
  /** Frames that live in `storage` now. While there is none, nobody asks it. */
  asyncFrames: number
  /** How many computations stand on the stack. */
  depth: number
  /** What `handle()` wants of the next call of one function. */
  pending: PendingOperation | undefined
  flights: Map<string, Flight>
  /** Results that are kept while their callers read them, by call. */
  streams: Map<string, Streaming>
  /** Functions whose descriptor is known. */
  functions: WeakMap<object, Compiled>
  /** Functions that haven't been asked yet which function object they are. */
  unresolved: Map<string, Compiled>
  /** Roots and projects that functions of this process store in. */
  places: Map<string, { options: ResolvedOptions; project: RuntimeProject }>
  /** One per identity, for reports and for tags. */
  projects: Map<string, RuntimeProject>
  /** A call site of `define` for each project, to walk up from. */
  sites: Map<string, string>
  stores: Map<string, Store>
  /** What computations of this thread wait for, and how often. */
  waits: Map<string, Map<string, number>>
  /** Marks of tags that were invalidated where nothing may be written: this process alone knows. */
  invalidated: Map<string, string>
  /** Entries that are computed anew behind the calls that they still served. */
  revalidating: Set<string>
  warned: Set<string>
  /** How variables with `@persist-track` are read. */
  tracked: Map<string, () => unknown>
  /** Counts calls that observers see. */
  calls: number
}

const REGISTRY: unique symbol = Symbol.for('unplugin-persist') as never

type WithRegistry = typeof globalThis & { [REGISTRY]?: Registry }

/** The registry of this thread, made when first asked for. */
export function registry(): Registry {
  const scope = globalThis as WithRegistry
  const found = scope[REGISTRY]
  if (found?.states && found.roots) return found
  // Something that only wanted to leave a note (a test's `off`) may have made the object before us.
  const made: Registry = Object.assign(found ?? {}, { states: found?.states ?? {}, roots: found?.roots ?? {} })
  Object.defineProperty(scope, REGISTRY, { value: made, enumerable: false, configurable: true, writable: true })
  return made
}

function createState(): RuntimeState {
  return {
    generation: 1,
    configured: {},
    environment: undefined,
    global: undefined,
    frame: undefined,
    storage: undefined,
    asyncFrames: 0,
    depth: 0,
    pending: undefined,
    flights: new Map(),
    streams: new Map(),
    functions: new WeakMap(),
    unresolved: new Map(),
    places: new Map(),
    projects: new Map(),
    sites: new Map(),
    stores: new Map(),
    waits: new Map(),
    invalidated: new Map(),
    revalidating: new Set(),
    warned: new Set(),
    tracked: new Map(),
    calls: 0,
  }
}

const shared: Registry = registry()

/** The state of this thread. */
export const state: RuntimeState = (shared.states[STATE_VERSION] ??= createState())

/** {@link registry}, looked up once. */
export const sharedRegistry: Registry = shared
