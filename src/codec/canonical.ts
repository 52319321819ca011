import { createHash, type Hash } from 'node:crypto'
import { types } from 'node:util'
import { messageOf, PersistError } from '../errors.ts'
import { hasGetter, hasSetter, numbersDigest, ownKeysBesideIndices } from './array-facts.ts'
import { blobDigest, UnreadBlobsError } from './blob-digests.ts'
import { brandOf, hasSlotsOf } from './brand.ts'
import { atomToken } from './canonical-atoms.ts'
import { ARRAY, Frame, MAP, PROPS, SET } from './canonical-frame.ts'
import { hashChunk, isWellFormed, scalarToken, stringToken, symbolToken } from './canonical-tokens.ts'
import { type ClassInfo, classInfo, describeObject } from './class-info.ts'
import { type RegisteredClass, registeredByPrototype } from './class-registry.ts'
import { intrinsicName } from './intrinsics.ts'
import { findHook, indicesOf, infoOf, isAbortSignal, stateKeys } from './object-facts.ts'
import { sha256 } from '../sha256.ts'
import { keyTokens, shapeOf } from './shape.ts'

/*
 * The encoding, version `persist-key-1`. Every token tells its own end, so that no two values share a text:
 *
 *   u n t f          undefined, null, true, false
 *   d<text>;         a number as JavaScript writes it; -0 is `d-0;`
 *   i<hex>;          a bigint
 *   s<length>:<text> a string; S<length>:<digest> a long one, Z one with lone surrogates
 *   y, Y             a registered, a well-known symbol
 *   a<length>:…      an array, `h<count>;` for a run of holes, `x` for what a path leaves out; A<length>:<digest> many numbers
 *   o…}  O…}         an object, without prototype: `<length>:<name><value>` in the order of the names, `@` symbols
 *   m<size>: e<size>: a Map, a Set, in their own order
 *   T… D… R… B… P…   bytes, dates, regular expressions, boxed primitives, values of the platform (URL, Intl, Temporal)
 *   E                an error: message, then the other own properties without the stack
 *   c<fingerprint>; C<length>:<name>  N<length>:<name>  the class of an instance, then its content and own properties
 *   F<fingerprint>;  a function; Q<length>:<name> one of the language, such as `Math.max`; q one whose code counts elsewhere, qs… by its text
 *   K                what `[persistKey]()` gave
 *   r<index>;        an object met before, by the order of their first appearance
 *
 * What is changed here changes every key of every user: the epoch changes with it.
 */

/** Enters every key, so that an upgrade of the encoding is cold, never wrong. */
export const KEY_EPOCH = 'persist-key-1'

/** What of a value enters a key; built from `skip` and `key`. */
export interface PathNode {
  /** The value at this place is left out. */
  readonly omit?: boolean
  /** What stands in its place. Called before anything of the value is read. */
  readonly rule?: (value: unknown) => unknown
  readonly children?: ReadonlyMap<string, PathNode>
  /** Of an object's properties these alone count. */
  readonly members?: readonly string[]
}

/** A rule gives this to leave the value out altogether. */
export const DROPPED: unique symbol = Symbol.for('unplugin-persist.dropped') as never

export interface CanonicalOptions {
  /** The fingerprint of a function or class that the compiler knows. */
  known?(value: object): string | undefined
  /** Refuse instances of the program's classes, unless they define `[persistKey]()`. */
  plainOnly?: boolean
  /** Functions whose code is not known all count as the same, as something else in the key stands for them, or by their text. */
  opaqueFunctions?: true | 'text' | undefined
  /** What helps where a value can't be encoded. @default to leave the parameter out, or a rule for it */
  cure?: string
  /** An object whose private state the caller has seen, and adds himself. */
  visible?: object
  /** Told of each class that is told apart by its name alone. */
  onUnknownClass?: ((name: string, path: string) => void) | undefined
}

/** The text is handed to the hash when it is longer than this. */
const CHUNK = 1 << 16
const MAX_HOOKS = 100

const NONE: readonly never[] = []
const functionText = Function.prototype.toString
/** What goes on elsewhere, or can't be seen. */
const HIDDEN_BRANDS: ReadonlySet<string> = new Set(['Promise', 'WeakMap', 'WeakSet', 'Generator', 'Iterator', 'External', 'KeyObject', 'CryptoKey'])
/** Classes of the platform whose content takes a promise to read. */
const BLOBS: ReadonlySet<string | undefined> = new Set(['Blob', 'File', 'FormData'])
/** When this process began. A form makes a File of each Blob and each part of a body, and takes the moment for its time, which is no input. */
const BEGAN = Date.now() - process.uptime() * 1000
const mapForEach = Map.prototype.forEach
const setForEach = Set.prototype.forEach
const CURES: Readonly<Record<string, string>> = {
  Promise: 'Await it before the call',
  Response: 'Pass what it holds: await response.text()',
  ReadableStream: 'Pass what it reads, or leave it out by `skip`',
}
const { getOwnPropertyDescriptor, getPrototypeOf } = Object

/** Writes values one after the other into one canonical text, and gives its SHA-256. */
export class CanonicalEncoder {
  readonly #options: CanonicalOptions
  #text: string
  #hash: Hash | undefined
  /** Where each object was met first. Shared by all values of one key, so that `f(x, x)` is told from `f(x, { ...x })`. */
  #met: Map<object, number> | undefined
  readonly #stack: Frame[] = []
  /** Blobs that nobody has read yet, and where the first of them stands. */
  #unread: { readonly blobs: Blob[]; readonly path: string } | undefined
  #root = 'value'

  constructor(prefix: string, options: CanonicalOptions = {}) {
    this.#text = prefix
    this.#options = options
  }

  /** Writes text that tells its own end. */
  write(text: string): void {
    this.#text += text
  }

  /** Writes a value. `root` is what paths in messages begin with. */
  add(value: unknown, root: string, node?: PathNode): void {
    this.#root = root
    this.#value(value, node)
    const stack = this.#stack
    while (stack.length > 0) {
      if (this.#text.length > CHUNK) this.#flush()
      const frame = stack[stack.length - 1]!
      const kind = frame.kind
      if (kind === ARRAY) this.#array(frame)
      else if (kind === PROPS) this.#props(frame)
      else this.#entries(frame)
    }
  }

  /** 64 hexadecimal digits. */
  digest(): string {
    if (this.#unread) throw new UnreadBlobsError(this.#unread.blobs, this.#unread.path)
    if (!this.#hash) return isWellFormed(this.#text) ? sha256(this.#text) : hashChunk(createHash('sha256'), this.#text).digest('hex')
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash = hashChunk(this.#hash ?? createHash('sha256'), this.#text)
    this.#text = ''
  }

  #array(frame: Frame): void {
    const source = frame.source as readonly unknown[]
    const length = source.length
    const node = frame.node
    while (frame.index < length) {
      const index = frame.index
      if (hasGetter(source, index)) this.#refuseElement(frame)
      const value = source[index]
      if (value === undefined) {
        if (!Object.hasOwn(source, index)) {
          this.#hole(frame, source, length)
          continue
        }
        if (hasSetter(source, index)) this.#refuseElement(frame)
      }
      frame.index = index + 1
      const scalar = node ? undefined : scalarToken(value)
      if (scalar !== undefined) {
        this.#text += scalar
        if (this.#text.length > CHUNK) return
        continue
      }
      const child = node?.children && (node.children.get(String(index)) ?? node.children.get('*'))
      const kept = child?.omit ? DROPPED : child?.rule ? this.#rule(child, value) : value
      if (kept === DROPPED) {
        this.#text += 'x'
        continue
      }
      const depth = this.#stack.length
      this.#value(kept, child?.rule ? undefined : child)
      if (this.#stack.length !== depth) return
    }
    this.#stack.pop()
  }

  /** One token for a run of holes, however long. */
  #hole(frame: Frame, source: readonly unknown[], length: number): void {
    frame.present ??= indicesOf(source)
    const present = frame.present
    while (frame.cursor < present.length && present[frame.cursor]! < frame.index) frame.cursor++
    const next = frame.cursor < present.length ? present[frame.cursor]! : length
    this.#text += `h${next - frame.index};`
    frame.index = next
  }

  #props(frame: Frame): void {
    const { source, items, tokens, node } = frame
    if (frame.index === 0) this.#text += frame.opening
    const children = node?.children
    while (frame.index < items.length) {
      const index = frame.index++
      const key = items[index] as string | symbol
      let child: PathNode | undefined
      if (children !== undefined && typeof key === 'string') {
        child = children.get(key) ?? children.get('*')
        if (child?.omit) continue
      }
      const property = getOwnPropertyDescriptor(source, key)
      if (property === undefined || node?.members?.includes(key as string) === false) continue
      if (property.get !== undefined || property.set !== undefined) this.#refuseAccessor()
      let value: unknown = property.value
      if (child?.rule) {
        value = this.#rule(child, value)
        if (value === DROPPED) continue
        child = undefined
      }
      const token = property.enumerable ? tokens[index]! : `!${tokens[index]!}`
      const scalar = child === undefined ? scalarToken(value) : undefined
      if (scalar !== undefined) {
        this.#text += token + scalar
        continue
      }
      if (isAbortSignal(value)) continue
      this.#text += token
      const depth = this.#stack.length
      this.#value(value, child)
      if (this.#stack.length !== depth) return
    }
    this.#text += '}'
    this.#stack.pop()
  }

  #entries(frame: Frame): void {
    const items = frame.items
    while (frame.index < items.length) {
      const value = items[frame.index++]
      const depth = this.#stack.length
      this.#value(value, undefined)
      if (this.#stack.length !== depth || this.#text.length > CHUNK) return
    }
    this.#stack.pop()
  }

  #rule(node: PathNode, value: unknown): unknown {
    try {
      return node.rule!(value)
    } catch (cause) {
      const path = this.#path()
      throw new PersistError('KEY', `The key rule of ${path} threw: ${messageOf(cause)}`, { cause, path })
    }
  }

  /** Writes one value; of a container the beginning, the rest by a frame. */
  #value(value: unknown, node: PathNode | undefined): void {
    const scalar = scalarToken(value)
    if (scalar !== undefined) {
      this.#text += scalar
      return
    }
    if (typeof value === 'symbol') {
      const token = symbolToken(value)
      if (token === undefined) this.#refuse(`the symbol ${String(value)}, which no other process has`, 'Use Symbol.for()')
      this.#text += token
      return
    }
    if (typeof value === 'function') return this.#function(value)
    this.#object(value as object, node)
  }

  #function(value: Function): void {
    const fingerprint = this.#options.known?.(value)
    if (fingerprint !== undefined) {
      this.#text += `F${fingerprint};`
      return
    }
    const intrinsic = intrinsicName(value)
    if (intrinsic === undefined && this.#options.opaqueFunctions) {
      this.#text += `q${this.#options.opaqueFunctions === 'text' ? stringToken(functionText.call(value)) : ''}`
      return
    }
    if (intrinsic === undefined) this.#refuse(`${value.name ? `the function ${value.name}` : 'a function'}, whose code is not known here`, undefined, true)
    this.#text += `Q${intrinsic.length}:${intrinsic}`
  }

  #object(value: object, node: PathNode | undefined): void {
    if (types.isProxy(value)) this.#refuse('a Proxy, which shows only what its handler wants', undefined, true)
    const met = (this.#met ??= new Map())
    const before = met.get(value)
    // An object of which a part is left out is met in full elsewhere.
    if (before !== undefined && node === undefined) {
      this.#text += `r${before};`
      return
    }
    if (node === undefined) met.set(value, met.size)
    const prototype: object | null = getPrototypeOf(value)
    if (prototype === null) return this.#plain(value, node, 'O')
    if (prototype === Object.prototype) return this.#plain(value, node, 'o')
    if (prototype === Array.prototype && Array.isArray(value)) return this.#plainArray(value, node)
    const info = classInfo(prototype)
    if (info.kind === 'plain' && brandOf(value) === undefined) return this.#plain(value, node, 'o')
    this.#instance(value, info, node)
  }

  #plain(value: object, node: PathNode | undefined, opening: string): void {
    const shape = shapeOf(value)
    if (!shape || typeof shape.keys[shape.keys.length - 1] === 'symbol') {
      if (types.isArgumentsObject(value)) return this.#instance(value, classInfo(Object.prototype), node)
      if (findHook(value)) return this.#hook(value, undefined)
      if (!shape) this.#refuseSymbolKey(value)
    }
    // Its slots don't show: it was given the prototype of a plain object.
    const brand = shape.keys.length === 0 ? brandOf(value) : undefined
    if (brand !== undefined) this.#refuse(`a ${brand} with the prototype of another kind`)
    this.#stack.push(new Frame(PROPS, value, shape.keys, shape.tokens, node, opening))
  }

  #plainArray(value: readonly unknown[], node: PathNode | undefined): void {
    const extra = ownKeysBesideIndices(value)
    if (extra.length > 0) {
      this.#text += 'N5:Array'
      this.#pushProps(value, extra, undefined)
    }
    this.#elements(value, node)
  }

  #elements(value: readonly unknown[], node: PathNode | undefined): void {
    const numbers = node === undefined ? numbersDigest(value) : undefined
    if (numbers !== undefined) {
      this.#text += `A${value.length}:${numbers}`
      return
    }
    this.#text += `a${value.length}:`
    if (value.length === 0) return
    this.#stack.push(new Frame(ARRAY, value, NONE, NONE, node, ''))
  }

  #pushProps(value: object, keys: readonly (string | symbol)[], node: PathNode | undefined): void {
    const sorted = keyTokens(keys)
    if (!sorted) this.#refuseSymbolKey(value)
    this.#stack.push(new Frame(PROPS, value, sorted.keys, sorted.tokens, node, 'o'))
  }

  #hook(value: object, info: ClassInfo | undefined): void {
    let current: unknown = value
    for (let hooks = 0; ; hooks++) {
      const method = typeof current === 'object' && current !== null && !types.isProxy(current) ? findHook(current) : undefined
      if (!method) break
      if (hooks === MAX_HOOKS) this.#refuse('an object whose [persistKey]() gives ever new objects that have one')
      let result: unknown
      try {
        result = method.call(current)
      } catch (cause) {
        const path = this.#path()
        throw new PersistError('KEY', `[persistKey]() of ${path} threw: ${messageOf(cause)}`, { cause, path })
      }
      if (result === current) this.#refuse('an object whose [persistKey]() gives the object itself', 'Return what tells it from others')
      this.#text += 'K' + (info ? this.#classToken(info, true) : 'n')
      current = result
      info = typeof current === 'object' && current !== null && !types.isProxy(current) ? infoOf(current) : undefined
    }
    this.#value(current, undefined)
  }

  /** @param saysWhatCounts The class itself does, so that there is nothing to tell its users. */
  #classToken(info: ClassInfo, saysWhatCounts = false): string {
    const fingerprint = info.constructor && info.kind === 'own' ? this.#options.known?.(info.constructor) : undefined
    if (fingerprint !== undefined) return `c${fingerprint};`
    if (info.kind === 'own' && !saysWhatCounts) this.#options.onUnknownClass?.(info.name, this.#path())
    return `${info.kind === 'own' ? 'C' : 'N'}${info.name.length}:${info.name}`
  }

  #instance(value: object, info: ClassInfo, node: PathNode | undefined): void {
    if (findHook(value)) return this.#hook(value, info)
    if (isAbortSignal(value)) {
      this.#text += 'u'
      return
    }
    const brand = brandOf(value)
    if (brand !== undefined && HIDDEN_BRANDS.has(brand)) this.#refuse(`a ${brand}`, CURES[brand], true)
    const registered = info.hidden ? registeredByPrototype(getPrototypeOf(value) as object) : undefined
    if (registered && value !== this.#options.visible) return this.#registered(value, info, registered)
    if (brand !== undefined && info.base !== undefined && !hasSlotsOf(info.base, value, brand)) this.#refuse(`a ${brand} with the prototype of another kind`)
    const own = info.kind === 'own'
    if (own) this.#admitClass(value, info)
    const content = brand === 'Array' || brand === 'Map' || brand === 'Set' ? '' : brand === undefined && BLOBS.has(info.base) ? this.#blobs(value, info) : atomToken(value, brand, info)
    if (content === undefined) this.#refuse(describeObject(value), CURES[info.base ?? ''], info.kind === 'built-in')
    const keys = stateKeys(value, brand, info)
    const asInstance = own || keys.length > 0
    if (asInstance) {
      this.#pushProps(value, keys, node)
      this.#text += this.#classToken(info)
    }
    this.#text += content
    this.#content(value, brand, asInstance ? undefined : node)
  }

  /** Blobs, Files and FormData by what they hold. What was not read yet is noted, and {@link CanonicalEncoder.digest} fails. */
  #blobs(value: object, info: ClassInfo): string | undefined {
    try {
      if (info.base !== 'FormData') return this.#blobToken(value as Blob, info.base!)
      let text = 'P8:FormData'
      for (const [name, entry] of value as FormData) text += stringToken(name) + (typeof entry === 'string' ? stringToken(entry) : this.#blobToken(entry, 'File', BEGAN))
      return `${text};`
    } catch {
      // It only has the prototype.
      return undefined
    }
  }

  /** @param until A file's time counts when it is from before. */
  #blobToken(blob: Blob, base: string, until = Infinity): string {
    const { name, lastModified } = blob as File
    const facts = base === 'File' ? [blob.type, name, ...(lastModified < until ? [lastModified] : [])] : [blob.type]
    const digest = blobDigest(blob)
    if (digest === undefined) {
      this.#unread ??= { blobs: [], path: this.#path() }
      this.#unread.blobs.push(blob)
    }
    return `P${stringToken(base)}${stringToken(JSON.stringify(facts))}${blob.size},${digest};`
  }

  /** What an instance is made of, as its class codec says, where it can't be seen from outside. */
  #registered(value: object, info: ClassInfo, registered: RegisteredClass): void {
    let data: unknown
    try {
      data = registered.encode(value)
    } catch (cause) {
      const path = this.#path()
      throw new PersistError('KEY', `encode() of the class ${registered.name} threw at ${path}: ${messageOf(cause)}`, { cause, path })
    }
    this.#text += `K${this.#classToken(info, true)}`
    this.#value(data, undefined)
  }

  #admitClass(value: object, info: ClassInfo): void {
    const what = describeObject(value)
    if (this.#options.plainOnly) this.#refuse(what)
    const cure = `Define [persistKey]() on ${info.name || 'its class'}${info.name ? `, or registerClass(${info.name}, { encode, decode })` : ''}`
    if (info.hidden && value !== this.#options.visible) this.#refuse(`${what}, whose private state can't be seen from outside`, cure)
    if (!info.constructor) this.#refuse('an object whose prototype is no class', cure)
    if (info.name === '' && this.#options.known?.(info.constructor) === undefined) this.#refuse(what, cure)
  }

  /** What a Map, Set or array holds, beside own properties. */
  #content(value: object, brand: string | undefined, node: PathNode | undefined): void {
    const items: unknown[] = []
    if (brand === 'Array') {
      this.#elements(value as readonly unknown[], node)
    } else if (brand === 'Map') {
      mapForEach.call(value as Map<unknown, unknown>, (item: unknown, key: unknown) => items.push(key, item))
      this.#text += `m${items.length / 2}:`
      this.#stack.push(new Frame(MAP, value, items, NONE, undefined, ''))
    } else if (brand === 'Set') {
      setForEach.call(value as Set<unknown>, (item: unknown) => items.push(item))
      this.#text += `e${items.length}:`
      this.#stack.push(new Frame(SET, value, items, NONE, undefined, ''))
    }
  }

  #path(): string {
    let path = this.#root
    for (const frame of this.#stack) if (frame.index > 0) path += frame.label()
    return path
  }

  /** Of the element that is next. */
  #refuseElement(frame: Frame): never {
    frame.index++
    this.#refuseAccessor()
  }

  #refuseAccessor(): never {
    this.#refuse('an accessor, which is never invoked', 'Make it a plain property')
  }

  #refuseSymbolKey(value: object): never {
    const key = Object.getOwnPropertySymbols(value).find((symbol) => symbolToken(symbol) === undefined)
    this.#refuse(`${describeObject(value)} with the key ${String(key)}, a symbol of no other process`)
  }

  #refuse(what: string, cure?: string, builtIn = false): never {
    const path = this.#path()
    const root = this.#root
    const hook = builtIn ? '' : ', or define [persistKey]() on its class'
    const leave = /^this\b/.test(root) ? 'Pass what counts as parameters' : `Leave it out with skip: ['${root.replace(/^\.\.\./, '')}'], say by a rule in \`key\` what of it counts`
    const advice = cure ?? this.#options.cure ?? `${leave}${hook}`
    throw new PersistError('KEY', `${path} is ${what}: it can't be part of a key. ${advice}.`, { path })
  }
}

/** SHA-256 of the canonical encoding of one value. */
export function canonicalHash(value: unknown, options?: CanonicalOptions, root = 'value', node?: PathNode): string {
  const encoder = new CanonicalEncoder(`${KEY_EPOCH};`, options)
  encoder.add(value, root, node)
  return encoder.digest()
}
