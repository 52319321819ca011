import type { Node } from '@babel/types'
import type { AnalyzedFunction } from './analyze.ts'
import type { ParsedModule } from './bindings/record.ts'
import type { Emission } from './emit/emit.ts'
import { findFunctions, type IsPersist } from './marks/functions.ts'
import { scopePath } from './marks/identity.ts'
import { Diagnostics } from './report/diagnostics.ts'
import { boundNames } from './syntax/bound-names.ts'
import { walk, type Path } from './syntax/path.ts'
import { isFunction, type FunctionNode } from './syntax/syntax.ts'

/** What of a module's functions was found again. */
export interface Matched {
  emissions: Emission[]
  /** Functions that are there, and written so that they can't be edited any more. */
  unfit: AnalyzedFunction[]
}

interface Candidate {
  node: FunctionNode
  path: Path
}

/**
 * Finds the functions of a module's own text again in what earlier steps of a build made of it: by scope path, and among
 * several of one path by their order. One that is gone is left out; so is one that was compiled to older JavaScript, and
 * has other parameters or private members than those that its key is made of.
 */
export function matchFunctions(functions: readonly AnalyzedFunction[], edited: ParsedModule, isPersist: IsPersist | undefined): Matched {
  const byPath = new Map<string, Candidate[]>()
  const lastNames = new Set<string>()
  walk(edited.ast.program, (path) => {
    if (!isFunction(path.node)) return
    const name = scopePath(path)
    lastNames.add(lastName(name))
    const list = byPath.get(name)
    if (list) list.push({ node: path.node, path })
    else byPath.set(name, [{ node: path.node, path }])
  })
  const calls = isPersist ? findFunctions(edited, isPersist, new Diagnostics(edited.code, '')).filter((found) => found.call) : []
  const taken = new Set<Node>()
  const matched: Matched = { emissions: [], unfit: [] }
  for (const item of functions) {
    const { found, emission } = item
    if (found.call) {
      const call = calls.find((other) => other.name === found.name && !!other.node === !!found.node && !taken.has(other.call!))
      if (!call) continue
      taken.add(call.call!)
      if (!found.node || fits(item, { node: call.node!, path: call.path })) matched.emissions.push({ ...emission, found: { ...found, ...call } })
      else matched.unfit.push(item)
      continue
    }
    const match = byPath.get(found.name)?.find((candidate) => !taken.has(candidate.node) && fits(item, candidate))
    if (match) {
      taken.add(match.node)
      matched.emissions.push({ ...emission, found: { ...found, node: match.node, path: match.path, start: match.node.start! } })
    } else if (lastNames.has(lastName(found.name))) matched.unfit.push(item)
  }
  return matched
}

/** Whether a function still has all that is read when it is called. */
function fits({ found, emission }: AnalyzedFunction, { node, path }: Candidate): boolean {
  return node.async === found.node!.async && paramsOf(node) === paramsOf(found.node!) && hasPrivateNames(emission, path)
}

/** Names and defaults: a default that is filled in by the body comes too late for the key. */
function paramsOf({ params }: FunctionNode): string {
  return boundNames(params as Node[]).map(({ name, rest = '', defaults }) => `${name}${rest}${defaults.length > 0 ? '=' : ''}`).join()
}

function hasPrivateNames({ captures }: Emission, path: Path): boolean {
  const needed = captures.flatMap(({ expression }) => (expression.startsWith('this.#') ? [expression.slice('this.#'.length)] : []))
  if (needed.length === 0) return true
  const declared = new Set<string>()
  for (let at: Path | null = path.parentPath; at; at = at.parentPath) {
    if (at.node.type !== 'ClassBody') continue
    for (const member of at.node.body) if ('key' in member && member.key.type === 'PrivateName') declared.add(member.key.id.name)
  }
  return needed.every((name) => declared.has(name))
}

function lastName(scopePath: string): string {
  return scopePath.slice(scopePath.search(/[^./#]*$/))
}
