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

/** The form in which compiled code carries a dependency to the function's manifest. */
export function dependencyText(dependency: Dependency): string {
  if (dependency.package !== undefined) return `${dependency.package}@${dependency.version}#${dependency.binding}`
  return `${dependency.module}#${dependency.binding} ${dependency.hash}`
}
