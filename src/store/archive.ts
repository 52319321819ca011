import { messageOf, PersistError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { attempt } from './fail.ts'
import { codeOf, CREATE_NEW, ensureDirectory, files, quietly, READ, readFully, readPlainFile, removeFile, writeFully } from './fs.ts'
import { describeProject } from './projects.ts'
import { isStore } from './registry.ts'
import type { RootState } from './root-state.ts'
import { openState } from './store.ts'
import type { EntryMeta, NewEntry, ProjectPlace, StoredEntry, WriterContext } from './types.ts'
import { walkFunctions, type Selection } from './walk.ts'

/**
 * A portable archive: a line of magic, then for each entry the length of its head (u32), the head (JSON), the payload, and a
 * CRC32 of both. Directories are written file by file, each with its relative path in the head.
 */
const MAGIC = 'unplugin-persist archive 1\n'
/** No head is larger; what claims to be is damage. */
const HEAD_LIMIT = 16 * 1024 * 1024

interface Head {
  project: { name: string; id?: string }
  module: string
  name: string
  groups: readonly string[]
  key: string
  codec: string
  meta: EntryMeta & Partial<WriterContext>
  size: number
  extension?: string
  /** Of an entry that is a directory. */
  files?: { path: string; size: number }[]
}

export interface ExportOptions extends Selection {
  /** Asked for each entry. */
  wants?(entry: StoredEntry, module: string, name: string): boolean
  progress?(entries: number): void
}

export interface ArchiveReport {
  entries: number
  /** That they take in the archive. */
  bytes: number
  /** Entries that the store already had. */
  skipped: number
  /** Entries of the store that could not be read. */
  damaged: string[]
}

/** Writes entries to an archive. A file that is there is not overwritten; what a killed run has left is begun anew. */
export function exportArchive(root: string, archive: string, options: ExportOptions = {}): ArchiveReport {
  return finish(exportInSteps(root, archive, options))
}

/** {@link exportArchive}, entry by entry: whoever stops in between leaves nothing. */
export function* exportInSteps(root: string, archive: string, options: ExportOptions = {}): Generator<void, ArchiveReport> {
  const state = openState(root)
  state.registry.refresh()
  const report: ArchiveReport = { entries: 0, bytes: 0, skipped: 0, damaged: [] }
  assertNew(archive)
  const draft = `${archive}.part`
  attempt('write', draft, () => removeFile(draft))
  const descriptor = attempt('write', draft, () => files.open(draft, CREATE_NEW))
  let isWhole = false
  try {
    attempt('write', draft, () => writeFully(descriptor, Buffer.from(MAGIC)))
    for (const { project, module, name, state: owner } of walkFunctions(state, options)) {
      const known = describeProject(state, project)
      const place = { name: known?.name ?? project, ...(known?.id === undefined ? {} : { id: known.id }) }
      for (const group of owner.directories()) {
        for (const entry of group.entries()) {
          if (options.wants && !options.wants(entry, module, name)) continue
          let block: Buffer
          try {
            block = blockOf(entry, { project: place, module, name })
          } catch (error) {
            report.damaged.push(messageOf(error))
            continue
          }
          attempt('write', draft, () => writeFully(descriptor, block))
          report.entries++
          report.bytes += block.length
          options.progress?.(report.entries)
          yield
        }
      }
    }
    attempt('sync', draft, () => files.fsync(descriptor))
    isWhole = true
  } finally {
    files.close(descriptor)
    if (!isWhole) quietly(() => removeFile(draft))
  }
  try {
    // Unlike a rename, a link never replaces what came meanwhile.
    files.link(draft, archive)
    removeFile(draft)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') attempt('write', archive, () => files.rename(draft, archive))
    else {
      quietly(() => removeFile(draft))
      throw isThere(archive)
    }
  }
  return report
}

/** Nothing stands where an archive is to be written. */
export function assertNew(archive: string): void {
  if (files.lstat(archive)) throw isThere(archive)
}

function isThere(archive: string): PersistError {
  return new PersistError('STORE', `${archive} is there already: name another file, or delete it`)
}

export interface ImportOptions {
  /** Into this project, instead of the ones that the archive names. */
  project?: ProjectPlace
  hashSize?: number
  /** Replace entries that the store has. Without it they are kept: an import that was stopped goes on where it was. */
  overwrite?: boolean
  /** Largest payload in bytes that is taken. @default 16 GB */
  largest?: number
  /** Only count what would be taken. */
  dryRun?: boolean
  progress?(entries: number, bytesRead: number, bytes: number): void
}

/** Takes the entries of an archive into a store. Throws `DECODE` at the first damaged one; those before it are in. */
export function importArchive(root: string, archive: string, options: ImportOptions = {}): ArchiveReport {
  return finish(importInSteps(root, archive, options))
}

/** {@link importArchive}, entry by entry: those before whoever stops are in. */
export function* importInSteps(root: string, archive: string, options: ImportOptions = {}): Generator<void, ArchiveReport> {
  const target = options.dryRun ? undefined : openState(root)
  const state = target ?? (isStore(root) ? openState(root) : undefined)
  const hashSize = options.hashSize ?? 500
  const report: ArchiveReport = { entries: 0, bytes: 0, skipped: 0, damaged: [] }
  const descriptor = attempt('read', archive, () => files.open(archive, READ))
  try {
    const stat = files.fstat(descriptor)
    if (!stat.isFile()) throw broken(archive, 'it is no file')
    const total = stat.size
    let at = MAGIC.length
    checkMagic(archive, readAt(descriptor, 0, at)?.toString())
    while (at < total) {
      const { head, payload, end } = readBlock(descriptor, at, total, archive, options.largest ?? 16 * 2 ** 30)
      const place = options.project ?? { ...head.project, id: head.project.id ?? 'imported' }
      const project = target ? target.registry.directoryOf(place) : state?.registry.find(place)
      const known = state && project !== undefined ? state.function(`${state.path}/${project}`, head.module, head.name) : undefined
      if (!options.overwrite && known?.group(head.groups).get(head.key, hashSize)) {
        report.skipped++
      } else {
        if (target && project !== undefined) take(target, project, head, payload, hashSize)
        report.entries++
        report.bytes += end - at
      }
      at = end
      options.progress?.(report.entries + report.skipped, at, total)
      yield
    }
  } finally {
    files.close(descriptor)
  }
  return report
}

/** Puts an archive's entry where it belongs. */
function take(state: RootState, project: string, head: Head, payload: Buffer, hashSize: number): void {
  const owner = state.function(`${state.path}/${project}`, head.module, head.name)
  const { node = '', package: version = '', commit, ...meta } = head.meta
  const context = { node, package: version, ...(commit === undefined ? {} : { commit }) }
  owner.manifest.refresh()
  owner.manifest.identify(head.module, head.name, hashSize)
  if (owner.manifest.note({ fingerprint: meta.fingerprint, dependencies: [] })) {
    state.fingerprints(`${state.path}/${project}`).note(meta.fingerprint, head.module, head.name)
  }
  const entry: NewEntry = { codec: head.codec, meta, payload: payloadOf(head, payload) }
  if (head.extension !== undefined) entry.extension = head.extension
  void owner.group(head.groups).put(head.key, entry, { hashSize, sync: false, context })
}

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

function checkMagic(archive: string, magic: string | undefined): void {
  if (magic === MAGIC) return
  const other = /^unplugin-persist archive (\d+)\n/.exec(magic ?? '')?.[1]
  throw broken(archive, other === undefined ? 'it is no archive of this format' : `it is an archive of format ${other}, which this version does not read: import it with a newer version of unplugin-persist`)
}

function blockOf(entry: StoredEntry & { groups: readonly string[] }, where: Pick<Head, 'project' | 'module' | 'name'>): Buffer {
  const head: Head = {
    ...where, groups: entry.groups, key: entry.key, codec: entry.codec, meta: entry.meta, size: entry.size,
  }
  let payload: Uint8Array
  if (entry.directory) {
    entry.check()
    const found = readTree(entry.file!)
    head.files = found.map(({ path, bytes }) => ({ path, size: bytes.length }))
    payload = Buffer.concat(found.map(({ bytes }) => bytes))
  } else {
    payload = entry.bytes()
    const extension = entry.file === undefined ? undefined : /-[0-9a-f]{12}((?:\.[^./]+)+)$/.exec(entry.file)?.[1]
    if (extension !== undefined) head.extension = extension
  }
  const text = Buffer.from(JSON.stringify(head))
  const block = Buffer.allocUnsafe(8 + text.length + payload.length)
  block.writeUInt32LE(text.length, 0)
  text.copy(block, 4)
  block.set(payload, 4 + text.length)
  block.writeUInt32LE(crc32(block.subarray(0, block.length - 4)), block.length - 4)
  return block
}

function readBlock(descriptor: number, at: number, total: number, archive: string, largest: number): { head: Head; payload: Buffer; end: number } {
  const length = readAt(descriptor, at, 4)?.readUInt32LE(0)
  if (length === undefined || length > HEAD_LIMIT) throw broken(archive, `the entry at ${at} is damaged`)
  const text = readAt(descriptor, at + 4, length)
  let head: Head
  try {
    head = JSON.parse(text!.toString()) as Head
    assertHead(head)
  } catch {
    throw broken(archive, `the entry at ${at} is damaged or cut off`)
  }
  const size = head.files ? head.files.reduce((sum, file) => sum + file.size, 0) : head.size
  const end = at + 8 + length + size
  if (size > largest) throw broken(archive, `the entry at ${at} has ${size} bytes, more than the ${largest} that are allowed`)
  const rest = end <= total ? readAt(descriptor, at + 4 + length, size + 4) : undefined
  if (!rest) throw broken(archive, `the entry at ${at} is cut off`)
  const prefix = Buffer.allocUnsafe(4)
  prefix.writeUInt32LE(length, 0)
  if (crc32(rest.subarray(0, size), crc32(text!, crc32(prefix))) !== rest.readUInt32LE(size)) throw broken(archive, `the entry at ${at} is damaged`)
  return { head, payload: rest.subarray(0, size), end }
}

/** What comes from elsewhere may say anything: types and paths are checked before they are used. */
function assertHead(head: Head): void {
  const isText = (value: unknown): value is string => typeof value === 'string'
  const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  const { meta } = head
  const fits =
    isText(head.project?.name) && (head.project.id === undefined || isText(head.project.id)) && isText(head.module) && isText(head.name) &&
    Array.isArray(head.groups) && head.groups.every(isText) && /^[0-9a-f]{64}$/.test(head.key) && isText(head.codec) && isSize(head.size) &&
    Number.isFinite(meta?.created) && Number.isFinite(meta.duration) && isText(meta.fingerprint) &&
    (head.extension === undefined || isText(head.extension)) &&
    (head.files === undefined || (Array.isArray(head.files) && head.files.every((file) => isSize(file.size) && isInnerPath(file.path)) && isTree(head.files)))
  if (!fits) throw new TypeError('not a head')
}

function isInnerPath(path: unknown): path is string {
  return typeof path === 'string' && path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part))
}

/** Whether each path is there once, and none is a directory to others. */
function isTree(found: readonly { path: string }[]): boolean {
  const paths = new Set(found.map(({ path }) => path))
  const parents = new Set(found.flatMap(({ path }) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))))
  return paths.size === found.length && ![...parents].some((parent) => paths.has(parent))
}

function payloadOf(head: Head, payload: Buffer): NewEntry['payload'] {
  if (!head.files) return payload
  return {
    saveTo(directory) {
      let at = 0
      for (const { path, size } of head.files!) {
        const full = `${directory}/${path}`
        ensureDirectory(full.slice(0, full.lastIndexOf('/')))
        const descriptor = files.open(full, CREATE_NEW)
        try {
          writeFully(descriptor, payload.subarray(at, at + size))
        } finally {
          files.close(descriptor)
        }
        at += size
      }
    },
  }
}

function readTree(directory: string): { path: string; bytes: Buffer }[] {
  const found: { path: string; bytes: Buffer }[] = []
  const walk = (below: string): void => {
    for (const entry of files.readdir(directory + below).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${below}/${entry.name}`
      if (entry.isDirectory()) walk(path)
      else found.push({ path: path.slice(1), bytes: readPlainFile(directory + path) })
    }
  }
  attempt('read', directory, () => walk(''))
  return found
}

function readAt(descriptor: number, at: number, length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(length)
  return readFully(descriptor, bytes, at) === length ? bytes : undefined
}

function broken(archive: string, what: string): PersistError {
  return new PersistError('DECODE', `${archive}: ${what}`)
}

