import { fileURLToPath } from 'node:url'
import { isAbsolute } from 'node:path'
import type { ProjectIdentity } from '../descriptor.ts'
import { state } from './state.ts'

/** Key of a project in the maps of the runtime, and of the published roots. */
export function projectKey(identity: ProjectIdentity): string {
  return `${identity.name}\0${identity.at}`
}

/** Remembers from which file a project's functions were defined: the one thing that tells where bundled code lies. */
export function noteSite(identity: ProjectIdentity, below: Function): void {
  const key = projectKey(identity)
  if (state.sites.has(key)) return
  const file = callerFile(below)
  if (file !== undefined) state.sites.set(key, file)
}

/** The file that called `below`, if the stack names one. */
export function callerFile(below: Function): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    let name: string | null | undefined
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_, sites) => {
      name = sites[0]?.getFileName()
      return ''
    }
    const holder: { stack?: string } = {}
    Error.captureStackTrace(holder, below)
    void holder.stack
    return toPath(name)
  } catch {
    // Frozen intrinsics: one source of the project's place less.
    return undefined
  } finally {
    try {
      Error.stackTraceLimit = stackTraceLimit
      Error.prepareStackTrace = prepareStackTrace
    } catch {
      // As above.
    }
  }
}

function toPath(name: string | null | undefined): string | undefined {
  if (!name) return undefined
  const bare = name.replace(/[?#].*$/, '')
  if (bare.startsWith('file://')) return fileURLToPath(bare)
  return isAbsolute(bare) ? bare : undefined
}
