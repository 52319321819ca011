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
