import type { Capture } from './root.ts'
import { lookUpName, type Scope } from './scope.ts'
import type { Unit } from './unit.ts'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** What is read by its name when a call is made, wherever it is reached from: the environment, globals, facts of the platform. */
export function capturesByName(units: readonly Unit[], scope: Scope): Capture[] {
  const names = (pick: (unit: Unit) => readonly string[]): string[] => [...new Set(units.flatMap(pick))].sort()
  // A variable of the user's may hide the global where the function stands.
  const named = (expression: string): string => (lookUpName(scope, /^\w+/.exec(expression)![0]) ? `globalThis.${expression}` : expression)
  return [
    ...names((unit) => unit.env).map((name) => ({
      name: `process.env.${name}`,
      expression: named(IDENTIFIER.test(name) ? `process.env.${name}` : `process.env[${JSON.stringify(name)}]`),
    })),
    ...names((unit) => unit.metaEnv).map((name) => ({ name: `import.meta.env.${name}`, expression: `import.meta.env?.${name}` })),
    ...names((unit) => unit.globals).map((name) => ({
      name,
      expression: lookUpName(scope, name) ? `globalThis.${name}` : `typeof ${name} === 'undefined' ? void 0 : ${name}`,
      provenance: `global ${name}`,
    })),
    // `locale` is the runtime's own.
    ...names((unit) => unit.platform).map((name) => ({ name, expression: name === 'locale' ? '' : named(name) })),
  ]
}
