import type { ParsedModule } from '../bindings/record.ts'
import { lookUpName, type Scope } from '../syntax/scope.ts'
import type { Graph } from './graph.ts'
import { ImportWays, type ImportWay } from './import-ways.ts'
import type { GraphNode } from './node.ts'

/** How a variable is written at the top of a file. */
export interface Named {
  expression: string
  /** Another variable of that name hides it where it was asked for. */
  hidden?: true
  /** An import that the file has to get for it; the expression is what comes behind its name. */
  imported?: ImportWay
}

/** What a CommonJS module gives away by a name: `exports.limit`. */
const OWN_EXPORT = /^exports\.[A-Za-z_$][\w$]*$/

/** Says how a file can name variables: its own, and those of other modules through the imports that it has. */
export class Visible {
  readonly #graph: Graph
  readonly #parsed: ParsedModule
  readonly #file: string
  readonly #ways: ImportWays
  /** For a variable of another module the ways in which it is imported; made when first asked for. */
  #imported: Map<GraphNode, { local: string; expression: string }[]> | undefined

  constructor(graph: Graph, parsed: ParsedModule, file: string) {
    this.#graph = graph
    this.#parsed = parsed
    this.#file = file
    this.#ways = new ImportWays(graph, file)
  }

  /** What gives the variable, if the file can name it: where `scope` is, else at the top. */
  named(file: string, name: string, scope: Scope): Named | undefined {
    const { module } = this.#parsed.scopes
    const isHidden = (local: string): boolean => lookUpName(scope, local)?.scope !== module
    if (file === this.#file && OWN_EXPORT.test(name)) return lookUpName(scope, 'module') === undefined ? { expression: `module.${name}` } : undefined
    if (file === this.#file) return module.bindings.has(name) ? { expression: name, ...(isHidden(name) && { hidden: true }) } : undefined
    this.#imported ??= this.#collect()
    const ways = this.#imported.get(this.#graph.variable(file, name)) ?? []
    const way = ways.find(({ local }) => !isHidden(local))
    if (way) return { expression: way.expression }
    return ways[0] && { expression: ways[0].expression, hidden: true }
  }

  /** What gives an exported variable of another module, or what its function gives, that the file can't name as it is. */
  imported(file: string, name: string | undefined, expression: '' | '()' = ''): Named | undefined {
    const imported = name === undefined ? undefined : this.#ways.find(file, name)
    return imported && { expression, imported }
  }

  #collect(): Map<GraphNode, { local: string; expression: string }[]> {
    const found = new Map<GraphNode, { local: string; expression: string }[]>()
    const add = (node: GraphNode, local: string, expression: string): void => {
      const list = found.get(node)
      if (list) list.push({ local, expression })
      else found.set(node, [{ local, expression }])
    }
    for (const [local, target] of this.#parsed.context.imports) {
      const uses = this.#parsed.scopes.module.bindings.get(local)?.uses ?? []
      if (uses.length === 0) continue
      if (target.name !== '*') {
        add(this.#graph.target({ kind: 'import', ...target }, this.#file), local, local)
        continue
      }
      for (const member of new Set(uses.map((use) => use.member))) {
        if (member === undefined || !/^[A-Za-z_$][\w$]*$/.test(member)) continue
        add(this.#graph.target({ kind: 'import', from: target.from, name: member }, this.#file), local, `${local}.${member}`)
      }
    }
    return found
  }
}
