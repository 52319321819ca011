import type { MissReason } from '../runtime/events.ts'

/** What one thread of a process below `persist run` has seen. */
export interface Observation {
  pid: number
  thread: number
  /** Calls that were made from no persisted call. */
  roots: ObservedFunction[]
}

/** Calls that found nothing for one reason. */
export interface ObservedMiss {
  why: MissReason
  times: number
  /** The arguments of the first of them, for people. */
  arguments: readonly string[]
}

/** Calls of one function from one place of the tree, summed up. */
export interface ObservedFunction {
  module: string
  name: string
  fingerprint: string
  /** The function's directory in the store. */
  directory: string
  hits: number
  misses: number
  stored: number
  /** Results that could not be stored. */
  refused: number
  /** Calls that ran uncached, as no key could be made of them. */
  unkeyed: number
  /** Calls that waited for another's computation; they are no misses. */
  waited: number
  /** Hits that came from another place: a former name, an alternative root. */
  adopted: number
  /** Milliseconds of computing. */
  spent: number
  /** Milliseconds that computing took when it was done, of what was only read now. */
  saved: number
  /** Why a result was refused, first case. */
  why?: string | undefined
  /** From where entries were adopted, first case. */
  from?: string | undefined
  /** Why calls found nothing. */
  missed: ObservedMiss[]
  /** Keys of the entries that were read or written, where asked for. */
  keys?: string[]
  children: ObservedFunction[]
}

/** Lays what several threads have seen over each other. */
export function mergeObservations(observations: readonly Observation[]): ObservedFunction[] {
  const merged: ObservedFunction[] = []
  for (const { roots } of observations) mergeInto(merged, roots)
  return merged
}

function mergeInto(target: ObservedFunction[], nodes: readonly ObservedFunction[]): void {
  for (const node of nodes) {
    const same = target.find((other) => other.module === node.module && other.name === node.name && other.directory === node.directory)
    if (!same) {
      const children: ObservedFunction[] = []
      mergeInto(children, node.children)
      target.push({ ...node, missed: [...node.missed], children })
      continue
    }
    for (const field of ['hits', 'misses', 'stored', 'refused', 'unkeyed', 'waited', 'adopted', 'spent', 'saved'] as const) same[field] += node[field]
    for (const miss of node.missed) noteMiss(same, miss)
    if (node.keys) same.keys = [...(same.keys ?? []), ...node.keys]
    same.why ??= node.why
    same.from ??= node.from
    mergeInto(same.children, node.children)
  }
}

/** So many calls are looked at for what is new in their arguments. */
const MOST_ARGUMENTS = 20

export function noteMiss({ missed }: Pick<ObservedFunction, 'missed'>, { why, times, arguments: given }: ObservedMiss): void {
  const at = missed.findIndex((other) => other.why === why)
  const known = missed[at]
  const all = [...(known?.arguments ?? []), ...given].slice(0, MOST_ARGUMENTS)
  missed.splice(at < 0 ? missed.length : at, 1, { why, times: (known?.times ?? 0) + times, arguments: all })
}

/** A tree's functions, each once per place. */
export function* walk<T extends { children: readonly T[] }>(nodes: readonly T[]): Generator<T> {
  for (const node of nodes) {
    yield node
    yield* walk(node.children)
  }
}
