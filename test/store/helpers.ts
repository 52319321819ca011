import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { openStore, readStore } from '../../src/store/index.ts'
import { limits } from '../../src/store/limits.ts'
import type { FunctionStore, Store, StoreOptions } from '../../src/store/types.ts'
import { functionOf, storeOptions } from './children/entries.ts'

export * from './children/entries.ts'

// Two processes that these tests play in one thread would hear of each other in different turns of their loops.
limits.pause = -1

/** A directory that goes away with the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(process.env.PERSIST_TEST_TMP ?? tmpdir(), 'persist-store-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The store as another process would open it: nothing is shared with stores that were opened before. */
export function openAsAnother(root: string, options: Partial<StoreOptions> = {}): Store {
  shareNothing()
  return openStore(root, storeOptions(options))
}

/** The same, only to be read. */
export function readAsAnother(root: string, options: Partial<StoreOptions> = {}): Store {
  shareNothing()
  return readStore(root, storeOptions(options))
}

function shareNothing(): void {
  const shared = globalThis as Record<symbol, unknown>
  delete shared[Symbol.for('unplugin-persist.store.1')]
}

export function openFunction(root: string, options: Partial<StoreOptions> = {}, name?: string): FunctionStore {
  return functionOf(openAsAnother(root, options), name)
}

/** All files below a directory, as paths relative to it. */
export function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1).replaceAll('\\', '/'))
    .sort()
}

export const bucketFiles = (directory: string): string[] => listFiles(directory).filter((path) => /@\d+-\d+\.\d+\.v1$/.test(path))

/** One entry of an archive, as its format has it. */
export function archiveBlock(head: string, payload: Uint8Array): Buffer {
  const text = Buffer.from(head)
  const block = Buffer.alloc(8 + text.length + payload.length)
  block.writeUInt32LE(text.length, 0)
  block.set(text, 4)
  block.set(payload, 4 + text.length)
  block.writeUInt32LE(crc32(block.subarray(0, -4)), block.length - 4)
  return block
}
