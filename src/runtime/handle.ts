import { show } from '../config/show.ts'
import { PersistError } from '../errors.ts'
import { compiledOf } from './define.ts'
import type { Compiled } from './define.ts'
import { currentFrame } from './frame.ts'
import type { Lazy } from './lazy.ts'
import { modeOf } from './mode.ts'
import type { Entry } from './operate.ts'
import type { PendingOperation } from './operation.ts'
import { settle } from './settle-options.ts'
import { state } from './state.ts'
import { storeFor } from './stores.ts'

type AnyFunction = (...args: any[]) => any

/** `T` as the function gives it: in a promise where it gives one. */
export type Like<F extends AnyFunction, T> = ReturnType<F> extends PromiseLike<unknown> ? Promise<T> : T

/** What is known of a persisted function. */
export interface FunctionInfo {
  readonly module: string
  readonly name: string
  readonly fingerprint: string
  /** Its directory in the store. */
  readonly directory: string
}

/** Control of one persisted function. For a synchronous function all is synchronous, else promises. */
export interface Handle<F extends AnyFunction> {
  /** Computes and replaces what is stored, only after success. */
  rerun(...args: Parameters<F>): ReturnType<F>
  /** Whether a call would hit. */
  has(...args: Parameters<F>): Like<F, boolean>
  /** The entry that a call would read, without computing. */
  peek(...args: Parameters<F>): Like<F, Entry<Awaited<ReturnType<F>>> | undefined>
  /** Stores a value as the result of a call. */
  put(args: Parameters<F>, value: Awaited<ReturnType<F>>): Like<F, void>
  /** Drops the entry of a call. */
  forget(...args: Parameters<F>): Like<F, void>
  /** Drops all entries of the function. */
  clear(): Like<F, void>
  /** Calls, and gives a handle on the stored result instead of the result. */
  lazy(...args: Parameters<F>): Like<F, Lazy<ReturnType<F>>>
  /** The function without its cache; persisted functions that it calls keep theirs. */
  readonly original: F
  readonly info: FunctionInfo
}

/**
 * Control of a persisted function, marked or wrapped.
 *
 * @param self `this` for methods: `handle(repo.load, repo)`.
 */
export function handle<F extends AnyFunction>(fn: F, self?: unknown): Handle<F> {
  const compiled = typeof fn === 'function' ? compiledOf(fn) : undefined
  if (!compiled) throw notPersisted(fn)
  return makeHandle(compiled, fn, self)
}

/** The members of {@link Handle} for a function whose record is known. */
export function makeHandle<F extends AnyFunction>(compiled: Compiled, fn: F, self?: unknown): Handle<F> {
  const returned = (kind: PendingOperation['kind'], args: readonly unknown[]): any => start(compiled, fn, self, kind, args).returned
  const asked = (kind: PendingOperation['kind'], args: readonly unknown[], value?: unknown): any => {
    const { operation, returned: given } = start(compiled, fn, self, kind, args, value)
    // The arguments could not be bound, or no store could be had: what the function gave says it.
    if (!operation.consumed) return unconsumed(compiled, given)
    if (operation.failure) return failed(compiled, operation.failure.error)
    return like(compiled, operation.result)
  }
  return {
    rerun: (...args) => returned('rerun', args),
    has: (...args) => asked('has', args),
    peek: (...args) => asked('peek', args),
    put: (args, value) => asked('put', args, value),
    forget: (...args) => asked('forget', args),
    clear: () => {
      settle(compiled)
      storeFor(compiled, compiled.options, modeOf(compiled, currentFrame())).clear()
      return like(compiled, undefined) as never
    },
    lazy: (...args) => returned('lazy', args),
    original: originalOf(compiled, fn),
    get info() {
      settle(compiled)
      const { module, name, fingerprint } = compiled.descriptor
      return { module, name, fingerprint, directory: storeFor(compiled, compiled.options, modeOf(compiled, currentFrame())).directory }
    },
  }
}

/** Calls the function with an operation left for its `call()`, which takes it at once. */
function start(
  compiled: Compiled,
  fn: AnyFunction,
  self: unknown,
  kind: PendingOperation['kind'],
  args: readonly unknown[],
  value?: unknown,
): { operation: PendingOperation; returned: unknown } {
  const operation: PendingOperation = { compiled, kind, value, consumed: false, result: undefined, failure: undefined }
  const outer = state.pending
  state.pending = operation
  try {
    return { operation, returned: Reflect.apply(fn, self, args) }
  } finally {
    state.pending = outer
  }
}

function originalOf<F extends AnyFunction>(compiled: Compiled, fn: F): F {
  const original = function (this: unknown, ...args: unknown[]): unknown {
    return start(compiled, fn, this, 'original', args).returned
  }
  Object.defineProperties(original, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  })
  return original as F
}

function like(compiled: Compiled, value: unknown): unknown {
  return compiled.returns === 'promise' ? Promise.resolve(value) : value
}

function failed(compiled: Compiled, error: unknown): unknown {
  if (compiled.returns === 'promise') return Promise.reject(error)
  throw error
}

function unconsumed(compiled: Compiled, returned: unknown): unknown {
  if (typeof returned === 'object' && returned !== null && typeof (returned as PromiseLike<unknown>).then === 'function') {
    return Promise.resolve(returned).then(() => {
      throw new PersistError('NOT_PERSISTED', `${compiled.label} did not reach its cache in this call, so that there is nothing to ask. Is it called under another function of the same mark?`)
    })
  }
  throw new PersistError('NOT_PERSISTED', `${compiled.label} did not reach its cache in this call, so that there is nothing to ask.`)
}

function notPersisted(fn: unknown): PersistError {
  if (typeof fn !== 'function') return new PersistError('NOT_PERSISTED', `handle() was given ${show(fn)}, expected a persisted function.`)
  return new PersistError(
    'NOT_PERSISTED',
    `handle() was given ${fn.name ? `the function \`${fn.name}\`` : 'a function without a name'}, which is not persisted. Mark it with // @persist or wrap it in persist(), and see that the plugin or register compiles its file.`,
  )
}
