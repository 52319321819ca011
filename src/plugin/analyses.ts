import { closeSync, fstatSync, openSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from './digest.ts'
import { analysesPath, isTrusted, keepFile, mayKeepAnalyses, statOf } from './kept-files.ts'
import { version } from './version.ts'

/*
 * What came of compiling or scanning a file, on disk: good while every file that had a say is what it was, and those that were
 * looked for in vain are still not there. Nothing is hashed while nothing was touched: `node:crypto` takes longer to load than all
 * the rest here.
 */

/** An analysis as it lies on disk. It may be the source map of the code it holds, for Node to find, in the fields of such a map. */
interface Kept<T> {
  /** What the file's name stands for. */
  subject: string
  outcome: T
  /** The code itself, which may come from a hook and be nowhere on disk. */
  code: string
  files: readonly Seen[]
}

/** A file that had a say. A missing one has an empty stamp and digest, and so has one that can't be read. */
type Seen = readonly [path: string, stamp: string, digest: string]

/** What an analysis is of. */
export interface Subject {
  /** Absolute path. */
  file: string
  code: string
  /** What else decides the outcome: by what and how the file is analysed. */
  how: readonly string[]
}

/** By how much a file system's clock may be behind, milliseconds: of those that count whole seconds, some do so in steps of two. */
const CLOCK = { fine: 10, coarse: 2010 }

/** Analyses as one run of a program sees them: a file is read once for this, as it has just been loaded, or soon is. */
export class Analyses {
  readonly #stamps = new Map<string, string>()
  readonly #digests = new Map<string, string>()
  readonly #since: number = Date.now()

  /** The outcome for exactly this code, if one was kept. Loads no parser. */
  read<T>(subject: Subject): T | undefined {
    if (!isTrusted()) return undefined
    try {
      const kept = JSON.parse(readFileSync(analysisPath(subject), 'utf8')) as Kept<T>
      if (kept.code !== subject.code || kept.subject !== nameOf(subject)) return undefined
      const touched = kept.files.filter(([path, stamp]) => this.#stampOf(path) !== stamp)
      if (touched.length === 0) return kept.outcome
      if (!touched.every(([path, , digest]) => this.#digestOf(path) === digest)) return undefined
      // The configs are the same, and so is the mode that they set.
      if (mayKeepAnalyses()) this.#keep({ ...kept, files: kept.files.map(([path]) => this.#see(path)) }, subject)
      return kept.outcome
    } catch {
      // None, or none that can be read: it is made again.
      return undefined
    }
  }

  /** Keeps an outcome, together with the fields of a source map where its code names {@link analysisPath} as one. */
  write<T>(subject: Subject, outcome: T, files: readonly string[], map: object = {}): void {
    if (isTrusted()) this.#keep({ ...map, subject: nameOf(subject), outcome, code: subject.code, files: [...new Set(files)].map((path) => this.#see(path)) }, subject)
  }

  /** Unless a file was edited meanwhile: then there is no telling which text was analysed, nor what the next stamp will be. */
  #keep<T>(kept: Kept<T>, subject: Subject): void {
    if (kept.files.every(([path]) => isSettled(statOf(path), this.#since))) keepFile(analysisPath(subject), JSON.stringify(kept))
  }

  #see(path: string): Seen {
    return [path, this.#stampOf(path), this.#digestOf(path)]
  }

  #stampOf(path: string): string {
    return once(this.#stamps, path, stampOf)
  }

  #digestOf(path: string): string {
    // Text may be the same where a link leads to, and lead elsewhere from there.
    return once(this.#digests, path, (path) => (statOf(path)?.isFile() ? digestOf(`${realpathSync(path)}\0${digestOf(readFileSync(path))}`) : ''))
  }
}

/** Where an analysis lies. */
export function analysisPath(subject: Subject): string {
  return join(directory(), `${shortName(nameOf(subject))}.json`)
}

function directory(): string {
  return join(analysesPath(), 'files')
}

/** How long an analysis is kept: those of files that have moved or are gone are asked for no more. Milliseconds. */
const LONGEST = 30 * 24 * 60 * 60 * 1000

/** Removes those that were made too long ago. */
export function dropOldAnalyses(): void {
  try {
    for (const name of readdirSync(directory())) {
      const path = join(directory(), name)
      const stats = statOf(path)
      if (stats && stats.mtimeMs < Date.now() - LONGEST) rmSync(path, { force: true })
    }
  } catch {
    // There are none, or others hold them.
  }
}

function nameOf({ file, how }: Subject): string {
  return [version, file, ...how].join('\0')
}

/** FNV-1a of 64 bits, of UTF-16 code units. Where two names share one, each start makes one of them anew. http://www.isthe.com/chongo/tech/comp/fnv */
function shortName(name: string): string {
  let hash = 0xCBF29CE484222325n
  for (let at = 0; at < name.length; at++) hash = BigInt.asUintN(64, (hash ^ BigInt(name.charCodeAt(at))) * 0x100000001B3n)
  return hash.toString(16).padStart(16, '0')
}

/** What no edit leaves as it is. Of an open file: a network's file system asks its server then. */
function stampOf(path: string): string {
  if (!statOf(path)?.isFile()) return ''
  const file = openSync(path, 'r')
  try {
    const { size, mtimeMs, ctimeMs, ino } = fstatSync(file)
    return `${size} ${mtimeMs} ${ctimeMs} ${ino}`
  } finally {
    closeSync(file)
  }
}

/** Whether an edit from now on will show in the file's times. */
function isSettled(stats: Stats | undefined, since: number): boolean {
  return stats === undefined || stats.ctimeMs <= since - (stats.ctimeMs % 1000 === 0 ? CLOCK.coarse : CLOCK.fine)
}

function once(known: Map<string, string>, path: string, find: (path: string) => string): string {
  let value = known.get(path)
  if (value === undefined) {
    try {
      value = find(path)
    } catch {
      value = ''
    }
    known.set(path, value)
  }
  return value
}
