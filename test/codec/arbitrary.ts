import fc from 'fast-check'

/** Text with everything that encoders stumble over: lone surrogates, control characters, our own marks. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
  fc.constantFrom('', '~', '~~', '~u', '~o', '__proto__', 'constructor', 'toJSON', 'length', '0', '1', '-1', '01', 'u', 'd1;', 's1:a', '\ud800', '\udc00', '\ufffd'),
)

export const scalar: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(undefined, null, Number.NaN, -0, 0, Infinity, -Infinity, Symbol.for('a'), Symbol.for('Symbol.iterator'), Symbol.iterator),
)

const errors = [Error, TypeError, RangeError, SyntaxError] as const

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.date({ noInvalidDate: false }),
  fc.constantFrom('a', '[\\/]', '(?:)').chain((source) => fc.constantFrom('', 'g', 'iu').map((flags) => new RegExp(source, flags))),
  fc.uint8Array(),
  fc.float64Array({ maxLength: 80 }),
  fc.float32Array(),
  fc.bigInt64Array(),
  fc.uint8Array({ minLength: 4 }).map((bytes) => bytes.subarray(1, 3)),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes).buffer),
  fc.uint8Array().map((bytes) => new DataView(new Uint8Array(bytes).buffer)),
  fc.oneof(fc.double(), text, fc.boolean(), fc.bigInt()).map((primitive) => Object(primitive) as unknown),
  fc.webUrl().map((url) => new URL(url)),
  fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map((pairs) => new URLSearchParams(pairs)),
  fc.array(fc.double({ noNaN: true }), { minLength: 64, maxLength: 70 }),
)

/** Puts own properties with any name on an object, as an object literal would. */
function withEntries(target: object, entries: readonly (readonly [string, unknown])[]): object {
  for (const [name, value] of entries) Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
  return target
}

/** Values of all kinds that `structured()` takes, with shared parts and cycles. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => {
  const inner = tie('value')
  const entries = fc.array(fc.tuple(text, inner), { maxLength: 5 })
  return {
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'value' },
      { weight: 5, arbitrary: leaf },
      { weight: 3, arbitrary: entries.map((list) => withEntries({}, list)) },
      entries.map((list) => withEntries(Object.create(null) as object, list)),
      entries.map((list) => Object.freeze(withEntries({}, list))),
      entries.map((list) => Object.seal(withEntries({}, list))),
      { weight: 3, arbitrary: fc.array(inner, { maxLength: 6 }) },
      fc.array(inner, { maxLength: 3 }).map((list) => Object.freeze(list)),
      fc.array(fc.option(inner, { nil: undefined }), { maxLength: 5 }).map((list) => {
        const sparse: unknown[] = new Array(list.length)
        list.forEach((element, index) => {
          if (element !== undefined) sparse[index] = element
        })
        return sparse
      }),
      fc.array(fc.tuple(inner, inner), { maxLength: 4 }).map((list) => new Map(list)),
      fc.array(inner, { maxLength: 4 }).map((list) => new Set(list)),
      fc.tuple(fc.constantFrom(...errors), text, inner, entries).map(([make, message, cause, list]) => withEntries(new make(message, { cause }), list.filter(([name]) => name !== 'stack' && name !== 'message' && name !== 'cause'))),
      inner.map((shared) => [shared, { again: shared }]),
      inner.map((content) => {
        const holder: Record<string, unknown> = { content, list: [] }
        holder.self = holder
        ;(holder.list as unknown[]).push(new Map<unknown, unknown>([[holder, holder.list]]))
        return holder
      }),
    ),
  }
}).value
