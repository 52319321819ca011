import { PersistError } from '../errors.ts'
import { sha256 } from '../sha256.ts'
import { escapeSegment, type EscapeRules } from './escape.ts'
import { attempt } from './fail.ts'
import { codeOf, ensureDirectory, files, listDirectory, readPlainFile, writeNewFile } from './fs.ts'
import { FINGERPRINTS, PROJECT_FILE, REGISTRY } from './layout.ts'
import { LineFile } from './line-file.ts'
import { withLock } from './lock.ts'
import type { ProjectPlace } from './types.ts'

/** A project's first use. Of several lines of one path the first counts. */
export interface ProjectLine {
  type: 'project'
  directory: string
  name: string
  path?: string
  id?: string
  unrooted?: true
  at: string
}

/** A line of the registry of projects. */
export type RegistryLine =
  | ProjectLine
  /** The project has moved: its directory belongs to another path from here on. */
  | { type: 'link'; directory: string; path: string; at: string }

/** A project that the store knows. */
export interface RegisteredProject {
  directory: string
  name: string
  path?: string
  id?: string
  unrooted?: true
  /** When it was first used: an ISO date. */
  since: string
}

/** Whether a store stands there: by its registry or, where that was lost, by the directory of a project. */
export function isStore(root: string): boolean {
  if (files.exists(`${root}/${REGISTRY}`)) return true
  try {
    return listDirectory(root).some((entry) => entry.isDirectory() && isProject(`${root}/${entry.name}`))
  } catch {
    return false
  }
}

function isProject(path: string): boolean {
  return files.exists(`${path}/${PROJECT_FILE}`) || files.exists(`${path}/${FINGERPRINTS}`)
}

/** Which directory each project has. Readable, append-only. */
export class Registry {
  readonly projects: Map<string, RegisteredProject> = new Map()
  readonly #byPath = new Map<string, string>()
  readonly #root: string
  readonly #rules: EscapeRules
  readonly #file: LineFile<RegistryLine>

  constructor(root: string, rules: EscapeRules) {
    this.#root = root
    this.#rules = rules
    this.#file = new LineFile(`${root}/${REGISTRY}`, (line) => this.#take(line), () => this.#clear())
  }

  refresh(): void {
    this.#file.refresh()
  }

  /** The name of a project's directory, found or given to it. */
  directoryOf(place: ProjectPlace): string {
    if (place.id !== undefined || place.path === undefined) return this.#fixed(place)
    const path = realPath(place.path)
    const known = this.#known(path)
    if (known !== undefined) return known
    return this.#alone(() => {
      const again = this.#known(path)
      if (again !== undefined) return again
      const line = this.#unlisted(path)
      return line ? this.#register(line, path) : this.#assign(place.name, readableName(place.name), path)
    })
  }

  /** The name of a project's directory, if it has one. Makes nothing. */
  find(place: ProjectPlace): string | undefined {
    if (place.path !== undefined && place.id === undefined) {
      const path = realPath(place.path)
      return this.#known(path) ?? this.#unlisted(path)?.directory
    }
    const directory = this.#fixedName(place)
    if (!this.projects.has(directory)) this.refresh()
    return this.projects.has(directory) || isProject(`${this.#root}/${directory}`) ? directory : undefined
  }

  /** Writes a line. */
  note(line: RegistryLine): void {
    this.#alone(() => this.#append(line))
  }

  #known(path: string): string | undefined {
    const known = this.#byPath.get(path)
    if (known !== undefined) return known
    this.refresh()
    return this.#byPath.get(path)
  }

  /** The name of a directory that needs no counting. */
  #fixedName({ name, id, at = '' }: ProjectPlace): string {
    return escapeSegment(`${readableName(name)}-${id ?? sha256(`${name}\0${at}`).slice(0, 12)}`, this.#rules)
  }

  #fixed(place: ProjectPlace): string {
    const directory = this.#fixedName(place)
    if (this.projects.has(directory)) return directory
    this.refresh()
    if (this.projects.has(directory)) return directory
    const line: RegistryLine = { type: 'project', directory, name: place.name, at: now() }
    if (place.id !== undefined) line.id = place.id
    else line.unrooted = true
    attempt('create', directory, () => ensureDirectory(`${this.#root}/${directory}`))
    this.#append(line)
    return directory
  }

  /** The registry was lost or damaged: the directories themselves say whose they are. */
  #unlisted(path: string): ProjectLine | undefined {
    for (const entry of files.readdir(this.#root)) {
      if (!entry.isDirectory() || entry.name.startsWith('@') || this.projects.has(entry.name)) continue
      const line = projectLine(this.#root, entry.name)
      if (line?.path === path) return line
    }
    return undefined
  }

  #assign(full: string, name: string, path: string): string {
    for (let number = 1; ; number++) {
      const directory = escapeSegment(`${name}-${number}`, this.#rules)
      if (this.projects.has(directory)) continue
      try {
        // Also without a lock, only one process can make the directory.
        attempt('create', directory, () => files.mkdir(`${this.#root}/${directory}`, false))
      } catch (error) {
        if (codeOf((error as Error).cause) === 'EEXIST') continue
        throw error
      }
      const line: RegistryLine = { type: 'project', directory, name: full, path, at: now() }
      writeProjectFile(`${this.#root}/${directory}/${PROJECT_FILE}`, line)
      return this.#register(line, path)
    }
  }

  /** The first line of a path counts, so that two who come without a lock agree. */
  #register(line: RegistryLine, path: string): string {
    this.#append(line)
    return this.#byPath.get(path) ?? line.directory
  }

  #alone<T>(step: () => T): T {
    try {
      return withLock(this.#root, `${this.#root}/${REGISTRY}`, step, 3000)
    } catch (error) {
      if (error instanceof PersistError && error.code === 'LOCK') return step()
      throw error
    }
  }

  #append(line: RegistryLine): void {
    try {
      this.#file.append(line)
    } catch (error) {
      const code = codeOf((error as Error).cause)
      if (code !== 'EISDIR' && code !== 'ELOOP') throw error
      // Something else stands in the registry's place: the directories say whose they are, too.
      return this.#take(line)
    }
    this.#file.refresh()
  }

  #take(line: RegistryLine): void {
    const known = this.projects.get(line.directory)
    if (line.type === 'link') {
      for (const [path, directory] of this.#byPath) if (directory === line.directory || path === line.path) this.#byPath.delete(path)
      this.#byPath.set(line.path, line.directory)
      if (known) known.path = line.path
      return
    }
    if (!known) {
      const { directory, name, path, id, unrooted, at: since } = line
      const project: RegisteredProject = { directory, name, since }
      if (path !== undefined) project.path = path
      if (id !== undefined) project.id = id
      if (unrooted) project.unrooted = true
      this.projects.set(directory, project)
    }
    if (line.path !== undefined && !this.#byPath.has(line.path)) this.#byPath.set(line.path, line.directory)
  }

  #clear(): void {
    this.projects.clear()
    this.#byPath.clear()
  }
}

/** What a project's directory says of itself; `undefined` where it says nothing, or that is damaged. */
export function projectLine(root: string, directory: string): ProjectLine | undefined {
  try {
    const line = JSON.parse(readPlainFile(`${root}/${directory}/${PROJECT_FILE}`).toString()) as ProjectLine
    return line.directory === directory && typeof line.name === 'string' ? line : undefined
  } catch {
    return undefined
  }
}

/** `@scope/name` without what a directory's name would have to escape. */
function readableName(name: string): string {
  return name.replace(/^@/, '').replaceAll('/', '+') || 'project'
}

export function realPath(path: string): string {
  try {
    return files.realpath(path)
  } catch {
    return path
  }
}

function writeProjectFile(path: string, line: RegistryLine): void {
  attempt('write', path, () => writeNewFile(path, Buffer.from(`${JSON.stringify(line, null, 2)}\n`)))
}

function now(): string {
  return new Date().toISOString()
}
