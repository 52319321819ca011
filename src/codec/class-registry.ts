import { PersistError } from '../errors.ts'

/** How instances of a class are kept. */
export interface ClassCodec<T = any, Data = any> {
  /** What the class is called in stored values. @default the class's name */
  name?: string
  /** Gives what the instance is made of, in values that {@link structured} takes. */
  encode(instance: T): Data
  /** Makes the instance anew. */
  decode(data: Data): T
}

export interface RegisteredClass extends ClassCodec {
  readonly name: string
  readonly constructor: abstract new (...args: any[]) => any
}

interface Registry {
  readonly byPrototype: Map<object, RegisteredClass>
  readonly byName: Map<string, RegisteredClass>
}

const REGISTRY = Symbol.for('unplugin-persist.classes')

/** On `globalThis`, so that two copies of this package in one process know the same classes. */
function registry(): Registry {
  const global = globalThis as { [REGISTRY]?: Registry }
  return (global[REGISTRY] ??= { byPrototype: new Map(), byName: new Map() })
}

/**
 * Teaches `structured()` a class. Only direct instances are taken; a subclass is registered by itself.
 *
 * @example
 * registerClass(Point, { encode: (p) => [p.x, p.y], decode: ([x, y]) => new Point(x, y) })
 */
export function registerClass<T, Data>(constructor: abstract new (...args: any[]) => T, codec: ClassCodec<T, Data>): void {
  const name = codec.name ?? constructor.name
  if (name === '') throw new PersistError('OPTION', 'registerClass() was given a class without a name. Say one: registerClass(…, { name: \'Point\', encode, decode }).')
  const { byName, byPrototype } = registry()
  const before = byName.get(name)
  // A reloaded module brings the same class anew; two living classes of one name would take each other's values.
  if (before && before.constructor !== constructor && String(before.constructor) !== String(constructor)) {
    throw new PersistError('OPTION', `registerClass() already knows another class as '${name}'. Give one of them a name: registerClass(…, { name, encode, decode }).`)
  }
  const entry: RegisteredClass = { ...codec, name, constructor }
  byName.set(name, entry)
  byPrototype.set(constructor.prototype as object, entry)
}

export function registeredByPrototype(prototype: object | null): RegisteredClass | undefined {
  return prototype === null ? undefined : registry().byPrototype.get(prototype)
}

export function registeredByName(name: string): RegisteredClass | undefined {
  return registry().byName.get(name)
}
