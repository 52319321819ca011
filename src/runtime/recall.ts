import { scalarToken } from '../codec/canonical-tokens.ts'
import type { Codec } from '../codec/types.ts'
import type { StoredEntry } from '../store/types.ts'
import { isDirectoryCodec } from './codec-plan.ts'
import type { CallContext } from './context.ts'
import type { Compiled } from './define.ts'
import { debug } from './debug.ts'
import { noteReturn } from './define.ts'
import { events } from './events.ts'
import { isActive } from './frame.ts'
import type { Frame } from './frame.ts'
import { callId } from './identify.ts'
import { textOfScalars } from './key.ts'
import { keyPlan } from './key-plan.ts'
import type { ResolvedFunctionOptions } from '../config/resolve.ts'

/** An entry that was read before, at hand by the call's arguments: no hashing, no look-up, but still a fresh value for each call. */
interface Memory {
  readonly entry: StoredEntry
  readonly bytes: Uint8Array
  /** {@link callId} */
  readonly id: string
}

/** Memories of one function, by the texts of its calls. */
export type Memories = Map<string, Memory>

/** So many are kept in all, each of at most so many bytes: some megabytes. */
const MOST = 8192
const LARGEST = 2048

const OUTDATED = new Error('outdated')
const holders = new Set<Memories>()
let kept = 0

/** No answer from memory. */
export const FORGOTTEN: unique symbol = Symbol('forgotten')

/** A place for memories, if calls with these options may be answered by them: whatever has to be looked at anew each time forbids it. */
export function createMemories({ maxAge, validate, tags, outFile, lazy, batch }: ResolvedFunctionOptions): Memories | undefined {
  const asksAnew = maxAge !== undefined || validate !== undefined || tags.length > 0 || outFile.length > 0 || lazy || batch.length > 0
  return asksAnew || debug.call.enabled ? undefined : new Map()
}

/** What a call gave before, if that is at hand and still holds. */
export function recall(compiled: Compiled, memories: Memories, values: readonly unknown[], captures: readonly unknown[], frame: Frame | undefined): unknown {
  if (memories.size === 0 || frame?.overrides || events.hit.hasSubscribers) return FORGOTTEN
  const text = textOf(compiled, values, captures)
  const memory = text === undefined ? undefined : memories.get(text)
  if (memory === undefined) return FORGOTTEN
  // Being computed anew further up this chain of calls.
  if (frame !== undefined && isActive(frame, memory.id)) return FORGOTTEN
  const { entry } = memory
  let value: unknown
  try {
    if (!entry.isCurrent()) throw OUTDATED
    value = (compiled.plan.codec as Codec).decode(memory.bytes)
  } catch {
    // What went wrong, if anything did, the ordinary way finds and tells.
    memories.delete(text!)
    kept--
    return FORGOTTEN
  }
  compiled.hits++
  entry.noteUse()
  if (!entry.promise) return value
  if (compiled.returns !== 'promise') noteReturn(compiled, 'promise')
  return compiled.descriptor.async ? value : Promise.resolve(value)
}

/** Keeps an entry that a call was just answered by, not for the first time. */
export function remember(context: CallContext, entry: StoredEntry): void {
  const { compiled, options, values, captures } = context
  const { memories } = compiled
  if (memories === undefined || options !== compiled.options || isDirectoryCodec(context.plan.codec)) return
  if (!entry.isMet) return void (entry.isMet = true)
  if (entry.file !== undefined || entry.size > LARGEST || entry.tags !== undefined || !entry.isCurrent()) return
  const text = textOf(compiled, values, captures)
  if (text === undefined) return
  if (kept >= MOST) forgetAll()
  holders.add(memories)
  entry.detach()
  if (!memories.has(text)) kept++
  memories.set(text, { entry, bytes: entry.bytes(), id: callId(context) })
}

function textOf({ descriptor, options, knows }: Compiled, values: readonly unknown[], captures: readonly unknown[]): string | undefined {
  const plan = keyPlan(descriptor, options, knows)
  let text = plan.isSimple ? textOfScalars(plan, values) : undefined
  for (let i = 0; i < captures.length && text !== undefined; i++) {
    const token = scalarToken(captures[i])
    text = token === undefined ? undefined : `${text}${token}|`
  }
  return text
}

/** Gives a function's memories up: its options have changed. */
export function dropMemories(memories: Memories): void {
  if (holders.delete(memories)) kept -= memories.size
}

function forgetAll(): void {
  for (const memories of holders) memories.clear()
  holders.clear()
  kept = 0
}
