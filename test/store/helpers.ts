import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import type { EntryMeta, FunctionStore, NewEntry, Store, StoreOptions } from '../../src/store/types.ts'

export const context = { node: 'v20.19.0', package: '0.1.0' }

/** A directory that goes away with the test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(process.env.PERSIST_TEST_TMP ?? tmpdir(), 'persist-store-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function storeOptions(options: Partial<StoreOptions> = {}): StoreOptions {
  const onDamage = (): void => {}
  return { hashSize: 500, lockGranularity: 'call', durability: 'process', maxSize: '10GB', keepVersions: '30d', context, onDamage, ...options }
}

/** The store as another process would open it: nothing is shared with stores that were opened before. */
export function openAsAnother(root: string, options: Partial<StoreOptions> = {}): Store {
  const shared = globalThis as Record<symbol, unknown>
  delete shared[Symbol.for('unplugin-persist.store.1')]
  return openStore(root, storeOptions(options))
}

export function functionOf(store: Store, name = 'train', module = 'src/train.ts'): FunctionStore {
  return store.project({ name: 'app', id: 'test' }).function(module, name)
}

export function openFunction(root: string, options: Partial<StoreOptions> = {}, name?: string): FunctionStore {
  return functionOf(openAsAnother(root, options), name)
}

export function keyOf(text: string | number): string {
  return createHash('sha256').update(String(text)).digest('hex')
}

export function entryOf(value: string | Uint8Array, more: Omit<Partial<NewEntry>, 'meta'> & { meta?: Partial<EntryMeta> } = {}): NewEntry {
  const { meta, ...rest } = more
  return {
    codec: 'text@1',
    payload: typeof value === 'string' ? Buffer.from(value) : value,
    ...rest,
    meta: { created: 1_700_000_000_000, duration: 12.5, fingerprint: 'f'.repeat(32), ...meta },
  }
}

/** An entry's payload as text. */
export function textOf(entry: { bytes(): Uint8Array } | undefined): string | undefined {
  return entry && Buffer.from(entry.bytes()).toString()
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
