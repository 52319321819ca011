import { hash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { LOADER, peersDirectory } from './directory.ts'

/** A function of two plain arguments, as it is and as a peer memoizes it. */
export type Compute = (id: number, kind: string) => unknown
export type Memoized = (id: number, kind: string) => unknown

/** One way of keeping results on disk. */
export interface Peer {
  name: string
  /** What of it is ours: a key-value store needs hashing, encoding and a look-up around it. */
  note: string
  /** Whether results come without a promise. */
  sync: boolean
  /** Opens its store in a directory of its own. */
  open(directory: string): Promise<(compute: Compute) => Memoized>
}

/** Loaded from where the peers are installed, by a module there: this package depends on none of them. */
async function load(name: string): Promise<any> {
  const { load: loadThere } = (await import(pathToFileURL(join(peersDirectory(), LOADER)).href)) as { load(name: string): Promise<any> }
  return loadThere(name)
}

const keyOf = (id: number, kind: string): string => hash('sha256', JSON.stringify([id, kind]), 'hex')

/** What people write around a key-value store. */
function around(get: (key: string) => Uint8Array | undefined, set: (key: string, value: Uint8Array) => void): (compute: Compute) => Memoized {
  return (compute) => (id, kind) => {
    const key = keyOf(id, kind)
    const known = get(key)
    if (known) return deserialize(known)
    const value = compute(id, kind)
    const keep = (settled: unknown): unknown => (set(key, serialize(settled)), settled)
    return value instanceof Promise ? value.then(keep) : keep(value)
  }
}

export const peers: readonly Peer[] = [
  {
    name: 'unplugin-persist', note: 'as compiled code calls it', sync: true,
    async open(directory) {
      const { configure } = await import('unplugin-persist')
      const { call, define } = await import('unplugin-persist/runtime')
      configure({ persistPath: directory })
      return (compute) => {
        const async = compute.constructor.name === 'AsyncFunction'
        const project = { name: 'unplugin-persist', at: '' }
        const m = define({ v: 1, module: 'bench/peers.ts', name: 'work', fingerprint: 'bench', project, params: ['id', 'kind'], ...(async ? { async } : {}) }, () => work)
        const work: Memoized = (id, kind) => call(m, undefined, [id, kind], 0, () => compute(id, kind))
        return work
      }
    },
  },
  {
    name: 'memoize-fs', note: '', sync: false,
    async open(directory) {
      const { default: memoizeFs } = await load('memoize-fs')
      const memoize = memoizeFs({ cachePath: directory })
      return (compute) => {
        const memoized = memoize.fn(compute, { cacheId: 'work' })
        return async (id, kind) => (await memoized)(id, kind)
      }
    },
  },
  {
    name: 'cachified + keyv-file', note: 'a file per key', sync: false,
    async open(directory) {
      const { cachified } = await load('@epic-web/cachified')
      const keyv = await openKeyv(directory)
      const cache = { get: (key: string) => keyv.get(key), set: (key: string, value: unknown) => keyv.set(key, value), delete: (key: string) => keyv.delete(key) }
      return (compute) => (id, kind) => cachified({ key: keyOf(id, kind), cache, ttl: Infinity, getFreshValue: () => compute(id, kind) })
    },
  },
  {
    name: 'keyv + keyv-file', note: 'a file per key; get, compute, set', sync: false,
    async open(directory) {
      const keyv = await openKeyv(directory)
      return (compute) => async (id, kind) => {
        const key = keyOf(id, kind)
        const known: unknown = await keyv.get(key)
        if (known !== undefined) return known
        const value = await compute(id, kind)
        await keyv.set(key, value)
        return value
      }
    },
  },
  {
    name: 'ocache + unstorage fs', note: 'as nitro wires it', sync: false,
    async open(directory) {
      const { defineCachedFunction } = await load('ocache')
      const { createStorage } = await load('unstorage')
      const { default: fsDriver } = await load('unstorage/drivers/fs')
      const files = createStorage({ driver: fsDriver({ base: directory }) })
      const storage = { get: (key: string) => files.getItem(key), set: (key: string, value: unknown) => files.setItem(key, value) }
      return (compute) => defineCachedFunction(compute, { name: 'work', maxAge: 365 * 24 * 60 * 60, swr: false, storage, getKey: keyOf }) as Memoized
    },
  },
  {
    name: 'cacache', note: 'get, compute, put', sync: false,
    async open(directory) {
      const { default: cacache } = await load('cacache')
      return (compute) => async (id, kind) => {
        const key = keyOf(id, kind)
        try {
          return deserialize((await cacache.get(directory, key)).data)
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOENT') throw error
        }
        const value = await compute(id, kind)
        await cacache.put(directory, key, serialize(value))
        return value
      }
    },
  },
  {
    name: 'lmdb', note: 'get, compute, putSync', sync: true,
    async open(directory) {
      const { open } = await load('lmdb')
      const database = open({ path: directory, encoding: 'binary', noSync: true })
      return around((key) => database.get(key), (key, value) => database.putSync(key, value))
    },
  },
  {
    name: 'better-sqlite3', note: 'WAL, synchronous NORMAL; select, compute, insert', sync: true,
    async open(directory) {
      const { default: Sqlite } = await load('better-sqlite3')
      const database = new Sqlite(`${directory}.sqlite`, { timeout: 60_000 })
      database.pragma('journal_mode = WAL')
      database.pragma('synchronous = NORMAL')
      database.exec('CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID')
      const select = database.prepare('SELECT value FROM entries WHERE key = ?').pluck()
      const insert = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?)')
      return around((key) => select.get(key), (key, value) => insert.run(key, value))
    },
  },
]

async function openKeyv(directory: string): Promise<any> {
  const { Keyv } = await load('keyv')
  const { KeyvFile } = await load('keyv-file')
  return new Keyv({ store: new KeyvFile({ filename: join(directory, 'keyv'), separatedFile: true, writeDelay: 0 }), ttl: undefined })
}
