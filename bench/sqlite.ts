import { createRequire } from 'node:module'
import { join } from 'node:path'
import { peersDirectory } from './peers/directory.ts'

export interface Database {
  pragma(text: string): void
  exec(text: string): void
  prepare(text: string): { run(...values: unknown[]): void; get(...values: unknown[]): { value: Buffer } | undefined }
}

/** better-sqlite3 as a key-value store. It is compiled when it is installed, so it is no dependency: `bench/peers/install.ts` gets it. */
export function openSqlite(path: string): Database | undefined {
  let Sqlite: new (path: string) => Database
  try {
    Sqlite = createRequire(join(peersDirectory(), 'package.json'))('better-sqlite3') as typeof Sqlite
  } catch {
    console.log('(better-sqlite3 is not there: `npm run bench install` gets what is compared with)')
    return undefined
  }
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec('CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID')
  return database
}
