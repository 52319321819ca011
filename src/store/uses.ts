import { dirname } from 'node:path'
import { files } from './fs.ts'
import { LineFile } from './line-file.ts'
import { USES } from './layout.ts'
import type { Key } from './types.ts'

/** Digits of a key that tell it from the others of a function. */
export const SHORT = 12
/** So many keys are noted at once, at most. */
export const MOST_KEYS = 4096

/** A line of a function's uses: what one process has read from the store in some time. */
export interface UsesLine {
  at: string
  hits: number
  /** Milliseconds that computing would have taken. */
  saved: number
  /** The first digits of the keys that were used, without separators. */
  keys: string
}

/** One entry's uses in this thread, not yet written. */
export interface Use {
  key: Key
  duration: number
  hits: number
}

/** Counts what is read. Counting an entry again costs an addition; the file is written at most at a process's end and every few thousand keys. */
export class Uses {
  readonly lastUse: Map<string, number> = new Map()
  hits = 0
  saved = 0
  readonly file: LineFile<UsesLine>
  #touched: Use[] = []

  constructor(directory: string) {
    this.file = new LineFile(`${directory}/${USES}`, (line) => this.#take(line), () => this.#clear())
  }

  /** Begins to count an entry's uses. */
  begin(key: Key, duration: number): Use {
    const use = { key, duration, hits: 0 }
    if (this.#touched.length === 0) pending.add(this)
    this.#touched.push(use)
    if (this.#touched.length >= MOST_KEYS) this.flush()
    return use
  }

  /** Takes in what all processes have written. */
  refresh(): void {
    this.file.refresh()
  }

  lastUseOf(key: Key): number {
    return this.lastUse.get(key.slice(0, SHORT)) ?? 0
  }

  /** Writes what was counted. Statistics are not worth an error, nor a directory that somebody has removed. */
  flush(): void {
    const touched = this.#touched.filter((use) => use.hits > 0)
    this.#touched = []
    pending.delete(this)
    if (touched.length === 0 || !files.exists(dirname(this.file.path))) return
    let hits = 0
    let saved = 0
    const keys = new Set<string>()
    for (const use of touched) {
      hits += use.hits
      saved += use.hits * use.duration
      keys.add(use.key.slice(0, SHORT))
      // The entry goes on counting into the same record: it must not count twice.
      use.hits = 0
    }
    try {
      this.file.append({ at: new Date().toISOString(), hits, saved: Math.round(saved), keys: [...keys].join('') })
    } catch {
      // A store that can only be read has no statistics.
    }
  }

  #take(line: UsesLine): void {
    const at = Date.parse(line.at)
    this.hits += line.hits
    this.saved += line.saved
    for (let i = 0; i < line.keys.length; i += SHORT) {
      const key = line.keys.slice(i, i + SHORT)
      if ((this.lastUse.get(key) ?? 0) < at) this.lastUse.set(key, at)
    }
  }

  #clear(): void {
    this.hits = 0
    this.saved = 0
    this.lastUse.clear()
  }
}

const pending = new Set<Uses>()
let registered = false

/** Writes what was counted when the process or thread ends. */
export function flushUsesAtExit(): void {
  if (registered) return
  registered = true
  process.on('exit', flushUses)
}

/** Writes what was counted so far. */
export function flushUses(): void {
  for (const uses of [...pending]) uses.flush()
}
