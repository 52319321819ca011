/**
 * Every option, in one place. What a function's mark may hold is {@link LiteralFunctionOptions};
 * `persist()` takes {@link FunctionOptions}; a project's config {@link ProjectOptions}.
 */

/** What a call does with the cache. */
export type Mode = 'cache' | 'off' | 'refresh' | 'read-only' | 'require'
/** What the store's maintenance locks. Never a computation. */
export type LockGranularity = 'call' | 'func' | 'global'
/** What a failing key, codec, store or lock does. But for `throw` the call goes on uncached. */
export type OnError = 'warn' | 'throw' | 'ignore'
/** What a completely written entry survives: the death of processes, or power loss too (fsync). */
export type Durability = 'process' | 'disk'
/** Milliseconds, or a number with a unit: `500ms`, `30s`, `15m`, `12h`, `7d`, `2w`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`
/** Bytes, or a number with a unit: `500KB`, `10GB`. */
export type ByteSize = number | `${number}${'B' | 'KB' | 'MB' | 'GB' | 'TB'}`

/** Options that every level but the built-in one may set. */
export interface SharedOptions {
  /** What calls do with the cache. @default 'cache' */
  mode?: Mode
  /** Buckets per function and group. @default 500 */
  hashSize?: number
  /** What the store's maintenance locks. @default 'call' */
  lockGranularity?: LockGranularity
  /** Concurrent identical calls compute once, in one process and across processes. @default true */
  singleFlight?: boolean
  /** What a failing key, codec, store or lock does. @default 'warn' */
  onError?: OnError
  /** Keep results in `localPath` instead of `persistPath`. @default false */
  local?: boolean
  /** A fast local root for `local`. @default a directory below the system's temporary one */
  localPath?: string
  /** Further roots that are read on a miss and copied in. @default [] */
  alternatives?: readonly string[]
  /** What a completely written entry survives. @default 'process' */
  durability?: Durability
  /** Beyond it automatic collection drops superseded entries. @default '10GB' */
  maxSize?: ByteSize | { total?: ByteSize; current?: ByteSize }
  /** How long entries of superseded code are kept when `maxSize` is exceeded. @default '30d' */
  keepVersions?: Duration
}

/** Options of a project (`persist.config.*`, `package.json#persist`, plugin options) and of the global file. */
export interface ProjectOptions extends SharedOptions {
  /** Root of the store; a relative one counts from the project. @default the platform's cache directory + `unplugin-persist` */
  persistPath?: string
  /** What the mirrored paths are relative to. @default the nearest `package.json` with a name above the module */
  projectPath?: string
  /** The `[id]` in `name-[id]`: give one to share results between clones and machines. */
  projectId?: string
}

/** What the compiler bakes of {@link ProjectOptions}. */
export type ProjectDefaults = ProjectOptions

/** The options that a comment may hold: literals only. */
export interface LiteralFunctionOptions<Param extends string = string> extends SharedOptions {
  /** Pins the function's identity, so that a rename or move is none. */
  name?: string
  /** Stands in the key *instead of* the code's fingerprint. */
  version?: string | number
  /** Parameters, or paths into them (`opts.verbose`), left out of the key. */
  skip?: readonly (Param | `${Param}.${string}`)[]
  /** Parameters, paths, or lists of them, that become directories. */
  groupBy?: readonly (Param | `${Param}.${string}` | readonly (Param | `${Param}.${string}`)[])[]
  /** List parameters keyed element by element: only missing elements are computed. */
  batch?: readonly Param[]
  /** Parameters naming files that the function writes. */
  outFile?: Param | readonly Param[]
  /** Calls return a lazy handle. @default false */
  lazy?: boolean
  /** An entry older than this is computed anew. */
  maxAge?: Duration
  /** How long past `maxAge` an entry is still returned while it is computed anew behind. */
  staleWhileRevalidate?: Duration
  /** Results that took less are not stored. */
  minDuration?: Duration
  tags?: readonly string[]
  /** Environment variables that belong to the key, beside those that the compiler finds. */
  env?: readonly string[]
  /** Files that belong to the key by content, beside those that the compiler finds; from the project's root. */
  files?: readonly string[]
  /** Names that the user vouches for: silences the report of what can't be tracked. */
  untracked?: readonly string[]
  /** Acknowledges impurities: names as in the report (`Math.random`), or `true` for all. */
  impure?: boolean | readonly string[]
}

/** Decides what of one parameter enters the key. Gets the effective value; what it returns is encoded in its place. */
export type KeyRule<T = any> = ((value: T) => unknown) & { readonly [keyRule]?: KeyRuleKind }

/** Tells the built-in rules from functions of the user's. */
export const keyRule: unique symbol = Symbol.for('unplugin-persist.keyRule') as never
export type KeyRuleKind = 'ignore' | 'stableHash' | 'dropIf' | 'dropIfEqual'

/** What an entry offers to `validate`. */
export interface EntryView<T = unknown> {
  readonly value: T
  readonly meta: import('../store/types.ts').StoredEntry['meta']
}

/** Options of one function that only `persist()`, `withOptions` and `handle` can take, as they hold functions. */
export interface FunctionOptions<F extends (...args: any[]) => any = (...args: any[]) => any, Param extends string = string>
  extends Omit<LiteralFunctionOptions<Param>, 'maxAge'> {
  /** Per parameter a rule, or one function of all arguments whose result is the key. */
  key?: Partial<Record<Param, KeyRule>> | ((...args: Parameters<F>) => unknown)
  /** How values become bytes; for an object result a codec per property. @default structured() */
  codec?: import('../codec/types.ts').AnyCodec | Record<string, import('../codec/types.ts').AnyCodec>
  /** Asked before an entry is reused; a falsy answer computes anew. Sync for sync functions. */
  validate?: (entry: EntryView<Awaited<ReturnType<F>>>) => boolean | Promise<boolean>
  /** An entry older than this, or than a moment, is computed anew. */
  maxAge?: Duration | Date
  /** Asked before a result is stored. Gets the value and the effective values of the parameters. */
  cacheIf?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean
}
