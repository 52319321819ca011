import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { ProjectOptions } from '../../config/options.ts'
import type { ProjectIdentity } from '../../descriptor.ts'
import type { CompilerHost } from '../types.ts'

/** The project that a module belongs to. */
export interface Project extends ProjectIdentity {
  /** Absolute path of what module names are relative to. */
  root: string
}

interface Manifest {
  name?: string
  version?: string
  type?: string
  sideEffects?: unknown
  workspaces?: unknown
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** Reads `package.json` files and finds what lies above a module. */
export class Projects {
  readonly #host: CompilerHost
  readonly #fallback: string
  readonly #options: ProjectOptions
  readonly #manifests = new Map<string, Manifest | undefined>()
  readonly #projects = new Map<string, Project>()
  readonly #names = new Map<string, string>()

  constructor(host: CompilerHost, fallback: string, options: ProjectOptions) {
    this.#host = host
    this.#fallback = fallback
    this.#options = options
  }

  /** The `package.json` in a directory, if it has one. */
  manifest(directory: string): Manifest | undefined {
    if (this.#manifests.has(directory)) return this.#manifests.get(directory)
    const text = this.#host.readFile(join(directory, 'package.json'))
    let manifest: Manifest | undefined
    try {
      manifest = text === undefined ? undefined : (JSON.parse(text) as Manifest)
    } catch {
      manifest = undefined
    }
    this.#manifests.set(directory, manifest)
    return manifest
  }

  /** The nearest directory above a file whose `package.json` satisfies a condition. */
  nearest(file: string, accepts: (manifest: Manifest) => boolean = () => true): { directory: string; manifest: Manifest } | undefined {
    for (const directory of ancestors(file)) {
      const manifest = this.manifest(directory)
      if (manifest && accepts(manifest)) return { directory, manifest }
    }
    return undefined
  }

  projectOf(file: string): Project {
    const directory = dirname(file)
    const known = this.#projects.get(directory)
    if (known) return known
    const found = this.nearest(file, (manifest) => typeof manifest.name === 'string' && manifest.name !== '') ?? this.nearest(file)
    const base = found?.directory ?? (isBelow(file, this.#fallback) ? this.#fallback : directory)
    const at = toPosix(relative(this.#workspaceRoot(base), base))
    const name = found?.manifest.name || base.split(sep).at(-1) || 'root'
    const root = this.#options.projectPath === undefined ? base : resolve(base, this.#options.projectPath)
    const project = { name, at, root: isBelow(file, root) ? root : base }
    this.#projects.set(directory, project)
    return project
  }

  /** Path from the project's root, `/` on every OS. */
  moduleName(file: string): string {
    let name = this.#names.get(file)
    if (name === undefined) this.#names.set(file, (name = toPosix(relative(this.projectOf(file).root, file))))
    return name
  }

  invalidate(): void {
    this.#manifests.clear()
    this.#projects.clear()
    this.#names.clear()
  }

  /** The directory that clones have in common: the repository's or workspace's, else the project itself. */
  #workspaceRoot(base: string): string {
    let root = base
    for (const directory of ancestors(join(base, '_'))) {
      if (this.manifest(directory)?.workspaces !== undefined || this.#host.readFile(join(directory, 'pnpm-workspace.yaml')) !== undefined) root = directory
      if (this.#host.readFile(join(directory, '.git', 'HEAD')) !== undefined || this.#host.readFile(join(directory, '.git')) !== undefined) return directory
    }
    return root
  }
}

export function* ancestors(file: string): Generator<string> {
  let directory = dirname(file)
  while (true) {
    yield directory
    const parent = dirname(directory)
    if (parent === directory) return
    directory = parent
  }
}

export function toPosix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

export function isBelow(file: string, directory: string): boolean {
  const path = relative(directory, file)
  return path !== '' && !path.startsWith('..') && !isAbsolute(path)
}
