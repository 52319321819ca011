import type { Node } from '@babel/types'
import type { Binding } from '../syntax/scope.ts'
import { unwrap } from '../syntax/syntax.ts'
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

const NO_NAMES: ReadonlySet<string> = new Set()

/**
 * Judges a variable by all that is done with it in its module.
 *
 * @param closed methods of an object that get nothing of it where they are called
 * @param methods all of an object's own
 */
export function describeVariable(
  binding: Binding, init: InitKind, frozen: boolean, declarator: Node, purity: PurityContext, flat = false, closed: ReadonlySet<string> = NO_NAMES, methods: readonly string[] = [],
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
    mutated: uses.some((use) => changesContent(use) && !isOwnMethod(use, methods)),
    escapes: uses.some((use) => (use.escapes || use.passedTo) && !(flat && use.element) && !(use.method !== undefined && use.method === use.member && closed.has(use.method))),
    onlyDropped: uses.length > 0 && uses.every((use) => use.dropped && !use.writes),
    ...(accumulates(declarator, uses) ? { accumulates: true } : {}),
    onlyFilledIn: writes.length > 0 && fillings.every((use) => use.fillsIn),
    onlyContainers: fillings.every(({ given }) => given && initKind(given, purity) === 'data'),
    writers: [],
    later: [],
    handed: [],
    told: [],
  }
}

/** Whether a use calls a method that an object has of its own, such as `cache.set()` of `{ set(key, value) { … } }`: that changes nothing of the object by its name. */
export function isOwnMethod({ method, member }: Use, methods: readonly string[] | undefined): boolean {
  return method !== undefined && method === member && methods?.includes(method) === true
}

/** Methods that give all of a list, or text of it. */
const GIVERS = new Set(['join', 'map', 'slice', 'concat', 'flatMap', 'reduce', 'toString', 'toSorted', 'toReversed'])

/** Whether a list is only ever added to, and given as a whole, or parts of an object are counted and read. One that is asked for its length may be filled once. */
function accumulates(declarator: Node, uses: readonly Use[]): boolean {
  const init = declarator.type === 'VariableDeclarator' && declarator.init ? unwrap(declarator.init) : undefined
  if (init?.type === 'ArrayExpression') {
    const isAdded = uses.some(({ method, member }) => method === member && (method === 'push' || method === 'unshift'))
    const isTaken = (use: Use): boolean => use.writes || use.empties === true || (use.mutates && use.method !== 'push' && use.method !== 'unshift')
    const isGiven = (use: Use): boolean => !use.dropped && !use.mutates && (use.method === undefined ? use.member === undefined && !use.element && use.escapes : use.method === use.member && GIVERS.has(use.method))
    const isAsked = uses.some(({ member }) => member === 'length')
    return isAdded && !isAsked && !uses.some(isTaken) && uses.some(isGiven)
  }
  return init?.type === 'ObjectExpression' && uses.some((use) => use.counts === true && !use.dropped)
}

/** Whether a use brings back what was at first, as there was nothing: `let client`, `const cache = new Map()`. */
export function restores({ empties, given }: Use, declarator: Node): boolean {
  const first = declarator.type === 'VariableDeclarator' ? emptinessOf(declarator.init) : undefined
  return empties === true && first !== undefined && (given === undefined || emptinessOf(given) === first)
}
