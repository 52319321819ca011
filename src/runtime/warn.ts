import { messageOf, PersistError } from '../errors.ts'
import type { PersistErrorCode } from '../errors.ts'
import type { OnError } from '../config/options.ts'
import type { Compiled } from './define.ts'
import { debug } from './debug.ts'
import { currentFrame } from './frame.ts'
import { mayWrite, modeOf } from './mode.ts'
import { state } from './state.ts'

/**
 * Says something once per function and cause: remembered in the store, so that a script that runs a hundred times a day
 * doesn't say it a hundred times; where the store can't remember, once per process.
 */
export function warnOnce(compiled: Compiled, cause: string, message: string): void {
  const id = `${compiled.label}\0${cause}`
  if (state.warned.has(id)) return
  state.warned.add(id)
  try {
    const store = mayWrite(modeOf(compiled, currentFrame())) ? compiled.store : compiled.reading
    if (store !== undefined && !store.firstTime(cause)) return
  } catch {
    // A store that can't remember must not silence what is wrong with it.
  }
  print(message)
}

/** For what belongs to no function: once per process. */
export function warnOncePerProcess(cause: string, message: string): void {
  if (state.warned.has(cause)) return
  state.warned.add(cause)
  print(message)
}

/** A step of a call has failed: the option says whether the program learns of it. Returns for the call to go on uncached. */
export function onFailure(compiled: Compiled, onError: OnError, step: string, error: unknown): void {
  if (onError === 'throw') throw ofFunction(compiled, step, error)
  debug.call('%s: %s failed: %o', compiled.label, step, error)
  if (onError === 'ignore') return
  // Anything can be thrown, `null` too.
  const { code = 'ERROR', message, path } = (error ?? {}) as Partial<PersistError>
  const system = systemCode(error)
  // What the system refuses it refuses in each step: a full disk is one cause, a missing right another.
  // A callback of the user's may be asked in several steps: it is one cause too.
  const cause = system !== undefined ? `${code}:${system}` : code === 'OPTION' ? `${code}:${path ?? ''}` : `${step}:${code}:${path ?? ''}`
  const aftermath = system === undefined ? AFTERMATH[step] : '(the function runs, its result may not be kept)'
  warnOnce(compiled, cause, `${compiled.label}: ${strip(typeof message === 'string' ? message : String(error))} ${aftermath ?? ''}`.trimEnd())
}

/** `ENOSPC`, where the system said no. */
function systemCode(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code === 'ERROR' ? undefined : code
  return cause instanceof Error ? systemCode(cause) : undefined
}

/** What failed, as an error of ours that names the function. */
export function ofFunction({ label }: Compiled, step: string, error: unknown): PersistError {
  if (!(error instanceof PersistError)) {
    const message = messageOf(error)
    return new PersistError(CODES[step] ?? 'STORE', `${label}: ${step} failed: ${message}`, { cause: error })
  }
  const message = strip(error.message)
  if (message.startsWith(`${label}:`)) return error
  const { code, path, cause } = error
  return new PersistError(code, `${label}: ${message}`, { cause: cause ?? error, ...(path !== undefined && { path }) })
}

/** The store's own errors have a code: what comes without one is from a codec, a rule or a callback of the user's. */
const CODES: Record<string, PersistErrorCode> = { key: 'KEY', store: 'VALUE', look: 'DECODE', lease: 'LOCK' }

/** What a failing step means for the call; its cure stands in the error itself. */
const AFTERMATH: Record<string, string> = {
  key: '(this call runs uncached)',
  store: '(the result is returned, but not kept)',
  look: '(the function runs)',
  lease: '(the function runs, maybe in another process too)',
}

const PREFIX = '[unplugin-persist] '

function strip(message: string): string {
  return message.startsWith(PREFIX) ? message.slice(PREFIX.length) : message
}

function print(message: string): void {
  console.warn(PREFIX + strip(message))
}
