import { compressed, type CompressionOptions } from './compression.ts'
import { asBuffer } from './memory.ts'
import { propertyLabel } from './path.ts'
import { loadPeer } from './peer.ts'
import { refuseBytes } from './refuse.ts'
import { columnsOf, refuse, type Row } from './table-rows.ts'
import type { Codec } from './types.ts'

export interface CsvOptions extends CompressionOptions {
  /** @default ',' */
  delimiter?: string
}

interface CsvParse {
  parse(text: string, options: object): unknown[][]
}

interface CsvStringify {
  stringify(rows: readonly (readonly unknown[])[], options: object): string
}

/**
 * Tables as `.csv` files that people and spreadsheets read: an array of plain objects with the same columns. Text stands in
 * quotes, numbers, `true`, `false`, big integers (`12n`) and `null` (nothing) do not: so each value comes back in its type.
 * Needs the packages csv-parse and csv-stringify.
 */
export function csv(options: CsvOptions = {}): Codec<Row[]> {
  const delimiter = options.delimiter ?? ','
  const codec: Codec<Row[]> = {
    name: 'csv',
    extension: '.csv',
    encode(rows) {
      const columns = columnsOf('csv', rows)
      const { stringify } = loadPeer<CsvStringify>('csv-stringify/sync', 'csv', 'csv-stringify csv-parse')
      const lines = rows.map((row, index) => columns.map((name) => cellOf(row[name], `result[${index}]${propertyLabel(name)}`)))
      const text = stringify([columns, ...lines], { delimiter, quoted_string: true, cast: CAST })
      // Of no rows at all nothing is known; of rows without columns how many there are.
      return Buffer.from(columns.length === 0 ? `${rows.length}\n` : text)
    },
    decode(bytes) {
      const { parse } = loadPeer<CsvParse>('csv-parse/sync', 'csv', 'csv-parse csv-stringify')
      try {
        const [columns, ...lines] = parse(asBuffer(bytes).toString('utf8'), { delimiter, cast: readCell, record_delimiter: '\n' })
        if (lines.length === 0 && typeof columns?.[0] === 'number') return Array.from({ length: columns[0] }, () => ({}))
        return lines.map((line) => rowOf(columns as string[], line))
      } catch (cause) {
        refuseBytes('csv', "it can't be parsed", cause)
      }
    },
  }
  return compressed(codec, options.compress)
}

/** How the library writes what is no text: as it is. */
const CAST = {
  boolean: (value: boolean): string => String(value),
  number: (value: number): string => (Object.is(value, -0) ? '-0' : String(value)),
  bigint: (value: bigint): string => `${value}n`,
}

/** What a cell may hold; text in quotes, which the library doubles inside. */
function cellOf(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return value
  if (typeof value !== 'string') refuse('csv', path, `is ${value === undefined ? 'undefined' : `a ${typeof value}`}`)
  if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) refuse('csv', path, 'has a lone surrogate')
  return value
}

function readCell(text: string, { quoting }: { quoting: boolean }): unknown {
  if (quoting) return text
  if (text === '') return null
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+n$/.test(text)) return BigInt(text.slice(0, -1))
  return Number(text)
}

function rowOf(columns: readonly string[], cells: readonly unknown[]): Row {
  const row: Row = {}
  columns.forEach((name, index) => {
    if (name === '__proto__') Object.defineProperty(row, name, { value: cells[index], enumerable: true, writable: true, configurable: true })
    else row[name] = cells[index]
  })
  return row
}
