import type { Mode } from '../config/options.ts'
import type { ResolvedFunctionOptions } from '../config/resolve.ts'
import type { FunctionStore } from '../store/types.ts'
import type { CodecPlan } from './codec-plan.ts'
import type { Compiled } from './define.ts'
import type { MissReason } from './events.ts'
import type { Frame } from './frame.ts'
import type { CallKey } from './key.ts'
import type { TagMarks } from './tags.ts'

/** What the steps of one call hand to each other. */
export interface CallContext {
  readonly compiled: Compiled
  readonly options: ResolvedFunctionOptions
  readonly mode: Mode
  readonly store: FunctionStore
  readonly plan: CodecPlan
  readonly callKey: CallKey
  readonly self: unknown
  readonly values: readonly unknown[]
  readonly captures: readonly unknown[]
  readonly body: (...values: any[]) => unknown
  /** The frame that the call was made in. */
  readonly frame: Frame | undefined
  /** Number of the call, for observers: 0 where there are none. */
  readonly call: number
  /** What the function's tags were marked with when the call was made. */
  readonly marks: TagMarks | undefined
  /** Why the look-up found nothing, where it is more than that there is none. */
  missed: MissReason | undefined
}
