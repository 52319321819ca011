import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { propertyLabel } from './path.ts'
import { loadPeer } from './peer.ts'
import { refuseBytes } from './refuse.ts'
import { columnsOf, refuse, type Row } from './table-rows.ts'
import type { DirectoryCodec } from './types.ts'

type ColumnType = 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'STRING' | 'TIMESTAMP'

interface ColumnData {
  name: string
  data: readonly unknown[]
  type: ColumnType
  nullable: boolean
}

interface ParquetWriter {
  parquetWriteBuffer(options: { columnData: ColumnData[]; kvMetadata?: { key: string; value: string }[] }): ArrayBuffer
}

interface ParquetReader {
  parquetReadObjects(options: { file: ArrayBuffer }): Promise<Row[]>
  parquetMetadata(file: ArrayBuffer): { key_value_metadata?: { key: string; value?: string }[] }
}

const FILE = 'table.parquet'
const EMPTY_KEY = 'unplugin-persist.rows'

/**
 * Tables as Parquet: an array of plain objects with the same columns, each of one type (numbers, text, booleans, big integers
 * of 64 bits, dates) or `null`. For functions that return promises. Needs the packages hyparquet and hyparquet-writer.
 */
export function parquet(): DirectoryCodec<Row[]> {
  return {
    name: 'parquet',
    save(rows, directory) {
      const columns = columnsOf('parquet', rows)
      const { parquetWriteBuffer } = loadPeer<ParquetWriter>('hyparquet-writer', 'parquet', 'hyparquet hyparquet-writer')
      const columnData = columns.map((name) => columnOf(rows, name))
      const buffer = parquetWriteBuffer({ columnData, ...(columns.length === 0 && { kvMetadata: [{ key: EMPTY_KEY, value: String(rows.length) }] }) })
      writeFileSync(join(directory, FILE), new Uint8Array(buffer))
    },
    async load(directory) {
      const { parquetReadObjects, parquetMetadata } = loadPeer<ParquetReader>('hyparquet', 'parquet', 'hyparquet hyparquet-writer')
      try {
        const { buffer, byteOffset, byteLength } = readFileSync(join(directory, FILE))
        const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
        const empty = parquetMetadata(file).key_value_metadata?.find(({ key }) => key === EMPTY_KEY)
        return empty ? Array.from({ length: Number(empty.value) }, () => ({})) : await parquetReadObjects({ file })
      } catch (cause) {
        refuseBytes('parquet', "it can't be read", cause)
      }
    },
  }
}

function columnOf(rows: readonly Row[], name: string): ColumnData {
  if (name === '__proto__') refuse('parquet', `result[0]${propertyLabel(name)}`, 'has a name that readers lose')
  let type: ColumnType | undefined
  let nullable = false
  const data = rows.map((row, index) => {
    const value = row[name]
    const path = `result[${index}]${propertyLabel(name)}`
    if (value === null) {
      nullable = true
      return null
    }
    const found = typeOf(value, path)
    if (type !== undefined && found !== type) refuse('parquet', path, `is a ${found}, the column above it ${type}`)
    type = found
    return value
  })
  return { name, data, type: type ?? 'STRING', nullable }
}

function typeOf(value: unknown, path: string): ColumnType {
  switch (typeof value) {
    case 'number':
      return 'DOUBLE'
    case 'boolean':
      return 'BOOLEAN'
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) refuse('parquet', path, 'is a big integer of more than 64 bits')
      return 'INT64'
    case 'string':
      if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) refuse('parquet', path, 'has a lone surrogate')
      return 'STRING'
    default:
      if (value instanceof Date && Object.getPrototypeOf(value) === Date.prototype && !Number.isNaN(value.getTime())) return 'TIMESTAMP'
      refuse('parquet', path, `is ${value === undefined ? 'undefined' : 'an object'}`)
  }
}
