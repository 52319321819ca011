import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

type Entry = 'file' | 'directory' | 'link'

/** What lies in directories, each listed once until {@link Directories.clear}: a look-up of a file costs no call to the system. */
export class Directories {
  readonly #entries = new Map<string, Map<string, Entry> | undefined>()
  readonly #real = new Map<string, string>()

  clear(): void {
    this.#entries.clear()
    this.#real.clear()
  }

  /** The real path of a file; `undefined` where there is no file of exactly this name. */
  file(path: string): string | undefined {
    const directory = dirname(path)
    const name = basename(path)
    const entry = this.#list(directory)?.get(name)
    if (entry === 'file') return join(this.#realDirectory(directory), name)
    if (entry !== 'link') return undefined
    try {
      const real = realpathSync(path)
      return lstatSync(real).isFile() ? real : undefined
    } catch {
      return undefined
    }
  }

  #list(directory: string): Map<string, Entry> | undefined {
    if (this.#entries.has(directory)) return this.#entries.get(directory)
    let entries: Map<string, Entry> | undefined
    try {
      entries = new Map(
        readdirSync(directory, { withFileTypes: true }).map((item) => [item.name, item.isFile() ? 'file' : item.isSymbolicLink() ? 'link' : 'directory']),
      )
    } catch {
      entries = undefined
    }
    this.#entries.set(directory, entries)
    return entries
  }

  #realDirectory(directory: string): string {
    let real = this.#real.get(directory)
    if (real === undefined) this.#real.set(directory, (real = realpathSync(directory)))
    return real
  }
}
