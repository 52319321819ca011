import type { Dialects } from './dialects.ts'
import type { Modules } from './modules.ts'

/** What is evaluated when a module is. */
export interface Evaluated {
  /** The module itself, and all that is evaluated before it; with the settings by which something is or isn't. */
  files: ReadonlySet<string>
  /** Those of them that have statements which may do something to others. */
  acting: readonly string[]
  /** Those of them whose functions change something of other modules. */
  writing: readonly string[]
}

interface Place {
  file: string
  isActing: boolean
  isWriting: boolean
  /** Settings that decide whether its unused imports are there. */
  settings: string | undefined
  /** Where its imports lead; nothing until they are asked for. */
  imports: readonly Place[] | undefined
  /** The last walk that came by. */
  walk: number
}

/**
 * Follows imports for what their modules do when they are evaluated. As bundlers do, it leaves out modules of packages
 * that say to have no side effects: of these only what is reached counts.
 */
export class Closure {
  readonly #modules: Modules
  readonly #dialects: Dialects
  readonly #places = new Map<string, Place>()
  readonly #found = new Map<string, Evaluated>()
  #walks = 0

  constructor(modules: Modules, dialects: Dialects) {
    this.#modules = modules
    this.#dialects = dialects
  }

  of(file: string): Evaluated {
    let found = this.#found.get(file)
    if (!found) this.#found.set(file, (found = this.#walk(this.#place(file))))
    return found
  }

  /** Forgets where a file's imports lead, or everything. */
  invalidate(file?: string): void {
    this.#found.clear()
    if (file === undefined) this.#places.clear()
    else {
      const place = this.#places.get(file)
      if (place) place.imports = undefined
    }
  }

  #walk(start: Place): Evaluated {
    const walk = ++this.#walks
    start.walk = walk
    const order = [start]
    for (const place of order) {
      for (const next of this.#importsOf(place)) {
        if (next.walk === walk) continue
        next.walk = walk
        order.push(next)
      }
    }
    const files = order.flatMap(({ file, settings }) => (settings === undefined ? [file] : [file, settings]))
    return { files: new Set(files), acting: order.filter(({ isActing }) => isActing).map(({ file }) => file), writing: order.filter(({ isWriting }) => isWriting).map(({ file }) => file) }
  }

  #place(file: string): Place {
    let place = this.#places.get(file)
    if (!place) this.#places.set(file, (place = { file, isActing: false, isWriting: false, settings: undefined, imports: undefined, walk: 0 }))
    return place
  }

  #importsOf(place: Place): readonly Place[] {
    if (place.imports) return place.imports
    const { evaluated, unused, effects, importWrites } = this.#modules.record(place.file)
    place.isActing = effects.length > 0
    place.isWriting = importWrites.length > 0
    const { keeps, path } = unused.length > 0 ? this.#dialects.keepsImports(place.file) : { keeps: true, path: undefined }
    place.settings = path
    const found = new Set<Place>()
    for (const from of keeps ? [...evaluated, ...unused] : evaluated) {
      const target = this.#modules.resolve(from, place.file)
      if (target.kind === 'module' && this.#modules.mayAct(target.file)) found.add(this.#place(target.file))
    }
    return (place.imports = [...found])
  }
}
