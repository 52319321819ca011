import { types } from 'node:util'

/** What a prototype says of the objects that have it. Told once per prototype. */
export interface ClassInfo {
  /** `plain`: an object literal's. `built-in`: of the platform, which keeps state where we can't see it. `own`: of the program. */
  readonly kind: 'plain' | 'built-in' | 'own'
  /** The class; `undefined` for an object that stands as prototype without one. */
  readonly constructor: Function | undefined
  readonly name: string
  /** The source of the class, or of one that it extends, reads private state: it can't be seen from outside. */
  readonly hidden: boolean
  /** How many classes of the chain do. */
  readonly hiding: number
  /** The built-in class that it is, or that it extends (`Map` for `class Registry extends Map`). */
  readonly base: string | undefined
}

const sourceOf = Function.prototype.toString
const infos = new WeakMap<object, ClassInfo>()

/** What compilers make of `#x` for older targets, and the same by hand. */
const COMPILED_PRIVATE_PATTERN = /__classPrivateField|_classPrivate|__private(?:Get|Set|In)|\.get\(this\)/
// Beyond ASCII all is taken for a letter: `\p{…}` costs each start of a program, as its tables are built when the file is parsed.
const PRIVATE_ACCESS_PATTERN = /\.\s*#([\w$\x80-\uffff]+)/g
const PRIVATE_METHOD_PATTERN = /(?<![.\w$\x80-\uffff]\s*)#([\w$\x80-\uffff]+)\s*\(/g

/** Whether the source of a class reads state that is not in properties. Private methods are none. */
function readsPrivateState(source: string): boolean {
  if (COMPILED_PRIVATE_PATTERN.test(source)) return true
  if (!source.includes('#')) return false
  const methods = new Set(Array.from(source.matchAll(PRIVATE_METHOD_PATTERN), (match) => match[1]))
  for (const match of source.matchAll(PRIVATE_ACCESS_PATTERN)) if (!methods.has(match[1])) return true
  return false
}

/** Classes of the platform that are written in JavaScript, so that their source doesn't show it. */
const PLATFORM_CLASSES = [
  'AbortController', 'AbortSignal', 'Blob', 'BroadcastChannel', 'ByteLengthQueuingStrategy', 'CompressionStream', 'CountQueuingStrategy',
  'CustomEvent', 'DecompressionStream', 'DOMException', 'Event', 'EventSource', 'EventTarget', 'File', 'FormData', 'Headers', 'MessageChannel',
  'MessageEvent', 'MessagePort', 'Performance', 'ReadableStream', 'Request', 'Response', 'TextDecoder', 'TextEncoder', 'TransformStream', 'URL',
  'URLSearchParams', 'WebSocket', 'WritableStream', 'Buffer',
]

let platformPrototypes: Map<object, string> | undefined

/** The names of the platform's classes by their prototypes. Read late: some globals are lazy and cost to load. */
function platformName(prototype: object, constructor: Function): string | undefined {
  if (!PLATFORM_CLASSES.includes(constructor.name)) return undefined
  platformPrototypes ??= new Map()
  const known = platformPrototypes.get(prototype)
  if (known) return known
  const here = (globalThis as Record<string, unknown>)[constructor.name]
  if (here !== constructor) return undefined
  platformPrototypes.set(prototype, constructor.name)
  return constructor.name
}

/** The constructor that a prototype names by a plain property of its own; accessors are not invoked. */
function constructorOf(prototype: object): Function | undefined {
  const found = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof found === 'function' && Object.getOwnPropertyDescriptor(found, 'prototype')?.value === prototype ? found : undefined
}

function nameOf(constructor: Function): string {
  const name = Object.getOwnPropertyDescriptor(constructor, 'name')?.value
  return typeof name === 'string' ? name : ''
}

function examine(prototype: object): ClassInfo {
  if (types.isProxy(prototype)) return { kind: 'own', constructor: undefined, name: '', hidden: true, hiding: Number.POSITIVE_INFINITY, base: undefined }
  const constructor = constructorOf(prototype)
  const parent: object | null = Object.getPrototypeOf(prototype)
  const name = constructor ? nameOf(constructor) : ''
  const parentInfo = parent ? classInfo(parent) : undefined
  if (constructor) {
    const source = sourceOf.call(constructor)
    if (source === `function ${name}() { [native code] }`) {
      const kind = name === 'Object' && !parent ? 'plain' : 'built-in'
      return { kind, constructor, name, hidden: false, hiding: 0, base: kind === 'plain' ? undefined : name }
    }
    const platform = platformName(prototype, constructor)
    if (platform) return { kind: 'built-in', constructor, name: platform, hidden: false, hiding: 0, base: platform }
    const hiding = (parentInfo?.hiding ?? 0) + (readsPrivateState(source) ? 1 : 0)
    return { kind: 'own', constructor, name, hidden: hiding > 0, hiding, base: parentInfo?.base }
  }
  // Prototypes of the platform without a class of that name, such as those of iterators.
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value
  if (typeof tag === 'string') return { kind: 'built-in', constructor, name: tag, hidden: false, hiding: 0, base: tag }
  return { kind: 'own', constructor, name, hidden: parentInfo?.hidden ?? false, hiding: parentInfo?.hiding ?? 0, base: parentInfo?.base }
}

/** What is known of the class whose instances have this prototype. */
export function classInfo(prototype: object): ClassInfo {
  let info = infos.get(prototype)
  if (!info) infos.set(prototype, (info = examine(prototype)))
  return info
}

/** How an object is called in a message: `an instance of Point`. */
export function describeObject(value: object): string {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (!prototype) return 'an object without prototype'
  const { name, kind } = classInfo(prototype)
  if (kind === 'plain') return 'an object'
  if (kind === 'built-in' && name === '') return 'an object of the platform'
  const article = /^[aeiou]/i.test(name) ? 'an' : 'a'
  return kind === 'built-in' ? `${article} ${name}` : `an instance of ${name || 'an anonymous class'}`
}
