import { types } from 'node:util'

/**
 * What an object is by its internal slots, whatever its prototype says and whichever realm made it.
 * The names are those of the built-in classes.
 */
export type Brand =
  | 'Array' | 'Map' | 'Set' | 'Date' | 'RegExp' | 'Error' | 'Boxed' | 'View' | 'ArrayBuffer' | 'SharedArrayBuffer'
  | 'Promise' | 'WeakMap' | 'WeakSet' | 'WeakRef' | 'Generator' | 'Iterator' | 'External' | 'KeyObject' | 'CryptoKey' | 'Arguments'

const { isMap, isSet, isDate, isRegExp, isNativeError, isBoxedPrimitive, isAnyArrayBuffer, isSharedArrayBuffer } = types

/** The brand of an object that is neither a proxy nor a plain one; `undefined` for what has no slots that we know of. */
export function brandOf(value: object): Brand | undefined {
  if (Array.isArray(value)) return 'Array'
  if (isMap(value)) return 'Map'
  if (isSet(value)) return 'Set'
  if (isDate(value)) return 'Date'
  if (isRegExp(value)) return 'RegExp'
  if (ArrayBuffer.isView(value)) return 'View'
  if (isAnyArrayBuffer(value)) return isSharedArrayBuffer(value) ? 'SharedArrayBuffer' : 'ArrayBuffer'
  if (isNativeError(value)) return 'Error'
  if (isBoxedPrimitive(value)) return 'Boxed'
  if (types.isPromise(value)) return 'Promise'
  if (types.isWeakMap(value)) return 'WeakMap'
  if (types.isWeakSet(value)) return 'WeakSet'
  if (types.isGeneratorObject(value)) return 'Generator'
  if (types.isMapIterator(value) || types.isSetIterator(value)) return 'Iterator'
  if (types.isExternal(value)) return 'External'
  if (types.isKeyObject(value)) return 'KeyObject'
  if (types.isCryptoKey(value)) return 'CryptoKey'
  if (types.isArgumentsObject(value)) return 'Arguments'
  return undefined
}

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object
const typedArrayName = Object.getOwnPropertyDescriptor(TypedArrayPrototype, Symbol.toStringTag)!.get as (this: unknown) => string

/** The class of a view by its slots, whatever its prototype. */
export function viewName(view: object): string {
  return types.isDataView(view) ? 'DataView' : typedArrayName.call(view)
}

/** What a boxed primitive holds, whatever its prototype. */
export function unboxed(value: object): number | string | boolean | bigint | symbol {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value)
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value)
  return Symbol.prototype.valueOf.call(value)
}

/** Whether an object has the slots that instances of this built-in class have. */
export function hasSlotsOf(base: string, value: object, brand: Brand): boolean {
  if (brand === 'Error') return true
  if (brand === 'View') return viewName(value) === (base === 'Buffer' ? 'Uint8Array' : base)
  return (brand === 'Boxed' ? Object(unboxed(value)).constructor.name : brand) === base
}
