import { unescapeSegment } from './escape.ts'
import { attempt } from './fail.ts'
import { listDirectory } from './fs.ts'
import type { FunctionState } from './function-store.ts'
import { parseBucketFileName } from './layout.ts'
import { Manifest } from './manifest.ts'
import type { RootState } from './root-state.ts'

/** Which functions a command is about; everything left out is everything. */
export interface Selection {
  /** A project's directory in the store (`myproj-1`). */
  project?: string
  /** Asked for each function. */
  matches?(module: string, name: string): boolean
}

/** A function that a store has entries or a manifest of. */
export interface StoredFunction {
  /** The project's directory in the store. */
  project: string
  module: string
  name: string
  state: FunctionState
}

/** All functions on disk. */
export function* walkFunctions(root: RootState, selection: Selection = {}): Iterable<StoredFunction> {
  for (const project of projectDirectories(root)) {
    if (selection.project !== undefined && selection.project !== project) continue
    for (const [module, name] of walkProject(`${root.path}/${project}`, [])) {
      if (selection.matches && !selection.matches(module, name)) continue
      yield { project, module, name, state: root.function(`${root.path}/${project}`, module, name) }
    }
  }
}

/** The directories of projects in a store. */
export function projectDirectories(root: RootState): string[] {
  const entries = attempt('list', root.path, () => listDirectory(root.path))
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('@') && !entry.name.startsWith('.')).map(({ name }) => name).sort()
}

function* walkProject(path: string, segments: readonly string[]): Iterable<[module: string, name: string]> {
  const entries = attempt('list', path, () => listDirectory(path))
  const isFunction = segments.length > 0 && entries.some(({ name }) => name === '@manifest.jsonl' || name === '@values' || parseBucketFileName(name))
  // A function with groups only has its buckets further down; then the manifest tells, or the module's file above.
  if (isFunction || isModule(segments.at(-2))) {
    const manifest = new Manifest(path)
    manifest.refresh()
    const { module, name } = manifest
    if (module !== undefined && name !== undefined) return yield [module, name]
    const guessed = guessIdentity(segments)
    if (guessed) yield guessed
    return
  }
  for (const entry of entries) {
    if (entry.isDirectory() && !entry.name.startsWith('@')) yield* walkProject(`${path}/${entry.name}`, [...segments, entry.name])
  }
}

/** Only a module's own file has a dot or a final `%`, see `escapeFunction`. */
function isModule(segment: string | undefined): boolean {
  return segment !== undefined && (segment.includes('.') || segment.endsWith('%'))
}

/** For a lost manifest. */
function guessIdentity(segments: readonly string[]): [module: string, name: string] | undefined {
  const texts = segments.map((segment) => unescapeSegment(segment.replace(/%$/, '')))
  if (texts.length < 2 || texts.includes(undefined)) return undefined
  return [texts.slice(0, -1).join('/'), texts.at(-1)!]
}
