import { hash } from 'node:crypto'
import { DEFAULT } from '../bindings/record.ts'
import type { Dependency } from '../types.ts'
import type { Modules } from './modules.ts'
import type { RootAnalysis } from './root.ts'

/** What a function's fingerprint was made of, in the order of first use. A binding's hash is over its own code alone, so that a change shows where it was made. */
export function dependenciesOf(analysis: RootAnalysis, modules: Modules, file: string): Dependency[] {
  const dependencies: Dependency[] = []
  /** By file: what the module is called, and the bindings listed. A variable is reached as what it is and as what it began as, which may be the same code. */
  const files = new Map<string, { module: string; listed: Map<string, string> }>()
  for (const node of analysis.reached) {
    if (node.package) dependencies.push({ package: node.package.name, version: node.package.version, binding: node.name!, hash: node.own })
    else if (node.file !== undefined && node.name !== undefined && !node.state && !node.dropped) {
      let at = files.get(node.file)
      if (!at) files.set(node.file, (at = { module: modules.nameFrom(node.file, file), listed: new Map() }))
      const binding = node.listed ?? (node.name === DEFAULT ? 'default' : node.name)
      if (at.listed.get(binding) === node.own) continue
      at.listed.set(binding, node.own)
      dependencies.push({ module: at.module, binding, hash: node.own })
    }
  }
  return dependencies
}

/** Beyond so many bindings a function's descriptor says of each module only that something in it is another. */
const MOST_BINDINGS = 200

/**
 * The form in which compiled code carries dependencies to the function's manifest, a text per module: `src/b.ts#helper 1a2b3c4d,other
 * 5e6f7a8b`, of large functions `src/b.ts#* 1a2b3c4d`. Packages: `lodash@4.17.21
 * 1a2b3c4d#chunk`, whose hash is over their own dependencies and patches, too.
 */
export function dependencyTexts(dependencies: readonly Dependency[]): string[] {
  const texts: string[] = []
  /** By module and binding its hashes: one that stands in the list with several has them together, `counter 1a2b3c4d+5e6f7a8b`. */
  const modules = new Map<string, Map<string, string>>()
  for (const { module, package: name, version, binding, hash: own } of dependencies) {
    if (module === undefined) {
      texts.push(`${name}@${version} ${own}#${binding}`)
      continue
    }
    let bindings = modules.get(module)
    if (!bindings) modules.set(module, (bindings = new Map()))
    const before = bindings.get(binding)
    if (before === undefined) bindings.set(binding, own!)
    else if (!before.includes(own!)) bindings.set(binding, `${before}+${own!}`)
  }
  const isLarge = dependencies.length > MOST_BINDINGS
  for (const [module, bindings] of modules) {
    const listed = [...bindings].map(([binding, own]) => `${UNSAFE.test(binding) ? binding.replace(UNSAFE_ALL, encodeURIComponent) : binding} ${own}`)
    texts.push(`${module}#${isLarge ? `* ${hash('sha256', listed.sort().join()).slice(0, 8)}` : listed.join(',')}`)
  }
  return texts
}

/** What delimits these texts. */
const UNSAFE = /[,#\s%]/
const UNSAFE_ALL = new RegExp(UNSAFE, 'g')
