import { PersistError } from '../errors.ts'
import { blaming } from './blame.ts'
import { copyMemory } from './memory.ts'
import { ForeignFormatError } from './refuse.ts'
import { registeredByName } from './class-registry.ts'
import { MARK_CODE, OP } from './structured-ops.ts'
import { platformObject } from './structured-platform.ts'

const ARRAY = 0
const PROPERTIES = 1
const ERROR = 2
const MAP = 3
const SET = 4
/** From here on the object is made when its values are there. */
const BOXED = 5
const INSTANCE = 6

interface Frame {
  readonly kind: number
  readonly target: any
  readonly names: readonly string[]
  /** For errors: which properties are enumerable. */
  readonly flags: readonly boolean[]
  /** How many values it takes. */
  readonly count: number
  /** Its place among the objects, for what is made late. */
  readonly number: number
  index: number
  /** The key of a Map that waits for its value. */
  key: unknown
}

const NONE: readonly never[] = []
const HOLES = Symbol('holes')

/** Runs a program: see structured-ops.ts. */
export class ProgramDecoder {
  readonly #program: readonly any[]
  readonly #bytes: Uint8Array
  /** The whole of the bytes' memory, as long as nothing was made of it. */
  #memory: ArrayBuffer | undefined
  #at = 0
  readonly #made: any[] = []
  readonly #shapes: (readonly string[])[] = []
  readonly #stack: Frame[] = []

  constructor(program: readonly any[], bytes: Uint8Array, memory: ArrayBuffer | undefined) {
    this.#program = program
    this.#bytes = bytes
    this.#memory = memory
  }

  decode(): unknown {
    const stack = this.#stack
    let result: unknown
    do {
      const parent = stack[stack.length - 1]
      const depth = stack.length
      const value = this.#next()
      const isLate = stack.length > depth && stack[depth]!.kind >= BOXED
      if (!isLate && value !== HOLES) {
        if (parent === undefined) result = value
        else deliver(parent, value)
      }
      const open = stack[stack.length - 1]
      if (open !== undefined && open.kind <= PROPERTIES) this.#takeScalars(open)
      for (let top = stack[stack.length - 1]; top !== undefined && top.index >= top.count; top = stack[stack.length - 1]) {
        stack.pop()
        if (top.kind < BOXED) continue
        const made = this.#makeLate(top)
        const holder = stack[stack.length - 1]
        if (holder === undefined) result = made
        else deliver(holder, made)
      }
    } while (stack.length > 0)
    this.#freeze(this.#program[this.#at] as [number, number][])
    return result
  }

  /** The shortest way for what most values are made of. */
  #takeScalars(frame: Frame): void {
    const program = this.#program
    const { target, names, count } = frame
    let at = this.#at
    let index = frame.index
    for (; index < count && at < program.length; index++, at++) {
      const item: unknown = program[at]
      if (typeof item === 'string' && item.charCodeAt(0) === MARK_CODE) break
      if (frame.kind === ARRAY) target[index] = item
      else if (names[index] === '__proto__') define(target, '__proto__', item, true)
      else target[names[index]!] = item
    }
    frame.index = index
    this.#at = at
  }

  /** Reads one value; of a container the beginning, its values by a frame. */
  #next(): unknown {
    if (this.#at >= this.#program.length) throw new PersistError('DECODE', 'A structured() value ends too early.')
    const item: unknown = this.#program[this.#at++]
    if (typeof item !== 'string' || item.charCodeAt(0) !== MARK_CODE) return item
    if (item.charCodeAt(1) === MARK_CODE) return item.slice(1)
    switch (item) {
      case OP.object:
        return this.#open(PROPERTIES, {}, this.#shapes[this.#take<number>()]!)
      case OP.shapedObject:
        return this.#open(PROPERTIES, {}, this.#newShape())
      case OP.bare:
        return this.#open(PROPERTIES, Object.create(null), this.#shapes[this.#take<number>()]!)
      case OP.shapedBare:
        return this.#open(PROPERTIES, Object.create(null), this.#newShape())
      case OP.array:
        return this.#open(ARRAY, [], NONE, this.#take())
      case OP.holes:
        return this.#skipHoles(this.#take())
      case OP.numbers:
        return this.#keep(Array.from(new Float64Array(this.#copy(this.#take(), this.#take<number>() * 8))))
      case OP.map:
        return this.#open(MAP, new Map(), NONE, this.#take<number>() * 2)
      case OP.set:
        return this.#open(SET, new Set(), NONE, this.#take())
      case OP.error:
        return this.#error(this.#take(), this.#take(), this.#take())
      case OP.boxed:
        return this.#open(BOXED, undefined, NONE, 1)
      case OP.instance:
        return this.#open(INSTANCE, this.#take(), NONE, 1)
      case OP.reference:
        return this.#made[this.#take<number>()]
      default:
        return this.#leaf(item)
    }
  }

  #leaf(op: string): unknown {
    switch (op) {
      case OP.undefined:
        return undefined
      case OP.nan:
        return Number.NaN
      case OP.infinity:
        return Number.POSITIVE_INFINITY
      case OP.minusInfinity:
        return Number.NEGATIVE_INFINITY
      case OP.minusZero:
        return -0
      case OP.bigint:
        return BigInt(this.#take<string>())
      case OP.symbol:
        return Symbol.for(this.#take())
      case OP.wellKnownSymbol:
        return (Symbol as unknown as Record<string, symbol>)[this.#take<string>()]
      case OP.date:
        return this.#keep(new Date(this.#take<number | null>() ?? Number.NaN))
      case OP.regExp: {
        const regExp = new RegExp(this.#take<string>(), this.#take<string>())
        regExp.lastIndex = this.#next() as number
        return this.#keep(regExp)
      }
      case OP.view:
        return this.#view(this.#take(), this.#take(), this.#take())
      case OP.buffer:
        return this.#keep(this.#copy(this.#take(), this.#take()))
      case OP.platform:
        return this.#platform(this.#take(), this.#take())
      case OP.blob:
        return this.#keep(new Blob([new Uint8Array(this.#copy(this.#take(), this.#take()))], { type: this.#take() }))
      case OP.file: {
        const parts = [new Uint8Array(this.#copy(this.#take(), this.#take()))]
        const type = this.#take<string>()
        return this.#keep(new File(parts, this.#take(), { type, lastModified: this.#take() }))
      }
      default:
        throw new PersistError('DECODE', `A structured() value holds ${JSON.stringify(op)}, which this version doesn't know.`)
    }
  }

  #take<T>(): T {
    return this.#program[this.#at++] as T
  }

  #keep<T>(object: T): T {
    this.#made.push(object)
    return object
  }

  #newShape(): readonly string[] {
    const names = this.#take<readonly string[]>()
    this.#shapes.push(names)
    return names
  }

  #open(kind: number, target: unknown, names: readonly string[], count: number = names.length, flags: readonly boolean[] = NONE): unknown {
    const number = this.#made.push(target) - 1
    if (count > 0) this.#stack.push({ kind, target, names, flags, count, number, index: 0, key: undefined })
    return target
  }

  #skipHoles(count: number): symbol {
    const frame = this.#stack[this.#stack.length - 1]!
    frame.index += count
    frame.target.length = frame.index
    return HOLES
  }

  #error(name: string, names: readonly string[], flags: readonly boolean[]): unknown {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    // Not by its own constructor, which may want arguments. What it puts on the error is put there in the order of the original.
    const error: Error = Reflect.construct(Error, [], (globalThis as Record<string, any>)[name])
    Error.stackTraceLimit = stackTraceLimit
    for (const key of Reflect.ownKeys(error)) Reflect.deleteProperty(error, key)
    return this.#open(ERROR, error, names, names.length, flags)
  }

  #view(name: string, offset: number, length: number): unknown {
    const memory = this.#copy(offset, length)
    if (name === 'Buffer') return this.#keep(Buffer.from(memory))
    const constructor = (globalThis as Record<string, any>)[name]
    if (typeof constructor !== 'function') throw new ForeignFormatError(`A structured() value holds a ${name}, which this version of Node doesn't have.`)
    return this.#keep(new constructor(memory))
  }

  #copy(offset: number, length: number): ArrayBuffer {
    if (offset + length > this.#bytes.byteLength) throw new PersistError('DECODE', 'A structured() value is cut short.')
    const memory = this.#memory
    if (memory === undefined || length !== memory.byteLength) return copyMemory(this.#bytes, offset, length)
    this.#memory = undefined
    return memory
  }

  #platform(name: string, text: string): unknown {
    const object = platformObject(name, text)
    if (!object) throw new ForeignFormatError(`A structured() value holds a ${name}, which this process doesn't have.`)
    return this.#keep(object)
  }

  #makeLate(frame: Frame): unknown {
    if (frame.kind === BOXED) return (this.#made[frame.number] = Object(frame.key))
    const name = frame.target as string
    const registered = registeredByName(name)
    if (!registered) throw new PersistError('DECODE', `A structured() value holds an instance of ${name}, which no registerClass() has taught to this process.`)
    return (this.#made[frame.number] = blaming(`decode() of the class ${name}`, 'DECODE', () => registered.decode(frame.key) as unknown))
  }

  #freeze(entries: readonly [number, number][]): void {
    for (const [number, level] of entries) {
      const object: object = this.#made[number]
      if (level === 2) Object.freeze(object)
      else if (level === 1) Object.seal(object)
      else Object.preventExtensions(object)
    }
  }
}

/** Gives an open container its next value. */
function deliver(frame: Frame, value: unknown): void {
  const { target } = frame
  const index = frame.index++
  switch (frame.kind) {
    case ARRAY:
      target[index] = value
      return
    case PROPERTIES: {
      const name = frame.names[index]!
      if (name === '__proto__') define(target, name, value, true)
      else target[name] = value
      return
    }
    case ERROR:
      define(target, frame.names[index]!, value, frame.flags[index]!)
      return
    case MAP:
      if (index % 2 === 0) frame.key = value
      else target.set(frame.key, value)
      return
    case SET:
      target.add(value)
      return
    default:
      frame.key = value
  }
}

function define(target: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, name, { value, enumerable, writable: true, configurable: true })
}
