import { randomBytes } from 'node:crypto'
import { LineFile } from './line-file.ts'
import { MANIFEST } from './layout.ts'
import type { VersionRecord } from './types.ts'

/** A line of a function's manifest. Times are ISO dates: people read it. */
export type ManifestLine =
  | { type: 'function'; module: string; name: string }
  | { type: 'version'; fingerprint: string; dependencies: readonly string[]; first: string }
  | { type: 'used'; fingerprint: string; at: string }
  | { type: 'hashSize'; hashSize: number }
  | { type: 'cleared'; at: string }
  /** Something that was warned of. Of several lines of one cause the first counts. */
  | { type: 'warned'; cause: string; by: string; at: string }

/** A version of a function's code, with its first and last use in milliseconds. */
export interface ManifestVersion extends VersionRecord {
  first: number
  last: number
}

/** Uses are recorded once in so long. */
const USE_GRAIN = 12 * 60 * 60 * 1000

/** What a function's directory says about the function itself, beside its entries. */
export class Manifest {
  readonly versions: Map<string, ManifestVersion> = new Map()
  readonly hashSizes: Set<number> = new Set()
  module: string | undefined
  name: string | undefined
  /** When all entries were dropped for the last time, milliseconds. */
  cleared = -1
  readonly #warned = new Map<string, string>()
  readonly #file: LineFile<ManifestLine>

  constructor(directory: string) {
    this.#file = new LineFile(`${directory}/${MANIFEST}`, (line) => this.#take(line), () => this.#clear())
  }

  refresh(): void {
    this.#file.refresh()
  }

  /** Notes who the function is and into how many buckets its entries go. */
  identify(module: string, name: string, hashSize: number): void {
    const lines: ManifestLine[] = []
    if (this.module === undefined) lines.push({ type: 'function', module, name })
    if (!this.hashSizes.has(hashSize)) lines.push({ type: 'hashSize', hashSize })
    if (lines.length > 0) this.#append(lines)
  }

  /** Notes a version and its use. Tells whether it is new here. */
  note(version: VersionRecord): boolean {
    const known = this.versions.get(version.fingerprint)
    const now = Date.now()
    if (known && now - known.last < USE_GRAIN && now >= known.first) return false
    const at = new Date(now).toISOString()
    const { fingerprint, dependencies } = version
    if (known) this.#append([{ type: 'used', fingerprint, at }])
    else this.#append([{ type: 'version', fingerprint, dependencies, first: at }])
    return !known
  }

  noteCleared(): void {
    this.#append([{ type: 'cleared', at: new Date().toISOString() }])
  }

  /** Whether nobody has met this cause before: the first line of it is this caller's. */
  firstTime(cause: string): boolean {
    if (this.#warned.has(cause)) return false
    this.refresh()
    if (this.#warned.has(cause)) return false
    const by = randomBytes(6).toString('hex')
    this.#append([{ type: 'warned', cause, by, at: new Date().toISOString() }])
    return this.#warned.get(cause) === by
  }

  /** Whether a cause has been warned of, as far as read. */
  isKnown(cause: string): boolean {
    return this.#warned.has(cause)
  }

  #append(lines: readonly ManifestLine[]): void {
    this.#file.append(...lines)
    this.#file.refresh()
  }

  #take(line: ManifestLine): void {
    switch (line.type) {
      case 'function':
        this.module ??= line.module
        this.name ??= line.name
        break
      case 'version': {
        const at = Date.parse(line.first)
        const known = this.versions.get(line.fingerprint)
        if (known) known.last = Math.max(known.last, at)
        else this.versions.set(line.fingerprint, { fingerprint: line.fingerprint, dependencies: line.dependencies, first: at, last: at })
        break
      }
      case 'used': {
        const known = this.versions.get(line.fingerprint)
        if (known) known.last = Math.max(known.last, Date.parse(line.at))
        break
      }
      case 'hashSize':
        this.hashSizes.add(line.hashSize)
        break
      case 'cleared':
        this.cleared = Math.max(this.cleared, Date.parse(line.at))
        break
      case 'warned':
        if (!this.#warned.has(line.cause)) this.#warned.set(line.cause, line.by)
    }
  }

  #clear(): void {
    this.versions.clear()
    this.hashSizes.clear()
    this.#warned.clear()
    this.cleared = -1
    this.module = undefined
    this.name = undefined
  }
}
