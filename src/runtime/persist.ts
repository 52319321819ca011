import { sha256 } from '../sha256.ts'
import { optionError, requireOptions } from '../config/problems.ts'
import type { FunctionOptions } from '../config/options.ts'
import { validateFunctionOptions } from '../config/validate.ts'
import { DESCRIPTOR_VERSION } from '../descriptor.ts'
import type { Descriptor } from '../descriptor.ts'
import { PersistError } from '../errors.ts'
import { call } from './call.ts'
import { callerFile } from './call-site.ts'
import { createCompiled } from './define.ts'
import type { Compiled } from './define.ts'
import { makeHandle } from './handle.ts'
import type { Handle, Like } from './handle.ts'
import type { Lazy } from './lazy.ts'
import { parameterNames } from './parameter-names.ts'
import { surroundingIdentity } from './project.ts'
import { state } from './state.ts'
import { warnOnce, warnOncePerProcess } from './warn.ts'

type AnyFunction = (...args: any[]) => any

/** A persisted function: itself, and what controls it. */
export type Persisted<F extends AnyFunction> = F & Handle<F>

/** What a function with `lazy: true` becomes: it gives handles on its results. */
export type LazyFunction<F extends AnyFunction> = (...args: Parameters<F>) => Like<F, Lazy<ReturnType<F>>>

/** The names that can be known from a function's type: the properties of its parameters that are plain objects. */
type PropertyNames<P> = P extends (...args: any[]) => any ? never : P extends readonly unknown[] ? never : P extends object ? keyof P & string : never
/** What options may name: completed from the parameters' types; the compiler checks the names themselves. */
export type ParameterName<F extends AnyFunction> = PropertyNames<Parameters<F>[number]> | (string & {})

/** The options that `persist()` takes. */
export type PersistOptions<F extends AnyFunction> = FunctionOptions<F, ParameterName<F>>

/**
 * Persists a function: computed once for given inputs and given code, read back ever after.
 *
 * @param compiled Given by the compiler.
 * @param captures Given by the compiler.
 */
export function persist<F extends AnyFunction>(fn: F, options: PersistOptions<F> & { lazy: true }, compiled?: unknown, captures?: unknown): LazyFunction<F> & Handle<F>
export function persist<F extends AnyFunction>(fn: F, options?: PersistOptions<F>, compiled?: unknown, captures?: unknown): Persisted<F>
export function persist(fn: AnyFunction, options: FunctionOptions = {}, compiled?: unknown, captures?: unknown): Persisted<AnyFunction> {
  if (typeof fn !== 'function') throw new PersistError('OPTION', `persist() was given ${String(fn)}, expected a function: \`persist(async (id: string) => { … })\`.`)
  requireOptions('persist()', options)
  const record = compiled as Compiled | undefined
  if (record === undefined) return persistUncompiled(fn, options)
  if (record.descriptor.wrapped) {
    // Each wrapper has its own options, as it may be made in a function that is called again and again.
    const own = createCompiled(record.descriptor, 0, record.known)
    attach(own, options)
    return addMembers(own, wrap(own, fn, (captures as (() => readonly unknown[]) | undefined) ?? 0))
  }
  if (record.attached && holdsOtherFunctions(record.attached, options)) {
    warnOncePerProcess(
      `again:${record.label}`,
      `persist() of ${record.label} is evaluated again and again with other functions in its options: the last ones hold for all. Move the options out of the function around it.`,
    )
  }
  attach(record, options)
  return addMembers(record, fn)
}

/** Functions in options tell closures apart where values don't. */
function holdsOtherFunctions(before: FunctionOptions, now: FunctionOptions): boolean {
  return (['key', 'validate', 'cacheIf'] as const).some((name) => typeof now[name] === 'function' && now[name] !== before[name])
}

/** Code that no compiler saw: by the function's own text, in a namespace of its own. */
function persistUncompiled(fn: AnyFunction, options: FunctionOptions): Persisted<AnyFunction> {
  const file = callerFile(persist)
  const cure = 'Add the plugin of your bundler, or run with `node --import unplugin-persist/register`'
  if (options.name === undefined) {
    const problems = validateFunctionOptions(options as Record<string, unknown>, undefined)
    if (problems.length > 0) throw optionError(`persist(${fn.name || '…'})`, problems)
    warnOncePerProcess(
      `uncompiled:${file}:${fn.name}`,
      `persist(${fn.name || '…'})${file ? ` in ${file}` : ''} was not compiled, so that it runs uncached. ${cure}; or give it a \`name\` to be cached by its own text.`,
    )
    return addBareMembers(fn)
  }
  const descriptor: Descriptor = {
    v: DESCRIPTOR_VERSION,
    module: '@text',
    name: options.name,
    fingerprint: `text:${sha256(Function.prototype.toString.call(fn)).slice(0, 32)}`,
    project: surroundingIdentity(file),
    params: parameterNames(fn),
    wrapped: true,
    ...(isAsync(fn) && { async: true as const }),
  }
  const record = createCompiled(descriptor, 0)
  const { name: _, ...rest } = options
  attach(record, rest)
  const warning = `persist(…, { name: '${options.name}' })${file ? ` in ${file}` : ''} was not compiled: it is cached by its own text, and changes in what it calls go unseen. ${cure}.`
  return addMembers(record, wrap(record, fn, 0, warning))
}

function isAsync(fn: AnyFunction): boolean {
  return Object.prototype.toString.call(fn) === '[object AsyncFunction]'
}

function attach(compiled: Compiled, options: FunctionOptions): void {
  const { label, descriptor } = compiled
  const problems = validateFunctionOptions(options as Record<string, unknown>, descriptor.params)
  if (problems.length > 0) throw optionError(label, problems)
  compiled.attached = options
  // What a factory makes comes from one place in the code: the name tells one from the other.
  if (descriptor.wrapped && options.name !== undefined) compiled.label = `${label} named '${options.name}'`
  compiled.generation = 0
}

/**
 * A function of the same name and length that goes through the cache.
 *
 * @param warning Said with the first call, when there is a store that remembers it.
 */
function wrap(compiled: Compiled, fn: AnyFunction, captures: (() => readonly unknown[]) | 0, warning?: string): AnyFunction {
  const { params, async } = compiled.descriptor
  const rest = params.at(-1)?.startsWith('...') ? params.length - 1 : -1
  const valuesOf = (args: unknown[]): unknown[] => (rest < 0 ? params.map((_, index) => args[index]) : [...pad(args, rest), args.slice(rest)])
  const argsOf = (args: unknown[], values: unknown[]): unknown[] => {
    const spread = rest < 0 ? [...values, ...args.slice(params.length)] : [...values.slice(0, rest), ...(values[rest] as unknown[])]
    // Where nothing was put in the place of an argument, the function shall see how many there were.
    return spread.slice(0, args.length).every((value, index) => Object.is(value, args[index])) ? args : spread
  }
  let isTold = warning === undefined
  const run = (self: unknown, args: unknown[]): unknown => {
    try {
      return call(compiled, self, valuesOf(args), captures, (...values) => Reflect.apply(fn, self, values.length === 0 ? args : argsOf(args, values)))
    } finally {
      if (!isTold) {
        isTold = true
        warnOnce(compiled, 'uncompiled', warning!)
      }
    }
  }
  const wrapper = async
    ? async function (this: unknown, ...args: unknown[]): Promise<unknown> { return run(this, args) }
    : function (this: unknown, ...args: unknown[]): unknown { return run(this, args) }
  Object.defineProperties(wrapper, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  })
  return wrapper
}

function pad(args: readonly unknown[], length: number): unknown[] {
  return Array.from({ length }, (_, index) => args[index])
}

function addMembers(compiled: Compiled, fn: AnyFunction): Persisted<AnyFunction> {
  state.functions.set(fn, compiled)
  return define(fn, makeHandle(compiled, fn))
}

/** For what runs uncached: there is never anything stored. */
function addBareMembers(fn: AnyFunction): Persisted<AnyFunction> {
  const like = (value: unknown): any => (isAsync(fn) ? Promise.resolve(value) : value)
  const unable = (): never => {
    throw new PersistError('UNCOMPILED', `persist(${fn.name || '…'}) was not compiled, so that it has no store. Add the plugin, register, or a \`name\`.`)
  }
  const wrapper = wrapBare(fn)
  return define(wrapper, {
    rerun: (...args) => fn(...args),
    has: () => like(false),
    peek: () => like(undefined),
    put: unable,
    forget: () => like(undefined),
    clear: () => like(undefined),
    lazy: unable,
    original: fn,
    get info() {
      return unable()
    },
  })
}

/** What is not ours stays as it is: the members go on a function of our own. */
function wrapBare(fn: AnyFunction): AnyFunction {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(fn, this, args)
  }
  return Object.defineProperties(wrapper, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  })
}

function define(fn: AnyFunction, members: Handle<AnyFunction>): Persisted<AnyFunction> {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
    Object.defineProperty(fn, name, { ...property, enumerable: false, configurable: true })
  }
  return fn as Persisted<AnyFunction>
}
