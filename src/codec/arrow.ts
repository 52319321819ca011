import { compressed, type CompressionOptions } from './compression.ts'
import { loadImportedPeer, loadPeer } from './peer.ts'
import { refuseBytes, refuseValue } from './refuse.ts'
import type { Codec } from './types.ts'

interface ArrowLibrary {
  Table: abstract new (...args: any[]) => object
  tableToIPC(table: object, type: 'file'): Uint8Array
  tableFromIPC(bytes: Uint8Array): object
}

/** What an ES module imports; a table of a CommonJS program is of another instance of the library. */
const imported = (): ArrowLibrary => loadImportedPeer('apache-arrow', 'arrow')
const required = (): ArrowLibrary => loadPeer('apache-arrow', 'arrow')

/** The instance whose tables the program has: it shows with the first that is encoded. */
let used: ArrowLibrary | undefined

function libraryOf(table: object): ArrowLibrary | undefined {
  const found = [imported, required].find((load) => isOf(load(), table))?.()
  used = found ?? used
  return found
}

/** Not `instanceof`: the library's classes take each other's instances for their own, and then write nonsense. */
function isOf({ Table }: ArrowLibrary, value: object): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Table.prototype
}

/** Tables of apache-arrow, as `.arrow` files. Needs the package apache-arrow. */
export function arrow<Table extends object = object>(options: CompressionOptions = {}): Codec<Table> {
  const codec: Codec<Table> = {
    name: 'arrow',
    extension: '.arrow',
    encode(table) {
      const library = libraryOf(table)
      if (!library) refuseValue('arrow', 'result', 'is no Table of apache-arrow', 'Return one: tableFromJSON(rows), tableFromArrays(columns)')
      return library.tableToIPC(table, 'file')
    },
    decode(bytes) {
      const { tableFromIPC } = used ?? imported()
      try {
        // The table shows the bytes that it is given.
        return tableFromIPC(Uint8Array.from(bytes)) as Table
      } catch (cause) {
        refuseBytes('arrow', "it can't be read", cause)
      }
    },
  }
  return compressed(codec, options.compress)
}
