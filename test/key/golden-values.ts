/** Values whose keys are pinned in golden.json. Nothing here depends on the version of Node or of ICU. */
const shared = { a: 1 }
const cycle: Record<string, unknown> = { name: 'cycle' }
cycle.self = [cycle]

class Point {
  x = 1
  y = -0
}

export const goldenValues: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  true: true,
  zero: 0,
  'minus zero': -0,
  NaN: Number.NaN,
  infinity: Infinity,
  double: 0.1 + 0.2,
  'small double': 5e-324,
  'large double': 1.7976931348623157e308,
  integer: 123_456_789_012_345,
  bigint: 2n ** 200n - 1n,
  'negative bigint': -(2n ** 64n),
  empty: '',
  text: 'häß 𝄞 "quoted"\n',
  'lone surrogate': 'a\ud800b',
  'long text': 'ä'.repeat(20_000),
  'long text with a lone surrogate': `${'ä'.repeat(20_000)}\udfff`,
  symbols: [Symbol.for('a'), Symbol.iterator],
  array: [1, 'a', null, undefined, [], [[]]],
  holes: Object.assign(new Array(10), { 3: 'x' }),
  numbers: Array.from({ length: 100 }, (_, i) => i / 7),
  object: { b: 1, a: { d: 2, c: [3] }, 10: 'x', 9: 'y', '': 'empty', é: 'accent', Z: 'upper' },
  'null prototype': Object.assign(Object.create(null), { a: 1 }),
  'symbol key': { [Symbol.for('k')]: 1, a: 2 },
  proto: JSON.parse('{"__proto__":{"a":1}}'),
  map: new Map<unknown, unknown>([['b', 1], [{ a: 1 }, [2]], [NaN, undefined]]),
  set: new Set([3, 'x', new Set([1])]),
  date: new Date(1_700_000_000_123),
  'invalid date': new Date(Number.NaN),
  regexp: Object.assign(/a[/]\d+/giu, { lastIndex: 2 }),
  buffer: Buffer.from('hello'),
  typed: [new Uint8Array([1, 2]), new Int16Array([-1, 2]), new Float32Array([1.5]), new Float64Array([Math.PI, -0]), new BigUint64Array([2n ** 63n])],
  window: new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
  'array buffer': new Uint8Array([1, 2, 3]).buffer,
  'data view': new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
  boxed: [Object(1), Object('a'), Object(true), Object(1n)],
  error: Object.assign(new TypeError('message', { cause: new Error('inner') }), { code: 'E_CODE' }),
  'dom exception': [new DOMException('message', 'AbortError'), new DOMException('message', { name: 'DataError', cause: 1 } as never)],
  'hidden property': Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
  aggregate: new AggregateError([new RangeError('one'), 2], 'message'),
  url: new URL('https://user@example.com:8080/päth?q=1#h'),
  params: new URLSearchParams([['a', '1'], ['a', 'ä']]),
  headers: new Headers([['B', '2'], ['a', '1'], ['set-cookie', 'x=1'], ['set-cookie', 'y=2']]),
  instance: new Point(),
  shared: [shared, shared, { ...shared }],
  cycle,
  'functions of the language': [Math.max, String, Array.prototype.map],
  'a large mix': Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `n${i}`, at: new Date(i), tags: i % 2 ? [i] : undefined })),
}
