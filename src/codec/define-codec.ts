import { PersistError } from '../errors.ts'
import type { AnyCodec, Codec, DirectoryCodec } from './types.ts'

const NAME_PATTERN = /^[\w.+-]+$/

/**
 * A codec of one's own: `encode` and `decode` for one payload, or `save` and `load` with a directory of its own for several
 * files. A new `version` reads the values of older ones through `migrate`.
 *
 * @example
 * const png = defineCodec({ name: 'png', extension: '.png', encode: (image: Image) => image.toPng(), decode: Image.fromPng })
 */
export function defineCodec<T>(codec: Codec<T>): Codec<T>
export function defineCodec<T>(codec: DirectoryCodec<T>): DirectoryCodec<T>
export function defineCodec<T>(codec: AnyCodec<T>): AnyCodec<T> {
  const { name, version } = codec
  if (typeof name !== 'string' || !NAME_PATTERN.test(name)) fail(`its name is ${JSON.stringify(name)}`, 'Give one of letters, digits and . + - _')
  if (version !== undefined && !(Number.isInteger(version) && version >= 1)) fail(`its version is ${JSON.stringify(version)}`, 'Give 1, 2, 3 …')
  const given = codec as Partial<Codec<T> & DirectoryCodec<T>>
  const isPair = (a: 'encode' | 'save', b: 'decode' | 'load'): boolean => typeof given[a] === 'function' && typeof given[b] === 'function'
  if (isPair('encode', 'decode') === isPair('save', 'load')) fail('it has neither or both of encode/decode and save/load', 'Give one of the two pairs')
  if (given.extension !== undefined && !/^\.[\w.-]*\w$/.test(given.extension)) fail(`its extension is ${JSON.stringify(given.extension)}`, "Give one like '.png'")
  return codec
}

function fail(what: string, cure: string): never {
  throw new PersistError('OPTION', `defineCodec(): ${what}. ${cure}.`)
}
