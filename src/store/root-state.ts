import { PersistError } from '../errors.ts'
import { escapeFunction } from './escape.ts'
import { files, isMissing } from './fs.ts'
import { Fingerprints } from './fingerprints.ts'
import { FunctionState } from './function-store.ts'
import type { DirectoryHost } from './buckets.ts'
import { withLock } from './lock.ts'
import type { Manifest } from './manifest.ts'
import { Registry } from './registry.ts'
import type { Root } from './root.ts'
import { Waits } from './waits.ts'

/** A store's root with all that is known of it: one per root and thread. */
export class RootState implements DirectoryHost {
  readonly path: string
  readonly caseSensitive: boolean
  readonly remote: boolean
  readonly registry: Registry
  readonly waits: Waits
  /** Who is told of damage. */
  readonly listeners: Set<(message: string) => void> = new Set()
  readonly #functions = new Map<string, FunctionState>()
  readonly #fingerprints = new Map<string, Fingerprints>()
  readonly #reported = new Set<string>()
  readonly #warned = new Set<string>()

  constructor(root: Root) {
    this.path = root.path
    this.caseSensitive = root.caseSensitive
    this.remote = root.remote
    this.registry = new Registry(root.path, root)
    this.waits = new Waits(root.path)
  }

  function(projectDirectory: string, module: string, name: string): FunctionState {
    const path = `${projectDirectory}/${escapeFunction(module, name, this).join('/')}`
    let state = this.#functions.get(path)
    if (!state) {
      this.assertInside(path)
      state = new FunctionState(this, path, module, name)
      this.#functions.set(path, state)
    }
    return state
  }

  fingerprints(projectDirectory: string): Fingerprints {
    let index = this.#fingerprints.get(projectDirectory)
    if (!index) this.#fingerprints.set(projectDirectory, (index = new Fingerprints(projectDirectory)))
    return index
  }

  damaged(path: string, what: string): void {
    if (this.#reported.has(path)) return
    this.#reported.add(path)
    for (const listener of this.listeners) listener(`${path}: ${what}; the entries in it that are whole are still used`)
  }

  appending<T>(path: string, append: () => T): T {
    return this.remote ? withLock(this.path, path, append) : append()
  }

  firstTime(manifest: Manifest, here: string, cause: string): boolean {
    if (this.#warned.has(here)) return false
    this.#warned.add(here)
    try {
      return manifest.firstTime(cause)
    } catch {
      // A store that can't be written remembers nothing: once per process, then.
      return true
    }
  }

  /** Links in the store lead nowhere but into the store. */
  assertInside(path: string): void {
    for (let at = path; at.length > this.path.length; at = at.slice(0, at.lastIndexOf('/'))) {
      let real: string
      try {
        real = files.realpath(at)
      } catch (error) {
        if (isMissing(error)) continue
        throw error
      }
      if (real === this.path || real.startsWith(`${this.path}${this.path.endsWith('/') ? '' : '/'}`) || process.platform === 'win32') return
      throw new PersistError('STORE', `${at} is a link that leads out of the store, to ${real}: remove it`)
    }
  }
}
