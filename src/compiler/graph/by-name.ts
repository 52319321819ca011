import type { Unit } from '../bindings/unit.ts'
import { lookUpName, type Scope } from '../syntax/scope.ts'
import type { Capture } from './root.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** What is read by its name when a call is made, wherever it is reached from: the environment, globals, facts of the platform. */
export function capturesByName(units: readonly Unit[], scope: Scope): Capture[] {
  const found = { env: new Set<string>(), metaEnv: new Set<string>(), globals: new Set<string>(), platform: new Set<string>() }
  for (const unit of units) {
    for (const name of unit.env) found.env.add(name)
    for (const name of unit.metaEnv) found.metaEnv.add(name)
    for (const name of unit.globals) found.globals.add(name)
    for (const name of unit.platform) found.platform.add(name)
  }
  // A variable of the user's may hide the global where the function stands.
  const named = (expression: string): string => (lookUpName(scope, /^\w+/.exec(expression)![0]) ? `globalThis.${expression}` : expression)
  return [
    ...[...found.env].sort().map((name) => ({
      name: `process.env.${name}`,
      expression: named(IDENTIFIER.test(name) ? `process.env.${name}` : `process.env[${JSON.stringify(name)}]`),
    })),
    ...[...found.metaEnv].sort().map((name) => ({ name: `import.meta.env.${name}`, expression: `import.meta.env?.${name}` })),
    ...[...found.globals].sort().map((name) => ({
      name,
      expression: lookUpName(scope, name) ? `globalThis.${name}` : `typeof ${name} === 'undefined' ? void 0 : ${name}`,
      provenance: `global ${name}`,
    })),
    // `locale` is the runtime's own.
    ...[...found.platform].sort().map((name) => ({ name, expression: name === 'locale' ? '' : named(name) })),
  ]
}
