import type { CallContext } from './context.ts'
import { debug } from './debug.ts'
import { noteReturn } from './define.ts'
import { eventOf, events } from './events.ts'
import { noteVersion } from './note-version.ts'
import type { Found } from './look-up.ts'

/** What a hit returns: a promise where the function would have returned one. */
export function give(context: CallContext, { entry, value }: Found): unknown {
  const { compiled } = context
  compiled.hits++
  if (!compiled.noted) noteVersion(context)
  if (debug.call.enabled) debug.call('%s(%s): hit %s', compiled.label, context.callKey.preview(), context.callKey.key)
  if (events.hit.hasSubscribers) events.hit.publish(eventOf(context, { duration: entry.duration, size: entry.size }))
  compiled.expected ??= entry.duration
  if (!entry.promise) return value
  if (compiled.returns !== 'promise') noteReturn(compiled, 'promise')
  // An async function makes the promise itself.
  return compiled.descriptor.async ? value : Promise.resolve(value)
}
