import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import process from 'node:process'
import { REGISTRY } from '../store/layout.ts'
import type { Manifest } from '../store/manifest.ts'
import type { RegisteredProject } from '../store/registry.ts'
import type { RootState } from '../store/root-state.ts'
import { FunctionView } from '../store/function-store.ts'
import { openState } from '../store/store.ts'
import type { FunctionStore, StoredEntry } from '../store/types.ts'
import type { Uses } from '../store/uses.ts'
import { walkFunctions } from '../store/walk.ts'
import { version } from '../runtime/version.ts'
import { storeRoot } from './place.ts'
import type { Place } from './place.ts'
import { UsageError } from './types.ts'

/** A function of which the store holds something. */
export interface CatalogFunction {
  /** `module#name` */
  id: string
  module: string
  name: string
  directory: string
  manifest: Manifest
  /** How often its entries were read, and what that saved. */
  uses: Uses
  store: FunctionStore
}

export type CatalogEntry = StoredEntry & { groups: readonly string[] }

/** What the store has of one project. */
export interface Catalog {
  root: string
  /** `name-[id]` in the store; undefined when nothing of the project has been stored. */
  directory: string | undefined
  functions: CatalogFunction[]
}

/** Reads what the store has of a project, without making anything. */
export function readCatalog(place: Place): Catalog {
  const root = storeRoot(place)
  const state = openExisting(root)
  const directory = state && projectDirectory(state, place)
  return { root, directory, functions: state && directory !== undefined ? functionsIn(state, directory) : [] }
}

/** All projects that a store knows. */
export function readProjects(root: string): readonly RegisteredProject[] {
  const state = openExisting(root)
  return state ? [...state.registry.projects.values()] : []
}

/** The store at a root, if there is one. */
export function openExisting(root: string): RootState | undefined {
  if (!existsSync(join(root, REGISTRY))) return undefined
  const state = openState(root)
  state.registry.refresh()
  return state
}

function projectDirectory(state: RootState, { path, root, name, options }: Place): string | undefined {
  const projects = [...state.registry.projects.values()]
  const found = options.projectId === undefined
    ? (projects.find((project) => project.path === root) ?? projects.find((project) => project.path === path))
    : projects.find((project) => project.id === options.projectId && project.name === name)
  return found?.directory
}

/** The functions of one project's directory, by module and name. */
function functionsIn(root: RootState, project: string): CatalogFunction[] {
  const fingerprints = root.fingerprints(join(root.path, project))
  const functions = [...walkFunctions(root, { project })].map(({ module, name, state }): CatalogFunction => {
    const { manifest, uses, path } = state
    manifest.refresh()
    uses.refresh()
    const options = { hashSize: [...manifest.hashSizes][0] ?? 500, sync: false, context: { node: process.version, package: version } }
    return { id: `${module}#${name}`, module, name, directory: path, manifest, uses, store: new FunctionView(state, options, fingerprints) }
  })
  return functions.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The one function that a user means: `module#name`, a unique end of it, or a bare name. */
export function findFunction({ functions }: Catalog, wanted: string): CatalogFunction {
  const exact = functions.find((item) => item.id === wanted)
  if (exact) return exact
  const matches = functions.filter((item) => item.name === wanted || item.id.endsWith(`/${wanted}`))
  if (matches.length === 1) return matches[0]!
  if (matches.length > 1) throw new UsageError(`\`${wanted}\` may be ${matches.map((item) => item.id).join(' or ')}.`)
  throw new UsageError(`the store has nothing of \`${wanted}\`. \`persist ls\` lists what it has.`)
}

/** Functions whose id, module or directory a pattern means: `*` within a segment, `**` over them. */
export function matchFunctions(functions: readonly CatalogFunction[], pattern: string): CatalogFunction[] {
  const plain = pattern.replace(/\/+$/, '')
  const expression = new RegExp(`^${plain.split(/(\*\*|\*)/).map((part) => (part === '**' ? '.*' : part === '*' ? '[^/#]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`)
  return functions.filter(({ id, module, name }) =>
    expression.test(id) || expression.test(module) || name === pattern || module.startsWith(`${plain}/`) || id.endsWith(`/${plain}`))
}

/** A directory of the store as users see it. */
export function shownDirectory(root: string, directory: string): string {
  return relative(root, directory).split(sep).join('/')
}
