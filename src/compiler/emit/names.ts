import type { ParsedModule } from '../bindings/record.ts'

const SHORT = { call: '_p', define: '_d', own: '_o', locale: '_l', track: '_t', tracked: '_v' } as const

type RuntimeName = keyof typeof SHORT

/** What the runtime's functions and the descriptors are called in one file, chosen so that nothing of the user's is hidden. */
export class Names {
  readonly #suffix: string
  readonly #used = new Set<RuntimeName>()
  readonly #readers: string[] = []

  constructor({ code, scopes }: ParsedModule) {
    let suffix = ''
    for (let i = 0; isTaken(suffix); i++) suffix = `$${i}`
    this.#suffix = suffix

    function isTaken(end: string): boolean {
      const pattern = new RegExp(`(?<![\\w$])_(?:[pdoltvke]|[mr]\\d+)${end.replace('$', '\\$')}(?![\\w$])`)
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

  descriptor(index: number): string {
    return `_m${index}${this.#suffix}`
  }

  /** What is to be imported: `call as _p, define as _d`. */
  list(separator: ' as ' | ': '): string {
    return (Object.keys(SHORT) as RuntimeName[]).filter((name) => this.#used.has(name)).map((name) => `${name}${separator}${this.use(name)}`).join(', ')
  }
}
