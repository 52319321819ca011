import { hash } from 'node:crypto'
import { join } from 'node:path'
import { ancestors, type Projects } from './project.ts'
import type { CompilerHost } from './types.ts'

/** A package from `node_modules`, by what decides how it behaves. */
export interface PackageIdentity {
  name: string
  version: string
  directory: string
  /** Over its version, its dependencies' versions, theirs, and patches. */
  digest: string
}

const MODULES = /[\\/]node_modules[\\/]/

/** Whether a real path lies in an installed package. Linked packages have real paths elsewhere and count as source. */
export function isInstalled(file: string): boolean {
  return MODULES.test(file)
}

/** Identifies installed packages. A lockfile is never part of it: it changes with packages that nothing here uses. */
export class Packages {
  readonly #host: CompilerHost
  readonly #projects: Projects
  readonly #byDirectory = new Map<string, PackageIdentity>()

  constructor(host: CompilerHost, projects: Projects) {
    this.#host = host
    this.#projects = projects
  }

  /** The package that an installed file belongs to. */
  identify(file: string): PackageIdentity | undefined {
    const found = this.#projects.nearest(file, (manifest) => typeof manifest.name === 'string' && typeof manifest.version === 'string')
    return found && this.#identity(found.directory)
  }

  invalidate(): void {
    this.#byDirectory.clear()
  }

  #identity(directory: string): PackageIdentity {
    const known = this.#byDirectory.get(directory)
    if (known) return known
    const manifest = this.#projects.manifest(directory)!
    const closure = new Set<string>()
    this.#collect(directory, closure, new Set())
    const identity: PackageIdentity = {
      name: manifest.name!,
      version: manifest.version!,
      directory,
      digest: hash('sha256', [...closure].sort().join('\n')),
    }
    this.#byDirectory.set(directory, identity)
    return identity
  }

  #collect(directory: string, closure: Set<string>, seen: Set<string>): void {
    if (seen.has(directory)) return
    seen.add(directory)
    const manifest = this.#projects.manifest(directory)
    if (!manifest) return
    closure.add(`${manifest.name}@${manifest.version}${this.#patch(directory, `${manifest.name}`, `${manifest.version}`)}`)
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })) {
      const dependency = this.#find(name, directory)
      if (dependency) this.#collect(dependency, closure, seen)
    }
  }

  /** Where a package finds another: the nearest `node_modules` above it, real paths of linked stores included. */
  #find(name: string, from: string): string | undefined {
    for (const above of ancestors(join(from, '_'))) {
      const directory = join(above, 'node_modules', name)
      if (this.#projects.manifest(directory)) return directory
    }
    return undefined
  }

  /** pnpm puts the patch's hash into the directory; patch-package and yarn keep patches beside the project. */
  #patch(directory: string, name: string, version: string): string {
    const pnpm = /\(?patch_hash=?_?([0-9a-f]+)/.exec(directory)
    if (pnpm) return ` patched ${pnpm[1]}`
    for (const above of ancestors(join(directory, '_'))) {
      if (isInstalled(join(above, '_')) || /[\\/]node_modules$/.test(above)) continue
      const text = this.#host.readFile(join(above, 'patches', `${name.replace('/', '+')}+${version}.patch`)) ?? this.#host.readFile(join(above, 'patches', `${name.replace('/', '__')}@${version}.patch`))
      if (text !== undefined) return ` patched ${hash('sha256', text)}`
      if (this.#host.readFile(join(above, 'package.json')) !== undefined) break
    }
    return ''
  }
}
