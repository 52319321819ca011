/**
 * Names that the language or a platform defines. What else is free in a module belongs to the project
 * (a bundler's `define`, a script loaded before) and is read when a call is made. A fixed list, so that
 * the Node version that compiles has no say.
 */
const NAMES = `
AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack AsyncFunction Atomics BigInt BigInt64Array BigUint64Array Blob Boolean
BroadcastChannel Buffer Bun ByteLengthQueuingStrategy CSS Cache CloseEvent CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException
DataView Date DecompressionStream Deno DisposableStack Document Element Error EvalError Event EventSource EventTarget File FileReader FinalizationRegistry
Float16Array Float32Array Float64Array FormData Function HTMLElement Headers Image Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math
MessageChannel MessageEvent MessagePort MutationObserver NaN Navigator Node Number Object Performance PerformanceEntry PerformanceMark PerformanceMeasure
PerformanceObserver PerformanceObserverEntryList Promise Proxy QuotaExceededError RangeError ReadableByteStreamController ReadableStream
ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader ReferenceError Reflect RegExp Request
Response Set SharedArrayBuffer Storage String SubtleCrypto SuppressedError Symbol SyntaxError Temporal TextDecoder TextDecoderStream TextEncoder
TextEncoderStream TransformStream TransformStreamDefaultController TypeError URIError URL URLPattern URLSearchParams Uint16Array Uint32Array Uint8Array
Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly WebSocket Window Worker WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
XMLHttpRequest __dirname __filename addEventListener alert arguments atob btoa caches cancelAnimationFrame clearImmediate clearInterval clearTimeout
console crypto customElements decodeURI decodeURIComponent dispatchEvent document encodeURI encodeURIComponent escape eval exports fetch gc getComputedStyle
global globalThis history import indexedDB isFinite isNaN localStorage location matchMedia module navigator parseFloat parseInt performance postMessage
process prompt queueMicrotask removeEventListener reportError require requestAnimationFrame requestIdleCallback screen self sessionStorage setImmediate
setInterval setTimeout structuredClone undefined unescape window`

const KNOWN_GLOBALS: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/))

/** Whether the language or a platform defines the name. */
export function isKnownGlobal(name: string): boolean {
  return KNOWN_GLOBALS.has(name)
}

const BUILTIN_MODULES: ReadonlySet<string> = new Set(
  `assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns dns/promises domain events fs
fs/promises http http2 https inspector inspector/promises module net os path path/posix path/win32 perf_hooks process punycode querystring readline
readline/promises repl stream stream/consumers stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url util
util/types v8 vm wasi worker_threads zlib`.split(/\s+/),
)

/** The plain name of a module that the platform brings (`fs`, `node:fs`, `bun:sqlite`), else `undefined`. */
export function builtinName(specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return specifier.slice(5)
  if (/^(?:bun|deno|cloudflare):/.test(specifier) || specifier === 'bun') return specifier
  return BUILTIN_MODULES.has(specifier) ? specifier : undefined
}
