const IDENTIFIER_PATTERN = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** How a property stands in a path: `.users`, `["odd name"]`, `[Symbol.for("x")]`. */
export function propertyLabel(key: string | symbol): string {
  if (typeof key === 'symbol') {
    const registered = Symbol.keyFor(key)
    return registered === undefined ? `[${key.description?.startsWith('Symbol.') ? key.description : String(key)}]` : `[Symbol.for(${JSON.stringify(registered)})]`
  }
  return IDENTIFIER_PATTERN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
