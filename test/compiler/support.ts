import { posix } from 'node:path'
import { transformSync } from 'esbuild'
import type { Loader } from 'esbuild'
import { createCompiler } from '../../src/compiler/index.ts'
import type { CompiledFunction, CompileHow, CompilerHost, CompilerOptions, CompileResult, CompileWarning } from '../../src/compiler/types.ts'
import type { Descriptor } from '../../src/descriptor.ts'
import { PersistError } from '../../src/errors.ts'

export const ROOT = '/app'

export interface How extends CompileHow, Omit<CompilerOptions, 'host'> {
  /** From the project's root. */
  file?: string
  /** Further files of the project. */
  files?: Record<string, string>
}

/** A disk that holds nothing but these files, given from the project's root. */
export function memoryHost(files: Record<string, string>): CompilerHost {
  const all = new Map(Object.entries({ 'package.json': '{ "name": "app", "type": "module" }', ...files }).map(([name, text]) => [posix.join(ROOT, name), text]))
  return {
    readFile: (path) => all.get(path),
    resolve(specifier, importer) {
      const base = specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : posix.join(ROOT, 'node_modules', specifier)
      return ['', '.ts', '.tsx', '.js', '/index.ts', '/index.js'].map((end) => base + end).find((path) => all.has(path))
    },
  }
}

/** Compiles a module that stands on the disk as it is given. */
export function compile(code: string, how: How = {}): CompileResult | undefined {
  const { file = 'src/a.ts', files = {}, format, ...options } = how
  const host = memoryHost({ [file]: code, ...files })
  return createCompiler({ root: ROOT, host, ...options }).compile(code, posix.join(ROOT, file), format ? { format } : {})
}

export function compiled(code: string, how?: How): CompileResult {
  const result = compile(code, how)
  if (!result) throw new Error(`nothing was compiled of:\n${code}`)
  return result
}

export function functionsOf(code: string, how?: How): CompiledFunction[] {
  return compile(code, how)?.functions ?? []
}

export function namesOf(code: string, how?: How): string[] {
  return functionsOf(code, how).map((fn) => fn.name)
}

export function warningsOf(code: string, how?: How): CompileWarning[] {
  return compile(code, how)?.warnings ?? []
}

/** The error that compiling ends with. */
export function errorOf(code: string, how?: How): PersistError {
  try {
    compile(code, how)
  } catch (error) {
    if (error instanceof PersistError) return error
    throw error
  }
  throw new Error(`no error in:\n${code}`)
}

/** The descriptors that an emitted text defines, in their order. */
export function descriptorsOf(emitted: string): Descriptor[] {
  const found: Descriptor[] = []
  for (const match of emitted.matchAll(/\/\*#__PURE__\*\/ _d(?:\$\d+)?\(/g)) {
    const start = match.index + match[0].length
    for (let end = emitted.indexOf('}', start) + 1; end > 0; end = emitted.indexOf('}', end) + 1) {
      try {
        found.push(JSON.parse(emitted.slice(start, end)) as Descriptor)
        break
      } catch {
        // A brace within the descriptor.
      }
    }
  }
  return found
}

/** One call that reached the runtime. */
export interface Call {
  name: string | undefined
  self: unknown
  values: readonly unknown[]
  captures: readonly unknown[]
}

interface Defined {
  descriptor: Descriptor
  self: (() => unknown) | 0
  known: (() => readonly unknown[]) | undefined
}

export interface Recording {
  calls: Call[]
  /** Functions that were shown to the runtime where they are made, with their names. */
  owned: Map<unknown, string>
  defined: Defined[]
  /** In the place of `unplugin-persist/runtime`. */
  runtime: Record<string, (...args: any[]) => unknown>
  /** In the place of `unplugin-persist`. */
  main: Record<string, (...args: any[]) => unknown>
}

/** A runtime that stores nothing and tells what it was asked. */
export function recorder(): Recording {
  const calls: Call[] = []
  const owned = new Map<unknown, string>()
  const defined: Defined[] = []
  const runtime = {
    define(descriptor: Descriptor, self: Defined['self'], known?: () => readonly unknown[]): Defined {
      const record = { descriptor, self, known }
      defined.push(record)
      return record
    },
    call(record: Defined | undefined, self: unknown, values: readonly unknown[], captures: (() => readonly unknown[]) | 0, body: (...values: readonly unknown[]) => unknown): unknown {
      let read: readonly unknown[] = []
      try {
        if (captures !== 0) read = captures()
      } catch {
        read = ['unreadable']
      }
      calls.push({ name: record?.descriptor.name, self, values, captures: read })
      return body(...values)
    },
    own(record: Defined | undefined, holder: object, name?: string): unknown {
      if (typeof holder === 'function' && name !== undefined) Object.defineProperty(holder, 'name', { value: name, configurable: true })
      if (record) owned.set(typeof holder === 'function' ? holder : Object.getOwnPropertyDescriptor(holder, name!)?.value, record.descriptor.name)
      return holder
    },
    locale: (): string => 'locale',
  }
  const main = {
    persist(fn: unknown, _options?: unknown, record?: Defined): unknown {
      owned.set(fn, record?.descriptor.name ?? 'uncompiled')
      return fn
    },
  }
  return { calls, owned, defined, runtime, main }
}

export type Modules = Record<string, unknown>

const LOADERS: Record<string, Loader> = { ts: 'ts', tsx: 'tsx', mts: 'ts', cts: 'ts', js: 'jsx', jsx: 'jsx', mjs: 'js', cjs: 'js' }

/** What a host does after us: types off, and to CommonJS so that a function can run it. */
export function strip(code: string, file = 'a.ts', tsconfig: object = {}): string {
  return transformSync(code, {
    loader: LOADERS[file.split('.').at(-1)!]!, format: 'cjs', target: 'node20', sourcefile: file, logLevel: 'silent', jsx: 'transform',
    tsconfigRaw: { compilerOptions: tsconfig },
  }).code
}

/** Runs a module's text and gives its exports. */
export function evaluate(code: string, modules: Modules = {}, file = 'a.ts', tsconfig?: object): any {
  return link({ [file]: strip(code, file, tsconfig) }, modules)(file)
}

/** A loader of CommonJS modules, each given as text. Import cycles are as in Node. */
export function link(texts: Record<string, string>, modules: Modules = {}): (file: string) => any {
  const loaded = new Map<string, { exports: unknown }>()
  const load = (file: string): unknown => {
    const known = loaded.get(file)
    if (known) return known.exports
    const module = { exports: {} as unknown }
    loaded.set(file, module)
    const require = (specifier: string): unknown => {
      if (specifier in modules) return modules[specifier]
      const path = posix.join(posix.dirname(file), specifier)
      const found = [path, `${path}.ts`, `${path}.js`].find((candidate) => candidate in texts)
      if (found) return load(found)
      throw new Error(`no module ${specifier} for ${file}`)
    }
    // eslint-disable-next-line no-new-func
    new Function('require', 'module', 'exports', `${texts[file]!.replace(/^#!/, '//')}\n//# sourceURL=${file}`)(require, module, module.exports)
    return module.exports
  }
  return load
}

/** Compiles and runs a module against a recording runtime. */
export function record(code: string, how: How & { tsconfig?: object } = {}): Recording & { exports: any; code: string } {
  const { tsconfig, ...rest } = how
  const recording = recorder()
  const result = compiled(code, rest)
  const exports = evaluate(result.code, { 'unplugin-persist/runtime': recording.runtime, 'unplugin-persist': recording.main }, how.file ?? 'src/a.ts', tsconfig)
  return { ...recording, exports, code: result.code }
}
