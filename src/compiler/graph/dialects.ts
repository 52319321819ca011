import { dirname, join } from 'node:path'
import { getTsconfig } from 'get-tsconfig'
import type { Unit } from '../bindings/unit.ts'
import type { Packages } from '../files/packages.ts'
import type { CompilerHost } from '../types.ts'

interface Settings {
  jsx?: string
  jsxImportSource?: string
  jsxFactory?: string
  jsxFragmentFactory?: string
  useDefineForClassFields?: boolean
  experimentalDecorators?: boolean
  emitDecoratorMetadata?: boolean
  target?: string
  verbatimModuleSyntax?: boolean
  preserveValueImports?: boolean
  importsNotUsedAsValues?: string
}

/** What the settings make of a unit's syntax. */
export interface DialectMeaning {
  parts: string[]
  /** Top-level names of its module that JSX becomes calls of, if there are such. */
  factories: string[]
  /** Where the settings stand. */
  files: string[]
}

const TYPESCRIPT = /\.[cm]?tsx?$/
const PRAGMA = /@jsx(ImportSource|Runtime|Frag)?\s+([\w$./@-]+)/g
/** From this on fields are defined, where nobody says otherwise. */
const DEFINES_FIELDS = /^(?:es2022|es2023|es2024|es2025|esnext)$/i

/** Reads what projects say of JSX, class fields, decorators and unused imports: constants of the fingerprint. */
export class Dialects {
  readonly #host: CompilerHost
  readonly #packages: Packages
  readonly #configs = new Map<string, { settings: Settings; path: string | undefined }>()
  #meanings = new WeakMap<Unit, DialectMeaning>()

  constructor(host: CompilerHost, packages: Packages) {
    this.#host = host
    this.#packages = packages
  }

  /** What the syntax of a unit means in its file. */
  meaningOf(unit: Unit, file: string): DialectMeaning {
    let meaning = this.#meanings.get(unit)
    if (!meaning) this.#meanings.set(unit, (meaning = this.#find(unit, file)))
    return meaning
  }

  #find({ dialects, decoratedTypes }: Unit, file: string): DialectMeaning {
    const { settings, path } = this.#configFor(dirname(file))
    const meaning: DialectMeaning = { parts: [], factories: [], files: path === undefined ? [] : [path] }
    if (dialects.includes('jsx')) this.#addJsx(meaning, withPragmas(settings, this.#host.readFile(file) ?? ''), file)
    if (!TYPESCRIPT.test(file)) return meaning
    // Said only where it isn't what the language itself says: the same code as JavaScript is the same code.
    const defines = settings.useDefineForClassFields ?? (settings.target === undefined || DEFINES_FIELDS.test(settings.target))
    if (dialects.includes('fields') && !defines) meaning.parts.push('fields assigned')
    if (!dialects.includes('decorators')) return meaning
    if (settings.experimentalDecorators) meaning.parts.push('decorators experimental')
    if (settings.emitDecoratorMetadata) meaning.parts.push(`metadata ${decoratedTypes}`)
    return meaning
  }

  /** Whether imports of a file of which nothing is used are there when it runs, and the settings that decide it. */
  keepsImports(file: string): { keeps: boolean; path: string | undefined } {
    if (!TYPESCRIPT.test(file)) return { keeps: true, path: undefined }
    const { settings, path } = this.#configFor(dirname(file))
    return { keeps: settings.verbatimModuleSyntax === true || settings.preserveValueImports === true || settings.importsNotUsedAsValues === 'preserve', path }
  }

  /** Settings are read again. */
  invalidate(): void {
    this.#configs.clear()
    this.#meanings = new WeakMap()
  }

  #configFor(directory: string): { settings: Settings; path: string | undefined } {
    let config = this.#configs.get(directory)
    if (!config) {
      const found = findConfig(directory)
      config = { settings: (found?.config.compilerOptions ?? {}) as Settings, path: found?.path }
      this.#configs.set(directory, config)
    }
    return config
  }

  #addJsx({ parts, factories }: DialectMeaning, settings: Settings, file: string): void {
    const { jsxFactory = 'React.createElement', jsxFragmentFactory = 'React.Fragment', jsxImportSource: source = 'react' } = settings
    for (const name of [jsxFactory, jsxFragmentFactory]) factories.push(name.split('.')[0]!)
    if (settings.jsx === 'react' || settings.jsxFactory !== undefined) {
      parts.push(`jsx classic ${jsxFactory} ${jsxFragmentFactory}`)
      return
    }
    const runtime = this.#host.resolve(`${source}/jsx-runtime`, join(dirname(file), '_'))
    const identity = runtime === undefined ? undefined : this.#packages.identify(runtime)
    parts.push(`jsx automatic ${source} ${identity ? `${identity.version} ${identity.digest}` : ''}`)
  }
}

/** A config that can't be read says nothing. */
function findConfig(directory: string): ReturnType<typeof getTsconfig> {
  try {
    return getTsconfig(directory)
  } catch {
    return null
  }
}

/** Comments in the file come before the project's settings. */
function withPragmas(settings: Settings, text: string): Settings {
  const own: Settings = { ...settings }
  for (const [, kind, value] of text.matchAll(PRAGMA)) {
    if (kind === undefined) own.jsxFactory = value!
    else if (kind === 'Frag') own.jsxFragmentFactory = value!
    else if (kind === 'ImportSource') own.jsxImportSource = value!
    else own.jsx = value === 'classic' ? 'react' : 'react-jsx'
  }
  return own
}
