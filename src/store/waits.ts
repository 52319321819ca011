import { files, removeFile, replaceFile } from './fs.ts'
import { WAITS } from './layout.ts'
import { thisOwner, type Owner } from './owner.ts'

/**
 * Who waits for whom, while holding a lease itself. Without it, a thread that computes `f` and waits for `g` and another one that
 * computes `g` and waits for `f` would wait for ever. Only written by such nested waiters, and only when they wait for some time.
 */
export class Waits {
  readonly #directory: string
  readonly #waitedFor = new Map<string, number>()

  constructor(root: string) {
    this.#directory = `${root}/${WAITS}`
  }

  /** This thread waits for an owner from now on. Returns the end of it. */
  begin(owner: Owner): () => void {
    const name = nameOf(owner)
    this.#waitedFor.set(name, (this.#waitedFor.get(name) ?? 0) + 1)
    this.#publish()
    return () => {
      const count = this.#waitedFor.get(name)! - 1
      if (count > 0) this.#waitedFor.set(name, count)
      else this.#waitedFor.delete(name)
      this.#publish()
    }
  }

  /** Whether an owner, by way of those it waits for, waits for this thread. */
  isCircular(owner: Owner): boolean {
    const me = nameOf(thisOwner())
    const seen = new Set<string>()
    const follow = (name: string): boolean => {
      if (name === me) return true
      if (seen.has(name)) return false
      seen.add(name)
      return this.#read(name).some(follow)
    }
    return this.#read(nameOf(owner)).some(follow)
  }

  #read(name: string): string[] {
    try {
      return files.readFile(`${this.#directory}/${name}`).toString('latin1').split('\n').filter(Boolean)
    } catch {
      return []
    }
  }

  /** A store that can't be written has no leases either: nothing to fail for. */
  #publish(): void {
    const path = `${this.#directory}/${nameOf(thisOwner())}`
    try {
      if (this.#waitedFor.size === 0) removeFile(path)
      else replaceFile(path, Buffer.from([...this.#waitedFor.keys()].join('\n')))
    } catch {
      // Then the wait is not recognised as circular.
    }
  }
}

function nameOf(owner: Owner): string {
  return `${owner.scope}-${owner.pid}-${owner.thread}-${owner.start}`
}
