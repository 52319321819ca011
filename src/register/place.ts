import { join } from 'node:path'
import process from 'node:process'
import { defaultPersistPath } from '../config/paths.ts'

/** Where analyses lie: below the default root of stores. They are safe to delete. */
export function analysesPath(): string {
  return join(process.env.PERSIST_PATH || defaultPersistPath(), '.analyses')
}
