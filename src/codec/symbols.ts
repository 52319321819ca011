/**
 * A class that defines a method under this symbol says itself what of an instance enters a key:
 * the method's result is encoded in its place, beside the class.
 *
 * @example
 * class Model {
 *   [persistKey]() { return [this.name, this.revision] }
 * }
 */
export const persistKey: unique symbol = Symbol.for('unplugin-persist.key') as never

const WELL_KNOWN: ReadonlyMap<symbol, string> = new Map(
  Reflect.ownKeys(Symbol).flatMap((name) => {
    const value = (Symbol as unknown as Record<string | symbol, unknown>)[name]
    return typeof value === 'symbol' && typeof name === 'string' && Symbol.keyFor(value) === undefined ? [[value, name] as const] : []
  }),
)

/** `iterator` for `Symbol.iterator`. */
export function wellKnownSymbolName(symbol: symbol): string | undefined {
  return WELL_KNOWN.get(symbol)
}
