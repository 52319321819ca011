import type { Node } from '@babel/types'
import type { AnalyzedFunction } from './analyze.ts'
import type { ParsedModule } from './bindings/record.ts'
import type { Emission } from './emit/emit.ts'
import { findFunctions, type IsPersist } from './marks/functions.ts'
import { scopePath } from './marks/identity.ts'
import { Diagnostics } from './report/diagnostics.ts'
import { walk, type Path } from './syntax/path.ts'
import { isFunction, type FunctionNode } from './syntax/syntax.ts'

/**
 * Finds the functions of a module's own text again in what earlier steps of a build made of it: by scope path, and among
 * several of one path by their order. One that is gone is left out, and runs as it is.
 */
export function matchFunctions(functions: readonly AnalyzedFunction[], edited: ParsedModule, isPersist: IsPersist): Emission[] {
  const byPath = new Map<string, { node: FunctionNode; path: Path }[]>()
  walk(edited.ast.program, (path) => {
    if (!isFunction(path.node)) return
    const name = scopePath(path)
    const list = byPath.get(name)
    if (list) list.push({ node: path.node, path })
    else byPath.set(name, [{ node: path.node, path }])
  })
  const calls = findFunctions(edited, isPersist, new Diagnostics(edited.code, '')).filter((found) => found.call)
  const taken = new Set<Node>()
  return functions.flatMap(({ found, emission }) => {
    if (found.call) {
      const call = calls.find((other) => other.name === found.name && !!other.node === !!found.node && !taken.has(other.call!))
      if (!call) return []
      taken.add(call.call!)
      return [{ ...emission, found: { ...found, ...call } }]
    }
    const match = byPath.get(found.name)?.find(({ node }) => !taken.has(node) && node.async === found.node!.async)
    if (!match) return []
    taken.add(match.node)
    return [{ ...emission, found: { ...found, node: match.node, path: match.path, start: match.node.start! } }]
  })
}
