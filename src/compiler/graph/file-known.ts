import { hash } from 'node:crypto'
import type { ParsedModule } from '../bindings/record.ts'
import type { Binding } from '../syntax/scope.ts'
import { unwrap } from '../syntax/syntax.ts'
import { Evaluation, isFunctionLike } from './evaluation.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'
import { DIRECT, Reach } from './reach.ts'
import type { KnownExpression } from './root.ts'

export interface FileKnown {
  known: KnownExpression[]
  /** Files that decided what their code is. */
  files: ReadonlySet<string>
}

/**
 * Functions and classes of a module that may come to its persisted functions as arguments: the runtime knows those, too, by their
 * code. Classes also where they only extend one of the module's, as an instance of them may be the receiver.
 */
export function knownOfFile(graph: Graph, parsed: ParsedModule, file: string): FileKnown {
  const known: KnownExpression[] = []
  const files = new Set<string>()
  const counts = new Map<string, number>()
  for (const binding of parsed.scopes.module.bindings.values()) {
    const imported = parsed.context.imports.get(binding.name)
    if (imported?.name === '*' || !(isHandedOn(binding) || hasPrototype(binding) || isSubclass(binding, parsed))) continue
    const node = graph.target(imported ? { kind: 'import', ...imported } : { kind: 'top', name: binding.name }, file)
    if (!graph.made(node).unit || !isFunctionLike(graph, node)) continue
    const reach = new Reach(graph)
    reach.visit(node, DIRECT)
    // Of a class the code is told apart from others', as its name would be; a function's code has to say all about it.
    const saysEnough = (): boolean => isClass(graph, node) || hasPrototype(binding) || isSelfContained(reach)
    if (!saysEnough()) continue
    const origins = new Origins(graph, reach)
    const effects = new Evaluation(graph, reach, origins, file).run()
    if (!saysEnough()) continue
    for (const other of reach.nodes) for (const path of other.file === undefined ? other.files : [other.file, ...other.files]) files.add(path)
    known.push({ expression: binding.name, fingerprint: numbered([graph.hash(node), ...origins.hashes, ...effects], counts) })
  }
  return { known, files }
}

/** Variables that are reached count by what makes them: there is no call yet in which to read their values. */
class Origins {
  readonly #graph: Graph
  readonly #reach: Reach
  readonly #origins = new Set<GraphNode>()

  constructor(graph: Graph, reach: Reach) {
    this.#graph = graph
    this.#reach = reach
  }

  get hashes(): string[] {
    return [...this.#origins].map((origin) => `origin ${this.#graph.hash(origin)}`)
  }

  isCaptured(): boolean {
    return false
  }

  decide(): void {
    for (const { file, name } of this.#reach.states) {
      const origin = this.#graph.origin(file!, name!)
      this.#origins.add(origin)
      this.#reach.visit(origin, DIRECT)
    }
  }
}

/** It is used otherwise than by calling it. */
function isHandedOn(binding: Binding): boolean {
  return binding.uses.some((use) => use.passedTo !== undefined || use.escapes) || (binding.kind === 'class' && binding.uses.length > 0)
}

/** Methods are put on its prototype, by hand. */
function hasPrototype({ uses }: Binding): boolean {
  return uses.some(({ member }) => member === 'prototype')
}

function isSubclass({ declaration }: Binding, parsed: ParsedModule): boolean {
  if (declaration.type !== 'ClassDeclaration' || !declaration.superClass) return false
  return parsed.scopes.bindingOf.get(unwrap(declaration.superClass))?.scope === parsed.scopes.module
}

function isClass(graph: Graph, node: GraphNode): boolean {
  return graph.modules.record(node.file!).kinds[node.name!] === 'class'
}

/** Nothing that it reaches has a value of its own. */
function isSelfContained(reach: Reach): boolean {
  return reach.states.length === 0 && reach.units.every(({ unit }) => [unit.env, unit.metaEnv, unit.globals, unit.platform, unit.files].every((list) => list.length === 0))
}

/** Equal code in two places stays two things. Never the text that a function's own list has, which counts by itself. */
function numbered(parts: readonly string[], counts: Map<string, number>): string {
  const fingerprint = (parts.length === 1 ? parts[0]! : hash('sha256', parts.join('\n'))).slice(0, 32)
  const before = counts.get(fingerprint) ?? 0
  counts.set(fingerprint, before + 1)
  return `${fingerprint}~f${before || ''}`
}
