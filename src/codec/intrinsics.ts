const sourceOf = Function.prototype.toString

/** Globals of the language, the same in every engine. What else a global object holds is the program's or the host's. */
const ROOTS = [
  'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'Boolean', 'DataView', 'Date', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent',
  'Error', 'escape', 'EvalError', 'Float32Array', 'Float64Array', 'Function', 'Int16Array', 'Int32Array', 'Int8Array', 'isFinite', 'isNaN', 'JSON',
  'Map', 'Math', 'Number', 'Object', 'parseFloat', 'parseInt', 'Promise', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set', 'String',
  'Symbol', 'SyntaxError', 'TypeError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'unescape', 'URIError', 'WeakMap', 'WeakSet',
]

let names: Map<Function, string> | undefined

/** `Math.max`, `Number`, `String.prototype.trim`: a function of the language, by the place where it stands; else `undefined`. */
export function intrinsicName(value: Function): string | undefined {
  if (!names && !sourceOf.call(value).endsWith('{ [native code] }')) return undefined
  names ??= collect()
  return names.get(value)
}

function collect(): Map<Function, string> {
  const found = new Map<Function, string>()
  const visit = (value: unknown, name: string, depth: number): void => {
    if (typeof value === 'function' && !found.has(value)) found.set(value, name)
    if (depth === 0 || value === null || (typeof value !== 'object' && typeof value !== 'function')) return
    for (const key of Object.getOwnPropertyNames(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!
      if ('value' in property && key !== 'constructor') visit(property.value, `${name}.${key}`, key === 'prototype' ? 1 : 0)
    }
  }
  const globals = globalThis as unknown as Record<string, unknown>
  for (const name of ROOTS) visit(globals[name], name, 2)
  return found
}
