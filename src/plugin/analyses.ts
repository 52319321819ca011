import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf } from './digest.ts'
import { analysesPath, isTrusted, keepFile, statOf } from './kept-files.ts'
import { version } from './version.ts'

/*
 * What came of compiling or scanning a file, on disk: good while every file that had a say is what it was, and those that were
 * looked for in vain are still not there.
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

/** By how much a file system's clock may be behind, milliseconds. */
const CLOCK = 10

/** Analyses as one run of a program sees them: a file is read once for this, as it has just been loaded, or soon is. */
export class Analyses {
  readonly #digests = new Map<string, string>()
  readonly #since: number = Date.now()

  /** The outcome for exactly this code, if one was kept. Loads no parser. */
  read<T>(subject: Subject): T | undefined {
    if (!isTrusted()) return undefined
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
    if (!isTrusted() || files.some((path) => (statOf(path)?.ctimeMs ?? 0) > this.#since - CLOCK)) return
    const kept: Kept<T> = {
      outcome,
      code: digestOf(subject.code),
      files: [...new Set(files)].map((path) => [path, this.#digestOfFile(path)]),
    }
    keepFile(pathOf(subject), JSON.stringify(kept))
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

function pathOf({ file, how }: Subject): string {
  const name = digestOf([version, file, ...how].join('\0'))
  return join(analysesPath(), name.slice(0, 2), `${name.slice(2)}.json`)
}
