import { WHOLE } from '../bindings/commonjs.ts'
import type { ParsedModule } from '../bindings/record.ts'
import type { ImportWay } from '../graph/import-ways.ts'

const SHORT = { call: '_p', define: '_d', own: '_o', locale: '_l', track: '_t', tracked: '_v' } as const

type RuntimeName = keyof typeof SHORT

/** What the runtime's functions and the descriptors are called in one file, chosen so that nothing of the user's is hidden. */
export class Names {
  readonly #suffix: string
  readonly #used = new Set<RuntimeName>()
  readonly #readers: string[] = []
  readonly #format: 'module' | 'commonjs'
  /** What is to be imported beside, by where from: `settings as _i0`. */
  readonly #imports = new Map<string, Map<string, string>>()
  #imported = 0

  constructor({ code, scopes }: ParsedModule, format: 'module' | 'commonjs') {
    this.#format = format
    let suffix = ''
    for (let i = 0; isTaken(suffix); i++) suffix = `$${i}`
    this.#suffix = suffix

    function isTaken(end: string): boolean {
      const pattern = new RegExp(`(?<![\\w$])_(?:[pdoltvke]|[mri]\\d+)${end.replace('$', '\\$')}(?![\\w$])`)
      if (pattern.test(code)) return true
      // Names can be written with escapes.
      if (!code.includes('\\u')) return false
      return [...scopes.globals.keys(), ...[...scopes.scopeOf.values()].flatMap((scope) => [...scope.bindings.keys()])].some((name) => pattern.test(name))
    }
  }

  /** A runtime function's name, which then is imported. */
  use(name: RuntimeName): string {
    this.#used.add(name)
    return `${SHORT[name]}${this.#suffix}`
  }

  /** The list of what the module's functions know. */
  known(): string {
    return `_k${this.#suffix}`
  }

  /** What the environment was when the module began. */
  early(): string {
    return `_e${this.#suffix}`
  }

  /** A function at the top of the module that gives what is hidden further in. */
  reader(expression: string): string {
    const at = this.#readers.indexOf(expression)
    return `_r${at < 0 ? this.#readers.push(expression) - 1 : at}${this.#suffix}`
  }

  /** All that {@link reader} was asked for. */
  get readers(): readonly string[] {
    return this.#readers
  }

  /** A variable of another module that the user's code doesn't import. */
  imported({ from, name }: ImportWay): string {
    const literal = JSON.stringify(name)
    if (this.#format === 'commonjs') return `require(${JSON.stringify(from)})${name === WHOLE ? '' : `[${literal}]`}`
    let locals = this.#imports.get(from)
    if (!locals) this.#imports.set(from, (locals = new Map()))
    let local = locals.get(name)
    if (local === undefined) locals.set(name, (local = `_i${this.#imported++}${this.#suffix}`))
    return local
  }

  /** All that {@link imported} was asked for, as the specifier and what stands between the braces. */
  get imports(): [string, string][] {
    const written = (name: string): string => (/^[\w$]+$/.test(name) ? name : JSON.stringify(name))
    return [...this.#imports].map(([from, locals]) => [from, [...locals].map(([name, local]) => `${written(name)} as ${local}`).join(', ')])
  }

  descriptor(index: number): string {
    return `_m${index}${this.#suffix}`
  }

  /** What is to be imported: `call as _p, define as _d`. */
  list(separator: ' as ' | ': '): string {
    return (Object.keys(SHORT) as RuntimeName[]).filter((name) => this.#used.has(name)).map((name) => `${name}${separator}${this.use(name)}`).join(', ')
  }
}
