import { fillHeaders } from './headers.ts'
import { TEMPORAL_CLASSES, temporalSource, temporalText } from './temporal.ts'

/** Classes of the platform whose instances come back exactly from a text, and how. */
const TEXTS: Record<string, { write(value: any): string; read(text: string): object }> = {
  URL: { write: (url: URL) => url.href, read: (text) => new URL(text) },
  URLSearchParams: {
    write: (params: URLSearchParams) => JSON.stringify([...params]),
    read: (text) => new URLSearchParams(JSON.parse(text) as [string, string][]),
  },
  Headers: { write: (headers: Headers) => JSON.stringify([...headers]), read: (text) => fillHeaders(new Headers(), JSON.parse(text) as [string, string][]) },
}

interface TemporalClass {
  readonly prototype: object
  from(source: string | object): object
}

/** Node has `Temporal` from 26 on, others by a polyfill. */
function temporalClass(name: string): TemporalClass | undefined {
  if (!TEMPORAL_CLASSES.has(name)) return undefined
  return (globalThis as { Temporal?: Record<string, TemporalClass> }).Temporal?.[name]
}

/** Whether an object is exactly an instance of this class of the platform, and one that comes back. */
export function isPlatformClass(value: object, name: string): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  const constructor = Object.hasOwn(TEXTS, name) || name === 'Blob' || name === 'File' ? (globalThis as Record<string, any>)[name] : temporalClass(name)
  return constructor !== undefined && prototype === constructor.prototype
}

export function platformText(value: object, name: string): string {
  return TEXTS[name]?.write(value) ?? temporalText(value, name)
}

/** Makes the object anew; `undefined` for a class that this process doesn't have. */
export function platformObject(name: string, text: string): object | undefined {
  return TEXTS[name]?.read(text) ?? temporalClass(name)?.from(temporalSource(text, name))
}
