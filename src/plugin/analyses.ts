import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { defaultPersistPath } from '../config/paths.ts'
import { digestOf } from './digest.ts'
import { version } from './version.ts'

/*
 * What came of compiling or scanning a file, on disk: good while every file that had a say is what it was, and those that were
 * looked for in vain are still not there. Safe to delete.
 */

/** An analysis as it lies on disk. */
interface Kept<T> {
  outcome: T
  /** Of the code itself, which may come from a hook and be nowhere on disk. */
  code: string
  /** A missing file has an empty digest. */
  files: readonly (readonly [path: string, digest: string])[]
}

/** What an analysis is of. */
export interface Subject {
  /** Absolute path. */
  file: string
  code: string
  /** What else decides the outcome: by what and how the file is analysed. */
  how: readonly string[]
}

const READING: readonly string[] = ['read-only', 'require']
/** By how much a file system's clock may be behind, milliseconds. */
const CLOCK = 10

/** Where analyses lie: below the default root of stores. */
export function analysesPath(): string {
  return join(process.env.PERSIST_PATH || defaultPersistPath(), '.analyses')
}

/** Whether anything may be written: some modes leave the store as it is. */
export function mayKeepAnalyses(mode: string | undefined): boolean {
  return !READING.includes(process.env.PERSIST_MODE || mode || '')
}

/** Analyses as one run of a program sees them: a file is read once for this, as it has just been loaded, or soon is. */
export class Analyses {
  readonly #digests = new Map<string, string>()
  readonly #since: number = Date.now()

  /** The outcome for exactly this code, if one was kept. Loads no parser. */
  read<T>(subject: Subject): T | undefined {
    if (!isOwn()) return undefined
    try {
      const kept = JSON.parse(readFileSync(pathOf(subject), 'utf8')) as Kept<T>
      if (kept.code !== digestOf(subject.code)) return undefined
      return kept.files.every(([path, digest]) => this.#digestOfFile(path) === digest) ? kept.outcome : undefined
    } catch {
      // None, or none that can be read: it is made again.
      return undefined
    }
  }

  /**
   * Keeps an outcome, unless a file was edited meanwhile: then there is no telling which text was analysed. A new file takes the
   * old one's place at once, so that concurrent processes see one or the other.
   */
  write<T>(subject: Subject, outcome: T, files: readonly string[]): void {
    if (!isOwn() || files.some((path) => (statOf(path)?.ctimeMs ?? 0) > this.#since - CLOCK)) return
    const kept: Kept<T> = {
      outcome,
      code: digestOf(subject.code),
      files: [...new Set(files)].map((path) => [path, this.#digestOfFile(path)]),
    }
    const path = pathOf(subject)
    try {
      mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
      const temporary = `${path}.${process.pid}-${process.hrtime().join('')}`
      writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600, flag: 'wx' })
      renameSync(temporary, path)
    } catch {
      // A store that can't be written makes the next start slower, no more.
    }
  }

  #digestOfFile(path: string): string {
    let digest = this.#digests.get(path)
    if (digest === undefined) {
      digest = statOf(path)?.isFile() ? digestOf(readFileSync(path)) : ''
      this.#digests.set(path, digest)
    }
    return digest
  }
}

/** What is kept is run: nobody else may have written it. */
function isOwn(): boolean {
  const stats = statOf(analysesPath())
  return stats === undefined || process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
}

/** Nothing also where a file stands in the way. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function pathOf({ file, how }: Subject): string {
  const name = digestOf([version, file, ...how].join('\0'))
  return join(analysesPath(), name.slice(0, 2), `${name.slice(2)}.json`)
}
