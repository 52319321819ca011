import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { CompilerHost, Looked } from '../types.ts'
import { ancestors, type Projects } from './project.ts'

/** A package from `node_modules`, by what decides how it behaves. */
export interface PackageIdentity {
  name: string
  version: string
  directory: string
  /** Over its version, its dependencies' versions, theirs, and patches. */
  digest: string
  /** The manifests and patches that were read, and those that were looked for in vain. */
  looked: Looked
}

interface GrowingLooked {
  files: string[]
  missing: string[]
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
    const looked = { files: new Array<string>(), missing: new Array<string>() }
    this.#collect(directory, closure, new Set(), looked)
    const identity: PackageIdentity = {
      name: manifest.name!,
      version: manifest.version!,
      directory,
      digest: hash('sha256', [...closure].sort().join('\n')),
      looked,
    }
    this.#byDirectory.set(directory, identity)
    return identity
  }

  #collect(directory: string, closure: Set<string>, seen: Set<string>, looked: GrowingLooked): void {
    if (seen.has(directory)) return
    seen.add(directory)
    const manifest = this.#projects.manifest(directory)
    if (!manifest) return
    looked.files.push(join(directory, 'package.json'))
    closure.add(`${manifest.name}@${manifest.version}${this.#patch(directory, `${manifest.name}`, `${manifest.version}`, looked)}`)
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })) {
      const dependency = this.#find(name, directory, looked)
      if (dependency) this.#collect(dependency, closure, seen, looked)
    }
  }

  /** Where a package finds another: the nearest `node_modules` above it, real paths of linked stores included. */
  #find(name: string, from: string, looked: GrowingLooked): string | undefined {
    for (const above of ancestors(join(from, '_'))) {
      const directory = join(above, 'node_modules', name)
      if (this.#projects.manifest(directory)) return directory
      looked.missing.push(join(directory, 'package.json'))
    }
    return undefined
  }

  /** pnpm puts the patch's hash into the directory; patch-package and yarn keep patches beside the project. */
  #patch(directory: string, name: string, version: string, looked: GrowingLooked): string {
    const pnpm = /\(?patch_hash=?_?([0-9a-f]+)/.exec(directory)
    if (pnpm) return ` patched ${pnpm[1]}`
    for (const above of ancestors(join(directory, '_'))) {
      if (isInstalled(join(above, '_')) || /[\\/]node_modules$/.test(above)) continue
      for (const file of [`${name.replace('/', '+')}+${version}.patch`, `${name.replace('/', '__')}@${version}.patch`]) {
        const path = join(above, 'patches', file)
        const text = this.#host.readFile(path)
        if (text === undefined) looked.missing.push(path)
        else {
          looked.files.push(path)
          return ` patched ${hash('sha256', text)}`
        }
      }
      if (this.#host.readFile(join(above, 'package.json')) !== undefined) break
    }
    return ''
  }
}
