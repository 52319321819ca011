import { dirname, relative, resolve } from 'node:path'
import { toPosix } from '../files/project.ts'
import type { Graph } from './graph.ts'

/** An import that a module could have. */
export interface ImportWay {
  from: string
  name: string
}

/** Where a module's package names another module, and how. */
interface Mention {
  specifier: string
  importer: string
}

/**
 * Says how a module could import variables of those that are evaluated before it: by the specifiers of the modules between,
 * so that whatever runs the program finds the same module.
 */
export class ImportWays {
  readonly #graph: Graph
  readonly #file: string
  /** Modules that are evaluated before this one, nearest first, as far as they were looked for. */
  readonly #modules: Set<string>
  readonly #unwalked: Iterator<string>
  /** Those that this one's package names. */
  readonly #mentions = new Map<string, Mention>()

  constructor(graph: Graph, file: string) {
    this.#graph = graph
    this.#file = file
    this.#modules = new Set([file])
    this.#unwalked = this.#modules.values()
  }

  /** How the module could import a variable of another one; nothing where it has no way that is certain to be there. */
  find(file: string, name: string): ImportWay | undefined {
    const { commonJs, exports } = this.#graph.modules.record(file)
    // Which names an ES module finds in one of CommonJS is its host's affair.
    if (commonJs !== this.#graph.modules.record(this.#file).commonJs) return undefined
    if (!this.#graph.modules.areOfOneProject(file, this.#file)) return this.#findShown(file, name)
    const exported = Object.keys(exports).find((key) => exports[key]!.kind === 'local' && exports[key]!.name === name)
    while (exported !== undefined && !this.#mentions.has(file) && this.#walkNext());
    const mention = this.#mentions.get(file)
    return exported === undefined || mention === undefined ? undefined : this.#way(file, mention, exported)
  }

  /** Of another package what one of its modules shows that this package names. */
  #findShown(file: string, name: string): ImportWay | undefined {
    const variable = this.#graph.variable(file, name)
    while (this.#walkNext());
    for (const [module, mention] of this.#mentions) {
      if (!this.#graph.modules.areOfOneProject(module, file)) continue
      const exported = this.#graph.exportNames(module).find((key) => this.#graph.source({ kind: 'import', from: mention.specifier, name: key }, mention.importer) === variable)
      if (exported !== undefined) return this.#way(module, mention, exported)
    }
    return undefined
  }

  /** Looks at the imports of one more module, if there is one. */
  #walkNext(): boolean {
    const importer = this.#unwalked.next().value
    if (importer === undefined) return false
    const { modules } = this.#graph
    const isOwn = modules.areOfOneProject(importer, this.#file)
    for (const specifier of modules.record(importer).evaluated) {
      const target = modules.resolve(specifier, importer)
      if (target.kind !== 'module') continue
      if (isOwn && !this.#mentions.has(target.file)) this.#mentions.set(target.file, { specifier, importer })
      this.#modules.add(target.file)
    }
    return true
  }

  /** What a mention is in this module; nothing where that is another one here, by settings of its directory. */
  #way(module: string, mention: Mention, name: string): ImportWay | undefined {
    const from = this.#written(mention)
    const target = this.#graph.modules.resolve(from, this.#file)
    return target.kind === 'unresolved' || (target.kind === 'module' && target.file === module) ? { from, name } : undefined
  }

  /** A specifier as this module has to write it. */
  #written({ specifier, importer }: Mention): string {
    if (!specifier.startsWith('.')) return specifier
    const path = toPosix(relative(dirname(this.#file), resolve(dirname(importer), specifier)))
    return path.startsWith('.') ? path : `./${path}`
  }
}
