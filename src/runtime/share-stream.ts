import type { SplitValue } from '../codec/types.ts'
import type { Lease } from '../store/types.ts'
import { decodeEntry } from './codec-plan.ts'
import type { CallContext } from './context.ts'
import type { Splitting } from './keep.ts'
import { createLazyAgain, holdLazy } from './lazy.ts'
import { state } from './state.ts'
import { onFailure } from './warn.ts'

/** How long nothing may pass before others no longer wait, milliseconds: whether the caller ever reads on is its own affair. */
const IDLE = 1000

/** A result that is kept while its caller reads it. */
export interface Streaming {
  /** The same for one more caller; `undefined` when it is too late. */
  another(): unknown
  /** Reads it to the end for nobody. */
  finish(): Promise<void>
}

/** The stream of a call that is being read by another caller of this thread, once more; `undefined` where there is none. */
export function joinStream({ compiled, options }: CallContext, id: string): unknown {
  const stream = options.lazy ? undefined : state.streams.get(id)?.another()
  return stream !== undefined && compiled.returns === 'promise' && !compiled.descriptor.async ? Promise.resolve(stream) : stream
}

/** Gives the caller what it reads, and sees to the end of the computation when it has read it. */
export function handOver(context: CallContext, id: string, lease: Lease | undefined, { split, later }: Splitting, promised: boolean): unknown {
  const streaming: Streaming = {
    another: () => split.another(),
    async finish() {
      await split.drain()
      split.dispose()
    },
  }
  state.streams.set(id, streaming)
  const stopWatching = lease && releaseWhenIdle(split, lease)
  const end = (): void => {
    stopWatching?.()
    lease?.release()
    if (state.streams.get(id) === streaming) state.streams.delete(id)
  }
  const { compiled, options } = context
  later.then(end, (error: unknown) => {
    end()
    // `onError: 'throw'` comes too late for the caller, who is only warned.
    onFailure(compiled, options.onError === 'throw' ? 'warn' : options.onError, 'store', error)
  })
  if (!options.lazy) return split.forCaller
  return promised ? lazyLater(context, split, later) : lazyNow(context, split, later)
}

function releaseWhenIdle(split: SplitValue, lease: Lease): () => void {
  let before = -1
  const timer = setInterval(() => {
    if (split.progress === before) {
      clearInterval(timer)
      lease.release()
    }
    before = split.progress
  }, IDLE)
  timer.unref()
  return () => clearInterval(timer)
}

/** A handle on what lies in the store by then. What can't be kept stays with the handle, to be read once. */
async function lazyLater(context: CallContext, split: SplitValue, later: Splitting['later']): Promise<unknown> {
  await split.drain()
  const { stored, meta } = await later
  if (!stored) return holdLazy(context, () => split.forCaller, meta)
  split.dispose()
  return createLazyAgain(context, split.forCaller)
}

/** A synchronous function doesn't wait: until all is in the store, its handle reads what goes there. */
function lazyNow(context: CallContext, split: SplitValue, later: Splitting['later']): unknown {
  const { store, callKey, plan, compiled } = context
  void split.drain()
  later.then(({ stored }) => stored && split.dispose(), () => undefined)
  const meta = { created: Date.now(), duration: 0, fingerprint: compiled.descriptor.fingerprint }
  return holdLazy(context, () => {
    const entry = store.get(callKey.key, callKey.groups)
    return entry ? decodeEntry(plan, entry) : split.another() ?? split.forCaller
  }, meta)
}
