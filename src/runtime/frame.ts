import { AsyncLocalStorage } from 'node:async_hooks'
import { isPromise } from 'node:util/types'
import type { FunctionOptions, Mode, ProjectOptions } from '../config/options.ts'
import type { ResolvedFunctionOptions } from '../config/resolve.ts'
import type { Compiled } from './define.ts'
import { state } from './state.ts'

/** One persisted call that is computing, or one `withMode`/`withOptions`. Frames form a chain, outermost last. */
export interface Frame {
  readonly parent: Frame | undefined
  /** What is being computed. Met again further down, it runs directly. Taken away when it is done. */
  active: string | ReadonlySet<string> | undefined
  /** Number of the call, for observers. */
  readonly call: number
  readonly mode: Mode | undefined
  readonly options: (ProjectOptions & FunctionOptions) | undefined
  /** Some frame of the chain has `mode` or `options`: without one nobody walks the chain for them. */
  readonly overrides: boolean
  /** Options of functions that were called in this very frame. */
  resolved: Map<Compiled, ResolvedFunctionOptions> | undefined
}

/** The frame that the running code stands in. */
export function currentFrame(): Frame | undefined {
  if (state.frame !== undefined) return state.frame
  return state.asyncFrames > 0 ? state.storage!.getStore() : undefined
}

/** A frame for a call that computes. */
export function callFrame(parent: Frame | undefined, active: string | ReadonlySet<string>, call: number): Frame {
  return { parent, active, call, mode: undefined, options: undefined, overrides: parent?.overrides ?? false, resolved: undefined }
}

/** A frame that lays a mode or options over all calls below it. */
export function overridingFrame(parent: Frame | undefined, mode: Mode | undefined, options: Frame['options']): Frame {
  return { parent, active: undefined, call: parent?.call ?? 0, mode, options, overrides: true, resolved: undefined }
}

/**
 * Runs code in a frame.
 *
 * @param carried Whether the frame goes with the code over `await`. Carrying needs AsyncLocalStorage, which makes every
 * promise of the process dearer while it is on; it is switched off when the last carried frame is done.
 */
export function runInFrame<T>(frame: Frame, carried: boolean, run: () => T): T {
  const outer = state.frame
  const limit = Error.stackTraceLimit
  const raised = limit && limit + OWN_LINES
  let lasts = !carried || (frame.overrides && frame.active === undefined)
  state.frame = frame
  // Those who called the function are named in traces as they would be without us. Frozen intrinsics stay as they are, and so does a limit of none.
  Reflect.set(Error, 'stackTraceLimit', raised)
  try {
    if (!carried) return run()
    state.storage ??= new AsyncLocalStorage()
    state.asyncFrames++
    const result = state.storage.run(frame, run)
    if (!lasts && isPromise(result)) {
      lasts = true
      result.then(leave, leave)
    }
    return result
  } finally {
    state.frame = outer
    if (Error.stackTraceLimit === raised) Reflect.set(Error, 'stackTraceLimit', limit)
    // What was started in withMode() and goes on after it keeps its mode, so that such a frame counts for ever.
    if (!lasts) leave()
  }
}

/** So many lines of a stack trace are of this package, between the function and who called it: Node shows ten. */
const OWN_LINES = 11

function leave(): void {
  if (--state.asyncFrames === 0) state.storage!.disable()
}

/** Whether this very thing is being computed further up the chain. */
export function isActive(frame: Frame | undefined, active: string): boolean {
  for (let current = frame; current !== undefined; current = current.parent) {
    if (typeof current.active === 'object' ? current.active.has(active) : current.active === active) return true
  }
  return false
}
