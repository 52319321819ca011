import type { Graph } from './graph.ts'
import type { Modules } from './modules.ts'
import type { GraphNode } from './node.ts'

/** One search: the files that had a say, and what was looked for where, so that cycles end. */
interface Search {
  files: Set<string>
  seen: Set<string>
}

/** Finds what a module's exports lead to, through whatever passes them on. */
export class Exports {
  readonly #modules: Modules
  readonly #graph: Graph

  constructor(modules: Modules, graph: Graph) {
    this.#modules = modules
    this.#graph = graph
  }

  /**
   * The node behind an export.
   *
   * @param files gathers the files that had a say
   */
  find(file: string, name: string, member: string | undefined, files: Set<string>): GraphNode {
    return this.#findAny(file, name, member, { files, seen: new Set() })
  }

  #findAny(file: string, name: string, member: string | undefined, search: Search): GraphNode {
    const node = this.#find(file, name, member, search)
    if (node !== undefined) return node
    // What a CommonJS module gives away can be anything that it did to `exports`.
    if (this.#modules.record(file).commonJs) return this.#find(file, '=', name === 'default' ? member : undefined, search) ?? this.#graph.namespace(file)
    return this.#graph.missing(file, name)
  }

  #find(file: string, name: string, member: string | undefined, search: Search): GraphNode | undefined {
    search.files.add(file)
    const place = `${file}\0${name}`
    if (search.seen.has(place)) return undefined
    search.seen.add(place)
    const record = this.#modules.record(file)
    if (name === '*') {
      if (record.exports['='] && !member) return this.#find(file, '=', undefined, search)
      // Of a namespace that another module passes on only a member is named.
      if (member) return this.#findAny(file, member, undefined, search)
      return this.#graph.namespace(file)
    }
    const own = record.exports[name]
    if (own?.kind === 'local') return this.#graph.binding(file, own.name, member)
    if (own?.kind === 'from') {
      const target = this.#modules.resolve(own.from, file)
      if (target.kind === 'module') return this.#findAny(target.file, own.name, member, search)
      return this.#graph.target({ kind: 'import', from: own.from, name: own.name, ...(member ? { member } : {}) }, file)
    }
    return name === 'default' ? undefined : this.#findInStars(file, name, member, search)
  }

  #findInStars(file: string, name: string, member: string | undefined, search: Search): GraphNode | undefined {
    const { stars } = this.#modules.record(file)
    for (const from of stars) {
      const target = this.#modules.resolve(from, file)
      const found = target.kind === 'module' ? this.#find(target.file, name, member, search) : undefined
      if (found !== undefined) return found
    }
    // `export *` from a package: there is no telling what it exports, so the first one answers.
    for (const from of stars) {
      const target = this.#modules.resolve(from, file)
      if (target.kind === 'package') return this.#graph.packageExport(target, name)
      if (target.kind === 'self') return this.#graph.target({ kind: 'import', from, name }, file)
      if (target.kind === 'unresolved') return this.#graph.unresolved(target, name)
    }
    return undefined
  }

  /** Names of all exports of a module. */
  names(file: string, files: Set<string>): string[] {
    const names = new Set<string>()
    const walk = (at: string): void => {
      if (files.has(at)) return
      files.add(at)
      const record = this.#modules.record(at)
      for (const name of Object.keys(record.exports)) if (at === file || name !== 'default') names.add(name)
      for (const from of record.stars) {
        const target = this.#modules.resolve(from, at)
        if (target.kind === 'module') walk(target.file)
        else names.add(`* ${from}`)
      }
    }
    walk(file)
    return [...names].sort()
  }
}
