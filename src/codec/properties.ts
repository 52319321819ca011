import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PersistError } from '../errors.ts'
import { blaming } from './blame.ts'
import { codecId, isCodec } from './codec-id.ts'
import { propertyLabel } from './path.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { AnyCodec, Codec, DirectoryCodec } from './types.ts'

/**
 * A codec per property of an object result, as one codec. Each property is a file of its own (`metrics.json`), or a
 * directory for a codec that has several files. All or nothing: a property without codec, or that its codec refuses, refuses the value.
 */
export function properties(codecs: Record<string, AnyCodec>): DirectoryCodec<Record<string, unknown>> {
  const names = Object.keys(codecs)
  for (const name of names) if (!isCodec(codecs[name]!)) throw new PersistError('OPTION', `codec.${name} is no codec. Give structured(), json(), defineCodec({ … }) or the like.`)
  const placeOf = new Map(names.map((name, index) => [name, placeName(name, index, codecs[name]!)]))
  return {
    name: codecId(codecs),
    save(value, directory) {
      checkShape(value, names)
      const waiting: Promise<void>[] = []
      for (const name of names) {
        const done = saveOne(codecs[name]!, name, value[name], join(directory, placeOf.get(name)!))
        if (done instanceof Promise) waiting.push(done)
      }
      writeFileSync(join(directory, ORDER), JSON.stringify(Object.keys(value).map((name) => [name, value[name] !== undefined])))
      return waiting.length > 0 ? Promise.all(waiting).then(() => undefined) : undefined
    },
    load(directory) {
      const order = readOrder(directory, names)
      const values = order.map(([name, isThere]) => (isThere ? loadOne(codecs[name]!, name, join(directory, placeOf.get(name)!)) : undefined))
      const assemble = (ready: readonly unknown[]): Record<string, unknown> => Object.fromEntries(order.map(([name], index) => [name, ready[index]]))
      return values.some((value) => value instanceof Promise) ? Promise.all(values).then(assemble) : assemble(values)
    },
  }
}

/** The names in their order, and which of them are `undefined`. */
const ORDER = '.properties'

/** The property's own name where every file system takes it. */
function placeName(name: string, index: number, codec: AnyCodec): string {
  const safe = /^[a-z0-9_][a-z0-9_-]{0,60}$/.test(name) && !/^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(name) ? name : `${index}`
  return safe + ((codec as Codec).extension ?? '')
}

function checkShape(value: unknown, names: readonly string[]): asserts value is Record<string, unknown> {
  const cure = 'Return a plain object with the properties that `codec` names'
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) refuseValue('codec', 'result', 'is no plain object', cure)
  for (const key of Reflect.ownKeys(value)) {
    if (!names.includes(key as string)) refuseValue('codec', `result${propertyLabel(key)}`, 'has no codec', `${cure}, and no others`)
    if (!('value' in Object.getOwnPropertyDescriptor(value, key)!)) refuseValue('codec', `result${propertyLabel(key)}`, 'is an accessor', cure)
  }
}

function saveOne(codec: AnyCodec, name: string, value: unknown, path: string): void | Promise<void> {
  if (value === undefined) return
  try {
    if ('save' in codec) {
      mkdirSync(path)
      const saved = blaming(`codec ${codecId(codec)} of \`${name}\`: save()`, 'VALUE', () => codec.save(value, path))
      return saved instanceof Promise ? saved.catch((error: unknown) => rename(error, name)) : saved
    }
    const bytes = blaming(`codec ${codecId(codec)} of \`${name}\`: encode()`, 'VALUE', () => codec.encode(value))
    if (!(bytes instanceof Promise)) return writeFileSync(path, bytes)
    return bytes.then((ready) => writeFileSync(path, ready)).catch((error: unknown) => rename(error, name))
  } catch (error) {
    rename(error, name)
  }
}

/** A codec calls what it is given `result`; here that is a property of the result. */
function rename(error: unknown, name: string): never {
  if (!(error instanceof PersistError) || error.path === undefined) throw error
  const path = error.path.replace(/^result/, `result${propertyLabel(name)}`)
  throw new PersistError(error.code, error.message.replace('[unplugin-persist] ', '').replace(error.path, path), { cause: error, path })
}

function loadOne(codec: AnyCodec, name: string, path: string): unknown {
  const whose = `codec ${codecId(codec)} of \`${name}\``
  if ('save' in codec) return blaming(`${whose}: load()`, 'DECODE', () => codec.load(path))
  const bytes = readFileSync(path)
  return blaming(`${whose}: decode()`, 'DECODE', () => codec.decode(bytes))
}

function readOrder(directory: string, names: readonly string[]): [name: string, isThere: boolean][] {
  try {
    const order = JSON.parse(readFileSync(join(directory, ORDER), 'utf8')) as [string, boolean][]
    if (order.every(([name]) => names.includes(name))) return order
  } catch (cause) {
    refuseBytes('codec', 'its list of properties is damaged', cause)
  }
  refuseBytes('codec', 'it has other properties')
}
