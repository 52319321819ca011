import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import { transformSync } from 'esbuild'
import { afterEach } from 'vitest'
import type { Compiler } from '../../src/compiler/index.ts'
import type { ProjectOptions } from '../../src/config/options.ts'
import type * as mainModule from '../../src/index.ts'
import { createCompiler, freshLibrary, PACKAGE } from './sources.ts'

const made: string[] = []
const environment = { ...process.env }

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

export interface StartOptions {
  /** The module to load. @default 'src/main.ts' */
  file?: string
  env?: Record<string, string>
}

/** What a module exports, and as `api` the library that it imports. */
export type Started = Record<string, any> & { api: typeof mainModule }

export interface App {
  /** The project's directory. */
  readonly directory: string
  /** The root of its store. */
  readonly store: string
  write(file: string, text: string): void
  read(file: string): string
  /** Replaces a text in a file, which must be there. */
  edit(file: string, from: string, to: string): void
  /** Sets the options of the project's config. */
  config(options: ProjectOptions): void
  /** Loads a module as a process that has just begun would: nothing is shared with earlier starts but the disk. */
  start(how?: StartOptions): Started
  /** Runs a script in a process of its own, under the compiled register hook of `dist`. */
  run(file: string, how?: { env?: Record<string, string>; args?: string[]; timeout?: number }): Promise<Ran>
  /** What the project's code has logged since it was last asked: each computation logs a line. */
  ran(): string[]
  /** What the library has warned of since it was last asked. */
  warned(): string[]
}

export interface Ran {
  code: number | null
  signal: NodeJS.Signals | null
  /** Lines that are JSON, parsed. */
  values: any[]
  /** The other lines. */
  lines: string[]
  stderr: string
}

/** A project on the disk, named `app`. A text is its `src/main.ts`. */
export function app(files: string | Record<string, string>, options: ProjectOptions = {}): App {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'persist-behaviour-')))
  made.push(top)
  const directory = join(top, 'app')
  const store = join(top, 'store')
  let logged: string[] = []
  let warned: string[] = []
  let compiler: Compiler | undefined
  let texts = new Map<string, string>()
  let config = options

  const write = (file: string, text: string): void => {
    const path = join(directory, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    compiler = undefined
    texts = new Map()
  }
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8')

  const textOf = (path: string): string => {
    let text = texts.get(path)
    if (text === undefined) {
      const original = readFileSync(path, 'utf8')
      compiler ??= createCompiler({ root: directory, options: config })
      const code = compiler.compile(original, path)?.code ?? original
      text = transformSync(code, { loader: path.endsWith('x') ? 'tsx' : 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' }).code
      texts.set(path, text)
    }
    return text
  }

  const start = ({ file = 'src/main.ts', env = {} }: StartOptions = {}): Started => {
    Object.assign(process.env, { PERSIST_PATH: store, XDG_CONFIG_HOME: join(top, 'config') }, env)
    const library = freshLibrary({ warn: (...parts: unknown[]) => void warned.push(parts.join(' ')) })
    const console = { log: (...parts: unknown[]) => void logged.push(parts.map(String).join(' ')) }
    const loaded = new Map<string, { exports: any }>()
    const load = (path: string): any => {
      const known = loaded.get(path)
      if (known) return known.exports
      const module = { exports: {} as any }
      loaded.set(path, module)
      if (path.endsWith('.json')) return (module.exports = JSON.parse(readFileSync(path, 'utf8')))
      const builtin = createRequire(path)
      const require = (specifier: string): unknown => {
        if (specifier === 'unplugin-persist') return library.main
        if (specifier === 'unplugin-persist/runtime') return library.runtime
        return specifier.startsWith('.') ? load(find(join(dirname(path), specifier))) : builtin(specifier)
      }
      compileFunction(textOf(path), ['require', 'module', 'exports', 'console'], { filename: path })(require, module, module.exports, console)
      return module.exports
    }
    const exports = load(join(directory, file)) as Record<string, unknown>
    return Object.assign(Object.create(null), exports, { api: library.main }) as Started
  }

  const all = typeof files === 'string' ? { 'src/main.ts': files } : files
  for (const [file, text] of Object.entries({ 'package.json': '{ "name": "app", "type": "module" }', ...all })) write(file, text)

  return {
    directory,
    store,
    write,
    read,
    edit(file, from, to) {
      const text = read(file)
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
      write(file, text.replace(from, to))
    },
    config(given) {
      config = given
      compiler = undefined
      texts = new Map()
    },
    start,
    run(file, { env = {}, args = [], timeout = 100_000 } = {}) {
      const installed = join(directory, 'node_modules')
      mkdirSync(installed, { recursive: true })
      try {
        symlinkSync(PACKAGE, join(installed, 'unplugin-persist'), 'junction')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const { NODE_V8_COVERAGE: _, VITEST: __, NODE_OPTIONS: ___, ...inherited } = environment
      const own = { ...inherited, PERSIST_PATH: store, XDG_CONFIG_HOME: join(top, 'config'), ...env }
      return new Promise((resolve) => {
        const argv = ['--import', join(PACKAGE, 'dist/register.js'), join(directory, file), ...args]
        const child = execFile(process.execPath, argv, { env: own, cwd: directory, timeout, killSignal: 'SIGKILL' }, (_error, stdout, stderr) => {
          const values: any[] = []
          const lines: string[] = []
          for (const line of stdout.split('\n').filter(Boolean)) {
            try {
              values.push(JSON.parse(line))
            } catch {
              lines.push(line)
            }
          }
          resolve({ code: child.exitCode, signal: child.signalCode, values, lines, stderr })
        })
      })
    },
    ran() {
      const lines = logged
      logged = []
      return lines
    },
    warned() {
      const lines = warned
      warned = []
      return lines
    },
  }
}

/** The file that a relative specifier means. */
function find(base: string): string {
  for (const end of ['', '.ts', '.tsx', '.js', '/index.ts']) {
    try {
      if (statSync(base + end).isFile()) return base + end
    } catch {
      // The next one.
    }
  }
  throw new Error(`no module at ${base}`)
}
