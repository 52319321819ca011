import { accessSync, constants, statSync } from 'node:fs'
import { relative, sep } from 'node:path'
import process from 'node:process'
import { openFunctions } from '../store/index.ts'
import type { OpenedFunction, ProjectPlace, StoredEntry } from '../store/index.ts'
import { attempt, storeError } from '../store/fail.ts'
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
  if (!isStore(root)) {
    assertReadable(root)
    return undefined
  }
  const state = openState(root)
  state.registry.refresh()
  return state
}

/** Of what can't be read nobody knows that nothing is stored there. */
function assertReadable(root: string): void {
  const stats = attempt('open', root, () => statSync(root, { throwIfNoEntry: false }))
  if (!stats) return
  if (!stats.isDirectory()) throw storeError('open', root, new Error('it is no directory'))
  attempt('read', root, () => accessSync(root, constants.R_OK | constants.X_OK))
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

/** The functions that a user may mean: by `module#name`, an end of it, or a bare name. */
export function findFunctions({ functions }: Catalog, wanted: string): CatalogFunction[] {
  const exact = functions.find((item) => item.id === wanted)
  return exact ? [exact] : functions.filter((item) => item.name === wanted || item.id.endsWith(`/${wanted}`))
}

/** The one that a user means. */
export function findFunction(catalog: Catalog, wanted: string): CatalogFunction {
  const matches = findFunctions(catalog, wanted)
  if (matches.length === 1) return matches[0]!
  if (matches.length > 1) throw new UsageError(`\`${wanted}\` may be ${matches.map((item) => item.id).join(' or ')}.`)
  throw new UsageError(`the store has nothing of \`${wanted}\`. \`persist ls\` lists what it has.`)
}

const WILDCARDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/#]*' }

/** Functions whose id, module or directory a pattern means: `*` within a segment, `**` over them, with `/` behind it over none too. */
export function matchFunctions(functions: readonly CatalogFunction[], pattern: string): CatalogFunction[] {
  const plain = pattern.replace(/\/+$/, '')
  const expression = new RegExp(`^${plain.replaceAll(/(?:\*\*\/)+/g, '**/').split(/(\*\*\/|\*\*|\*)/).map((part) => WILDCARDS[part] ?? part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')).join('')}$`)
  return functions.filter(({ id, module, name }) =>
    expression.test(id) || expression.test(module) || name === pattern || module.startsWith(`${plain}/`) || id.endsWith(`/${plain}`))
}

/** {@link matchFunctions} for what has to mean something. `given`: the pattern as it was written. */
export function meantFunctions(functions: readonly CatalogFunction[], given: string, pattern: string): CatalogFunction[] {
  const matches = matchFunctions(functions, pattern)
  if (matches.length === 0) throw new UsageError(`nothing is stored of \`${given}\`. \`persist ls\` lists what is.`)
  return matches
}

/** A directory of the store as users see it. */
export function shownDirectory(root: string, directory: string): string {
  return relative(root, directory).split(sep).join('/')
}
