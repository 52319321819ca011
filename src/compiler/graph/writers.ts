import type { Class, Teller, Writer } from '../bindings/module-record.ts'
import type { OuterReference } from '../bindings/unit.ts'
import { changesArgument } from './changes-argument.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'

const NONE: readonly never[] = []

/**
 * Units that change a variable of a module: those that write to it, and those that hand it to a function which does.
 *
 * @param files gathers the files that had a say
 */
export function writersOf(graph: Graph, file: string, name: string, files?: Set<string>): readonly string[] {
  const variable = graph.modules.record(file).variables[name]
  if (!variable) return NONE
  if (variable.handed.length === 0) return variable.writers
  const handing = variable.handed.filter((by) => changesHanded(graph, file, by, files))
  return [...new Set([...variable.writers, ...handing.map(({ writer }) => writer)])]
}

/**
 * Functions that change the instance which a variable holds by a method of it, or a class by a static one: those of its module, and
 * of modules whose statements are known.
 */
export function tellersOf(graph: Graph, node: GraphNode): GraphNode[] {
  const file = node.file!
  const { variables, classes } = graph.modules.record(file)
  const variable = variables[node.name!]
  const own = classes[node.name!]
  const isChanged = ({ method }: Teller): boolean => own?.changingClass.includes(method) === true || (variable?.instanceOf !== undefined && changesInstance(graph, file, variable.instanceOf, method))
  if (!variable?.instanceOf && !own?.changingClass.length) return []
  const outside = graph.effectIndex.referrersOf(node).filter((other) => (other.kind === 'unit' || other.kind === 'initial') && other.file !== file && graph.modules.record(other.file!).importTold.some((teller) => {
    if (teller.writer !== other.name || !isChanged(teller)) return false
    const imported = graph.modules.record(other.file!).imports[teller.name]!
    const from = imported.name === '*' && teller.member !== undefined ? { ...imported, name: teller.member } : imported
    return graph.source({ kind: 'import', ...from }, other.file!) === node
  }))
  return [...(variable?.told ?? []).filter(isChanged).map(({ writer }) => graph.variable(file, writer)), ...outside]
}

/** What a variable was made from, and that: `const users = app.route('/users')`. What is told to it is told to these. */
export function sourcesOf(graph: Graph, node: GraphNode): readonly GraphNode[] {
  if (node.kind !== 'unit' || !graph.modules.record(node.file!).variables[node.name!]?.madeFrom) return NONE
  const found = new Set<GraphNode>()
  const add = ({ file, name, kind }: GraphNode): void => {
    if (kind !== 'unit') return
    const { variables, imports } = graph.modules.record(file!)
    for (const from of variables[name!]?.madeFrom ?? []) {
      const source = graph.source(imports[from] ? { kind: 'import', ...imports[from] } : { kind: 'top', name: from }, file!)
      if (found.has(source) || !holdsMore(graph, source)) continue
      found.add(source)
      add(source)
    }
  }
  add(node)
  return [...found]
}

/** Whether something may be told to it that isn't seen in its value: no function, and no plain data. */
function holdsMore(graph: Graph, { kind, file, name }: GraphNode): boolean {
  if (kind !== 'unit') return false
  const { variables, classes } = graph.modules.record(file!)
  const init = variables[name!]?.init
  return classes[name!] !== undefined || init === 'other' || init === 'code'
}

/** Whether a method of a class, or of those that it extends, changes an instance. */
function changesInstance(graph: Graph, file: string, type: OuterReference, method: string): boolean {
  const seen = new Set<GraphNode>()
  for (let at = file, reference: OuterReference | undefined = type; reference; ) {
    const node = graph.source(reference, at)
    if (node.kind !== 'unit' || seen.has(node)) return false
    seen.add(node)
    const known: Class | undefined = graph.modules.record(node.file!).classes[node.name!]
    if (known?.changing.includes(method)) return true
    reference = known?.base
    at = node.file!
  }
  return false
}

/** Whether a unit of a module that hands something to a function lets it be changed there; without one it changes that itself. */
export function changesHanded(graph: Graph, file: string, by: Writer['by'], files?: Set<string>): boolean {
  if (!by) return true
  const node = graph.target(by.callee, file, files)
  return changesArgument(graph, node, by.index, node.file !== undefined, files)
}
