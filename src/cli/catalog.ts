import { relative, sep } from 'node:path'
import process from 'node:process'
import { openFunctions } from '../store/index.ts'
import type { OpenedFunction, ProjectPlace, StoredEntry } from '../store/index.ts'
import { isStore } from '../store/registry.ts'
import type { RootState } from '../store/root-state.ts'
import { openState } from '../store/store.ts'
import { BUILT_IN } from '../config/resolve.ts'
import { version } from '../plugin/version.ts'
import { storeRoot } from './place.ts'
import type { Place } from './place.ts'
import { UsageError } from './types.ts'

/** A function of which the store holds something. */
export interface CatalogFunction extends OpenedFunction {
  /** `module#name` */
  id: string
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
  return { root, directory, functions: directory === undefined ? [] : functionsIn(root, directory) }
}

/** The store at a root, if there is one. */
export function openExisting(root: string): RootState | undefined {
  if (!isStore(root)) return undefined
  const state = openState(root)
  state.registry.refresh()
  return state
}

/** This project, as the store knows projects. */
export function projectPlace({ name, root, options }: Place): ProjectPlace {
  return { name, path: root, ...(options.projectId === undefined ? {} : { id: options.projectId }) }
}

function projectDirectory({ registry }: RootState, place: Place): string | undefined {
  const { name, path, options } = place
  return registry.find(projectPlace(place)) ?? (options.projectId === undefined ? registry.find({ name, path }) : undefined)
}

/** The functions of one project's directory, by module and name. */
function functionsIn(root: string, project: string): CatalogFunction[] {
  const functions = [...openFunctions(root, { hashSize: BUILT_IN.hashSize, context: { node: process.version, package: version } }, { project })]
  return functions.map((item) => ({ ...item, id: `${item.module}#${item.name}` })).sort((a, b) => (a.id < b.id ? -1 : 1))
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
