import { existsSync } from 'node:fs'
import process from 'node:process'
import type { ResolvedFunctionOptions, ResolvedOptions } from '../config/resolve.ts'
import type { FunctionStore, ProjectStore, Store, StoreOptions } from '../store/types.ts'
import { openStore } from '../store/index.ts'
import { readCommit } from './commit.ts'
import { debug } from './debug.ts'
import type { Compiled } from './define.ts'
import { findProject } from './project.ts'
import type { RuntimeProject } from './project.ts'
import { state } from './state.ts'
import { version } from './version.ts'
import { warnOncePerProcess } from './warn.ts'

/** The directory of a function in the store that its options name. Throws where that can't be opened. */
export function openFunction(compiled: Compiled, options: ResolvedFunctionOptions): FunctionStore {
  const project = findProject(compiled.descriptor.project, options)
  notePlace(options, project)
  return functionIn(openProject(rootOf(options), options, project), compiled, options)
}

/** The directory of a function in the store of its own options, opened now where it was off until now. */
export function storeOf(compiled: Compiled): FunctionStore {
  return (compiled.store ??= openFunction(compiled, compiled.options))
}

/** Where results go. */
export function rootOf(options: ResolvedOptions): string {
  return options.local ? options.localPath : options.persistPath
}

/** Remembers that results go there: for `invalidateTag`. */
export function notePlace(options: ResolvedOptions, project: RuntimeProject): void {
  state.places.set(`${rootOf(options)}\0${project.path ?? project.identity.name}`, { options, project })
}

/** A project in one of the stores: the main one, a local one, an alternative. */
export function openProject(root: string, options: ResolvedOptions, project: RuntimeProject): ProjectStore {
  return openRoot(root, options, project.path).project(project.place)
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
export function findElsewhere(compiled: Compiled, options: ResolvedFunctionOptions): readonly FunctionStore[] {
  if (compiled.elsewhere) return compiled.elsewhere
  const { project } = compiled
  const roots = [...new Set([rootOf(options), ...options.alternatives, ...(options.local ? [options.persistPath] : [])])]
  const found = new Map<string, FunctionStore>()
  // A version, or a text that hides what it captures, says too little to take over what another function computed.
  const sharesCode = options.version === undefined && !compiled.descriptor.fingerprint.startsWith('text:')
  for (const root of roots) {
    // What is only read is not made.
    if (root !== rootOf(options) && !existsSync(root)) continue
    try {
      const store = openProject(root, options, project)
      const own = functionIn(store, compiled, options)
      found.set(own.directory, own)
      for (const { module, name } of sharesCode ? store.findByFingerprint(compiled.descriptor.fingerprint) : []) {
        const other = store.function(module, name)
        found.set(other.directory, other)
      }
    } catch (error) {
      debug.store('%s: %s can\'t be looked into: %o', compiled.label, root, error)
    }
  }
  found.delete(storeOf(compiled).directory)
  return (compiled.elsewhere = [...found.values()])
}

function openRoot(root: string, options: ResolvedOptions, projectPath: string | undefined): Store {
  const { hashSize, lockGranularity, durability, maxSize, keepVersions } = options
  const id = [root, hashSize, lockGranularity, durability, maxSize.total, maxSize.current, keepVersions].join('\0')
  let store = state.stores.get(id)
  if (!store) {
    const storeOptions: StoreOptions = {
      hashSize,
      lockGranularity,
      durability,
      maxSize,
      keepVersions,
      context: { node: process.version, package: version, ...readCommit(projectPath) },
      onDamage: (message) => warnOncePerProcess(message, message),
    }
    state.stores.set(id, (store = openStore(root, storeOptions)))
  }
  return store
}
