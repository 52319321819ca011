import { noteEnvironment, noteImported, notePackage, noteTerminal } from '../bindings/remarks.ts'
import type { OuterReference, Unit } from '../bindings/unit.ts'
import { builtinName } from '../syntax/globals.ts'
import { namesTaken } from './member-uses.ts'
import type { GraphNode } from './node.ts'

/**
 * A unit, and what it reads of the platform and of packages by way of modules that pass these on: `export { env } from 'node:process'`.
 * Only the graph knows of that.
 *
 * @param nodes what its references lead to, in their order
 * @param startOf where the module imports from a specifier
 */
export function withPassedOn(unit: Unit, nodes: readonly (GraphNode | undefined)[], startOf: (from: string) => number): Unit {
  let found: Unit | undefined
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]
    if (node?.kind !== 'builtin' && node?.kind !== 'package') continue
    const reference = unit.refs[index] as OuterReference
    if (reference.kind !== 'import' || !isPassedOn(reference.from, node)) continue
    const told: Unit = { ...unit, env: [], platform: [], untracked: [], impure: [] }
    if (node.kind === 'package') notePackage(0, node.parts[0]!, node.name!, reference.member, false, told)
    else for (const chain of membersRead(unit.text, index)) noteBuiltin(0, node.parts as [string, string], chain, told)
    const remarks = [...told.untracked, ...told.impure]
    if (remarks.length === 0 && told.env.length === 0 && told.platform.length === 0) continue
    // To know where costs a look at the module's text.
    const start = remarks.length > 0 ? startOf(reference.from) : 0
    for (const remark of remarks) remark.start = start
    const known = found ?? unit
    found = {
      ...known,
      env: [...new Set([...known.env, ...told.env])],
      platform: [...new Set([...known.platform, ...told.platform])],
      untracked: [...known.untracked, ...told.untracked],
      impure: [...known.impure, ...told.impure],
    }
  }
  return found ?? unit
}

function isPassedOn(from: string, { kind, parts }: GraphNode): boolean {
  return kind === 'builtin' ? builtinName(from) === undefined : from !== parts[0] && !from.startsWith(`${parts[0]}/`)
}

/** @param chain members that are read one of the other, as far as they are known */
function noteBuiltin(start: number, [module, name]: [string, string], chain: readonly string[], unit: Unit): void {
  const [first, second, ...rest] = name === 'default' || name === '*' ? chain : [name, ...chain]
  if (first === undefined) return
  if (module === 'process' && first === 'env') noteEnvironment(start, second, unit)
  else if (module === 'process' && second !== undefined && /^std(?:in|out|err)$/.test(first)) noteTerminal(start, first, second, unit)
  else if (module === 'perf_hooks' && first === 'performance' && second === 'now') unit.impure.push({ what: 'performance.now', start, named: true })
  else noteImported(start, module, first === 'promises' ? (second ?? rest[0] ?? first) : first, false, unit)
}

const MEMBER = /^\)?\??\.("(?:[^"\\]|\\.)*")/

/** What code reads of a reference, each as a list of names: `env.URL`, `process.env.URL`. An empty one where it may be anything. */
function membersRead(text: string, index: number): string[][] {
  return [...text.matchAll(new RegExp(`(?:ObjectPattern\\(\\[([^[\\]]*)\\]\\)=)?(?<![\\w"])R${index}(?!\\d)`, 'g'))].flatMap(({ index: at, 0: { length }, 1: pattern }) => {
    const names = pattern === undefined ? undefined : namesTaken(pattern)
    if (names) return names.map((name) => [name])
    const chain: string[] = []
    for (let rest = text.slice(at + length, at + length + 200), match = MEMBER.exec(rest); match; rest = rest.slice(match[0].length), match = MEMBER.exec(rest)) chain.push(JSON.parse(match[1]!) as string)
    return [chain]
  })
}
