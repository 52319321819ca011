/**
 * What `unplugin-persist` is under the `browser` condition: every name of the main entry, no store and no `node:` module.
 * Functions run as they are; what controls the cache finds it empty. Types are those of the main entry.
 */
import type { Codec } from './codec/types.ts'
import { warnUncached } from './runtime/browser.ts'

export { persistKey } from './codec/symbols.ts'
export { CacheMissError, PersistError } from './errors.ts'

type AnyFunction = (...args: any[]) => any

/** Gives the function back, with members that find nothing. */
export function persist<F extends AnyFunction>(fn: F): F {
  return Object.assign((...args: Parameters<F>): ReturnType<F> => {
    warnUncached()
    return fn(...args)
  }, emptyHandle(fn)) as unknown as F
}

export function handle<F extends AnyFunction>(fn: F): object {
  return emptyHandle(fn)
}

function emptyHandle(fn: AnyFunction): object {
  // A function that is declared `async` has promises for all its members.
  const like = fn.constructor.name === 'AsyncFunction' ? (value: unknown) => Promise.resolve(value) : (value: unknown) => value
  return {
    rerun: fn,
    has: () => like(false),
    peek: () => like(undefined),
    put: () => like(undefined),
    forget: () => like(undefined),
    clear: () => like(undefined),
    lazy: (...args: unknown[]) => ({ key: '', path: undefined, meta: {}, load: () => fn(...args) }),
    original: fn,
    info: { module: '', name: fn.name, fingerprint: '', directory: '' },
  }
}

export function configure(): void {}
export function invalidateTag(): void {}
export function registerClass(): void {}

export function defineConfig<T>(config: T): T {
  return config
}

export function withMode<T>(_mode: string, run: () => T): T {
  return run()
}

export function withOptions<T>(_options: object, run: () => T): T {
  return run()
}

export function isLazy(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { load?: unknown }).load === 'function'
}

export function isCodec(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && ('decode' in value || 'load' in value)
}

export function codecId({ name, version = 1 }: { name: string; version?: number }): string {
  return `${name}@${version}`
}

/** Holds nothing. */
export function store(): object {
  return { get: () => undefined, set: () => {}, has: () => false, forget: () => {}, meta: undefined }
}

const rule = (value: unknown): unknown => value
export const ignore: typeof rule = rule
export const stableHash: typeof rule = rule
export const dropIf = (_predicate: unknown): typeof rule => rule
export const dropIfEqual = (_value: unknown): typeof rule => rule

/** Never asked to encode anything. */
const codec = (name: string) => (): Codec => ({ name, encode: () => new Uint8Array(), decode: () => undefined })
export const structured: () => Codec = /* @__PURE__ */ codec('structured')
export const json: () => Codec = /* @__PURE__ */ codec('json')
export const text: () => Codec = /* @__PURE__ */ codec('text')
export const bytes: () => Codec = /* @__PURE__ */ codec('bytes')
export const csv: () => Codec = /* @__PURE__ */ codec('csv')
export const arrow: () => Codec = /* @__PURE__ */ codec('arrow')
export const parquet: () => Codec = /* @__PURE__ */ codec('parquet')
export const files: () => Codec = /* @__PURE__ */ codec('files')
export const response: () => Codec = /* @__PURE__ */ codec('response')

export function defineCodec<T>(definition: T): T {
  return definition
}
