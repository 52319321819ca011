import { types } from 'node:util'
import { messageOf, PersistError } from '../errors.ts'
import { allOwnKeys, floatsOf, hasFixedLength, hasGetter, hasSetter, oddIndex, ownKeysBesideIndices } from './array-facts.ts'
import { brandOf, unboxed, viewName } from './brand.ts'
import { type ClassInfo, classInfo, describeObject } from './class-info.ts'
import { type RegisteredClass, registeredByPrototype } from './class-registry.ts'
import { elementLabel, entryLabel, propertyLabel } from './path.ts'
import { ShapeTable } from './shape-table.ts'
import { isDetached } from './memory.ts'
import { MARK, MARK_CODE, OP } from './structured-ops.ts'
import { isPlatformClass, platformText } from './structured-platform.ts'
import { wellKnownSymbolName } from './symbols.ts'

/** A container whose children are being written. */
interface Frame {
  readonly kind: 'array' | 'properties' | 'map' | 'set' | 'instance'
  readonly source: object
  readonly items: readonly unknown[]
  index: number
}

/** Bytes that stand behind the program. */
export interface Chunk {
  readonly offset: number
  readonly length: number
  readonly bytes: Uint8Array | Blob
}

export interface Encoded {
  readonly program: readonly unknown[]
  readonly chunks: readonly Chunk[]
  readonly size: number
}

const ERROR_CLASSES = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError'])
const VIEW_PROTOTYPES = new Map<object, string>(
  ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView', 'Buffer'].flatMap((name) => {
    const found = (globalThis as Record<string, unknown>)[name]
    return typeof found === 'function' ? [[found.prototype as object, name] as const] : []
  }),
)

/** Writes one value as a program; refuses what it could not give back exactly. */
export class ProgramEncoder {
  readonly #program: unknown[] = []
  readonly #chunks: Chunk[] = []
  #size = 0
  readonly #met = new Map<object, number>()
  /** Instances whose data is being written: nothing may refer to them yet. */
  readonly #open = new Set<object>()
  readonly #shapes = new ShapeTable()
  readonly #frozen: [index: number, level: number][] = []
  /** Windows on each ArrayBuffer, as overlapping ones would come back apart. */
  readonly #windows = new Map<ArrayBufferLike, [start: number, end: number][]>()
  readonly #stack: Frame[] = []
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  encode(value: unknown): Encoded {
    this.#value(value)
    while (this.#stack.length > 0) this.#step(this.#stack[this.#stack.length - 1]!)
    this.#program.push(this.#frozen)
    return { program: this.#program, chunks: this.#chunks, size: this.#size }
  }

  #step(frame: Frame): void {
    const { kind, source, items } = frame
    if (kind === 'array') return this.#elements(frame, source as readonly unknown[])
    while (frame.index < items.length) {
      const item = items[frame.index++]
      const depth = this.#stack.length
      this.#value(kind === 'properties' ? Object.getOwnPropertyDescriptor(source, item as string)!.value : item)
      if (this.#stack.length !== depth) return
    }
    if (kind === 'instance') this.#open.delete(source)
    this.#stack.pop()
  }

  #elements(frame: Frame, source: readonly unknown[]): void {
    const length = source.length
    while (frame.index < length) {
      const index = frame.index++
      if (hasGetter(source, index)) this.#refuseElement()
      const value = source[index]
      if (value === undefined) {
        if (!Object.hasOwn(source, index)) {
          const next = nextIndex(source, index)
          this.#program.push(OP.holes, next - index)
          frame.index = next
          continue
        }
        if (hasSetter(source, index)) this.#refuseElement()
      }
      const depth = this.#stack.length
      this.#value(value)
      if (this.#stack.length !== depth) return
    }
    this.#stack.pop()
  }

  #value(value: unknown): void {
    const program = this.#program
    switch (typeof value) {
      case 'string':
        program.push(value.charCodeAt(0) === MARK_CODE ? MARK + value : value)
        return
      case 'number':
        program.push(numberItem(value))
        return
      case 'boolean':
        program.push(value)
        return
      case 'undefined':
        program.push(OP.undefined)
        return
      case 'bigint':
        program.push(OP.bigint, value.toString())
        return
      case 'symbol':
        return this.#symbol(value)
      case 'function':
        return this.#refuse(value.name ? `the function ${value.name}` : 'a function')
      default:
        if (value === null) program.push(null)
        else this.#object(value as object)
    }
  }

  #symbol(symbol: symbol): void {
    const registered = Symbol.keyFor(symbol)
    const name = registered ?? wellKnownSymbolName(symbol)
    if (name === undefined) this.#refuse(`the symbol ${String(symbol)}, which no other process has`, 'Use Symbol.for()')
    this.#program.push(registered === undefined ? OP.wellKnownSymbol : OP.symbol, name)
  }

  #object(value: object): void {
    if (types.isProxy(value)) this.#refuse('a Proxy', 'Return a copy: structuredClone(), { ...value }')
    const before = this.#met.get(value)
    if (before !== undefined) {
      if (this.#open.has(value)) this.#refuse('a reference back to the instance that is being encoded', 'Let its class codec leave that reference out')
      this.#program.push(OP.reference, before)
      return
    }
    const index = this.#met.size
    this.#met.set(value, index)
    const prototype: object | null = Object.getPrototypeOf(value)
    const registered = registeredByPrototype(prototype)
    if (registered) return this.#instance(value, registered)
    if (!Object.isExtensible(value)) this.#frozen.push([index, Object.isFrozen(value) ? 2 : Object.isSealed(value) ? 1 : 0])
    if ((prototype === Object.prototype && !types.isArgumentsObject(value)) || prototype === null) return this.#properties(value, prototype === null)
    this.#special(value, prototype)
  }

  #properties(value: object, bare: boolean): void {
    if (types.isModuleNamespaceObject(value)) this.#refuse('a module', 'Return a copy: { ...module }')
    const keys = this.#plainKeys(value, allOwnKeys(value))
    const brand = keys.length === 0 ? brandOf(value) : undefined
    if (brand !== undefined) this.#refuse(`a ${brand} with the prototype of another kind`)
    const shape = this.#shapes.find(keys)
    if (shape === undefined) this.#program.push(bare ? OP.shapedBare : OP.shapedObject, keys)
    else this.#program.push(bare ? OP.bare : OP.object, shape)
    if (keys.length > 0) this.#stack.push({ kind: 'properties', source: value, items: keys, index: 0 })
  }

  /** The names of properties that an object literal could have; anything else is refused. */
  #plainKeys(value: object, keys: readonly (string | symbol)[]): readonly string[] {
    const closed = !Object.isExtensible(value)
    const solid = closed && Object.isFrozen(value)
    const sealed = closed && Object.isSealed(value)
    for (const key of keys) {
      if (typeof key === 'symbol') this.#refuseProperty(key, `is keyed by a symbol`)
      const property = Object.getOwnPropertyDescriptor(value, key)!
      if (property.get !== undefined || property.set !== undefined) this.#refuseProperty(key, 'is an accessor, which is never invoked')
      if (!property.enumerable) this.#refuseProperty(key, 'is a property that is not enumerable')
      if ((!property.writable && !solid) || (!property.configurable && !sealed)) this.#refuseProperty(key, 'is a read-only property')
    }
    return keys as readonly string[]
  }

  #instance(value: object, registered: RegisteredClass): void {
    let data: unknown
    try {
      data = registered.encode(value)
    } catch (cause) {
      const path = this.#path()
      throw new PersistError('VALUE', `encode() of the class ${registered.name} threw at ${path}: ${messageOf(cause)}`, { cause, path })
    }
    this.#open.add(value)
    this.#program.push(OP.instance, registered.name)
    this.#stack.push({ kind: 'instance', source: value, items: [data], index: 0 })
  }

  #special(value: object, prototype: object): void {
    const program = this.#program
    const brand = brandOf(value)
    const view = brand === 'View' ? VIEW_PROTOTYPES.get(prototype) : undefined
    if (view !== undefined && viewName(value) === (view === 'Buffer' ? 'Uint8Array' : view)) return this.#view(value as NodeJS.ArrayBufferView, view)
    if (prototype === Date.prototype && brand === 'Date') {
      this.#noOwn(value)
      const time = (value as Date).getTime()
      program.push(OP.date, Number.isNaN(time) ? null : time)
      return
    }
    if (prototype === Array.prototype && brand === 'Array') return this.#array(value as readonly unknown[])
    const info = classInfo(prototype)
    if (isOfAnotherRealm(info)) this.#refuse(`of another realm (node:vm): ${describeObject(value)}`, 'Return a copy: structuredClone(…)')
    if (brand === 'Generator') this.#refuse('a Generator', 'Return what it yields: Array.from(…)')
    if (brand === 'Arguments') this.#refuse('an arguments object', 'Return an array: [...arguments]')
    if (info.kind !== 'built-in') this.#refuseInstance(value, info.name)
    const name = info.name
    if (brand === 'Error' && ERROR_CLASSES.has(name)) return this.#error(value as Error, name)
    if (brand === 'RegExp' && name === 'RegExp') return this.#regExp(value as RegExp)
    if (brand === 'Boxed') {
      const primitive = unboxed(value)
      if (Object.getPrototypeOf(Object(primitive)) !== prototype) this.#refuse(`a boxed ${typeof primitive} with the prototype of another kind`)
      this.#noOwn(value, typeof primitive === 'string' ? ['length', ...Object.keys(primitive)] : [])
      program.push(OP.boxed)
      return this.#value(primitive)
    }
    if (brand === 'Map' && name === 'Map') {
      this.#noOwn(value)
      program.push(OP.map, (value as Map<unknown, unknown>).size)
      this.#stack.push({ kind: 'map', source: value, items: [...(value as Map<unknown, unknown>)].flat(1), index: 0 })
      return
    }
    if (brand === 'Set' && name === 'Set') {
      this.#noOwn(value)
      program.push(OP.set, (value as Set<unknown>).size)
      this.#stack.push({ kind: 'set', source: value, items: [...(value as Set<unknown>)], index: 0 })
      return
    }
    if (brand === 'ArrayBuffer' && name === 'ArrayBuffer') return this.#arrayBuffer(value as ArrayBuffer)
    if (brand === undefined) return this.#platform(value, name)
    this.#refuse(describeObject(value))
  }

  #regExp(value: RegExp): void {
    this.#noOwn(value, ['lastIndex'])
    const { source, flags, lastIndex } = value
    if (typeof lastIndex !== 'number') this.#refuse('a RegExp whose lastIndex is no number')
    this.#program.push(OP.regExp, source, flags, numberItem(lastIndex))
  }

  #array(value: readonly unknown[]): void {
    for (const key of ownKeysBesideIndices(value)) this.#refuseProperty(key, 'is a further property of an array')
    if (hasFixedLength(value)) this.#refuseProperty('length', 'is a read-only property')
    const numbers = floatsOf(value)
    if (numbers) {
      this.#program.push(OP.numbers, this.#bytes(new Uint8Array(numbers.buffer)), value.length)
      return
    }
    this.#program.push(OP.array, value.length)
    if (value.length === 0) return
    const frame: Frame = { kind: 'array', source: value, items: [], index: 0 }
    this.#stack.push(frame)
    const odd = oddIndex(value)
    if (odd < 0) return
    frame.index = odd + 1
    this.#refuseElement()
  }

  #refuseElement(): never {
    this.#refuse('an accessor, hidden or read-only', 'Make it a plain element')
  }

  #error(error: Error, name: string): void {
    const keys = Reflect.ownKeys(error)
    for (const key of keys) if (typeof key === 'symbol') this.#refuseProperty(key, 'is keyed by a symbol')
    const names = keys as string[]
    const enumerable = names.map((key) => Object.prototype.propertyIsEnumerable.call(error, key))
    for (const key of names) {
      const property = Object.getOwnPropertyDescriptor(error, key)!
      // From V8 13 on the stack is an accessor of the platform's own.
      if (key !== 'stack' && !('value' in property)) this.#refuseProperty(key, 'is an accessor, which is never invoked')
      if ((!Object.isFrozen(error) && 'value' in property && !property.writable) || (!Object.isSealed(error) && !property.configurable)) this.#refuseProperty(key, 'is a read-only property')
    }
    this.#program.push(OP.error, name, names, enumerable)
    this.#stack.push({ kind: 'properties', source: withStack(error, names), items: names, index: 0 })
  }

  #view(view: NodeJS.ArrayBufferView, name: string): void {
    const { buffer, byteOffset, byteLength } = view
    this.#claim(buffer, byteOffset, byteOffset + byteLength)
    if (types.isTypedArray(view)) for (const key of ownKeysBesideIndices(view)) this.#refuseProperty(key, 'is a further property of a typed array')
    else this.#noOwn(view)
    this.#program.push(OP.view, name, this.#bytes(new Uint8Array(buffer, byteOffset, byteLength)), byteLength)
  }

  #arrayBuffer(buffer: ArrayBuffer): void {
    this.#noOwn(buffer)
    this.#claim(buffer, 0, buffer.byteLength)
    this.#program.push(OP.buffer, this.#bytes(new Uint8Array(buffer)), buffer.byteLength)
  }

  #claim(buffer: ArrayBufferLike, start: number, end: number): void {
    if (types.isSharedArrayBuffer(buffer)) this.#refuse('on a SharedArrayBuffer', 'Return a copy')
    if (isDetached(buffer)) this.#refuse('on memory that was handed over', 'Return a copy made before')
    if ((buffer as { resizable?: boolean }).resizable) this.#refuse('on a resizable ArrayBuffer', 'Return a copy')
    const windows = this.#windows.get(buffer)
    if (!windows) this.#windows.set(buffer, [[start, end]])
    else if (windows.some((window) => start < window[1] && window[0] < end)) this.#refuse('on memory that another part of the value shows too', 'Return a copy')
    else windows.push([start, end])
  }

  #platform(value: object, name: string): void {
    if (!isPlatformClass(value, name)) this.#refuse(describeObject(value), cureFor(name))
    if (name === 'Blob' || name === 'File') {
      const blob = value as File
      const offset = this.#size
      this.#chunks.push({ offset, length: blob.size, bytes: blob })
      this.#size += blob.size
      if (name === 'Blob') this.#program.push(OP.blob, offset, blob.size, blob.type)
      else this.#program.push(OP.file, offset, blob.size, blob.type, blob.name, blob.lastModified)
      return
    }
    for (const key of Reflect.ownKeys(value)) if (typeof key === 'string') this.#refuseProperty(key, `is a further property of ${describeObject(value)}`)
    let text: string
    try {
      text = platformText(value, name)
    } catch {
      this.#refuse(`${describeObject(value)} by its prototype only`)
    }
    this.#program.push(OP.platform, name, text)
  }

  #bytes(bytes: Uint8Array): number {
    const offset = this.#size
    if (bytes.byteLength > 0) this.#chunks.push({ offset, length: bytes.byteLength, bytes })
    this.#size += bytes.byteLength
    return offset
  }

  #noOwn(value: object, allowed: readonly string[] = []): void {
    for (const key of allOwnKeys(value)) {
      if (typeof key === 'symbol' || !allowed.includes(key)) this.#refuseProperty(key, `is a further property of ${describeObject(value)}`)
    }
  }

  #path(): string {
    let path = this.#root
    for (const frame of this.#stack) if (frame.index > 0) path += frameLabel(frame)
    return path
  }

  #refuseInstance(value: object, name: string): never {
    const teach = name ? `, or teach it: registerClass(${name}, { encode, decode })` : ''
    this.#refuse(describeObject(value), cureFor(name) ?? `Return plain data${teach}`)
  }

  #refuseProperty(key: string | symbol, what: string): never {
    this.#fail(this.#path() + propertyLabel(key), what, 'Return plain data')
  }

  #refuse(what: string, cure = 'Return plain data, or give the function a codec that takes it'): never {
    this.#fail(this.#path(), `is ${what}`, cure)
  }

  #fail(path: string, what: string, cure: string): never {
    throw new PersistError('VALUE', `${path} ${what}: structured() can't give it back exactly. ${cure}.`, { path })
  }
}

function numberItem(value: number): number | string {
  if (value - value === 0) return value === 0 && 1 / value < 0 ? OP.minusZero : value
  return value !== value ? OP.nan : value > 0 ? OP.infinity : OP.minusInfinity
}

/** The next index that is no hole. Past a few holes the keys are asked, as there may be billions. */
function nextIndex(source: readonly unknown[], from: number): number {
  for (let index = from; index < Math.min(from + 1000, source.length); index++) if (Object.hasOwn(source, index)) return index
  if (from + 1000 >= source.length) return source.length
  for (const key of Object.keys(source)) if (Number(key) > from) return Number(key)
  return source.length
}

/** The own properties of an error as plain ones; the stack is the one accessor that is read. */
function withStack(error: Error, names: readonly string[]): object {
  const plain: object = {}
  for (const name of names) {
    const value: unknown = name === 'stack' ? error.stack : Object.getOwnPropertyDescriptor(error, name)!.value
    Object.defineProperty(plain, name, { value, enumerable: true })
  }
  return plain
}

/** Of a class that the language has here too, but is not the one from here: so would not be what comes back. */
function isOfAnotherRealm({ kind, name, constructor }: ClassInfo): boolean {
  if (constructor === undefined || kind === 'own') return false
  const here = (globalThis as Record<string, unknown>)[name]
  return typeof here === 'function' && here !== constructor
}

function cureFor(name: string): string | undefined {
  if (name === 'Response') return 'Use codec: response()'
  // Node's own streams, by name: to ask for their class would load it.
  if (/^(?:Readable(?:Stream)?|ReadStream|PassThrough|IncomingMessage)$/.test(name)) return 'Use codec: bytes(), or return what it reads'
  if (name === 'Promise') return 'Await it'
  return undefined
}

function frameLabel(frame: Frame): string {
  const index = frame.index - 1
  switch (frame.kind) {
    case 'array':
      return `[${index}]`
    case 'properties':
      return propertyLabel(frame.items[index] as string)
    case 'set':
      return elementLabel(index)
    case 'instance':
      return ' (encoded)'
    case 'map':
      return entryLabel(frame.items, index)
  }
}
