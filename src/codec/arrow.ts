import { types } from 'node:util'
import { compressed, type CompressionOptions } from './compression.ts'
import { loadImportedPeer, loadPeer } from './peer.ts'
import { ForeignFormatError, refuseBytes, refuseValue } from './refuse.ts'
import type { Codec } from './types.ts'

/** What is used of apache-arrow. */
export interface ArrowLibrary {
  Table: abstract new (...args: any[]) => object
  tableToIPC(table: any, type: 'file'): Uint8Array
  tableFromIPC(bytes: Uint8Array): object
}

export interface ArrowOptions extends CompressionOptions {
  /**
   * The program's own copy, `import * as library from 'apache-arrow'`: needed where that is another than Node gives, as in bundles that
   * contain it, and under tsx. @default what `import` or `require` of the package give
   */
  library?: ArrowLibrary
}

const required = (): ArrowLibrary => loadPeer('apache-arrow', 'arrow')

/** What an ES module imports; a table of a CommonJS program is of another instance of the library. None where a hook (tsx) makes copies of ES modules. */
function imported(): ArrowLibrary | undefined {
  const found = loadImportedPeer<ArrowLibrary>('apache-arrow', 'arrow')
  return types.isModuleNamespaceObject(found) || found === required() ? found : undefined
}

/** The instance whose tables the program has: it shows with the first that is encoded. */
let used: ArrowLibrary | undefined

function libraryOf(table: object): ArrowLibrary | undefined {
  const found = [imported, required].find((load) => isOf(load(), table))?.()
  used = found ?? used
  return found
}

/** Not `instanceof`: the library's classes take each other's instances for their own, and then write nonsense. */
function isOf(library: ArrowLibrary | undefined, value: object): library is ArrowLibrary {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === library?.Table.prototype
}

const CURE = "Give it: import * as library from 'apache-arrow', arrow({ library })"

/** Tables of apache-arrow, as `.arrow` files. Needs the package apache-arrow. */
export function arrow<Table extends object = object>(options: ArrowOptions = {}): Codec<Table> {
  const own = options.library
  const codec: Codec<Table> = {
    name: 'arrow',
    extension: '.arrow',
    encode(table) {
      const library = isOf(own, table) ? own : libraryOf(table)
      if (library) return library.tableToIPC(table, 'file')
      if (Array.isArray(Object(table).batches)) refuseValue('arrow', 'result', 'is a Table of a copy of apache-arrow that is not known', CURE)
      refuseValue('arrow', 'result', 'is no Table of apache-arrow', 'Return one: tableFromJSON(rows), tableFromArrays(columns)')
    },
    decode(bytes) {
      const library = own ?? used ?? imported()
      if (!library) throw new ForeignFormatError(`The program's copy of apache-arrow is not known. ${CURE}.`)
      try {
        // The table shows the bytes that it is given.
        return library.tableFromIPC(Uint8Array.from(bytes)) as Table
      } catch (cause) {
        refuseBytes('arrow', "it can't be read", cause)
      }
    },
  }
  return compressed(codec, options.compress)
}
