import type { Unit } from '../bindings/unit.ts'
import { lookUpName, type Scope } from '../syntax/scope.ts'
import { isFunctionLike } from './evaluation.ts'
import type { EnvironmentNames } from './given-names.ts'
import type { Graph } from './graph.ts'
import type { GraphNode } from './node.ts'
import { QUIET, type Reach } from './reach.ts'
import type { Capture } from './root.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/**
 * What is read by its name when a call is made, wherever it is reached from: the environment, globals, facts of the platform.
 *
 * @param given names that code gives to functions which read them
 * @param unread variables of the environment of which nothing comes to the function, by the code that reads them
 */
export function capturesByName(graph: Graph, reach: Reach, given: ReadonlyMap<Unit, EnvironmentNames>, unread: ReadonlyMap<Unit, ReadonlySet<string>>, scope: Scope): Capture[] {
  const found = { env: new Set<string>(), metaEnv: new Set<string>(), globals: new Set<string>(), platform: new Set<string>() }
  for (const { unit, before } of reach.units) {
    for (const name of unit.env) if (!unread.get(unit)?.has(name)) found.env.add(name)
    for (const name of unit.metaEnv) found.metaEnv.add(name)
    // What a value took from `globalThis.client` counts with that value.
    for (const name of unit.globals) if (!before || new RegExp(`global ${name.replaceAll('$', '\\$')}(?![\\w$])`).test(unit.text)) found.globals.add(name)
    for (const name of unit.platform) found.platform.add(name)
  }
  for (const [unit, names] of given) {
    for (const name of names.env) if (!unread.get(unit)?.has(name)) found.env.add(name)
    for (const name of names.metaEnv) found.metaEnv.add(name)
  }
  for (const name of found.globals) if (isFilledIn(reach, name)) found.globals.delete(name)
  // A variable of the user's may hide the global where the function stands.
  const named = (expression: string): string => (lookUpName(scope, /^\w+/.exec(expression)![0]) ? `globalThis.${expression}` : expression)
  const early = found.env.size > 0 ? readEarly(graph, reach, given) : found.env
  return [
    ...[...found.env].sort().map((name) => ({
      name: `process.env.${name}`,
      expression: named(IDENTIFIER.test(name) ? `process.env.${name}` : `process.env[${JSON.stringify(name)}]`),
      ...(early.has(name) && { early: name }),
    })),
    ...[...found.metaEnv].sort().map((name) => ({ name: `import.meta.env.${name}`, expression: `import.meta.env?.${name}` })),
    ...[...found.globals].sort().map((name) => ({
      name,
      expression: lookUpName(scope, name) ? `globalThis.${name}` : `typeof ${name} === 'undefined' ? void 0 : ${name}`,
      provenance: `global ${name}`,
    })),
    // `locale` is the runtime's own.
    ...[...found.platform].sort().map((name) => ({ name, expression: name === 'locale' ? '' : named(name.replace(/(\.std\w+)\./, '$1?.')) })),
  ]
}

/**
 * The variables of the environment that are read when modules are evaluated: `const limit = process.env.LIMIT`, `const config = load()`.
 * What was set later (by `dotenv` behind the imports) is not in these.
 */
function readEarly(graph: Graph, reach: Reach, given: ReadonlyMap<Unit, EnvironmentNames>): Set<string> {
  const found = new Set<string>()
  const seen = new Set<GraphNode>()
  const stack = reach.nodes.filter((node) => reach.levelOf(node)! > QUIET && node.unit && !isFunctionLike(graph, node))
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    for (const name of node.unit?.env ?? []) found.add(name)
    for (const name of (node.unit && given.get(node.unit))?.env ?? []) found.add(name)
    for (const next of node.refs) if (reach.has(next)) stack.push(next)
  }
  return found
}

/** `globalThis.client ??= new Client()` in what a call runs: a memo, which tells nothing when it begins. */
function isFilledIn(reach: Reach, name: string): boolean {
  const assignment = new RegExp(`assign [^(]*\\(member\\(global (?:globalThis|global|window|self)\\."${name.replaceAll('$', '\\$')}"\\),`)
  return reach.units.some(({ unit, before }) => !before && assignment.test(unit.text))
}
