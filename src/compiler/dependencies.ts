import { hash } from 'node:crypto'
import type { Modules } from './modules.ts'
import type { RootAnalysis } from './root.ts'
import type { Dependency } from './types.ts'

/** What a fingerprint was made of, in the order of first use. A binding's hash is over its own code alone, so that a change shows where it was made. */
export function dependenciesOf(analysis: RootAnalysis, modules: Modules): Dependency[] {
  const dependencies: Dependency[] = []
  for (const node of analysis.reached) {
    if (node.package) dependencies.push({ package: node.package.name, version: node.package.version, binding: node.name! })
    else if (node.file !== undefined && node.name !== undefined && !node.state && !node.dropped) {
      dependencies.push({ module: modules.nameOf(node.file), binding: node.name, hash: node.own })
    }
  }
  return dependencies
}

/** Beyond so many bindings a function's descriptor says of each module only that something in it is another. */
const MOST_BINDINGS = 200

/**
 * The form in which compiled code carries dependencies to the function's manifest, a text per module: `src/b.ts#helper 1a2b3c4d,other
 * 5e6f7a8b`, of large functions `src/b.ts#* 1a2b3c4d`. Packages: `lodash@4.17.21#chunk`.
 */
export function dependencyTexts(dependencies: readonly Dependency[]): string[] {
  const texts = new Set<string>()
  const modules = new Map<string, Map<string, Set<string>>>()
  for (const { module, package: name, version, binding, hash: own } of dependencies) {
    if (module === undefined) texts.add(`${name}@${version}#${binding}`)
    else {
      let bindings = modules.get(module)
      if (!bindings) modules.set(module, (bindings = new Map()))
      const hashes = bindings.get(binding)
      if (hashes) hashes.add(own!)
      else bindings.set(binding, new Set([own!]))
    }
  }
  const isLarge = dependencies.length > MOST_BINDINGS
  for (const [module, bindings] of modules) {
    const list = [...bindings].map(([binding, hashes]) => `${binding.replace(/[,#\s%]/g, encodeURIComponent)} ${[...hashes].join('+')}`)
    texts.add(`${module}#${isLarge ? `* ${hash('sha256', list.sort().join()).slice(0, 8)}` : list.join(',')}`)
  }
  return [...texts]
}
