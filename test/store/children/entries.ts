import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EntryMeta, FunctionStore, NewEntry, Store, StoreOptions } from '../../../src/store/types.ts'

export const context = { node: 'v20.19.0', package: '0.1.0' }

export function storeOptions(options: Partial<StoreOptions> = {}): StoreOptions {
  const onDamage = (): void => {}
  return { hashSize: 500, lockGranularity: 'call', durability: 'process', maxSize: '10GB', keepVersions: '30d', context, onDamage, ...options }
}

export function functionOf(store: Store, name = 'train', module = 'src/train.ts'): FunctionStore {
  return store.project({ name: 'app', id: 'test' }).function(module, name)
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

/** The same, also of what is a directory with one file. */
export function valueOf(entry: (Parameters<typeof textOf>[0] & { directory?: true; file?: string }) | undefined): string | undefined {
  return entry?.directory ? readFileSync(`${entry.file}/value`, 'utf8') : textOf(entry)
}

/** The groups that a numbered key of the model has. */
export function groupsOf(number: number): string[] {
  return number % 3 === 0 ? [] : number % 3 === 1 ? ['group'] : ['group', 'a/b']
}
