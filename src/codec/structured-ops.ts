/*
 * A value that is not plain JSON is kept as a program: one flat JSON array, which any engine parses fast, of plain
 * scalars and of operations, which are strings that begin with `~`. Each builds one value from what follows it.
 * What is binary stands behind the array as it is, and is named by offset and length.
 */

/** What operations and escaped strings begin with. */
export const MARK = '~'
export const MARK_CODE = 0x7e

export const OP = {
  undefined: '~u',
  nan: '~N',
  infinity: '~I',
  minusInfinity: '~J',
  minusZero: '~z',
  /** digits */
  bigint: '~i',
  /** registered name */
  symbol: '~y',
  /** `iterator` */
  wellKnownSymbol: '~Y',
  /** number of a shape, values */
  object: '~o',
  /** [names], values: the names become the next shape */
  shapedObject: '~O',
  /** The same for objects without prototype. */
  bare: '~p',
  shapedBare: '~P',
  /** length, elements */
  array: '~a',
  /** count: holes, as elements of an array */
  holes: '~h',
  /** offset, length: an array of doubles */
  numbers: '~F',
  /** size, keys and values */
  map: '~m',
  /** size, elements */
  set: '~s',
  /** milliseconds or null */
  date: '~D',
  /** source, flags, lastIndex */
  regExp: '~R',
  /** class, [names], [whether enumerable], values */
  error: '~E',
  /** primitive */
  boxed: '~b',
  /** name, offset, byte length */
  view: '~T',
  /** offset, byte length */
  buffer: '~A',
  /** name, text */
  platform: '~U',
  /** offset, byte length, type */
  blob: '~B',
  /** offset, byte length, type, name, time */
  file: '~L',
  /** name, data */
  instance: '~C',
  /** number of the object, by the order in which they begin */
  reference: '~r',
} as const
