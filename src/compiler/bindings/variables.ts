import type { Node } from '@babel/types'
import type { Binding } from '../syntax/scope.ts'
import { emptinessOf, type Use } from '../syntax/uses.ts'
import type { Variable } from './module-record.ts'
import { changesContent } from './passes.ts'
import { initKind, type InitKind, type PurityContext } from './pure.ts'

/** A variable that stays what it is. */
export function fixedVariable(init: InitKind, exported: boolean): Variable {
  return {
    init, frozen: false, exported, reassigned: false, mutated: false, escapes: false, onlyDropped: false, onlyFilledIn: false, onlyContainers: false, writers: [], later: [], handed: [], told: [],
  }
}

/** Judges a variable by all that is done with it in its module. */
export function describeVariable(
  binding: Binding, init: InitKind, frozen: boolean, declarator: Node, purity: PurityContext, flat = false,
): Variable {
  const outside = (use: Use): boolean => use.node.start! < declarator.start! || use.node.end! > declarator.end!
  const uses = binding.uses.filter(outside)
  const writes = uses.filter((use) => use.writes)
  const fillings = writes.filter((use) => !restores(use, declarator))
  return {
    init,
    frozen,
    exported: false,
    reassigned: writes.length > 0 || (binding.more?.length ?? 0) > 0,
    mutated: uses.some(changesContent),
    escapes: uses.some((use) => (use.escapes || use.passedTo) && !(flat && use.element)),
    onlyDropped: uses.length > 0 && uses.every((use) => use.dropped && !use.writes),
    onlyFilledIn: writes.length > 0 && fillings.every((use) => use.fillsIn),
    onlyContainers: fillings.every(({ given }) => given && initKind(given, purity) === 'data'),
    writers: [],
    later: [],
    handed: [],
    told: [],
  }
}

/** Whether a use brings back what was at first, as there was nothing: `let client`, `const cache = new Map()`. */
export function restores({ empties, given }: Use, declarator: Node): boolean {
  const first = declarator.type === 'VariableDeclarator' ? emptinessOf(declarator.init) : undefined
  return empties === true && first !== undefined && (given === undefined || emptinessOf(given) === first)
}
