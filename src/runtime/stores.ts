import process from 'node:process'
import type { Mode } from '../config/options.ts'
import type { ResolvedFunctionOptions, ResolvedOptions } from '../config/resolve.ts'
import type { FunctionStore, ProjectStore, Store, StoreOptions, WriterContext } from '../store/types.ts'
import { openStore, readStore } from '../store/index.ts'
import { readCommit } from './commit.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import { mayWrite } from './mode.ts'
import { findProject } from './project.ts'
import type { RuntimeProject } from './project.ts'
import { state } from './state.ts'
import { version } from './version.ts'
import { warnOncePerProcess } from './warn.ts'

/** The directory of a function in the store that its options name, for a call of a mode. Throws where that can't be opened. */
export function storeFor(compiled: Compiled, options: ResolvedFunctionOptions, mode: Mode): FunctionStore {
  const isReading = !mayWrite(mode)
  if (options !== compiled.options) return openFunction(compiled, options, isReading)
  if (isReading) return (compiled.reading ??= openFunction(compiled, options, true))
  return (compiled.store ??= openFunction(compiled, options, false))
}

function openFunction(compiled: Compiled, options: ResolvedFunctionOptions, isReading: boolean): FunctionStore {
  const project = findProject(compiled.descriptor.project, options)
  notePlace(options, project)
  const root = rootOf(options)
  return functionIn(isReading ? readProject(root, options, project) : openProject(root, options, project), compiled, options)
}

/** Where results go. */
export function rootOf(options: ResolvedOptions): string {
  return options.local ? options.localPath : options.persistPath
}

/** Remembers that results go there: for `invalidateTag`. */
export function notePlace(options: ResolvedOptions, project: RuntimeProject): void {
  state.places.set(`${rootOf(options)}\0${project.path ?? project.identity.name}`, { options, project })
}

/** A project in the store, which gets a directory for it if it has none. */
export function openProject(root: string, options: ResolvedOptions, project: RuntimeProject): ProjectStore {
  return openRoot(root, options, project.path).project(project.place)
}

/** A project in a store that is only read. Neither need be there. */
export function readProject(root: string, { hashSize }: ResolvedOptions, { place }: RuntimeProject): ProjectStore {
  const id = ['read', root, hashSize].join('\0')
  let store = state.stores.get(id)
  if (!store) state.stores.set(id, (store = readStore(root, { hashSize, onDamage })))
  return store.project(place)
}

/** A function that was given a name keeps its directory wherever it moves. */
export function functionIn(project: ProjectStore, compiled: Compiled, options: ResolvedFunctionOptions): FunctionStore {
  return options.name === undefined
    ? project.function(compiled.descriptor.module, compiled.descriptor.name)
    : project.function(NAMED, options.name)
}

const NAMED = '@named'

/**
 * Where else an entry of this function may be: alternative roots, and what held this code under another name or in
 * another place. Looked for once, at the first miss.
 */
export function findElsewhere(compiled: Compiled, options: ResolvedFunctionOptions, own: string): readonly FunctionStore[] {
  const isOwn = options === compiled.options
  if (isOwn && compiled.elsewhere) return compiled.elsewhere
  const project = isOwn ? compiled.project : findProject(compiled.descriptor.project, options)
  const roots = [...new Set([rootOf(options), ...options.alternatives, ...(options.local ? [options.persistPath] : [])])]
  const found = new Map<string, FunctionStore>()
  // A version, or a text that hides what it captures, says too little to take over what another function computed.
  const sharesCode = options.version === undefined && !compiled.descriptor.fingerprint.startsWith('text:')
  for (const root of roots) {
    try {
      const store = readProject(root, options, project)
      const same = functionIn(store, compiled, options)
      found.set(same.directory, same)
      for (const { module, name } of sharesCode ? store.findByFingerprint(compiled.descriptor.fingerprint) : []) {
        const other = store.function(module, name)
        found.set(other.directory, other)
      }
    } catch (error) {
      debug.store('%s: %s can\'t be looked into: %o', compiled.label, root, error)
    }
  }
  found.delete(own)
  const places = [...found.values()]
  if (isOwn) compiled.elsewhere = places
  return places
}

function openRoot(root: string, options: ResolvedOptions, projectPath: string | undefined): Store {
  const { hashSize, lockGranularity, durability, maxSize, keepVersions } = options
  const id = [root, hashSize, lockGranularity, durability, maxSize.total, maxSize.current, keepVersions, projectPath].join('\0')
  let store = state.stores.get(id)
  if (!store) {
    const storeOptions: StoreOptions = {
      hashSize,
      lockGranularity,
      durability,
      maxSize,
      keepVersions,
      context: writerContext(projectPath),
      onDamage,
    }
    state.stores.set(id, (store = openStore(root, storeOptions)))
  }
  return store
}

/** The commit is looked for once something is written: reading needs none. */
function writerContext(projectPath: string | undefined): WriterContext {
  let commit: { readonly name: string | undefined } | undefined
  return {
    node: process.version,
    package: version,
    get commit() {
      return (commit ??= { name: projectPath === undefined ? undefined : readCommit(projectPath) }).name
    },
  }
}

function onDamage(message: string): void {
  warnOncePerProcess(message, message)
}
