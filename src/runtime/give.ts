import type { CallContext } from './context.ts'
import { noteReturn } from './define.ts'
import { events } from './events.ts'
import { noteVersion } from './note-version.ts'
import type { Found } from './look-up.ts'

/** What a hit returns: a promise where the function would have returned one. */
export function give(context: CallContext, { entry, value }: Found): unknown {
  const { compiled } = context
  compiled.hits++
  if (!compiled.noted) noteVersion(context)
  if (events.hit.hasSubscribers) {
    const { module, name, fingerprint } = compiled.descriptor
    const { duration } = entry.meta
    events.hit.publish({ module, name, fingerprint, key: entry.key, call: context.call, parent: context.frame?.call ?? 0, duration, size: entry.size })
  }
  compiled.expected ??= entry.meta.duration
  if (entry.meta.promise !== true) return value
  if (compiled.returns !== 'promise') noteReturn(compiled, 'promise')
  // An async function makes the promise itself.
  return compiled.descriptor.async ? value : Promise.resolve(value)
}
