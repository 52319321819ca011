import { WHOLE } from '../bindings/commonjs.ts'
import type { Graph } from './graph.ts'
import type { Modules } from './modules.ts'
import type { GraphNode } from './node.ts'

/** One search: the files that had a say, and what was looked for where, so that cycles end. */
interface Search {
  files: Set<string> | undefined
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
  find(file: string, name: string, member?: string, files?: Set<string>): GraphNode {
    return this.#findAny(file, name, member, { files, seen: new Set() })
  }

  #findAny(file: string, name: string, member: string | undefined, search: Search): GraphNode {
    search.files?.add(file)
    const { broken, commonJs, exports } = this.#modules.record(file)
    if (broken !== undefined) return this.#graph.unread(file)
    // Node takes all of a CommonJS module for its default export, bundlers the one by that name.
    if (commonJs && name === 'default' && member !== undefined && exports[member]) return exports.default ? this.#graph.namespace(file) : this.#findAny(file, member, undefined, search)
    const node = this.#find(file, name, member, search)
    if (node !== undefined) return node
    return commonJs ? this.#findWhole(file, name === 'default' ? member : undefined, search) : this.#graph.missing(file, name)
  }

  /** All that a CommonJS module gives away, which can be anything that it did to `exports`. */
  #findWhole(file: string, member: string | undefined, search: Search): GraphNode {
    const { extendsExports, givesIndirectly } = this.#modules.record(file)
    const isExtended = (extendsExports || givesIndirectly) && member === undefined
    return (isExtended ? undefined : this.#find(file, WHOLE, member, search)) ?? this.#graph.namespace(file)
  }

  #find(file: string, name: string, member: string | undefined, search: Search): GraphNode | undefined {
    search.files?.add(file)
    const place = `${file}\0${name}`
    if (search.seen.has(place)) return undefined
    search.seen.add(place)
    const record = this.#modules.record(file)
    if (name === '*') {
      if (record.exports[WHOLE] && !member) return this.#findWhole(file, undefined, search)
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
    // `export *` from a package, or from what can't be read: there is no telling what it exports, so the first one answers.
    for (const from of stars) {
      const target = this.#modules.resolve(from, file)
      if (target.kind === 'package') return this.#graph.packageExport(target, name)
      if (target.kind === 'module' && this.#modules.record(target.file).broken !== undefined) return this.#graph.unread(target.file)
      if (target.kind === 'self' || target.kind === 'builtin') return this.#graph.target({ kind: 'import', from, name }, file)
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
        if (target.kind === 'module' && this.#modules.record(target.file).broken === undefined) walk(target.file)
        else names.add(`* ${from}`)
      }
    }
    walk(file)
    return [...names].sort()
  }
}
