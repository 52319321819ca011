import { hash } from 'node:crypto'
import { relative } from 'node:path'
import { emptyRecord, type ModuleRecord } from '../bindings/module-record.ts'
import { recordModule, type ParsedModule } from '../bindings/record.ts'
import { OWN_MODULE } from '../bindings/unit.ts'
import { isInstalled, type Packages } from '../files/packages.ts'
import { toPosix, type Projects } from '../files/project.ts'
import { maySideEffect } from '../files/side-effects.ts'
import { builtinName } from '../syntax/globals.ts'
import { isScript, parseModule } from '../syntax/parse.ts'
import type { CompilerHost, Looked } from '../types.ts'

/** Where a specifier leads. */
export type Target =
  | { kind: 'module'; file: string }
  | { kind: 'asset'; file: string }
  | { kind: 'package'; id: string; name: string; version: string; digest: string; manifest: string; looked: Looked }
  | { kind: 'builtin'; name: string }
  | { kind: 'self' }
  | { kind: 'unresolved'; specifier: string; importer: string }

/** Where a file's specifiers lead, as far as anybody has followed them, and what had a say in that. */
interface Followed {
  targets: Map<string, Target>
  looked?: Looked
}

const NOTHING_LOOKED: Looked = { files: [], missing: [] }

/** The modules that have been read, each once while it is unchanged, and where their specifiers lead. */
export class Modules {
  readonly host: CompilerHost
  readonly #projects: Projects
  readonly #packages: Packages
  readonly #records = new Map<string, { digest: string; record: ModuleRecord }>()
  readonly #followed = new Map<string, Followed>()
  readonly #provided = new Map<string, string | undefined>()
  /** Files that were read, and have been forgotten since. */
  readonly #forgotten = new Set<string>()
  /** The module being compiled, whose text is at hand and may exist nowhere else. */
  #current: { file: string; parsed: ParsedModule } | undefined

  constructor(host: CompilerHost, packages: Packages, projects: Projects) {
    this.host = host
    this.#packages = packages
    this.#projects = projects
  }

  /** A file's name within its project. */
  nameOf(file: string): string {
    return this.#projects.moduleName(file)
  }

  /** The same as another file would call it: a linked package's with that package's name. */
  nameFrom(file: string, other: string): string {
    return this.areOfOneProject(file, other) ? this.nameOf(file) : `${this.#projects.projectOf(file).name}/${this.nameOf(file)}`
  }

  areOfOneProject(file: string, other: string): boolean {
    return this.#projects.projectOf(file).root === this.#projects.projectOf(other).root
  }

  /** Whether a module may do something when it is evaluated, by what its package says of itself. */
  mayAct(file: string): boolean {
    const found = this.#projects.nearest(file)
    return found === undefined || maySideEffect(found.manifest.sideEffects, toPosix(relative(found.directory, file)))
  }

  /** A top-level variable, told apart from all others of a process and named the same in each clone. */
  variableId(file: string, name: string): string {
    const project = this.#projects.projectOf(file)
    return `${project.name}${project.at && `@${project.at}`}/${this.nameOf(file)}#${name}`
  }

  /** Parses a module's text whole, for compiling it. */
  parse(file: string, code: string): ParsedModule {
    return recordModule(parseModule(code, file), code)
  }

  /** Takes the module being compiled as read. Answers whether its record is another than before. */
  setCurrent(file: string, parsed: ParsedModule): boolean {
    this.#current = { file, parsed }
    const digest = hash('sha256', parsed.code)
    const known = this.#records.get(file)
    if (known?.digest === digest) return false
    this.#records.set(file, { digest, record: parsed.record })
    return known !== undefined
  }

  clearCurrent(): void {
    this.#current = undefined
  }

  record(file: string): ModuleRecord {
    if (this.#current?.file === file) return this.#current.parsed.record
    const known = this.#records.get(file)
    if (known) return known.record
    const code = this.host.readFile(file)
    let record = emptyRecord()
    if (code === undefined) record.broken = 'it can not be read'
    else {
      try {
        record = recordModule(parseModule(code, file), code).record
      } catch (error) {
        record.broken = (error as Error).message
      }
    }
    this.#records.set(file, { digest: code === undefined ? '' : hash('sha256', code), record })
    this.#forgotten.delete(file)
    return record
  }

  /** Content of a file that is no code: JSON without its layout, of an object that member alone which is named; everything else as it is. */
  asset(file: string, name: string): { digest: string; isMember?: boolean } {
    const text = this.host.readFile(file)
    if (text === undefined) return { digest: 'absent' }
    if (file.endsWith('.json')) {
      try {
        const value: unknown = JSON.parse(text)
        // `list.map` is no member of what stands in the file.
        const isMember = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
        return { digest: hash('sha256', JSON.stringify(isMember ? { name, member: (value as Record<string, unknown>)[name] } : value)), isMember }
      } catch {
        // Not JSON after all: its bytes count.
      }
    }
    return { digest: hash('sha256', text.replaceAll('\r\n', '\n')) }
  }

  resolve(specifier: string, importer: string): Target {
    let followed = this.#followed.get(importer)
    if (!followed) this.#followed.set(importer, (followed = { targets: new Map() }))
    let target = followed.targets.get(specifier)
    if (!target) {
      followed.targets.set(specifier, (target = this.#find(specifier, importer)))
      delete followed.looked
    }
    return target
  }

  /** What had a say in where a file's imports lead. */
  looked(importer: string): Looked {
    const followed = this.#followed.get(importer)
    return followed ? (followed.looked ??= this.#lookedBy(importer, followed.targets)) : NOTHING_LOOKED
  }

  #lookedBy(importer: string, targets: ReadonlyMap<string, Target>): Looked {
    const found: Looked[] = []
    for (const [specifier, target] of targets) {
      if (target.kind === 'builtin' || target.kind === 'self') continue
      if (target.kind === 'package') found.push(target.looked)
      const looked = this.host.looked?.(pathOf(specifier), importer, this.#isRequired(specifier, importer))
      if (looked) found.push(looked)
    }
    const all = (of: (looked: Looked) => readonly string[] | undefined): string[] => [...new Set(found.flatMap((looked) => of(looked) ?? []))]
    return { files: all(({ files }) => files), missing: all(({ missing }) => missing), links: all(({ links }) => links) }
  }

  /** Takes the host's answer to a specifier. Says whether it leads elsewhere than what was known. */
  provide(specifier: string, importer: string, path: string | undefined): boolean {
    const id = `${importer}\0${specifier}`
    const given = path !== undefined && this.#isElsewhere(path, specifier, importer) ? path : undefined
    const isNews = this.#provided.get(id) !== given
    this.#provided.set(id, given)
    if (!isNews) return false
    const followed = this.#followed.get(importer)
    followed?.targets.delete(specifier)
    delete followed?.looked
    return true
  }

  /**
   * Whether a host's own answer has to count: an alias or a condition of its configuration leads to other code. The other side of a
   * package with two is the same code by its author's word, and an installed package counts by its version.
   */
  #isElsewhere(path: string, specifier: string, importer: string): boolean {
    const sides = [false, true].map((isRequired) => this.host.resolve(pathOf(specifier), importer, isRequired))
    const own = sides.find((side) => side !== undefined)
    if (own === undefined) return true
    if (sides.includes(path) || this.host.readFile(path) === undefined) return false
    if (!isInstalled(path)) return true
    const given = this.#packages.identify(path)
    const known = isInstalled(own) ? this.#packages.identify(own) : undefined
    return given !== undefined && (given.name !== known?.name || given.version !== known.version)
  }

  /**
   * Specifiers of a file that other configuration may lead elsewhere, or a link that is exchanged while the host goes on with where
   * it led: all that were followed but relative ones to files.
   */
  steerable(importer: string): string[] {
    const targets = this.#followed.get(importer)?.targets ?? new Map<string, Target>()
    return [...targets].filter(([specifier, { kind }]) => kind !== 'builtin' && kind !== 'self' && (!specifier.startsWith('.') || this.#isLinked(specifier, importer))).map(([specifier]) => specifier)
  }

  #isLinked(specifier: string, importer: string): boolean {
    const links = this.host.looked?.(pathOf(specifier), importer, this.#isRequired(specifier, importer)).links
    return links !== undefined && links.length > 0
  }

  /** Whether the host was already asked. */
  wasProvided(specifier: string, importer: string): boolean {
    return this.#provided.has(`${importer}\0${specifier}`)
  }

  /**
   * Forgets a file, or all. Answers whether the file is merely another text than before; if not, anything may have come,
   * gone, or lead elsewhere.
   */
  invalidate(file?: string): boolean {
    if (file !== undefined) {
      // Hosts tell of one edit more than once.
      if (this.#records.delete(file)) this.#forgotten.add(file)
      if (this.#forgotten.has(file) && this.host.readFile(file) !== undefined) return true
    } else this.#records.clear()
    this.#forgotten.clear()
    this.#followed.clear()
    this.host.invalidate?.(file)
    return false
  }

  /** Of a package with two sides `require` gets the other one. */
  #isRequired(specifier: string, importer: string): boolean {
    return this.record(importer).required.includes(specifier)
  }

  #find(specifier: string, importer: string): Target {
    if (specifier === OWN_MODULE) return { kind: 'module', file: importer }
    if (specifier === 'unplugin-persist' || specifier.startsWith('unplugin-persist/')) return { kind: 'self' }
    const builtin = builtinName(specifier)
    if (builtin !== undefined) return { kind: 'builtin', name: builtin }
    const path = pathOf(specifier)
    const id = `${importer}\0${specifier}`
    const found = this.#provided.get(id) ?? this.host.resolve(path, importer, this.#isRequired(specifier, importer))
    if (found === undefined) return { kind: 'unresolved', specifier, importer }
    if (isInstalled(found)) {
      const identity = this.#packages.identify(found)
      if (identity) {
        const { name, version, digest, directory, looked } = identity
        return { kind: 'package', id: path, name, version, digest, manifest: `${directory}/package.json`, looked }
      }
    }
    return isScript(found) && path === specifier ? { kind: 'module', file: found } : { kind: 'asset', file: found }
  }
}

/** A specifier without its query. */
function pathOf(specifier: string): string {
  const query = specifier.indexOf('?')
  return query > 0 ? specifier.slice(0, query) : specifier
}
